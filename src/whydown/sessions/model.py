"""A session, its episodes, and what was heard of each side: what the correlator hands to the diagnosis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from whydown.envelope.record import Certainty

if TYPE_CHECKING:
    from whydown.grammar.event import Event
    from whydown.grammar.vocabulary import Kind
    from whydown.sessions.names import Clocks, SessionName
    from whydown.sources.line import Side


_SECOND = 1_000_000  # microseconds
_NO_ZONE = frozenset({Certainty.YEAR_ASSUMED, Certainty.ZONE_ASSUMED})
_HANDOVER = 60_000_000  # microseconds of silence in which a session moves from one host to another


@dataclass(frozen=True, eq=False)  # one is itself alone, and keeps what every session of hundreds asks of it
class Writer:
    """One gateway as the logs show it: its side, host and IKE daemon, and its events in time order."""

    side: Side
    host: str
    vendor: str
    events: tuple[Event, ...]
    why: str = ""  # by what its side is known

    @cached_property
    def logged(self) -> tuple[Event, ...]:
        """What it wrote in a log; a state dump is none."""
        return tuple(e for e in self.events if not e.of_dump)

    @property
    def logs(self) -> bool:
        """Whether it wrote a log: not only state dumps tell of it."""
        return bool(self.logged)

    @cached_property
    def names_no_zone(self) -> bool:
        """Whether stamps of its log name no zone."""
        return any(e.certainty in _NO_ZONE for e in self.logged)

    @cached_property
    def heard(self) -> Heard:
        """What was heard of its log, on its own clock; only of one that logs."""
        logged = self.logged
        # Whole seconds: the last one is heard to its end.
        rest = _SECOND - 1 if all(e.at % _SECOND == 0 for e in logged) else 0
        return Heard(
            side=self.side,
            host=self.host,
            vendor=self.vendor,
            begin=logged[0].at,
            end=logged[-1].at + rest,
            kinds=frozenset(e.kind for e in logged),
            events=len(logged),
            sources=tuple(dict.fromkeys(o.source for e in logged for o in e.origins)),
            timed=any(e.certainty is not Certainty.UNTIMED for e in logged),
        )

    @property
    def key(self) -> str:
        """What tells this writer from every other."""
        return f"{self.side}\0{self.host}"


@dataclass(frozen=True, slots=True)
class Heard:
    """One gateway's log as far as it bears on one session: its window and the kinds of lines it has shown to write."""

    side: Side
    host: str
    vendor: str
    begin: int  # microseconds UTC on the edge's clock: the log's first and last record of any IKE program
    end: int
    kinds: frozenset[Kind]
    events: int
    sources: tuple[str, ...]
    timed: bool = True  # at least one line bears a time; otherwise `begin` and `end` only say its order


@dataclass(frozen=True, slots=True)
class Hearing:
    """What could be heard at all; absence proves something only where we were listening."""

    heard: tuple[Heard, ...]

    def listens(self, side: Side, begin: int, end: int) -> bool:
        """Whether a log of `side` covers the stretch from `begin` to `end` (microseconds UTC, edge's clock)."""
        for heard in sorted((h for h in self.heard if h.side is side), key=lambda h: h.begin):
            if heard.begin > begin:
                break
            if heard.end >= end:
                return True
            # Of a pair of hosts the one goes on where the other left off.
            begin = max(begin, heard.end + _HANDOVER)
        return False

    def hears(self, side: Side) -> bool:
        """Whether there is any log of `side` at all."""
        return any(h.side is side for h in self.heard)

    def writes(self, side: Side, kind: Kind) -> bool:
        """Whether that side's log has shown that it writes lines of this kind."""
        return any(h.side is side and kind in h.kinds for h in self.heard)


@dataclass(frozen=True, slots=True)
class Session:
    """One IKE session between two gateways: every event of either log that belongs to it, on the edge's clock."""

    name: SessionName
    events: tuple[Event, ...]  # in time order; `at` of the peer's events is moved to the edge's clock
    hearing: Hearing
    clocks: Clocks


@dataclass(frozen=True, slots=True)
class Episode:
    """A stretch in which a session, a tunnel or a BGP neighbour was not up, with what led to it.

    `events` reach from shortly before the trouble to the next proof of up (or the end of the logs).
    """

    session: Session
    layer: str  # session | tunnel | bgp
    tunnel: str  # which tunnel, as shown; empty for the session layer
    began: int
    ended: int | None
    was_up: bool  # it had been up before
    flaps: int  # how many separate downs were folded into this one
    attempts: int  # how many negotiations failed in it
    last_seen: int  # the last sign of trouble
    events: tuple[Event, ...]
    crossing: bool = (
        False  # a negotiation of the peer's was refused while the Edge's brought the session up, or reversed
    )
    one_sided: bool = False  # the edge's log has the SA to its end, the peer's says that the peer has none
