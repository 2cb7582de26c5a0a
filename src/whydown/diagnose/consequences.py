"""What merely followed a session or tunnel that went down: told with that incident, not as another one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from whydown.diagnose.incident import Layer
from whydown.diagnose.values import Moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from whydown.diagnose.incident import Incident

# A BGP neighbour is given up when its hold timer runs out (180 s by default, RFC 4271 section 10) and an IKE SA when
# its retransmissions do (165 s in strongSwan): either may be noticed first.
_REACH = 200 * 1_000_000  # microseconds between the two
# What BGP shows when the path under it goes: the timer, the interface or BFD.
_LOST_PATH = frozenset({"Hold timer expired", "Interface down", "Network or config error"})


def fold_consequences(incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    """Tell of a BGP neighbour that went down with a session or tunnel in that incident, and leave out its own.

    Only one that lost its path follows; refused numbers, shutdowns and filters are troubles of their own.
    """
    told = tuple(incidents)
    followers: dict[str, list[Incident]] = {}
    for incident in told:
        if incident.layer is Layer.BGP and incident.reason in _LOST_PATH and (first := _followed(incident, told)):
            followers.setdefault(first.id, []).append(incident)
    gone = {i.id for found in followers.values() for i in found}
    kept = (i for i in told if i.id not in gone)
    return tuple(
        replace(i, consequences=(*i.consequences, *map(_said, followers[i.id]))) if i.id in followers else i
        for i in kept
    )


def _followed(bgp: Incident, incidents: Sequence[Incident]) -> Incident | None:
    """Return the incident that a neighbour's down time follows: the nearest, a session before its tunnels."""
    near = [i for i in incidents if i.layer is not Layer.BGP and not i.follows and _near(i, bgp)]
    near = [i for i in near if i.session.id == bgp.session.id] or [i for i in near if _may_carry(i, bgp)]
    if len({i.session.id for i in near}) > 1:  # which tunnel leads to the neighbour is not known
        return None
    return min(near, key=lambda i: (i.layer is not Layer.SESSION, abs(i.began - bgp.began), i.id), default=None)


def _may_carry(one: Incident, bgp: Incident) -> bool:
    """Whether a session is of the gateway that writes of the neighbour, where nothing tells the neighbour's session."""
    known = bgp.session.edge.address and bgp.session.peer.address
    ends = [(one.session.edge, bgp.session.edge), (one.session.peer, bgp.session.peer)]
    return not known and any(a.host and a.host == b.host for a, b in ends)


def _near(one: Incident, bgp: Incident) -> bool:
    """Whether the neighbour was lost about when the other went down, or while it was; one that ails went not down."""
    if one.state == "degraded":
        return False
    last = one.ended if one.ended is not None else one.began
    return one.began - _REACH <= bgp.began <= max(last, one.began) + _REACH and (
        bgp.ended is None or bgp.ended >= one.began
    )


def _said(bgp: Incident) -> str:
    ended = f"; up again at {Moment(bgp.ended)}" if bgp.ended is not None else ""
    return f"BGP neighbour {bgp.tunnel} went down at {Moment(bgp.began)} ({bgp.reason}){ended}"
