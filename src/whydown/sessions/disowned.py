"""SAs that only the responder has: it takes them for up, and the initiator refuses who the responder says it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.grammar.vocabulary import AUTH_REFUSALS, Direction, Kind
from whydown.sessions.clues import SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.grammar.event import Event
    from whydown.sources.line import Side

_WINDOW = 30 * SECOND  # the answer to IKE_AUTH may have to be sent again
_UNREADABLE = frozenset({Kind.MESSAGE_GARBLED, Kind.MESSAGE_MALFORMED})
_GIVEN_UP = frozenset({Kind.IKE_TIMEOUT, Kind.IKE_FAILED})
_UPS = frozenset({Kind.IKE_UP, Kind.CHILD_UP})


def without_disowned(events: Sequence[Event], side: Side) -> list[Event]:
    """Return the events without the ups of one side that the other, which began the negotiation, refused.

    In IKEv2 the responder has its SAs before the initiator has checked the responder's ID and AUTH (RFC 7296 section
    1.2). Some daemons do not even log the AUTHENTICATION_FAILED that follows. It is the same where the initiator cannot
    read the answer and gives up. Of what bears one time, as in logs of whole seconds, the order is not known.
    """
    begun = False  # the other side has begun a negotiation and has not called it up
    ups: list[Event] = []  # of this side, since then
    unread: list[Event] = []  # of these, those whose answer the other side could not read
    disowned: set[int] = set()
    for event in events:
        if event.side is side:
            if event.kind in _UPS:
                ups.append(event)
        elif event.kind is Kind.IKE_START and event.direction is Direction.OUT:
            begun, ups, unread = True, [up for up in ups if up.at == event.at], []
        elif event.kind is Kind.IKE_UP:
            begun, ups, unread = False, [], []
        elif begun and event.kind in AUTH_REFUSALS:
            disowned |= {id(up) for up in ups if event.at - up.at <= _WINDOW}
        elif begun and event.kind in _UNREADABLE:
            unread = [up for up in ups if event.at - up.at <= _WINDOW]
        elif event.kind in _GIVEN_UP:
            disowned |= {id(up) for up in unread}
    return [e for e in events if id(e) not in disowned]
