"""docs/problems.md is a test: the wrong example of each code gives exactly the message shown, the right one none.

`python tests/test_problems.py` writes the true messages into the page; read the difference before you commit it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from whydown.grammar.check import check
from whydown.grammar.syntax import read_grammar
from whydown.text import Problem, render_problem

if TYPE_CHECKING:
    from whydown.grammar.model import Grammar

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "problems.md"
HEADER = """\
grammar example
  vendor  Example
  usually peer
  app     exampled
  source  example.com
"""
PREFIXES = "  prefix  $thread[$subsystem] <$conn|$ike_id>\n  prefix  $thread[$subsystem]\n\n"
_SECTION = re.compile(r"^## (?P<code>G\d{3}): .*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```text (?P<kind>wrong|message|right)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


class Page(NamedTuple):
    """What the page says of one code; an example may be several files."""

    code: str
    wrong: list[str]
    message: str
    right: list[str]


def pages() -> list[Page]:
    found: list[Page] = []
    for section in _SECTION.finditer(PAGE.read_text(encoding="utf-8")):
        blocks: dict[str, list[str]] = {"wrong": [], "message": [], "right": []}
        for block in _BLOCK.finditer(section[0]):
            blocks[block["kind"]].append(block["text"])
        found.append(Page(section["code"], blocks["wrong"], "".join(blocks["message"]), blocks["right"]))
    return found


PAGES = pages()


def problems(files: list[str]) -> list[tuple[Problem, str]]:
    """Read and check examples; blocks without a header get one, which the places do not count."""
    grammars: list[Grammar] = []
    found: list[Problem] = []
    sources: dict[str, tuple[str, int]] = {}
    for number, text in enumerate(files):
        path = "example.grammar" if number == 0 else f"example{number + 1}.grammar"
        header = "" if re.search(r"^grammar |^  app", text, re.MULTILINE) else HEADER
        grammar, told = read_grammar(header + text, path)
        sources[path] = (text, header.count("\n"))
        found += told
        if grammar is not None:
            grammars.append(grammar)
    found += check(grammars)
    moved = [replace(p, span=replace(p.span, line=p.span.line - sources[p.span.path][1])) for p in found]
    return [(p, sources[p.span.path][0]) for p in moved]


def message(files: list[str]) -> str:
    return "\n".join(f"{render_problem(problem, source)}\n" for problem, source in problems(files))


def test_every_code_has_its_page_and_every_page_its_code() -> None:
    modules = (ROOT / "src" / "whydown").rglob("*.py")
    written = {code for path in modules for code in re.findall(r'"(G0\d\d)"', path.read_text(encoding="utf-8"))}
    assert [page.code for page in PAGES] == sorted(written)


@pytest.mark.parametrize("page", PAGES, ids=[page.code for page in PAGES])
def test_the_wrong_example_gives_exactly_the_message_shown(page: Page) -> None:
    assert [problem.code for problem, _ in problems(page.wrong)] == [page.code]
    assert message(page.wrong) == page.message, "python tests/test_problems.py writes the messages into the page"


@pytest.mark.parametrize("page", PAGES, ids=[page.code for page in PAGES])
def test_the_right_example_gives_none(page: Page) -> None:
    assert page.right
    assert message(page.right) == ""


def examples() -> list[str]:
    """Return the blocks that the two pages for writers of grammars show."""
    texts = [(ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("grammar-language.md", "contributing.md")]
    return re.findall(r"^```text\n((?:grammar|event|ignore) [a-z].*?)^```$", "".join(texts), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", examples(), ids=lambda text: text.split("\n")[0])
def test_the_blocks_that_the_language_pages_show_are_sound(example: str) -> None:
    header = "" if example.startswith("grammar ") else f"{HEADER}{PREFIXES}"
    assert message([header + example]) == ""


def test_the_language_pages_show_blocks() -> None:
    assert len(examples()) > 5


def rewrite() -> None:
    """Write the true messages into the page."""

    def section(found: re.Match[str]) -> str:
        page = next(p for p in PAGES if p.code == found["code"])
        told = message(page.wrong)
        return _BLOCK.sub(lambda b: f"```text message\n{told}```" if b["kind"] == "message" else b[0], found[0])

    PAGE.write_text(_SECTION.sub(section, PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    rewrite()
