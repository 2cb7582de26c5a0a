"""A negotiation that a gateway answered and that went no further, up to the end of its log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.grammar.vocabulary import Direction, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.grammar.event import Event
    from whydown.sources.line import Side

_FIRST = frozenset({"IKE_SA_INIT", "ID_PROT"})
_BESIDE = frozenset(
    {Kind.PACKET, Kind.PROPOSALS_SELECTED, Kind.NAT_DETECTED}
)  # what a daemon writes of the answer itself


def half_open(events: Sequence[Event], side: Side) -> list[Event]:
    """Return the last answer of `side` to a first message if nothing came of it; none where the log goes on.

    What follows the answer takes a round trip: where its line is the last, that did not come, or the log ends too early
    to tell.
    """
    mine = [e for e in events if e.side is side and not e.of_dump]
    while mine and mine[-1].kind in _BESIDE and mine[-1].direction is not Direction.IN:
        mine.pop()
    return mine[-1:] if mine and _is_answer(mine[-1]) else []


def _is_answer(event: Event) -> bool:
    """Whether a message accepts a first one: it bears a key exchange or, where the log names no payloads, may do so."""
    if event.kind is not Kind.IKE_MESSAGE or event.direction is not Direction.OUT or event.get("role") != "response":
        return False
    return event.get("exchange") in _FIRST and "KE No" in event.get("payloads", "KE No")
