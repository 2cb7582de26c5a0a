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
    member: str  # the member of an archive (`edge.tgz!var/log/syslog`), "" where there is none
    line: int
    offset: int

    @property
    def path(self) -> str:
        """The file, and the member in it: `mgr.tar!edge.tgz!var/log/syslog`."""
        return f"{self.source}!{self.member}" if self.member else self.source

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class Content(NamedTuple):
    """A text that is at hand and need not be read from a file, and when it was written (microseconds UTC)."""

    data: bytes
    written: int | None = None


class Line(NamedTuple):
    """One line without its line feed; bytes that are no UTF-8 are kept as surrogates."""

    text: str
    origin: Origin
    side: Side | None  # as the user said with --edge or --peer; None: to be found out
