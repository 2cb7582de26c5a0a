"""Who knocks at a gateway that has no connection for it: a scanner, or a client that strayed; no session is down by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.grammar.vocabulary import AUTH_REFUSALS, Direction, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from whydown.grammar.event import Event
    from whydown.sessions.model import Session

_NAMES = frozenset({"conn", "child", "session", "tunnel"})  # what only a connection that is configured has
_UNMATCHED = frozenset({Kind.CONFIG_UNMATCHED, Kind.VERSION_MISMATCH, Kind.MESSAGE_MALFORMED, Kind.IKE_UNKNOWN_SPI})
# What asks for a connection that is there, or tells of one.
_KNOWN = AUTH_REFUSALS | {
    Kind.PROPOSALS_MISMATCH,
    Kind.PROPOSALS_SELECTED,
    Kind.AUTH_OK,
    Kind.KE_INVALID,
    Kind.IKE_UP,
    Kind.IKE_REKEY,
    Kind.CHILD_UP,
    Kind.SESSION_DOWN,
    Kind.SESSION_UP,
}


def find_strangers(sessions: Sequence[Session]) -> tuple[Session, ...]:
    """Return the sessions that are none: somebody asked, and the gateway has no connection for that address.

    Only beside a session that came up in the same logs, and where every connection that was loaded came up: otherwise
    the one who is not known may be the peer that is missed, behind another address.
    """
    asking: list[Session] = []
    rest: list[Session] = []
    for session in sessions:
        (asking if _only_asks(session) else rest).append(session)
    if not asking or not any(e.kind is Kind.IKE_UP for s in rest for e in s.events):
        return ()
    events = [e for s in sessions for e in s.events]
    loaded = _connections(events, Kind.CONFIG_LOADED)
    return tuple(asking) if loaded <= _connections(events, Kind.IKE_UP) else ()


def _only_asks(session: Session) -> bool:
    """Whether all that is known of a session is that one side asked and the other had no connection for it."""
    events = session.events
    started = any(e.kind is Kind.IKE_START and e.direction is Direction.OUT for e in events)
    named = any(_NAMES & e.fields.keys() or e.kind in _KNOWN or e.of_dump for e in events)
    return not started and not named and any(e.kind in _UNMATCHED for e in events)


def _connections(events: Iterable[Event], kind: Kind) -> set[tuple[str, str]]:
    """Return the connections that events of a kind name, each with the gateway that calls it so."""
    return {(e.host, str(e.fields["conn"])) for e in events if e.kind is kind and "conn" in e.fields}
