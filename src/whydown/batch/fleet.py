"""What a store tells over all bundles and runs: what recurs, what is new, which sessions flap."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from whydown.batch.rollup import NOT_KNOWN
from whydown.report.document import Item, Page, Points, Said, Section, Table
from whydown.report.jsonl import iso, written
from whydown.report.layout import many, stamp
from whydown.report.wire import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from whydown.batch.outcome import Row
    from whydown.batch.store import Kept, Run, Store

_OFTEN = 2  # times that make a recurrence
_DOWNS = 3  # so many downs of one session ...
_WITHIN = 86_400_000_000  # ... in a day, in microseconds, are flapping, also where each was an incident of its own


class Recurrence(NamedTuple):
    """Incidents of one session and one cause: how often, and when first and last; times in microseconds UTC."""

    session: str
    edge: str
    peer: str
    reason: str
    cause: str
    title: str
    times: int
    first: int
    last: int
    open: bool  # the last one had not ended
    flapping: bool = False  # the session is among those that flap


class Fleet(NamedTuple):
    """What a store tells: `recurrences` holds also what came once, `new` some of it; `flapping` are whole sessions."""

    bundles: int
    incidents: int
    runs: int
    new_since: int | None  # microseconds UTC; None: there was no run before, so everything is new
    recurrences: tuple[Recurrence, ...]
    new: tuple[Recurrence, ...]
    flapping: tuple[Recurrence, ...]


def fleet(store: Store, since: int | None = None) -> Fleet:
    """Ask a store; new is what began at `since` or later, without it what no run before the last one had found.

    An incident that several bundles hold counts once, as the latest reading tells it. Tunnels that were down only
    because their session was are left out.
    """
    runs = store.runs()
    latest: dict[tuple[str, str, str, int], Kept] = {}
    for kept in store.incidents():
        row = kept.row
        key = (row.session_id, row.layer, row.tunnel, row.began)
        first = min(kept.first_run, latest[key].first_run) if key in latest else kept.first_run
        latest[key] = kept._replace(first_run=first)
    grouped: dict[tuple[str, str], list[Kept]] = defaultdict(list)
    sessions: dict[str, list[Row]] = defaultdict(list)
    for kept in latest.values():
        if not kept.row.follows:
            cause = kept.row.cause.name if kept.row.cause else f"\0{kept.row.reason}"
            grouped[kept.row.session_id, cause].append(kept)
            sessions[kept.row.session_id].append(kept.row)
    flapping = {identity: _recurrence(rows) for identity, rows in sessions.items() if _flaps(rows)}
    before = _run_before(runs)
    told = [
        (_recurrence([k.row for k in group])._replace(flapping=identity in flapping), min(k.first_run for k in group))
        for (identity, _), group in grouped.items()
    ]
    told.sort(key=lambda item: (-item[0].times, -item[0].last, item[0].session, item[0].cause))
    new = [r for r, first_run in told if (r.first >= since if since is not None else first_run > before)]
    return Fleet(
        bundles=store.bundles(),
        incidents=sum(r.times for r, _ in told),
        runs=len(runs),
        new_since=since if since is not None else next((run.began for run in runs if run.number == before), None),
        recurrences=tuple(r for r, _ in told),
        new=tuple(sorted(new, key=lambda r: (-r.first, r.session, r.cause))),
        flapping=tuple(sorted(flapping.values(), key=lambda r: (-r.times, -r.last, r.session))),
    )


def page(told: Fleet) -> Page:
    """Return the page of a fleet."""
    often = [r for r in told.recurrences if r.times >= _OFTEN]
    title = f"{many(told.incidents, 'incident')} in {many(told.bundles, 'bundle')}, {many(told.runs, 'run')}"
    return Page(
        "fleet",
        title,
        (
            Section("recurring", "Recurring: the same session and cause again", (_table(often),)),
            _new(told),
            Section("flapping", "Flapping sessions", (_flapping(told.flapping),)),
        ),
    )


def json_lines(told: Fleet) -> Iterator[str]:
    """Write a fleet as JSON lines: an object a session and cause, and one for the store last."""
    new = set(told.new)
    for one in told.recurrences:
        yield _line(
            {
                "type": "recurrence",
                "schema": SCHEMA,
                **one._asdict(),
                "first": iso(one.first),
                "last": iso(one.last),
                "new": one in new,
            }
        )
    yield _line(
        {
            "type": "fleet",
            "schema": SCHEMA,
            "bundles": told.bundles,
            "incidents": told.incidents,
            "runs": told.runs,
            "new_since": None if told.new_since is None else iso(told.new_since),
        }
    )


def _line(value: dict[str, Any]) -> str:
    return f"{json.dumps(written(value))}\n"


def _run_before(runs: Sequence[Run]) -> int:
    """Return the last run but one that came to its end: one that was interrupted is part of the next."""
    ended = [run.number for run in runs[:-1] if run.ended is not None]
    return ended[-1] if ended else 0


def _recurrence(rows: Sequence[Row]) -> Recurrence:
    """Put incidents of one session and cause together."""
    ordered = sorted(rows, key=lambda row: (row.began, row.id))
    last = ordered[-1]
    return Recurrence(
        session=last.session or NOT_KNOWN,
        edge=last.edge,
        peer=last.peer,
        reason=last.reason,
        cause=last.cause.name if last.cause else "",
        title=last.cause.title if last.cause else "",
        times=len(ordered),
        first=ordered[0].began,
        last=last.began,
        open=last.ended is None,
    )


def _flaps(rows: Sequence[Row]) -> bool:
    """Whether a session flapped, or was down on its own so often within a day as makes a flapping."""
    begins: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.began):
        begins[row.layer, row.tunnel].append(row.began)
    crowded = (
        last - first <= _WITHIN for b in begins.values() for first, last in zip(b, b[_DOWNS - 1 :], strict=False)
    )
    return any(row.state == "flapping" for row in rows) or any(crowded)


def _what(one: Recurrence) -> str:
    return one.title or f"{one.reason}, cause not known"


def _table(often: Sequence[Recurrence]) -> Table | Said:
    if not often:
        return Said("Nothing came twice.")
    rows = [(str(r.times), r.session, _what(r), stamp(r.first), _last(r)) for r in often]
    return Table(("Times", "Session", "Cause", "First", "Last"), tuple(rows))


def _last(one: Recurrence) -> str:
    return f"{stamp(one.last)}{', open' * one.open}"


def _new(told: Fleet) -> Section:
    if told.new_since is None:
        return Section("new", "New", (Said("Everything: there was no run before the last one."),))
    return Section("new", f"New since {stamp(told.new_since)}", (_points(told.new),))


def _flapping(found: Sequence[Recurrence]) -> Points | Said:
    items = [
        Item(f"{r.session}: {many(r.times, 'incident')}, {stamp(r.first)} to {_last(r)}. The last: {_what(r)}.")
        for r in found
    ]
    return Points(tuple(items)) if items else Said("None.")


def _points(found: Iterable[Recurrence]) -> Points | Said:
    items = [
        Item(
            f"{stamp(r.first)}  {r.session}: {_what(r)}"
            f"{f', {r.times} times until {stamp(r.last)}' if r.times > 1 else ''}{', still open' * r.open}."
        )
        for r in found
    ]
    return Points(tuple(items)) if items else Said("None.")
