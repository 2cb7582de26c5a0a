"""Incidents counted: by reason, cause, session, edge, vendor of the peer, and hour."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from whydown.report.jsonl import iso

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from whydown.batch.outcome import Row

NOT_KNOWN = "not known"
_HOUR = 3_600_000_000


class Count(NamedTuple):
    """How many incidents have one name in common, how many of them are still open, and in how many bundles."""

    name: str
    incidents: int
    open: int
    bundles: int


BY: Mapping[str, Callable[[Row], str]] = {
    "reason": lambda row: row.reason,
    "cause": lambda row: row.cause.name if row.cause else NOT_KNOWN,
    "session": lambda row: row.session or NOT_KNOWN,
    "edge": lambda row: row.edge or NOT_KNOWN,
    "peer_vendor": lambda row: row.peer_vendor or NOT_KNOWN,
    "hour": lambda row: f"{iso(row.began - row.began % _HOUR)[:16]}Z",
}


def count(rows: Iterable[tuple[str, Row]]) -> dict[str, list[Count]]:
    """Count incidents, each with its bundle, in every way, the most frequent first; hours in their order.

    A tunnel that is down only because its session is belongs to the session's incident and is not counted.
    """
    leading = [(bundle, row) for bundle, row in rows if not row.follows]
    found: dict[str, list[Count]] = {}
    for by, name in BY.items():
        incidents: Counter[str] = Counter()
        still: Counter[str] = Counter()
        bundles: dict[str, set[str]] = defaultdict(set)
        for bundle, row in leading:
            called = name(row)
            incidents[called] += 1
            still[called] += row.ended is None
            bundles[called].add(bundle)
        counts = [Count(called, number, still[called], len(bundles[called])) for called, number in incidents.items()]
        found[by] = sorted(counts, key=lambda c: (0 if by == "hour" else -c.incidents, c.name))
    return found
