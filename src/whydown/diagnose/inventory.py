"""What was found in the inputs: gateways, logs, state dumps, sessions, and what is missing to tell why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from whydown.diagnose.incident import Missing
    from whydown.envelope.watch import Rules
    from whydown.sessions.model import Session
    from whydown.sources.line import Side
    from whydown.tally import Tally


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch without a line where lines were to be expected, in microseconds UTC; `usual` is the longest usual wait."""

    begin: int
    end: int
    usual: int


@dataclass(frozen=True, slots=True)
class FoundLog:
    """One log: its place, its window and how its times were read."""

    path: str
    host: str
    records: int
    begin: int | None
    end: int | None
    rules: Rules


@dataclass(frozen=True, slots=True)
class FoundDump:
    """One state dump: of which kind, whose, and what it states, with counts; `dated`: its times are its own."""

    path: str
    form: str
    host: str
    states: Mapping[str, int]
    reasons: tuple[str, ...]
    at: int | None
    dated: bool


@dataclass(frozen=True, slots=True)
class Turned:
    """What a gateway states of its high availability: its state since a time, in microseconds UTC, and why."""

    at: int
    dated: bool  # the time is its own; else that of the dump's file
    state: str
    reason: str
    router: bool  # of a service router; else of the whole Edge node


@dataclass(frozen=True, slots=True)
class FoundGateway:
    """One gateway: its side and how that is known, its daemon, what was heard of it and what its log can show."""

    side: Side | None
    why: str
    pair: tuple[str, ...]  # of Edges that share a session: what this one is to it, and the others
    host: str
    vendor: str  # empty where no IKE event is in its logs
    addresses: tuple[str, ...]
    programs: tuple[str, ...]
    logs: tuple[FoundLog, ...]
    events: int
    begin: int | None
    end: int | None
    gaps: tuple[Gap, ...]
    levels: tuple[str, ...]
    shows: tuple[str, ...]
    not_shown: tuple[str, ...]
    ha: tuple[Turned, ...] = ()


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything that was found, and what is missing."""

    gateways: tuple[FoundGateway, ...]
    dumps: tuple[FoundDump, ...]
    sessions: tuple[Session, ...]
    missing: tuple[Missing, ...]
    tally: Tally
