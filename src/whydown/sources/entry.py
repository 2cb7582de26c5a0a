"""What an archive says of one member."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME_LIMIT = 4096  # bytes of a member's name that are kept


class Entry(NamedTuple):
    """A member as it passes by: its data must be read before the next entry is asked for."""

    name: str
    what: str = ""  # what it is when it is no file with data to read: a link, a device, a header ...
    written: int | None = None  # last change, microseconds UTC
    size: int | None = None  # bytes it takes in the archive; None: not known before it was read
    data: Iterator[bytes] = iter(())
    trouble: str = ""  # why its data cannot be read
    zoned: bool = True  # the time of the last change is UTC, not of a zone that nobody tells
