"""A timeline as a ladder of two lanes: who wrote it stands on its side, the arrow says which way it went."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from whydown.envelope.record import Certainty
from whydown.grammar.vocabulary import Direction
from whydown.report.layout import clock, day, wrap
from whydown.report.phrases import phrase
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence

    from whydown.diagnose.incident import Evidence
    from whydown.grammar.event import Event
    from whydown.report.document import Ladder
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
_ROUND = 8  # rows of a round of retries that is recognised as such


def labels(events: Sequence[Event]) -> dict[str, str]:
    """Name each source of the events shortly: its file name where that is short and unique, otherwise E1, P1, ..."""
    sources: dict[str, Side | None] = {}
    for event in events:
        for origin in event.origins:
            sources.setdefault(origin.path, event.side)
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
    return f"{named.get(origin.path, origin.path)}:{origin.line}"


def draw(paper: Paper, ladder: Ladder) -> None:
    """Write the timeline: time, lanes, what happened, where it stands; what comes again and again stands once."""
    timeline, named = ladder.steps, labels([step.event for step in (*ladder.steps, *ladder.proofs)])
    rows = _round_folded(_folded(timeline, named))
    dropped = len(rows) - _HEAD - _TAIL
    if dropped > 1:
        rows = [*rows[:_HEAD], _remark(f"… {dropped} more rows; all are in --format jsonl …"), *rows[-_TAIL:]]
    where_width = max((len(row.where) for row in rows), default=0)
    text_width = max(20, paper.style.width - len(_INDENT) - 12 - 2 - 13 - 2 - 2 - where_width)
    today = ""
    for row in rows:
        if not row.lane:
            paper.exact(f"{_INDENT}{row.text}")
            continue
        if row.timed and day(row.at) != today:
            today = day(row.at)
            paper.exact(f"{_INDENT}{today} (UTC)")
        first, *further = wrap(row.text, text_width) or [""]
        time = clock(row.at) if row.timed else f"{'':12}"
        paper.exact(f"{_INDENT}{time}  {row.lane}  {first.ljust(text_width)}  {row.where}".rstrip())
        for part in further:
            paper.exact(f"{_INDENT}{'':12}  {'':13}  {part}")
    for source, label in named.items():
        if not source.endswith(label):
            paper.exact(f"{_INDENT}{label} is {source}")


class _Row(NamedTuple):
    """One row of the ladder; a remark has no lane."""

    at: int
    lane: str
    text: str
    where: str
    last: int  # the time of the last event in it
    timed: bool = True  # its line bears a time


def _remark(text: str) -> _Row:
    return _Row(0, "", text, "", 0)


def _folded(timeline: Sequence[Evidence], named: Mapping[str, str]) -> list[_Row]:
    """Return the rows; a row said again and again stands once, with its count."""
    rows: list[_Row] = []
    again = 1
    for step in timeline:
        side = step.event.side or Side.EDGE
        lane, text = _LANES[side, step.event.direction], phrase(step.event)
        if rows and rows[-1].lane == lane and rows[-1].text.removesuffix(f" ({again} times)") == text:
            again += 1
            rows[-1] = rows[-1]._replace(text=f"{text} ({again} times)", last=step.at)
            continue
        again = 1
        timed = step.event.certainty is not Certainty.UNTIMED
        rows.append(_Row(step.at, lane, text, place(step.event, named), step.at, timed))
    return rows


def _round_folded(rows: Sequence[_Row]) -> list[_Row]:
    """Return the rows with each round of several rows that comes again and again written once: retries look alike."""
    kept: list[_Row] = []
    for begin, length, again in rounds([(row.lane, row.text) for row in rows]):
        kept += rows[begin : begin + length]
        if again:
            times = "once more" if again == 1 else f"{again} more times"
            last = rows[begin + length * (again + 1) - 1]
            until = f", until {clock(last.last)}" if last.timed else ""
            kept.append(_remark(f"… the same {length} rows {times}{until} …"))
    return kept


def rounds(said: Sequence[Hashable]) -> Iterator[tuple[int, int, int]]:
    """Cut rows into rounds: where each begins, how many rows it has, and how often it comes again right behind."""
    begin = 0
    while begin < len(said):
        best, length = 0, 1
        for long in range(2, _ROUND + 1):
            one, again = said[begin : begin + long], 0
            while said[begin + (again + 1) * long : begin + (again + 2) * long] == one:
                again += 1
            if len(one) == long and again * long > best:
                best, length = again * long, long
        yield begin, length, best // length
        begin += length + best
