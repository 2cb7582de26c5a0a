"""The course of a session: when it and its tunnels came up and went down, and by whose log."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from whydown.sessions.disowned import without_disowned
from whydown.sessions.half_up import taken_up
from whydown.sessions.sas import SESSION, TUNNEL, turns
from whydown.sources.line import Side

if TYPE_CHECKING:
    from whydown.sessions.model import Session
    from whydown.sessions.sas import Turn


class Course(NamedTuple):
    """The changes of the session and of its tunnels, in time order, as the log of `side` tells them."""

    side: Side
    alone: bool  # the other side has no log
    session: list[Turn]
    tunnels: list[Turn]


def course_of(session: Session) -> Course:
    """Follow a session's events.

    The edge's own log says when the session was up, but for what the peer refused thereupon; only where it was not
    given does the peer's. What NSX's state dumps say counts beside either.
    """
    hears = session.hearing.hears
    side = Side.EDGE if hears(Side.EDGE) or not hears(Side.PEER) else Side.PEER
    shared = without_disowned(session.events, side)
    told = list(turns([e for e in shared if e.side is side or (e.of_dump and e.side is Side.EDGE)]))
    alone = not hears(side.other)
    ups = [t for t in told if t.layer == SESSION]
    return Course(side, alone, taken_up(ups, session.events) if alone else ups, [t for t in told if t.layer == TUNNEL])
