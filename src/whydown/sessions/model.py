"""A session, its episodes, and what was heard of each side: what the correlator hands to the diagnosis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whydown.grammar.event import Event
    from whydown.grammar.vocabulary import Kind
    from whydown.sessions.names import Clocks, SessionName
    from whydown.sources.line import Side


_HANDOVER = 60_000_000  # microseconds of silence in which a session moves from one host to another


@dataclass(frozen=True, slots=True)
class Writer:
    """One gateway as the logs show it: its side, host and IKE daemon, and its events in time order."""

    side: Side
    host: str
    vendor: str
    events: tuple[Event, ...]
    why: str = ""  # by what its side is known

    @property
    def logs(self) -> bool:
        """Whether it wrote a log: not only state dumps tell of it."""
        return any(not e.of_dump for e in self.events)

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
