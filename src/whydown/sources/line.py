"""A line of a log and where it stands."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Side(StrEnum):
    """Whose log it is: a property of the input, never of the vendor."""

    EDGE = "edge"
    PEER = "peer"

    @property
    def other(self) -> Side:
        """The side across."""
        return Side.PEER if self is Side.EDGE else Side.EDGE


class Origin(NamedTuple):
    """Where a line stands: `line` counts from 1, `offset` is in bytes of the decompressed member."""

    source: str  # the path as the user gave it, "-" for standard input
    member: str  # the member of an archive, "" where there is none
    line: int
    offset: int

    def __str__(self) -> str:
        return f"{self.source}!{self.member}:{self.line}" if self.member else f"{self.source}:{self.line}"


class Line(NamedTuple):
    """One line without its line feed; bytes that are no UTF-8 are kept as surrogates."""

    text: str
    origin: Origin
    side: Side | None  # as the user said with --edge or --peer; None: to be found out
