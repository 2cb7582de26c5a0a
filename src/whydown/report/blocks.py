"""The blocks of a page as HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from whydown.report.document import Chart, Index, Ladder, Pairs, Points, Quotes, Reference, Said, Table
from whydown.report.layout import duration, stamp
from whydown.report.lives import State
from whydown.report.quote import quote
from whydown.report.rungs import Rung, essential, rungs
from whydown.report.svg import draw_ladder, draw_life
from whydown.report.text import how_known, line_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from whydown.diagnose.incident import Evidence
    from whydown.grammar.event import Event
    from whydown.report.document import Block, Page
    from whydown.report.lives import Lives
    from whydown.sources.line import Origin

_ADDRESS = re.compile(r"https?://[!-;=?-~]+")
_LONGEST, _BRIEFLY = 700, 240  # characters of a line; where there are many pages
_SECOND = 1_000_000
_KEY = Markup(
    '<p class="key">Solid arrow: both logs tell of the message. Dashed: only one of them does. '
    "\N{MULTIPLICATION SIGN} in red: where it fails. Each <i>file:line</i> leads to the line itself, and its number back.</p>\n"
)
_LEGEND = Markup(
    '<p class="key"><i class="up"></i>up <i class="negotiating"></i>negotiating <i class="down"></i>down '
    "<i></i>not known; the thin bar: a tunnel or BGP neighbour was down</p>\n"
)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of the logs that a page shows, each once; the ladder's rungs lead to them and they to the rungs."""

    number: int = 0
    first: bool = True  # no page before shows a ladder
    longest: int = _LONGEST  # characters of a line that are shown
    proofs: tuple[Evidence, ...] = ()
    rungs: tuple[Rung, ...] = ()
    keys: Mapping[Origin, str] = field(default_factory=dict)

    @classmethod
    def of(cls, page: Page, *, first: bool = True, brief: bool = False) -> Lines:
        """Collect the lines of a page: the evidence, and what else its ladder shows, if brief only of what fails."""
        blocks = [block for section in page.sections for block in section.blocks]
        proofs = tuple(step for block in blocks if isinstance(block, Quotes) for step in block.proofs)
        drawn = tuple(rung for block in blocks if isinstance(block, Ladder) for rung in rungs(block))
        drawn = essential(drawn) if brief else drawn
        events = [step.event for step in proofs] + [told.event for rung in drawn for told in rung.told]
        origins = dict.fromkeys(event.origins[0] for event in events)
        longest = _BRIEFLY if brief else _LONGEST
        return cls(page.number, first, longest, proofs, drawn, {o: f"{page.number}-{n}" for n, o in enumerate(origins)})

    def key(self, event: Event) -> str:
        """Return what the anchors of an event's line and rung end in; empty where the page does not show it."""
        return self.keys.get(event.origins[0], "")

    def markup(self) -> Markup:
        """Write the lines, source by source, in the order in which they stand there."""
        proofs = {step.event.origins[0]: step for step in reversed(self.proofs)}
        drawn = {told.event.origins[0]: told.event for rung in self.rungs for told in rung.told}
        events = {origin: step.event for origin, step in proofs.items()} | drawn
        sources: dict[tuple[str, str], list[Origin]] = {}
        for origin in sorted(events, key=lambda o: (events[o].side or "", o)):
            sources.setdefault((str(events[origin].side or ""), origin.path), []).append(origin)
        return Markup().join(
            Markup('<figure><figcaption><b>{}</b> {}</figcaption>\n<ol class="log">\n{}</ol></figure>\n').format(
                side.capitalize(),
                quote(path),
                Markup().join(
                    _line(self.keys[o], events[o], proofs.get(o), self.longest, is_drawn=o in drawn) for o in origins
                ),
            )
            for (side, path), origins in sources.items()
        )


def _line(key: str, event: Event, proof: Evidence | None, longest: int, *, is_drawn: bool) -> Markup:
    there = Markup("<a href=#r{}>{}</a>") if is_drawn else Markup("<b>{1}</b>")
    number = there.format(key, event.origins[0].line)
    if proof is None:
        return Markup("<li id=e{}>{}<code>{}</code></li>\n").format(key, number, line_text(event, longest))
    return Markup("<li id=e{} class=proof>{}<code>{} <small>{}</small></code></li>\n").format(
        key, number, line_text(event, longest), quote(how_known(proof).split(", ", 1)[1])
    )


def markup(block: Block, lines: Lines) -> Markup:
    """Write a block; `lines` are those of its page."""
    match block:
        case Said(text, look):
            return Markup("<p{}>{}</p>\n").format(_look(look), quote(text))
        case Pairs(rows):
            return Markup("<dl>\n{}</dl>\n").format(Markup().join(_pair(*row) for row in rows if row[1]))
        case Table():
            return _table(block)
        case Points():
            return _points(block)
        case Reference(text, address):
            return Markup("<p>{} {}</p>\n").format(quote(text), link(address))
        case _:
            return _picture(block, lines)


def _picture(block: Index | Ladder | Quotes | Chart, lines: Lines) -> Markup:
    match block:
        case Index():
            return _index(block)
        case Ladder():
            return Markup("<div class=scroll tabindex=0 role=region aria-label=Timeline>\n{}</div>\n{}").format(
                draw_ladder(block, lines.rungs, lines.key),
                _KEY if lines.first else "",
            )
        case Chart(lives):
            return _chart(lives)
        case Quotes():
            return lines.markup()


def _chart(lives: Lives) -> Markup:
    """Write the sessions' lives as a table whose cells are bars; what a bar shows stands beside it in words."""
    middle = lives.begin + (lives.end - lives.begin) // 2
    axis = Markup('<div class="axis"><span>{}</span><span>{}</span><span>{}</span></div>').format(
        *map(stamp, (lives.begin, middle, lives.end))
    )
    rows = Markup().join(
        Markup('<tr><th scope="row">{}</th><td>{}</td><td>{}</td></tr>\n').format(
            Markup('<a href="#{}">{}</a>').format(life.page, quote(life.name)) if life.page else quote(life.name),
            draw_life(life, lives),
            ", ".join(
                f"{state} {duration(share)}" for state in reversed(State) if (share := life.share(state)) >= _SECOND
            ),
        )
        for life in lives.rows
    )
    return Markup(
        '<table class="lives">\n<thead><tr><th scope=col>Session</th><th scope=col>{}</th>'
        "<th scope=col>In all</th></tr></thead>\n<tbody>\n{}</tbody></table>\n{}"
    ).format(axis, rows, _LEGEND)


def _pair(name: str, text: str) -> Markup:
    return Markup("<div><dt>{}</dt><dd>{}</dd></div>\n").format(quote(name), quote(text))


def _look(look: str) -> Markup:
    return Markup(" class={}").format(look) if look else Markup()


def _table(table: Table) -> Markup:
    looks = [*table.looks, *[""] * (len(table.rows) - len(table.looks))]
    header = Markup().join(Markup("<th scope=col>{}</th>").format(quote(cell)) for cell in table.header)
    rows = (
        Markup("<tr{}><th scope=row>{}</th>{}</tr>\n").format(_look(look), quote(cells[0]), _cells(cells[1:]))
        for cells, look in zip(table.rows, looks, strict=True)
    )
    return Markup(
        '<div class="scroll"><table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody></table></div>\n'
    ).format(header, Markup().join(rows))


def _cells(cells: Iterable[str]) -> Markup:
    return Markup().join(Markup("<td>{}</td>").format(_breakable(quote(cell))) for cell in cells)


def _breakable(text: str) -> Markup:
    """Return text that may be broken behind an underscore or a slash: long names of algorithms are."""
    return Markup(re.sub(r"(?<=[_/])", "<wbr>", escape(text)))  # noqa: S704 - escaped


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
            "<tr class={}><td>{}</td><th scope=row><a href=#{}>{}</a></th><td>{}</td>"
            "<td>{} <small>{}</small></td><td>{} <small>{}</small></td></tr>\n"
        ).format(
            entry.look,
            number,
            entry.page,
            quote(entry.session),
            entry.began,
            quote(entry.reason),
            quote(entry.what),
            quote(entry.cause or "not known"),
            entry.unsettled or entry.sure,
        )
        for number, entry in enumerate(index.entries, start=1)
    )
    header = Markup().join(
        Markup("<th scope=col>{}</th>").format(cell) for cell in ("#", "Session", "Since", "Reason", "Cause")
    )
    return Markup("<table class=stack>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody></table>\n").format(
        header, Markup().join(rows)
    )


def link(address: str) -> Markup | str:
    """Return an address as a link that shows its host; as text where it is none."""
    if not _ADDRESS.fullmatch(address):
        return quote(address)
    host = address.split("/")[2]
    return Markup('<a href="{}" rel="noreferrer">{}</a>').format(quote(address), quote(host))
