"""The blocks of a page as HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from markupsafe import Markup

from whydown.report.document import Chart, Index, Ladder, Pairs, Points, Quotes, Reference, Said, Table
from whydown.report.ladder import draw
from whydown.report.layout import Paper, Style
from whydown.report.quote import quote
from whydown.report.text import bars, how_known, line_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from whydown.diagnose.incident import Evidence
    from whydown.grammar.event import Event
    from whydown.report.document import Block, Page
    from whydown.sources.line import Origin

_ADDRESS = re.compile(r"https?://[!-;=?-~]+")
_LONG = 48  # characters of a fact that stands in a row of its own
_WIDE = frozenset({"reason", "with it", "before", "then", "incident"})


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of the logs that a page shows, each once, and the anchors under which they and their rungs stand."""

    page: str = ""
    proofs: dict[Origin, Evidence] = field(default_factory=dict)
    beside: dict[Origin, Evidence] = field(default_factory=dict)

    @classmethod
    def of(cls, page: Page) -> Lines:
        """Collect the lines of a page: the evidence, and what else its timeline shows."""
        blocks = [block for section in page.sections for block in section.blocks]
        proofs = {s.event.origins[0]: s for b in blocks if isinstance(b, Quotes) for s in reversed(b.proofs)}
        steps = {s.event.origins[0]: s for b in blocks if isinstance(b, Ladder) for s in b.steps}
        beside = {origin: step for origin, step in steps.items() if origin not in proofs}
        return cls(page.name, proofs, beside)

    def anchor(self, event: Event) -> str:
        """Return the anchor of an event's first line; empty where the page does not show it."""
        everything = [*self.proofs, *self.beside]
        origin = event.origins[0]
        return f"{self.page}-{everything.index(origin)}" if origin in everything else ""

    def markup(self) -> Markup:
        """Write the lines, source by source, in the order in which they stand there."""
        steps = [*self.proofs.values(), *self.beside.values()]
        sources: dict[str, list[Evidence]] = {}
        for step in sorted(steps, key=lambda s: (s.event.side or "", s.event.origins[0])):
            sources.setdefault(step.event.origins[0].path, []).append(step)
        return Markup().join(
            Markup('<figure><figcaption><b>{}</b> {}</figcaption>\n<ol class="log">\n{}</ol></figure>\n').format(
                steps[0].event.side or "", quote(path), Markup().join(map(self._line, steps))
            )
            for path, steps in sources.items()
        )

    def _line(self, step: Evidence) -> Markup:
        anchor = self.anchor(step.event)
        origin = step.event.origins[0]
        return Markup(
            '<li id="{0}" class="{1}"><a href="#{0}">{2}</a><code>{3}</code> <small>{4}</small></li>\n'
        ).format(
            anchor,
            "proof" if origin in self.proofs else "beside",
            origin.line,
            line_text(step),
            quote(how_known(step).split(", ", 1)[1]) if origin in self.proofs else "",
        )


def markup(block: Block, lines: Lines) -> Markup:
    """Write a block; `lines` are those of its page."""
    match block:
        case Said(text, look):
            return Markup('<p class="{}">{}</p>\n').format(look, quote(text))
        case Pairs(rows):
            return Markup("<dl>\n{}</dl>\n").format(Markup().join(_pair(*row) for row in rows if row[1]))
        case Table():
            return _table(block)
        case Points():
            return _points(block)
        case Reference(text, address):
            return Markup("<p>{} {}</p>\n").format(quote(text), _link(address))
        case _:
            return _picture(block, lines)


def _picture(block: Index | Ladder | Quotes | Chart, lines: Lines) -> Markup:
    match block:
        case Index():
            return _index(block)
        case Ladder():
            paper = Paper(Style())
            draw(paper, block)
            return Markup("<pre>{}</pre>\n").format("\n".join(paper.lines))
        case Chart(lives):
            return Markup("<pre>{}</pre>\n").format("\n".join(bars(lives, Style())))
        case Quotes():
            return lines.markup()


def _pair(name: str, text: str) -> Markup:
    wide = Markup(' class="wide"') if name in _WIDE or len(text) > _LONG else ""
    return Markup("<div{}><dt>{}</dt><dd>{}</dd></div>\n").format(wide, quote(name), quote(text))


def _table(table: Table) -> Markup:
    looks = [*table.looks, *[""] * (len(table.rows) - len(table.looks))]
    header = Markup().join(Markup('<th scope="col">{}</th>').format(quote(cell)) for cell in table.header)
    rows = (
        Markup('<tr class="{}"><th scope="row">{}</th>{}</tr>\n').format(look, quote(cells[0]), _cells(cells[1:]))
        for cells, look in zip(table.rows, looks, strict=True)
    )
    return Markup(
        '<div class="scroll"><table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody></table></div>\n'
    ).format(header, Markup().join(rows))


def _cells(cells: Iterable[str]) -> Markup:
    return Markup().join(Markup("<td>{}</td>").format(quote(cell)) for cell in cells)


def _points(points: Points) -> Markup:
    items = Markup().join(
        Markup("<li>{}{}</li>\n").format(
            quote(item.text), Markup().join(Markup("<pre>{}</pre>").format(quote(c)) for c in item.commands)
        )
        for item in points.items
    )
    return Markup("<{0}>\n{1}</{0}>\n").format("ol" if points.numbered else "ul", items)


def _index(index: Index) -> Markup:
    rows = (
        Markup(
            '<tr class="{}"><td>{}</td><th scope="row"><a href="#{}">{}</a></th><td>{}</td><td>{}</td><td>{}</td></tr>\n'
        ).format(
            entry.look,
            number,
            entry.page,
            quote(entry.session),
            entry.began,
            quote(entry.title),
            quote(f"{entry.cause}, {entry.sure}" if entry.cause else "not known"),
        )
        for number, entry in enumerate(index.entries, start=1)
    )
    header = Markup().join(
        Markup('<th scope="col">{}</th>').format(cell) for cell in ("No.", "Session", "Since", "What", "Cause")
    )
    return Markup(
        '<div class="scroll"><table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody></table></div>\n'
    ).format(header, Markup().join(rows))


def _link(address: str) -> Markup | str:
    if not _ADDRESS.fullmatch(address):
        return quote(address)
    return Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(quote(address))
