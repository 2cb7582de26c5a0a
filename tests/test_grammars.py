"""Every example of every shipped grammar is a test, and so is every other thing `whydown grammar check` proves."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from whydown.grammar.check import check
from whydown.grammar.compile import compile_grammar, joined
from whydown.grammar.fmt import formatted
from whydown.grammar.library import load
from whydown.grammar.samples import samples
from whydown.grammar.syntax import read_grammar
from whydown.text import Problem, render_problem

if TYPE_CHECKING:
    from whydown.grammar.model import Grammar
    from whydown.grammar.samples import Sample

FOLDER = Path(__file__).parents[1] / "grammars" / "messages"
FILES = sorted(FOLDER.glob("*.grammar"))


@cache
def read(path: Path) -> tuple[Grammar | None, tuple[Problem, ...]]:
    return read_grammar(path.read_text(encoding="utf-8"), path.name)


@cache
def all_grammars() -> tuple[Grammar, ...]:
    return tuple(grammar for path in FILES if (grammar := read(path)[0]) is not None)


@cache
def checked() -> tuple[Problem, ...]:
    return check(all_grammars())


def shown(problems: list[Problem]) -> str:
    return "\n".join(render_problem(p, (FOLDER / p.span.path).read_text(encoding="utf-8")) for p in problems)


SAMPLES = [
    pytest.param(sample, id=f"{sample.example.span.path}:{sample.example.span.line}")
    for grammar in all_grammars()
    for sample in samples(grammar)
]


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_example_is_read_by_its_own_block_and_gives_what_it_says(sample: Sample) -> None:
    example = sample.example
    lines = {span.line for span in (example.span, *example.spans_also, *example.gives_spans)}
    assert not shown([p for p in checked() if p.span.path == example.span.path and p.span.line in lines])


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_the_file_reads(path: Path) -> None:
    assert not shown(list(read(path)[1]))


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_the_file_as_a_whole_is_sound(path: Path) -> None:
    assert not shown([p for p in checked() if p.span.path == path.name])


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_the_file_is_laid_out(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert formatted(text, path.name) == (text, ()), "whydown grammar fmt lays it out"


@pytest.mark.parametrize("program", ["charon", "pluto", "iked"])
def test_the_files_of_one_daemon_are_read_as_one(program: str) -> None:
    named = [compile_grammar(grammar) for grammar in load().grammars if program in grammar.apps]
    vendors = {grammar.vendor for grammar in named}
    assert len(joined(named)) == len(vendors)
