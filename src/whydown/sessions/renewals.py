"""Rekeyed CHILD_SAs whose rows name no peer, given to the session whose tunnel they renew.

An NSX Edge prints the peers of a CHILD_SA when it is first set up, and of a rekey only its networks and SPIs. What it
replaces has the same networks and is deleted within seconds (RFC 7296 section 2.8): where one session has such a tunnel
it is that one's, and of several the one whose SA is deleted next. A renewal is no sign of trouble, so a wrong guess
raises none; without it each rekey of a session among others looks like the end of its tunnel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.grammar.event import in_time
from whydown.grammar.vocabulary import Kind
from whydown.sessions.alive import CHILD_UPS, networks
from whydown.sessions.clues import SECOND, spis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from whydown.grammar.event import Event
    from whydown.sessions.clues import Link

_REPLACED = 60 * SECOND  # the SA that was replaced is deleted by then
_ENDS = frozenset({Kind.CHILD_GONE, Kind.CHILD_DELETE, Kind.CHILD_EXPIRED})


def take_renewals(links: Sequence[Link], rest: Sequence[Event]) -> tuple[Event, ...]:
    """Move renewals, and the ends of SAs that they set up, from what is left of a log (`rest`) to its links."""
    nameless = [(e, n) for e in sorted(rest, key=in_time) if e.kind in CHILD_UPS and (n := networks(e))]
    if not nameless or len(links) < 2:
        return tuple(rest)
    tunnels = [{n: e for e in link.events if e.kind in CHILD_UPS and (n := networks(e))} for link in links]
    told = [e for events in (*(link.events for link in links), rest) for e in events]
    ended = {spi: e for e in told if e.kind in _ENDS for spi in spis(e)}
    moved: dict[int, Link] = {}
    for event, renewed in nameless:
        having = [place for place, own in enumerate(tunnels) if renewed in own and own[renewed].at <= event.at]
        if len(having) > 1:
            ends = {place: _ended(tunnels[place][renewed], ended) for place in having}
            near = [p for p in having if (at := ends[p]) is not None and -SECOND <= at - event.at <= _REPLACED]
            having = sorted(near, key=lambda place: ends[place] or 0)
        if having:
            tunnels[having[0]][renewed] = event
            moved |= {id(one): links[having[0]] for one in (event, *(ended[s] for s in spis(event) if s in ended))}
    for event in rest:
        if id(event) in moved:
            moved[id(event)].events.append(event)
    for link in links:
        link.events.sort(key=in_time)
    return tuple(e for e in rest if id(e) not in moved)


def _ended(sa: Event, ended: Mapping[str, Event]) -> int | None:
    """Return when an SA was deleted, if its end is logged."""
    return min((ended[spi].at for spi in spis(sa) if spi in ended), default=None)
