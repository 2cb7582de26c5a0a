"""A stream of blocks read by the number of bytes, as the formats of archives need it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.sources.damage import DamagedError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Reader:
    """Reads a stream forward only; where the stream is damaged it ends, and `damage` says how."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        """Read from blocks of any size."""
        self.damage = ""
        self._blocks = blocks
        self._block = b""
        self._at = 0

    def some(self, size: int) -> bytes:
        """Give at least one and at most `size` bytes; none only at the end."""
        while self._at >= len(self._block):
            try:
                block = next(self._blocks, None)
            except DamagedError as error:
                self.damage, block = str(error), None
            if block is None:
                self._blocks, self._block, self._at = iter(()), b"", 0
                return b""
            self._block, self._at = block, 0
        begin = self._at
        self._at = min(begin + size, len(self._block))
        return self._block[begin : self._at]

    def exactly(self, size: int) -> bytes:
        """Give `size` bytes, which the caller keeps small; fewer only at the end."""
        data = self.some(size)
        while len(data) < size and (more := self.some(size - len(data))):
            data += more
        return data

    def skip(self, size: int) -> bool:
        """Pass over `size` bytes; say whether there were so many."""
        while size > 0:
            piece = self.some(size)
            if not piece:
                return False
            size -= len(piece)
        return True

    def back(self, data: bytes) -> None:
        """Take bytes back that were given out last."""
        self._block, self._at = data + self._block[self._at :], 0


class Part:
    """The next `size` bytes of a reader, as blocks; DamagedError when the reader ends before."""

    def __init__(self, reader: Reader, size: int) -> None:
        """Take the part that begins where the reader stands."""
        self.left = size
        self._reader = reader

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """Give the next block."""
        if self.left <= 0:
            raise StopIteration
        data = self._reader.some(self.left)
        if not data:
            self.left = 0
            raise DamagedError("cut off, as the archive ends there; read up to there")
        self.left -= len(data)
        return data
