"""How a session and its gateways are called, and how their clocks relate."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gateway:
    """One end of a session as far as the logs tell; empty text for what they do not."""

    host: str = ""
    address: str = ""
    vendor: str = ""
    identity: str = ""
    heard: bool = False  # a log of this gateway was given


@dataclass(frozen=True, slots=True)
class SessionName:
    """How a session is called: NSX's UUID and name where known, otherwise the daemons' connection name."""

    id: str
    name: str
    edge: Gateway
    peer: Gateway


@dataclass(frozen=True, slots=True)
class Clocks:
    """The peer's clock minus the edge's, from `votes` matched exchanges; None where the logs do not tell.

    `offset_s` is the usual difference; with a `drift` (seconds a second) it is the one at `at` (microseconds UTC, the
    peer's clock).
    """

    offset_s: float | None = None
    spread_s: float | None = None
    votes: int = 0
    drift: float = 0.0
    at: int = 0

    def offset(self, at: int) -> int:
        """Return the difference at a time on the peer's clock, in microseconds; 0 where it is not known."""
        return round((self.offset_s or 0.0) * 1_000_000 + self.drift * (at - self.at))


NO_CLOCKS = Clocks()
