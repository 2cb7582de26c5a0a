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
    """The peer's clock minus the edge's, from `votes` matched exchanges; None where the logs do not tell."""

    offset_s: float | None = None
    spread_s: float | None = None
    votes: int = 0


NO_CLOCKS = Clocks()
