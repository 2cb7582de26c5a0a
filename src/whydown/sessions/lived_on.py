"""SAs that a log shows alive and whose beginning it does not hold: lines are missing, and they were alive before.

So the end of another one was not the end of the session or tunnel: a rekey had gone before, whose lines were lost.
"""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from whydown.grammar.vocabulary import Kind
from whydown.sessions.alive import CHILD_UPS, IKE_UPS, RESTARTS, child_names, ike_names, tunnel_name
from whydown.sessions.protocols import CHILD_EXCHANGES, PHASE1

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from whydown.grammar.event import Event

_IKE_END = frozenset({Kind.IKE_DELETE, Kind.IKE_EXPIRED})
_CHILD_END = frozenset({Kind.CHILD_DELETE, Kind.CHILD_GONE, Kind.CHILD_EXPIRED})
_IKE_ANEW = frozenset({Kind.IKE_START, Kind.ADMIN_INITIATE})
_CHILD_ANEW = frozenset({Kind.CHILD_START, Kind.CHILD_REKEY_START})
_MOST = 100  # lost SAs that are looked at for one that lived on
_ACTS = CHILD_UPS | {Kind.CHILD_REKEY_START, Kind.DPD_SENT, Kind.DPD_ANSWERED}  # done under an IKE SA that is up
_ON_ITS_WAY = 1_000_000  # microseconds: what comes so soon after an end may be of the SA that ended
_SOON = 10_000_000  # what an IKE SA does so soon after the end of another one began before
_at = attrgetter("at")
_end = attrgetter("end")


class Lost(NamedTuple):
    """An SA that came up unseen: some time after `begun`, and it was there until `end`."""

    tunnel: str
    names: frozenset[str]
    begun: int  # when the log last tells that one was begun before its end (microseconds UTC); 0: never
    end: int


class Act(NamedTuple):
    """What a gateway did that only an IKE SA allows which is up, and when its log last tells that one was begun."""

    at: int
    begun: int  # microseconds UTC; 0: never
    names: frozenset[str]  # of the IKE SA, where the line names it


def acts(events: Iterable[Event]) -> dict[str, list[Act]]:
    """Return what was done under IKE SAs, of one gateway's events in time order, by host."""
    found: dict[str, list[Act]] = {}
    begun: dict[str, int] = {}
    for event in events:
        if event.of_dump:
            continue
        if event.kind in RESTARTS or event.kind in IKE_UPS or _begins_ike(event):
            begun[event.host] = event.at
        elif _is_act(event) and (event.kind not in CHILD_UPS or event.host in begun):  # the first comes with its IKE SA
            act = Act(event.at, begun.get(event.host, 0), frozenset(ike_names(event)))
            found.setdefault(event.host, []).append(act)
    return found


def _is_act(event: Event) -> bool:
    if event.kind is not Kind.IKE_MESSAGE:
        return event.kind in _ACTS
    return event.get("exchange") in CHILD_EXCHANGES or "N(DPD" in event.get("payloads", "")


def acts_on(done: Mapping[str, Sequence[Act]], event: Event) -> bool:
    """Whether the gateway went on, soon after `event` ended an IKE SA, as it can only under another one."""
    mine = done.get(event.host, ())
    following = mine[(place := bisect_right(mine, event.at + _ON_ITS_WAY, key=_at)) : place + 1]
    return any(a.at <= event.at + _SOON and a.begun <= event.at and not a.names & ike_names(event) for a in following)


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
