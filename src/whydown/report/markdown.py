"""The report as Markdown: for a ticket or a file on GitHub, to be read well as it is, too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from whydown.report.document import Chart, Index, Ladder, Pairs, Points, Quotes, Reference, Said, Table
from whydown.report.ladder import draw
from whydown.report.layout import Paper, Style, to_ascii
from whydown.report.pages import document_of
from whydown.report.quote import quote
from whydown.report.text import bars, how_known, line_text, places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from whydown.report.document import Block, Document, Page, Section
    from whydown.report.model import Report

_WORD = re.compile(r"\[(?:secret|bytes) not shown\]|[^ ]+| +")
# Words in which nothing acts; every other one is shown as code, in which nothing does.
_TAME = re.compile(r"(?:[^\W_]|(?<=[^\W_])_(?=[^\W_])|[-,.;:'\"()/+=%?≠±⇄…–—→←])+")  # noqa: RUF001 - dashes are meant
_ACTS_AFTER_ALL = re.compile(
    r"""(?ix) :// | \bwww\.                 # becomes a link
    | :(?=[\w+-]*[a-z])[\w+-]+:             # an emoji
    | ^gh-\d+ | \b[0-9a-f]{7,40}\b          # an issue, a commit
    """
)
_BEGINS_A_BLOCK = re.compile(r"[-+=]+|\d+[.)]")
_ADDRESS = re.compile(r"https?://[!-;=?-~]+")


def render(report: Report, style: Style | None = None) -> str:
    """Write the whole report, page by page; no text of a log is anything but text in it."""
    style = style or Style()
    document = document_of(report)
    anchors = _anchors(document)
    rows: list[str] = []
    for page in document.pages:
        if page.number:
            rows += ["---", ""]
        rows += [f"# {_title(page)}", ""]
        for section in page.sections:
            if section.name == "facts" and rows[-2].startswith("- "):
                rows.pop()  # a blank row within a list would draw all of it apart
            rows += _section(section, style, anchors)
    rows += _section(document.coverage, style, anchors)
    text = "\n".join(rows).rstrip("\n") + "\n"
    return text if style.unicode else to_ascii(text)


def parts(report: Report, style: Style) -> Iterator[str]:
    """Write the report as the formats of a report are written."""
    yield render(report, style)


def inline(text: str, *, begins: bool = True) -> str:
    """Return text for a line of Markdown, or the beginning of one: words that could act stand as code."""
    return "".join(
        word if word.isspace() or _is_tame(word, first=begins and number == 0) else code(word)
        for number, word in enumerate(_WORD.findall(quote(text).strip()))
    )


def code(text: str) -> str:
    """Return text, quoted already, as code within a line."""
    if "`" not in text:
        return f"`{text}`"
    fence = "`" * (_longest_run(text) + 1)
    return f"{fence} {text} {fence}"


def fenced(lines: list[str], indent: str = "") -> list[str]:
    """Return lines, quoted already, as a block of code, with a free row behind it."""
    fence = "`" * max(3, *(_longest_run(line) + 1 for line in lines), 3)
    return [f"{indent}{fence}text", *(f"{indent}{line}".rstrip() for line in lines), f"{indent}{fence}", ""]


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _is_tame(word: str, *, first: bool) -> bool:
    if first and _BEGINS_A_BLOCK.fullmatch(word):
        return False
    return bool(_TAME.fullmatch(word)) and not _ACTS_AFTER_ALL.search(word)


def _title(page: Page) -> str:
    return f"{page.number}. {inline(page.title)}" if page.number else inline(page.title)


def _anchors(document: Document) -> Mapping[str, str]:
    """Return the anchors that GitHub gives to the pages' headings."""
    return {
        page.name: re.sub(r"[^\w\- ]", "", _title(page).lower()).replace(" ", "-")
        for page in document.pages
        if page.number
    }


def _section(section: Section, style: Style, anchors: Mapping[str, str]) -> list[str]:
    rows: list[str] = []
    if section.title:
        rows += [f"## {inline(': '.join(filter(None, (section.title, section.answer))))}", ""]
    for block in section.blocks:
        rows += _block(block, style, anchors)
    return rows


def _block(block: Block, style: Style, anchors: Mapping[str, str]) -> list[str]:
    match block:
        case Said(text, look):
            said = inline(text)
            return [f"**{said}**" if look else said, ""]
        case Pairs(rows):
            return [*(f"- **{inline(name)}:** {inline(text)}" for name, text in rows if text), ""]
        case Table():
            return _table(block)
        case Points():
            return _points(block)
        case Reference(text, address):
            return [f"{inline(text)} {f'<{address}>' if _ADDRESS.fullmatch(address) else inline(address)}", ""]
        case _:
            return _picture(block, style, anchors)


def _picture(block: Index | Ladder | Quotes | Chart, style: Style, anchors: Mapping[str, str]) -> list[str]:
    match block:
        case Index():
            return _index(block, anchors)
        case Ladder():
            paper = Paper(Style(style.width))
            draw(paper, block)
            return fenced([line.removeprefix("    ") for line in paper.lines])
        case Chart(lives):
            return fenced(bars(lives, style))
        case Quotes(proofs):
            rows = []
            for step in proofs:
                where = places(step.event)
                rows += [quote(f"{where}  ({how_known(step)})"), f"    {line_text(step.event)}"]
            return fenced(rows)


def _table(table: Table) -> list[str]:
    looks = [*table.looks, *[""] * (len(table.rows) - len(table.looks))]
    rows = [[_cell(cell) for cell in table.header]]
    for cells, look in zip(table.rows, looks, strict=True):
        rows.append([f"**{_cell(cell)}**" if look and cell.strip() else _cell(cell) for cell in cells])
    widths = [max(3, *(len(row[n]) for row in rows)) for n in range(len(table.header))]
    written = [f"| {' | '.join(cell.ljust(n) for cell, n in zip(row, widths, strict=True))} |" for row in rows]
    return [written[0], f"|{'|'.join('-' * (n + 2) for n in widths)}|", *written[1:], ""]


def _cell(text: str) -> str:
    return inline(text.replace("|", "¦"), begins=False)  # a bar ends a cell, even in code


def _index(index: Index, anchors: Mapping[str, str]) -> list[str]:
    rows = ["|   | Since | Session | What | Reason | Cause |", "|---|---|---|---|---|---|"]
    for number, entry in enumerate(index.entries, start=1):
        cause = f"{_cell(entry.cause)}, {entry.sure}" if entry.cause else "not known"
        linked = f"[{_cell(entry.session)}](#{anchors[entry.page]})"
        rows.append(f"| {number} | {entry.began} | {linked} | {entry.what} | {_cell(entry.reason)} | {cause} |")
    return [*rows, ""]


def _points(points: Points) -> list[str]:
    rows = []
    for number, item in enumerate(points.items, start=1):
        mark = f"{number}. " if points.numbered else "- "
        rows.append(f"{mark}{inline(item.text)}")
        for command in item.commands:
            rows += ["", *fenced([quote(command)], " " * len(mark))]
    return [*rows, ""] if rows and rows[-1] else rows
