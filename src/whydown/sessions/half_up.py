"""IKE SAs that only the responder takes for up: it is done with its answer, the initiator does not accept it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from itertools import zip_longest
from typing import TYPE_CHECKING

from whydown.grammar.vocabulary import Kind
from whydown.sessions.clues import SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.grammar.event import Event
    from whydown.sessions.sas import Turn

_SOON = 60 * SECOND  # by then an initiator uses the IKE SA, or has given it up
_AGAIN = 2  # once more may be a lost answer


def taken_up(turns: Sequence[Turn], events: Sequence[Event]) -> list[Turn]:
    """Leave out each up of a responder that the initiator never took for one, and the down that ends it.

    The initiator then goes on sending what was answered, and encrypts by what the responder no longer expects.
    """
    kept: list[Turn] = []
    void = False
    for turn, following in zip_longest(turns, turns[1:]):
        if turn.up:
            end = turn.at + _SOON if following is None else min(turn.at + _SOON, following.at)
            void = _is_refused(turn, _between(events, turn.at, end))
        if not void:
            kept.append(turn)
    return kept


def _between(events: Sequence[Event], begin: int, end: int) -> Sequence[Event]:
    low = bisect_left(events, begin, key=lambda e: e.at)
    return events[low : bisect_right(events, end, key=lambda e: e.at)]


def _is_refused(up: Turn, after: Sequence[Event]) -> bool:
    kinds = Counter(e.kind for e in after if e.side is up.event.side)
    used = kinds[Kind.CHILD_START] + kinds[Kind.CHILD_UP] + sum(e.get("exchange") == "QUICK_MODE" for e in after)
    return not used and kinds[Kind.RETRANSMIT_SEEN] >= _AGAIN and kinds[Kind.MESSAGE_GARBLED] > 0
