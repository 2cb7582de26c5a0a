"""IKE SAs that one gateway has to the end and the other has not: its negotiation failed after all, or its daemon went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.grammar.vocabulary import Direction, Kind
from whydown.sessions.alive import IKE_UPS
from whydown.sessions.protocols import is_of_child
from whydown.sessions.sas import SESSION, turns
from whydown.sessions.signs import SIGNS, WEAK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.grammar.event import Event
    from whydown.sessions.sas import Turn
    from whydown.sources.line import Side

_GONE = frozenset({Kind.DAEMON_STOP, Kind.DAEMON_CRASH})
_DEAD = frozenset({Kind.DPD_DEAD, Kind.IKE_TIMEOUT})
# What only adds to a failure: the next message of its kind may be in order.
_PASSING = frozenset({Kind.MESSAGE_GARBLED, Kind.MESSAGE_MALFORMED, Kind.PROPOSALS_MISMATCH})
_FAILED = SIGNS[SESSION] - WEAK


def signs_across(events: Sequence[Event], side: Side, ups: Sequence[Turn]) -> list[Event]:
    """Return what the other gateway writes of having no IKE SA while `side` has one up at the end (`ups`).

    In IKEv2 a responder is done with its answer, and learns only by its own liveness checks that the initiator cannot
    use it (RFC 7296 sections 1.2 and 2.4); nor does a daemon that stops without a DELETE tell anyone, or one whose
    liveness checks went unanswered.
    """
    theirs = [e for e in events if e.side is side.other]
    if not (ups and ups[-1].up) or _last_up(theirs):
        return []
    signs: list[Event] = []
    begun = taken = False  # the other side has begun a negotiation, and `side` has called it up since
    lived = False  # the other side has an SA up
    heard_until = max(e.at for e in events if e.side is side)
    for event in events:
        if event.side is side:
            taken = taken or (begun and event.kind in IKE_UPS)
        elif event.side is not side.other:
            continue
        elif event.kind is Kind.IKE_START and event.direction is Direction.OUT:
            begun, taken = True, False
        elif event.kind in IKE_UPS or event.kind is Kind.IKE_DELETE:
            begun, taken, signs = False, False, []
            lived = event.kind in IKE_UPS
        elif event.kind in _GONE or (lived and event.kind in _DEAD) or (taken and _has_failed(event)):
            signs.append(event)
    # A daemon that stops after the Edge's log has ended may do so because the Edge did.
    signs = [e for e in signs if ups[-1].at < e.at and (e.kind not in _GONE or e.at < heard_until)]
    return signs if any(e.kind not in _PASSING for e in signs) else []


def _has_failed(event: Event) -> bool:
    return event.kind in _FAILED and not is_of_child(event)


def _last_up(events: Sequence[Event]) -> bool:
    """Whether the last turn of a gateway's session is up."""
    last = [t for t in turns(events) if t.layer == SESSION][-1:]
    return bool(last and last[0].up)
