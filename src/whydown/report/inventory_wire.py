"""The contract of `whydown inventory --format jsonl`: what each object holds. Fields are added, never renamed or taken away.

Times are ISO 8601 in UTC with `Z`. `docs/inventory.schema.json` is made from these types (`whydown.report.schema`).
"""

from __future__ import annotations

from typing import Literal, TypedDict

SideName = Literal["edge", "peer"]


class SpanWire(TypedDict):
    """A stretch of time in which no line came although lines came often."""

    begin: str | None
    end: str | None


class TurnWire(TypedDict):
    """A state of high availability since a time; `dated` where that is its own, not that of the dump's file."""

    at: str
    dated: bool
    of: Literal["service router", "Edge node"]
    state: str
    reason: str


class LogWire(TypedDict):
    """One log; `year_from` says by which rule the year was found, `zone` which zone was taken, empty where stamps tell."""

    path: str
    records: int
    begin: str | None
    end: str | None
    year_from: str
    zone: str


class FoundGatewayWire(TypedDict):
    """One gateway, its side and how that is known; `pair`: what it is to a session that other Edges share, and they."""

    type: Literal["gateway"]
    schema: int
    side: SideName | None
    why: str
    pair: list[str]
    host: str
    vendor: str
    addresses: list[str]
    programs: list[str]
    begin: str | None
    end: str | None
    events: int
    gaps: list[SpanWire]
    levels: list[str]
    shows: list[str]
    not_shown: list[str]
    ha: list[TurnWire]
    logs: list[LogWire]


class FoundSessionWire(TypedDict):
    """One session as NSX names it; `offset_s` is the peer's clock minus the Edge's, by so many exchanges."""

    type: Literal["session"]
    schema: int
    id: str
    name: str
    edge: str
    peer: str
    events: int
    offset_s: float | None
    exchanges: int


class DumpWire(TypedDict):
    """One state dump, and how often it states what; `dated` where its times are its own."""

    type: Literal["dump"]
    schema: int
    path: str
    form: str
    host: str
    states: dict[str, int]
    reasons: list[str]
    at: str | None
    dated: bool


class UnreadWire(TypedDict):
    """A state dump that gave nothing, and why."""

    type: Literal["unread"]
    schema: int
    path: str
    why: str


class LackWire(TypedDict):
    """What would help, from which side, for which time, and the commands that get it."""

    type: Literal["missing"]
    schema: int
    side: SideName
    begin: str | None
    end: str | None
    what: str
    command: str
    level: str
    after: str


class RemarkWire(TypedDict):
    """Something odd about the input, located."""

    where: str
    message: str


class CountsWire(TypedDict):
    """What became of every line, the last object: `of_events` to `blank` add up to `lines`."""

    type: Literal["summary"]
    schema: int
    lines: int
    of_events: int
    ignored: int
    other: int
    unknown: int
    repeated: int
    blank: int
    damaged: bool
    notices: list[RemarkWire]


KINDS = FoundGatewayWire, FoundSessionWire, DumpWire, UnreadWire, LackWire, CountsWire
