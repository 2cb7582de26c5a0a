"""SAs whose end a log holds and whose beginning it does not: lines are missing, and they were alive before.

So the end of another one was not the end of the session or tunnel: a rekey had gone before, whose lines were lost.
"""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from whydown.grammar.vocabulary import Kind
from whydown.sessions.alive import CHILD_UPS, IKE_UPS, RESTARTS, child_names, ike_names, tunnel_name
from whydown.sessions.protocols import PHASE1

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from whydown.grammar.event import Event

_IKE_END = frozenset({Kind.IKE_DELETE, Kind.IKE_EXPIRED})
_CHILD_END = frozenset({Kind.CHILD_DELETE, Kind.CHILD_GONE, Kind.CHILD_EXPIRED})
_IKE_ANEW = frozenset({Kind.IKE_START, Kind.ADMIN_INITIATE})
_CHILD_ANEW = frozenset({Kind.CHILD_START, Kind.CHILD_REKEY_START})
_MOST = 100  # lost SAs that are looked at for one that lived on
_end = attrgetter("end")


class Lost(NamedTuple):
    """An SA that came up unseen: some time after `begun`, and it was there until `end`."""

    tunnel: str
    names: frozenset[str]
    begun: int  # when the log last tells that one was begun before its end (microseconds UTC); 0: never
    end: int


def lost_ike(events: Iterable[Event]) -> dict[str, list[Lost]]:
    """Return the IKE SAs that came up unseen, of one gateway's events in time order, by host in the order of their ends."""
    return _lost(events, IKE_UPS, _ends_ike, ike_names, _begins_ike)


def lost_children(events: Iterable[Event]) -> dict[str, list[Lost]]:
    """Return the CHILD_SAs that came up unseen, of one gateway's events in time order, by host as `lost_ike`."""
    return _lost(events, CHILD_UPS, lambda e: e.kind in _CHILD_END, child_names, lambda e: e.kind in _CHILD_ANEW)


def alive_still(lost: Mapping[str, Sequence[Lost]], event: Event, tunnel: str = "") -> set[str]:
    """Return the names of one that lived on when `event` ended another; none where all had come to their ends."""
    mine = lost.get(event.host, ())
    for one in mine[bisect_right(mine, event.at, key=_end) :][:_MOST]:
        if one.begun > event.at:
            break  # so are those that follow: they ended later, and the last beginning before that is no earlier
        if not (tunnel and one.tunnel and one.tunnel != tunnel):
            return set(one.names)
    return set()


def _lost(
    events: Iterable[Event],
    ups: AbstractSet[Kind],
    ends: Callable[[Event], bool],
    names_of: Callable[[Event], set[str]],
    begins: Callable[[Event], bool],
) -> dict[str, list[Lost]]:
    found: dict[str, list[Lost]] = {}
    known: dict[str, set[str]] = {}  # by host: every name of those that were seen to come up
    begun: dict[str, int] = {}
    for event in events:
        if event.of_dump:
            continue
        host = event.host
        if event.kind in RESTARTS:
            known.pop(host, None)
        names = names_of(event) if event.kind in ups or ends(event) else set()
        if event.kind in ups:
            known.setdefault(host, set()).update(names)
        elif names and host in known and not names & known[host] and _alike(names, known[host]):
            lost = Lost(tunnel_name(event), frozenset(names), begun.get(host, 0), event.at)
            found.setdefault(host, []).append(lost)
            known[host] |= names
        if event.kind in RESTARTS or begins(event):
            begun[host] = event.at
    return found


def _alike(names: set[str], known: set[str]) -> bool:
    """Whether the log calls those that come up by such names at all: numbers, or SPIs."""
    return {n[:1] == "#" for n in names} <= {n[:1] == "#" for n in known}


def _ends_ike(event: Event) -> bool:
    established = "established" in str(event.get("state", "")).lower()
    return event.kind in _IKE_END or (event.kind is Kind.IKE_GONE and established)


def _begins_ike(event: Event) -> bool:
    return event.kind in _IKE_ANEW or (event.kind is Kind.IKE_MESSAGE and event.get("exchange") in PHASE1)
