"""Messages that are sent again and again up to the end of a log: those a gateway does not answer, and its own."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from whydown.grammar.vocabulary import Direction, Kind
from whydown.sessions.clues import SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.grammar.event import Event
    from whydown.sources.line import Side

_ANSWERS = frozenset({Kind.IKE_MESSAGE, Kind.RETRANSMIT})
_OFTEN = 3  # a message or two may be lost
_GIVEN_UP = frozenset({Kind.CHILD_DELETE, Kind.CHILD_GONE})  # of the tunnel that was being made
_OF_SAS = ("ike_id", "child_id", "message_id")


def unanswered(events: Sequence[Event], side: Side) -> list[Event]:
    """Return the comings of one request that `side` leaves unanswered to the end of its log; none where it may answer.

    Whoever sends it again did not hear an answer (RFC 7296 section 2.1). Only a log that names the SA of each message,
    and shows an answer on the same SA before, tells that there was none.
    """
    answers: set[object] = set()
    waiting: dict[tuple[object, ...], list[Event]] = defaultdict(list)
    for event in events:
        sa = event.get("spi_i")
        if event.side is not side or sa is None or event.kind not in _ANSWERS:
            continue
        if event.direction is Direction.OUT:
            answers.add(sa)
            waiting.clear()
        elif event.get("role") == "request" and sa in answers:
            waiting[sa, event.get("exchange"), event.get("message_id")].append(event)
    repeated = [came for came in waiting.values() if came[-1].at - came[0].at >= SECOND]
    return repeated[-1] if repeated else []


def unheard(events: Sequence[Event], side: Side) -> list[Event]:
    """Return the repeats of a message of `side` that the other side leaves unanswered to the end of the log.

    None where this log does not show answers, or that none came; nor where the other side may refuse by silence: in
    IKEv1 one does that does not like the first message of a tunnel.
    """
    mine = [e for e in events if e.side is side and not e.of_dump]
    versions = [e.fields["version"] for e in mine if "version" in e.fields]
    shown = any(
        e.kind is Kind.IKE_MESSAGE and e.direction is Direction.IN and e.get("role") == "response" for e in mine
    )
    repeats: list[Event] = []
    for event in reversed(mine):
        if event.kind is Kind.RETRANSMIT and (not repeats or _is_same(event, repeats[-1])):
            repeats.append(event)
        elif event.kind is Kind.CHILD_FAILED and event.get("cause") == "timeout":
            shown = True
        elif event.direction is Direction.IN or not (event.kind is Kind.PACKET or event.kind in _GIVEN_UP):
            break
    if not shown or len(repeats) < _OFTEN or (versions[-1:] == [1] and not _is_reply(repeats[-1])):
        return []
    return repeats[::-1]


def _is_same(event: Event, other: Event) -> bool:
    return all(event.get(name) == other.get(name) for name in _OF_SAS)


def _is_reply(event: Event) -> bool:
    """Whether a message that is sent again is an answer, whose receipt IKEv1 wants confirmed (RFC 2409 section 5.5)."""
    return bool(event.get("role") == "response" or event.get("state") == "STATE_QUICK_R1")
