"""Expressions taken up from the cache are what `re` compiles."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from whydown.grammar import expressions
from whydown.grammar.cache import cache_folder
from whydown.grammar.compile import compile_grammar
from whydown.grammar.expressions import compiled, keep
from whydown.grammar.library import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from whydown.grammar.model import Grammar

MANY = [rf"it is {number} (\d++|[a-f]{{1,{number + 1}}})$" for number in range(20)]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    _forget()
    yield
    _forget()


def _forget() -> None:
    expressions._known.clear()
    expressions._new.clear()
    expressions._load.cache_clear()


def _entry() -> Path:
    (entry,) = cache_folder().glob("expressions-*.json")
    return entry


@pytest.fixture(scope="module")
def edge() -> Grammar:
    return next(grammar for grammar in load().grammars if grammar.name == "nsx-edge")


def test_what_was_kept_reads_every_example_as_what_was_compiled(edge: Grammar) -> None:
    flags = re.MULTILINE
    written = [shape.pattern.tight for shape in compile_grammar(edge).shapes]
    examples = [example.line for block in edge.events for example in block.tries]
    once = [compiled(expression, flags) for expression in written]
    keep()
    _forget()
    again = [compiled(expression, flags) for expression in written]
    assert not expressions._new
    assert len(again) > 50
    fitting = 0
    for expression, first, second in zip(written, once, again, strict=True):
        plain = re.compile(expression, flags)
        for pattern in (first, second):
            assert (pattern.pattern, pattern.flags, pattern.groups) == (plain.pattern, plain.flags, plain.groups)
        for example in examples:
            found = plain.search(example)
            assert bool(second.search(example)) == bool(found)
            if found:
                fitting += 1
                assert second.findall(example) == first.findall(example) == plain.findall(example)
    assert fitting > 50


def test_few_new_expressions_are_not_worth_a_file() -> None:
    compiled("it is over", re.NOFLAG)
    keep()
    assert not cache_folder().exists()


@pytest.mark.parametrize(
    "entry", [[0, 1], [0, 1, "no code!"], [0, 10**12, "AAAA"], [0, 1, "////f////38="], ["0", 1, ""], None, 7, "x", []]
)
def test_an_entry_that_is_none_is_compiled_anew(entry: object) -> None:
    for expression in MANY:
        compiled(expression, re.NOFLAG)
    keep()
    kept = json.loads(_entry().read_bytes())
    _entry().write_text(json.dumps(dict.fromkeys(kept, entry)), encoding="utf-8")
    _forget()
    match = compiled(MANY[7], re.NOFLAG).fullmatch("it is 7 beef")
    assert match is not None
    assert match[1] == "beef"


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_a_file_that_does_not_read_is_as_good_as_none(content: bytes) -> None:
    for expression in MANY:
        compiled(expression, re.NOFLAG)
    keep()
    _entry().write_bytes(content)
    _forget()
    assert compiled(MANY[3], re.NOFLAG).fullmatch("it is 3 12")


def test_an_expression_that_is_wrong_says_so() -> None:
    with pytest.raises(re.error, match="unterminated"):
        compiled("(", re.NOFLAG)


def test_no_more_is_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expressions, "_MOST", 18)
    for expression in MANY:
        compiled(expression, re.NOFLAG)
    keep()
    assert len(json.loads(_entry().read_bytes())) == 18


def test_a_folder_that_cannot_be_written_to_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "whydown").write_text("a file", encoding="utf-8")
    for expression in MANY:
        compiled(expression, re.NOFLAG)
    keep()
    assert compiled(MANY[3], re.NOFLAG).fullmatch("it is 3 12")
