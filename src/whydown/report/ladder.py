"""A timeline as a ladder of two lanes: who wrote it stands on its side, the arrow says which way it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.grammar.vocabulary import Direction
from whydown.report.layout import clock, day, wrap
from whydown.report.phrases import phrase
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from whydown.diagnose.incident import Evidence
    from whydown.grammar.event import Event
    from whydown.report.layout import Paper

_LANES = {
    (Side.EDGE, Direction.OUT): "EDGE ──▶     ",
    (Side.EDGE, Direction.IN): "EDGE ◀──     ",
    (Side.EDGE, Direction.LOCAL): "EDGE         ",
    (Side.PEER, Direction.OUT): "     ◀── PEER",
    (Side.PEER, Direction.IN): "     ──▶ PEER",
    (Side.PEER, Direction.LOCAL): "         PEER",
}
_INDENT = "    "
_HEAD = 20  # of a longer timeline, so many rows are shown from its beginning ..
_TAIL = 12  # .. and so many from its end


def labels(events: Sequence[Event]) -> dict[str, str]:
    """Name each source of the events shortly: its file name where that is short and unique, otherwise E1, P1, ..."""
    sources: dict[str, Side | None] = {}
    for event in events:
        for origin in event.origins:
            sources.setdefault(origin.source, event.side)
    tails = {source: source.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] for source in sources}
    named: dict[str, str] = {}
    counts = {"E": 0, "P": 0, "?": 0}
    for source, side in sources.items():
        tail = tails[source]
        if len(tail) <= 12 and list(tails.values()).count(tail) == 1:
            named[source] = tail
            continue
        letter = {Side.EDGE: "E", Side.PEER: "P"}.get(side, "?") if side else "?"
        counts[letter] += 1
        named[source] = f"{letter}{counts[letter]}"
    return named


def place(event: Event, named: Mapping[str, str]) -> str:
    """Say where an event's first line stands, by the source's short name."""
    origin = event.origins[0]
    return f"{named.get(origin.source, origin.source)}:{origin.line}"


def draw(paper: Paper, timeline: Sequence[Evidence], named: Mapping[str, str]) -> None:
    """Write the timeline: time, lanes, what happened, where it stands; equal neighbours once, with their count."""
    rows = _folded(timeline, named)
    dropped = len(rows) - _HEAD - _TAIL
    if dropped > 1:
        rows = [*rows[:_HEAD], (0, "", f"… {dropped} more rows; all are in --format jsonl …", ""), *rows[-_TAIL:]]
    where_width = max((len(where) for *_, where in rows), default=0)
    text_width = max(20, paper.style.width - len(_INDENT) - 12 - 2 - 13 - 2 - 2 - where_width)
    today = ""
    for at, lane, text, where in rows:
        if not lane:
            paper.exact(f"{_INDENT}{text}")
            continue
        if day(at) != today:
            today = day(at)
            paper.exact(f"{_INDENT}{today} (UTC)")
        first, *further = wrap(text, text_width) or [""]
        paper.exact(f"{_INDENT}{clock(at)}  {lane}  {first.ljust(text_width)}  {where}".rstrip())
        for row in further:
            paper.exact(f"{_INDENT}{'':12}  {'':13}  {row}")


def _folded(timeline: Sequence[Evidence], named: Mapping[str, str]) -> list[tuple[int, str, str, str]]:
    """Return (time, lane, text, place) of each row; a row said again and again stands once."""
    rows: list[tuple[int, str, str, str]] = []
    again = 1
    for step in timeline:
        side = step.event.side or Side.EDGE
        lane, text = _LANES[side, step.event.direction], phrase(step.event)
        if rows and rows[-1][1] == lane and rows[-1][2].removesuffix(f" ({again} times)") == text:
            again += 1
            at, _, _, where = rows[-1]
            rows[-1] = (at, lane, f"{text} ({again} times)", where)
            continue
        again = 1
        rows.append((step.at, lane, text, place(step.event, named)))
    return rows
