"""How many negotiations failed in a down time: each counts once, whoever logged it and however often it was sent.

One is an IKE SA of its own: a first message with a new SPI (RFC 7296 section 2.6), a new phase 1 in IKEv1; or, under an
IKE SA that is up, a CHILD_SA. A request that is sent again is none, nor is one that goes on with another DH group or a
cookie (sections 1.2 and 2.6), nor the order to begin.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from whydown.grammar.vocabulary import AUTH_REFUSALS, Direction, Kind
from whydown.sessions.clues import SECOND
from whydown.sessions.protocols import is_of_child
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from whydown.grammar.event import Event
    from whydown.sessions.model import Hearing

_FIRST = frozenset({"IKE_SA_INIT", "ID_PROT", "AGGRESSIVE"})  # exchanges an IKE SA begins with
_TOGETHER = SECOND  # nameless lines of one failed CHILD_SA are no further apart
_ONE_BLOW = SECOND // 100  # nor those of one negotiation that a daemon calls by two names
_AT_ONCE = 2 * SECOND  # by then an initiator that was asked for another group comes back with it
# What a gateway writes of an IKE SA that the other side began: by these, one is known that has no line of its own.
_ANSWERED = frozenset({Kind.PROPOSALS_SELECTED, Kind.PROPOSALS_MISMATCH})
_ENDED = frozenset({Kind.IKE_FAILED, Kind.IKE_TIMEOUT})
_TELLS_ROLE = _ENDED | {Kind.CHILD_FAILED}
_GIVEN_UP = _ENDED | {Kind.IKE_RETRY}
_CHILD_FAILED = frozenset({Kind.CHILD_FAILED, Kind.CHILD_REKEY_FAILED, Kind.TS_MISMATCH})
_REFUSED = frozenset({Kind.IKE_FAILED, Kind.KE_INVALID, Kind.CHILD_FAILED, Kind.NOTIFY})
_BY_EITHER = frozenset({"AUTHENTICATION_FAILED", None})  # an initiator may refuse who answers, too
_EITHER = frozenset({Kind.PROPOSALS_MISMATCH, Kind.NOTIFY})
# What a negotiation that fails leaves behind, whoever began it.
_FAILING = (
    _CHILD_FAILED
    | _EITHER
    | _ENDED
    | AUTH_REFUSALS
    | {
        Kind.IKE_HALF_OPEN_TIMEOUT,
        Kind.CONFIG_UNMATCHED,
        Kind.VERSION_MISMATCH,
        Kind.KE_INVALID,
        Kind.MESSAGE_GARBLED,
        Kind.MESSAGE_MALFORMED,
        Kind.NOTIFY_IGNORED,
    }
)


@dataclass(slots=True)
class _Begun:
    """The negotiations that one daemon tells of, by whether it began them itself; None where nothing tells."""

    by: Counter[bool | None] = field(default_factory=Counter)
    open: list[bool | None] = field(default_factory=list)  # of each beginner, the last one that has not failed so far

    def add(self, *, own: bool | None, again: bool = False) -> None:
        """Count one more, or none where the last one goes on."""
        self.by[own] += 0 if again and self.by[own] else 1
        self.open = [*(one for one in self.open if one is not own), own]

    def fail(self, event: Event) -> bool:
        """Take down that one failed, the last one if nothing tells whose; return whether one was under way."""
        own = begun_by_writer(event)
        if own is None and self.open:
            own = self.open[-1]
        if own not in self.open:
            return False
        self.open.remove(own)
        return True

    def succeed(self) -> None:
        """Take the last one that is under way out of the count."""
        if self.open:
            self.by[self.open.pop()] -= 1

    def failed(self, *, ended: bool) -> Counter[bool | None]:
        """Return how many failed; where the down time has ended, what was under way then did not."""
        return self.by - Counter(self.open) if ended else self.by


def begun_by_writer(event: Event) -> bool | None:
    """Whether the writer itself began what failed, as far as its line tells."""
    role = event.get("role")
    if event.kind in _TELLS_ROLE and role in ("initiator", "responder"):
        return bool(role == "initiator")
    if event.kind is Kind.IKE_TIMEOUT:
        return True
    if event.kind is Kind.IKE_HALF_OPEN_TIMEOUT:
        return False
    if event.direction is Direction.IN and event.kind in _REFUSED:
        return True
    if event.direction is Direction.OUT and event.kind in _REFUSED and event.get("notify") not in _BY_EITHER:
        return False
    return None


def failed_sessions(events: Iterable[Event], hearing: Hearing, began: int, last: int, *, ended: bool) -> int:
    """Count the IKE SAs that were not agreed on; where the down time has ended, what was under way then did not fail.

    Both gateways may log one and the same. How many an initiator began its own log tells, where it is there for all
    the time from `began` to `last`: a responder that refuses forgets, and takes what is sent again for another one.
    """
    tells = {side: hearing.writes(side, Kind.IKE_START) for side in Side}
    sides = _sides(events, lambda side: _Ike(tells[side]), ended=ended)
    return _once(sides, hearing, began, last)


def failed_tunnels(events: Iterable[Event], hearing: Hearing, began: int, last: int, *, ended: bool) -> int:
    """Count the CHILD_SAs that were not agreed on, in the same way."""
    return _once(_sides(events, lambda _: _Child(), ended=ended), hearing, began, last)


def is_failing(event: Event) -> bool:
    """Whether an event alone shows that some negotiation failed."""
    return event.kind in _FAILING


def _sides(
    events: Iterable[Event], of: Callable[[Side], _Ike | _Child], *, ended: bool
) -> dict[Side, Counter[bool | None]]:
    """Read each daemon's events, and return how many negotiations the logs of each side tell of, by who began them."""
    writers: dict[tuple[Side, str], _Ike | _Child] = {}
    for event in events:
        if event.side and not event.of_dump:
            key = event.side, event.host
            if key not in writers:
                writers[key] = of(event.side)
            writers[key].read(event)
    sides = {side: Counter[bool | None]() for side in Side}
    for (side, _), writer in writers.items():
        sides[side] += writer.begun.failed(ended=ended)
    return sides


def _once(sides: Mapping[Side, Counter[bool | None]], hearing: Hearing, began: int, last: int) -> int:
    """Return how many negotiations there were of which each side's log tells its part."""
    total = 0
    for side, told in sides.items():
        whole = told[True] and hearing.listens(side, began, last)
        total += told[True] if whole else max(told[True], sides[side.other][False])
    return max(total, *(told.total() for told in sides.values() if told[None]), 0)


@dataclass(slots=True)
class _Ike:
    """What one daemon has written of IKE SAs: those that began; where it never says so, those that failed."""

    tells: bool  # it says when it begins one
    begun: _Begun = field(default_factory=_Begun)
    names: set[str] = field(default_factory=set)  # the numbers or SPIs of those that began
    own_again: bool = False  # the one it began goes on with another group, or with a cookie
    others_again: int = -_AT_ONCE  # when it asked the other side for another group
    last: int = -_ONE_BLOW - 1  # when one ended that had not said that it began

    def read(self, event: Event) -> None:
        """Take one event in."""
        kind = event.kind
        if kind is Kind.DAEMON_START:
            self.names.clear()  # numbers restart with the daemon
        elif kind is Kind.IKE_START or _is_answered(event):
            self._begins(event)
        elif kind is Kind.IKE_MESSAGE and event.direction is Direction.OUT and event.get("role") == "request":
            self.names.update(_names(event))
        elif kind in _ENDED and not self.tells and not _names(event):
            if event.at - self.last > _ONE_BLOW:
                # a block that tells how it went from the beginning to the end
                self.begun.add(own=begun_by_writer(event))
            self.last = event.at
        elif kind is Kind.IKE_UP:
            self.begun.succeed()
        if kind in _FAILING:
            self.begun.fail(event)
        if kind in _GIVEN_UP:
            self.own_again = False
        elif kind is Kind.KE_INVALID or (kind is Kind.IKE_MESSAGE and "N(COOKIE)" in event.get("payloads", "")):
            self._asks_again(event)

    def _asks_again(self, event: Event) -> None:
        if event.direction is Direction.OUT:
            self.others_again = event.at
        else:
            self.own_again = True

    def _begins(self, event: Event) -> None:
        names = _names(event)
        if event.kind is not Kind.IKE_START and names & self.names:
            return
        self.names |= names
        own = event.kind is Kind.IKE_START and event.direction is Direction.OUT
        if own:
            again, self.own_again = self.own_again, False
        else:
            again, self.others_again = event.at - self.others_again <= _AT_ONCE, -_AT_ONCE
        self.begun.add(own=own, again=again)


def _names(event: Event) -> set[str]:
    return {f"{name} {event.fields[name]}" for name in ("ike_id", "spi_i") if name in event.fields}


def _is_answered(event: Event) -> bool:
    """Whether an event that names its IKE SA tells that the other side began it."""
    if not _names(event) or "child_id" in event.fields:
        return False
    if event.kind is Kind.IKE_MESSAGE and event.get("exchange") in _FIRST:
        return bool(event.get("role") == ("request" if event.direction is Direction.IN else "response"))
    return event.kind in _ANSWERED or (
        event.kind in (Kind.KE_INVALID, Kind.IKE_FAILED) and event.direction is Direction.OUT
    )


@dataclass(slots=True)
class _Child:
    """What one daemon has written of the CHILD_SAs of a tunnel: those that began, and those that only failed."""

    begun: _Begun = field(default_factory=_Begun)
    names: set[str] = field(default_factory=set)
    again: bool = False  # the last one goes on with another group
    last: int = -_TOGETHER - 1  # when something failed

    def read(self, event: Event) -> None:
        """Take one event in."""
        kind = event.kind
        name = f"#{event.fields['child_id']}" if "child_id" in event.fields else ""
        if kind is Kind.CHILD_START or self._is_quick_mode(event):
            own = event.direction is Direction.OUT
            self.begun.add(own=own, again=self.again)
            self.again = False
            self.names.add(name)
        elif kind is Kind.KE_INVALID:
            self.again = event.direction is Direction.IN
        elif kind in _CHILD_FAILED or (kind in _EITHER and is_of_child(event)):
            self._fails(event, name)

    def _is_quick_mode(self, event: Event) -> bool:
        """Whether the event is the first message of an IKEv1 Quick Mode (RFC 2409 section 5.5)."""
        if event.kind is not Kind.IKE_MESSAGE or event.get("exchange") != "QUICK_MODE":
            return False
        name = f"quick {event.get('message_id', '')}"
        if event.get("role") != "request" or "message_id" not in event.fields or name in self.names:
            return False
        self.names.add(name)
        return True

    def _fails(self, event: Event, name: str) -> None:
        gap, self.last, self.again = event.at - self.last, event.at, False
        known = name in self.names
        self.names.add(name)
        if self.begun.fail(event) or (known if name else gap <= _TOGETHER):
            return
        if gap > _ONE_BLOW:
            self.begun.add(own=begun_by_writer(event))
            self.begun.fail(event)
