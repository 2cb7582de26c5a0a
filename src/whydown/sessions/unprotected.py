"""Notifies that nothing protects: a gateway that has the SA ignores them, since anybody can send them."""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from whydown.grammar.vocabulary import Kind
from whydown.sessions.clues import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from whydown.grammar.event import Event
    from whydown.sessions.sas import Turn

# As strongSwan abbreviates them; NOTIFY where it does not say which: outside of an SA they are of an unknown SPI, or of
# an unknown version (RFC 7296 section 1.5).
_UNKNOWN_SPI = frozenset({"NOTIFY", "N(INVAL_IKE_SPI)", "N(INVAL_SPI)"})
_COMPLAINTS = frozenset({Kind.MESSAGE_MALFORMED, Kind.MESSAGE_GARBLED})
_REPLACED = frozenset({Kind.IKE_REKEY, Kind.IKE_DELETE, Kind.IKE_GONE, Kind.IKE_EXPIRED})
_at = attrgetter("at")
_FATAL = 60 * SECOND  # a session that is down by then was not left alone


def pass_over(events: Iterable[Event]) -> Iterator[Event]:
    """Yield all events, in time order as they come; what a daemon writes of an ignored message is of one kind.

    strongSwan says of an unprotected message that it ignores it, and then that it is malformed or does not decrypt: the
    latter is not what is wrong with a gateway.
    """
    last: dict[tuple[Any, ...], Event] = {}  # of each thread, its last message or what it ignored of it
    for event in events:
        thread = event.side, event.host, event.get("thread")
        before = last.get(thread)
        if before is not None and event.at - before.at > SECOND:
            before = None
        if event.kind is Kind.IKE_MESSAGE:
            last[thread] = event
            yield event
        elif event.kind is Kind.MESSAGE_DROPPED and event.get("cause") == "unprotected":
            payloads = {"payloads": before.fields["payloads"]} if before and "payloads" in before.fields else {}
            last[thread] = event._replace(fields={**payloads, **event.fields})
            yield last[thread]
        elif event.kind in _COMPLAINTS and before and _is_notify(before):
            yield event._replace(kind=Kind.MESSAGE_DROPPED)
        else:
            yield event


def unheeded(events: Sequence[Event], ups: Sequence[Turn]) -> list[Event]:
    """Return the messages of no SA that came while the session was up (`ups`) and stayed so.

    Not what may be of an earlier SA: after the first rekey or DELETE a late message is life.
    """
    signs = []
    first = len(ups) == 1
    for event in events:
        if event.kind in _REPLACED:
            first = False
        elif (_is_ignored(event) or (first and _is_stray(event))) and _up_beyond(event.at, ups):
            signs.append(event)
    return signs


def _is_ignored(event: Event) -> bool:
    """Whether a message was ignored that may well say that an SA is unknown."""
    unsaid = "NOTIFY" if event.get("exchange") == "INFORMATIONAL_V1" else ""
    named = event.get("payloads", unsaid) in _UNKNOWN_SPI
    return named and event.kind is Kind.MESSAGE_DROPPED and event.get("cause") == "unprotected"


def _is_stray(event: Event) -> bool:
    return event.kind is Kind.IKE_UNKNOWN_SPI and "remote" in event.fields


def _up_beyond(at: int, ups: Sequence[Turn]) -> bool:
    after = bisect_right(ups, at, key=_at)
    return after > 0 and ups[after - 1].up and (after == len(ups) or ups[after].at > at + _FATAL)


def _is_notify(event: Event) -> bool:
    """Whether a message was ignored that holds a notify and nothing else."""
    payloads = str(event.get("payloads", ""))
    return event.kind is Kind.MESSAGE_DROPPED and (payloads == "NOTIFY" or payloads.startswith("N("))
