"""Negotiations that cross: one is refused in the seconds in which another brings the session up for the first time.

Each gateway may begin an IKE SA of its own at the same time, and each is agreed on for itself (RFC 7296 sections 1.2
and 2.8). Where nothing was down before, the one that failed is no outage. When the other gateway had begun it, the two
are not set up alike: the session comes up from one side only, which is told as trouble of a session that is up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from whydown.grammar.vocabulary import AUTH_REFUSALS, Direction, Kind
from whydown.sessions.attempts import begun_by_writer
from whydown.sessions.clues import SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.grammar.event import Event
    from whydown.sessions.stretches import Stretch
    from whydown.sources.line import Side

_Starts = dict[tuple[str, str, Any], list["Event"]]  # by host, program and number of the IKE SA, in time order
_at = attrgetter("at")
_CROSSING = 5 * SECOND
_REFUSALS = AUTH_REFUSALS | {
    Kind.IKE_FAILED,
    Kind.PROPOSALS_MISMATCH,
    Kind.CONFIG_UNMATCHED,
    Kind.VERSION_MISMATCH,
}


def crosses(stretch: Stretch) -> bool:
    """Whether all that went wrong in a down time was refused just before the session came up for the first time."""
    return (
        not stretch.was_up
        and stretch.up is not None
        and any(e.kind in _REFUSALS for e in stretch.signs)
        and all(e.kind in _REFUSALS and stretch.up.at - e.at <= _CROSSING for e in stretch.signs)
    )


def refused_other_way(stretch: Stretch, events: Sequence[Event]) -> list[Event]:
    """Return what was refused in a crossing of which the other gateway had begun the negotiation that failed."""
    starts: _Starts = defaultdict(list)
    for event in events:
        if event.kind is Kind.IKE_START:
            starts[event.host, event.app, event.get("ike_id")].append(event)
    begun = _beginner(stretch.up, starts) if stretch.up is not None else None
    if begun is None:
        return []
    return [e for e in stretch.signs if _beginner(e, starts) is begun.other]


def _beginner(event: Event, starts: _Starts) -> Side | None:
    """Return the side that began the negotiation of which a line tells; None where nothing says."""
    if event.side is None:
        return None
    own = _role(event)
    if own is None and (number := event.get("ike_id")) is not None:
        mine = starts.get((event.host, event.app, number), [])
        before = bisect_right(mine, event.at, key=_at)
        own = mine[before - 1].direction is not Direction.IN if before else None
    if own is None:
        own = begun_by_writer(event)
    return None if own is None else event.side if own else event.side.other


def _role(event: Event) -> bool | None:
    role = event.get("role")
    return None if role not in ("initiator", "responder") else bool(role == "initiator")
