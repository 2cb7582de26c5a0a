"""The report as plain text: for a terminal of 80 columns, and to be pasted into a ticket as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.grammar.event import Provenance
from whydown.report.document import Chart, Index, Ladder, Pairs, Points, Quotes, Reference, Said, Table
from whydown.report.ladder import draw
from whydown.report.layout import Paper, Style, many, stamp
from whydown.report.lives import State, paint
from whydown.report.pages import document_of
from whydown.report.quote import prose, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whydown.diagnose.incident import Evidence
    from whydown.grammar.event import Event
    from whydown.report.document import Block, Page, Section
    from whydown.report.lives import Lives
    from whydown.report.model import Report

_LONGEST_QUOTE = 700
_PLACES = 3  # of an event of several lines
_MOST_BARS = 40
_HEAD = frozenset({"short", "facts"})  # they stand together, so their columns do
_MARKS = {State.UP: "=", State.NEGOTIATING: "~", State.DOWN: "x"}


def render(report: Report, style: Style | None = None) -> str:
    """Write the whole report: a page an incident, an overview before them where there are several, the coverage last.

    No control character, secret or colour (unless the style has it) is in the text.
    """
    paper = Paper(style or Style())
    document = document_of(report)
    for page in document.pages:
        if page.number:
            paper.blank()
            paper.exact("-" * min(paper.style.width, 80))
        _write_page(paper, page)
    _write_section(paper, document.coverage)
    return paper.text()


def parts(report: Report, style: Style) -> Iterator[str]:
    """Write the report as the formats of a report are written."""
    yield render(report, style)


def render_page(page: Page, style: Style) -> str:
    """Write one page that stands for itself, as `render` writes those of a report."""
    paper = Paper(style)
    _write_page(paper, page)
    return paper.text()


def how_known(step: Evidence) -> str:
    """Say whose a line of evidence is, what it stands for, and how its wording is known."""
    how = {Provenance.GIST: "wording unknown"}.get(step.event.rule.provenance, f"wording {step.event.rule.provenance}")
    role = "" if step.role in ("", "why") else f"{step.role}, "
    return f"{step.event.side or 'side not known'}, {role}{how}"


def places(event: Event) -> str:
    """Say where an event's first lines stand; a file is named once."""
    shown = event.origins[:_PLACES]
    before = ("", *(origin.path for origin in shown))
    return ", ".join(
        str(origin.line) if origin.path == last else str(origin) for origin, last in zip(shown, before, strict=False)
    )


def line_text(event: Event, most: int = _LONGEST_QUOTE) -> str:
    """Return the text of an event's lines as it is shown: on one line, up to a length."""
    text = " / ".join(event.text.split("\n"))
    more = f" … ({len(text) - most} more characters)" if len(text) > most else ""
    return quote(text[:most]) + more


def bars(lives: Lives, style: Style) -> list[str]:
    """Draw the sessions' lives as rows of characters."""
    shown = lives.rows[:_MOST_BARS]
    names = [quote(life.name) for life in shown]
    room = min(30, max(map(len, names)))
    columns = max(16, min(style.width, 80) - room - 6)
    rows = [f"{'':{room}}  {stamp(lives.begin)}{stamp(lives.end):>{max(21, columns - 20)}}"]
    for name, life in zip(names, shown, strict=True):
        row = ["."] * columns
        for span in paint(life.spans, lives.begin, lives.end, columns):
            row[span.begin : span.end] = _MARKS[span.state] * (span.end - span.begin)
        rows.append(f"{name if len(name) <= room else name[: room - 1] + '…':{room}}  {''.join(row)}")
    if len(lives.rows) > len(shown):
        rows.append(f"{'':{room}}  … {many(len(lives.rows) - len(shown), 'more session')}")
    rows.append(f"{'':{room}}  = up   ~ negotiating   x down   . not known")
    return rows


def _write_page(paper: Paper, page: Page) -> None:
    numbered = f"{page.number}. " if page.number else ""
    paper.heading(numbered + prose(page.title), level=1, look=page.look)
    head = [s for s in page.sections if s.name in _HEAD]
    rows = [row for section in head for block in section.blocks if isinstance(block, Pairs) for row in block.rows]
    least = max((len(name) for name, text in rows if text), default=0)
    for section in page.sections:
        _write_section(paper, section, least if section in head else 0)


def _write_section(paper: Paper, section: Section, least: int = 0) -> None:
    if section.title and section.answer:
        _write_answer(paper, section)
    elif section.title:
        paper.heading(prose(section.title))
    for block in section.blocks:
        _write_block(paper, block, least)


def _write_answer(paper: Paper, section: Section) -> None:
    """Write the answer in the heading, or below it where it is too long for one row."""
    whole = prose(f"{section.title}: {section.answer}")
    if len(whole) + 3 <= paper.style.width:
        paper.heading(whole)
        return
    paper.heading(section.title)
    paper.sentence(prose(f"{section.answer}."), look="bold" if section.name == "cause" else "")


def _write_block(paper: Paper, block: Block, least: int) -> None:
    match block:
        case Said(text, look):
            paper.blank()
            paper.sentence(prose(text), look=look)
        case Pairs(rows):
            paper.blank()
            paper.pairs(((prose(name), prose(text)) for name, text in rows), least=least)
        case Table(header, rows, looks):
            paper.blank()
            paper.table(header, [[prose(cell) for cell in row] for row in rows], looks)
        case Points():
            _write_points(paper, block)
        case Index():
            _write_index(paper, block)
        case Reference(text, address):
            paper.blank()
            paper.exact(quote(f"{text} {address}"), "dim")  # not wrapped: it is there to be opened
        case Ladder() | Quotes() | Chart():
            _write_picture(paper, block)


def _write_picture(paper: Paper, block: Ladder | Quotes | Chart) -> None:
    match block:
        case Ladder():
            draw(paper, block)
        case Quotes(proofs):
            for step in proofs:
                _write_quote(paper, step)
        case Chart(lives):
            for row in bars(lives, paper.style):
                paper.exact(f"    {row}")


def _write_points(paper: Paper, points: Points) -> None:
    for number, item in enumerate(points.items, start=1):
        first = f"{number}. " if points.numbered else "- "
        paper.sentence(prose(item.text), indent=" " * len("1. " if points.numbered else "- "), first=first)
        for command in item.commands:
            paper.blank()
            paper.exact(f"       {quote(command)}")  # not wrapped: it is there to be copied
            paper.blank()


def _write_index(paper: Paper, index: Index) -> None:
    for number, entry in enumerate(index.entries, start=1):
        cause = f" {entry.cause}, {entry.sure}." if entry.cause else ""
        unsettled = f" - {entry.unsettled}" if entry.unsettled else ""
        said = f"{entry.began}  {prose(f'{entry.session}: {entry.what}: {entry.reason}{unsettled}.{cause}')}"
        paper.sentence(said, indent="    ", first=f"{number}. ".ljust(4))


def _write_quote(paper: Paper, step: Evidence) -> None:
    """Quote a line of the evidence, as a block that Markdown leaves alone."""
    where = quote(places(step.event))
    how = quote(how_known(step))
    if len(head := f"    {where}  ({how})") <= paper.style.width:
        paper.exact(head)
    else:
        paper.exact(f"    {where}")
        paper.exact(f"      ({how})")
    paper.quoted(line_text(step.event), "        ")
