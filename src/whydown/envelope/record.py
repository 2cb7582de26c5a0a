"""A log record: the header's facts and the message."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from whydown.sources.line import Origin, Side


class Certainty(IntEnum):
    """How well a time is known, best last."""

    UNTIMED = 0  # the line bears no time: its place in the file is all there is
    YEAR_ASSUMED = 1  # no year in the line (and then no zone either)
    ZONE_ASSUMED = 2
    STAMPED = 3


# at, certainty, host, app, pid, msgid, data, text: a record without its origin
Head: TypeAlias = tuple[int, Certainty, str, str, str, str, str, str]


class Record(NamedTuple):
    """One record: `at` in microseconds since 1970-01-01 UTC; `data` is the structured data as written."""

    at: int
    certainty: Certainty
    host: str
    app: str
    pid: str
    msgid: str
    data: str
    text: str
    origin: Origin
    side: Side | None
