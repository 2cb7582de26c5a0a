"""IKE SAs that the other side begins one after another without ending one: it takes none of them up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.grammar.vocabulary import Direction, Kind
from whydown.sessions.clues import SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.grammar.event import Event
    from whydown.sources.line import Side

# Libreswan tries again after five seconds, and waits twice as long each time, up to five minutes.
_SOON = 6 * 60 * SECOND
_LAST = 60 * SECOND  # so long nobody can tell whether the last one was taken up
_OFTEN = 3  # twice may be a restart, or a beginning at both ends
# Whoever does this has the SA; and what this side does itself explains why another one is begun.
_USED_OR_ENDED = frozenset(
    {
        Kind.IKE_DELETE,
        Kind.IKE_GONE,
        Kind.IKE_REKEY,
        Kind.IKE_REKEY_START,
        Kind.IKE_TIMEOUT,
        Kind.DPD_DEAD,
        Kind.CHILD_START,
        Kind.CHILD_REKEY,
        Kind.CHILD_DELETE,
        Kind.DAEMON_START,
        Kind.DAEMON_STOP,
        Kind.DAEMON_CRASH,
        Kind.ADMIN_INITIATE,
        Kind.ADMIN_TERMINATE,
    }
)


def begun_anew(events: Sequence[Event], side: Side) -> list[Event]:
    """Return the ups of `side` that the other side follows by a new beginning each time; none where it stops doing so.

    In IKEv2 the responder has its SA before the initiator has checked who answers (RFC 7296 section 1.2). One that does
    not accept it may drop its own without a word, as Libreswan does, and begin anew.
    """
    ups: list[Event] = []
    for event in (e for e in events if e.side is side):
        if event.kind is Kind.IKE_UP:
            if not (ups and _follows(event, ups[-1])):
                ups = []
            ups.append(event)
        elif event.kind in _USED_OR_ENDED or _is_own_or_use(event):
            ups = []
    if len(ups) < _OFTEN:
        return []
    until = max(e.at for e in events if e.side is side)
    patience = max(_LAST, 2 * (ups[-1].at - ups[-2].at))
    return ups if until - ups[-1].at <= patience else []


def _follows(up: Event, before: Event) -> bool:
    """Whether an IKE SA is one more of the same connection with the same peer, begun by that peer."""
    same = all(up.get(name) == before.get(name) for name in ("conn", "remote_id"))
    return same and up.get("role") == "responder" == before.get("role") and up.at - before.at <= _SOON


def _is_own_or_use(event: Event) -> bool:
    """Whether this side begins a negotiation itself, or the other side uses an SA that is up."""
    if event.kind is Kind.IKE_START:
        return event.direction is Direction.OUT
    informs = event.get("exchange") in ("INFORMATIONAL", "CREATE_CHILD_SA")
    return event.kind is Kind.IKE_MESSAGE and event.direction is Direction.IN and informs
