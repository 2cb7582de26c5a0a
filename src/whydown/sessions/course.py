"""The course of a session: when it and its tunnels came up and went down, and by whose log."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from whydown.grammar.vocabulary import Kind
from whydown.sessions.alive import IKE_UPS
from whydown.sessions.disowned import without_disowned
from whydown.sessions.half_up import taken_up
from whydown.sessions.sas import SESSION, TUNNEL, turns
from whydown.sessions.signs import SIGNS, TRIED
from whydown.sources.line import Side

if TYPE_CHECKING:
    from whydown.sessions.model import Session
    from whydown.sessions.sas import Turn

_ENDS = frozenset({Kind.IKE_DELETE, Kind.IKE_GONE, Kind.CHILD_DELETE, Kind.CHILD_GONE})
_OF_SAS = TRIED | SIGNS[SESSION] | SIGNS[TUNNEL] | _ENDS


class Course(NamedTuple):
    """The changes of the session and of its tunnels, in time order, as the log of `side` tells them."""

    side: Side
    alone: bool  # the other side has no log
    session: list[Turn]
    tunnels: list[Turn]


def course_of(session: Session) -> Course:
    """Follow a session's events.

    The edge's own log says when the session was up, but for what the peer refused thereupon; only where it was not
    given, or holds no word of any SA, does the peer's. What NSX's state dumps say counts beside either.
    """
    hears = session.hearing.hears
    side = _witness(session)
    shared = without_disowned(session.events, side)
    told = list(turns([e for e in shared if e.side is side or (e.of_dump and e.side is Side.EDGE)]))
    alone = not hears(side.other)
    ups = [t for t in told if t.layer == SESSION]
    return Course(side, alone, taken_up(ups, session.events) if alone else ups, [t for t in told if t.layer == TUNNEL])


def _witness(session: Session) -> Side:
    """Return whose log tells the course; one without a word of any SA is of another time than the SAs were."""
    heard = [side for side in Side if session.hearing.hears(side)]
    if len(heard) < len(Side):
        return heard[0] if heard else Side.EDGE
    told = {e.side for e in session.events if e.kind in _OF_SAS and not e.of_dump}
    came_up = any(e.side is Side.PEER and e.kind in IKE_UPS for e in session.events)
    return Side.PEER if came_up and Side.EDGE not in told else Side.EDGE
