"""Requests that a gateway hears again and again and does not answer, though its log shows its answers."""

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
