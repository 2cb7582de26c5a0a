"""Gzip data to the bytes in it, and the bare deflate data of a zip's member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

try:
    from isal import isal_zlib as _zlib  # three times as fast as zlib
except ImportError:  # pragma: no cover - a platform without isal's wheel
    import zlib as _zlib  # type: ignore[no-redef]

from whydown.sources.damage import DamagedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WBITS = 31
_BARE_WBITS = -15
_SALVAGED = 64  # pieces of a member that are kept for a second try when it proves damaged
_STEP = 64
_AGAIN = 256 * 1024
_InflateError = cast("type[Exception]", _zlib.error)


def inflate(pieces: Iterable[bytes], size: int, begin: Callable[[], None]) -> Iterator[bytes]:
    """Inflate one gzip member after another, at most `size` bytes at a time; DamagedError after the last good byte.

    `begin` is called where a member begins, and may refuse it.
    """
    member: _Member | None = None
    members = 0
    for piece in pieces:
        left = piece
        while left:
            if member is None:
                left = left.lstrip(b"\0") if members else left  # padding after a member, as gzip(1) allows
                if not left:
                    break
                if left[:2] not in (GZIP_MAGIC, GZIP_MAGIC[:1]):
                    raise DamagedError("bytes that are no gzip data follow its end; they were left out")
                begin()
                member = _Member()
                members += 1
            yield from member.inflate(left, size)
            left = b""
            if member.inflater.eof:
                left = member.inflater.unused_data
                member = None
    if member is not None:
        raise DamagedError("cut off in the middle of its gzip data; read up to there")


class _Inflater(Protocol):
    """What isal and zlib share."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


class _Member:
    """One gzip member; what it was fed is kept, while that is little, to save what can be saved of a damaged one."""

    def __init__(self) -> None:
        self.inflater: _Inflater = _zlib.decompressobj(_GZIP_WBITS)
        self._fed: list[bytes] = []
        self._given = 0

    def inflate(self, piece: bytes, size: int) -> Iterator[bytes]:
        """Inflate the next piece up to the member's end; DamagedError after the last byte that could be had."""
        if len(self._fed) <= _SALVAGED:
            self._fed.append(piece)
        left, full = piece, False
        while (left or full) and not self.inflater.eof:
            try:
                block = self.inflater.decompress(left, size)
            except _InflateError as error:
                yield from self._salvage()
                raise DamagedError(
                    f"its gzip data is damaged ({error}); what could be read of it may be wrong"
                ) from error
            if block:
                self._given += len(block)
                yield block
            left = self.inflater.unconsumed_tail
            full = len(block) == size  # then more may be held back although all input was taken

    def _salvage(self) -> Iterator[bytes]:
        """Inflate again in small steps, which lose less, and give what comes after the bytes already given."""
        if len(self._fed) > _SALVAGED:
            return
        inflater: _Inflater = _zlib.decompressobj(_GZIP_WBITS)
        left, given = b"".join(self._fed), self._given
        try:
            while given > 0:
                given -= len(inflater.decompress(left, min(given, _AGAIN)))
                left = inflater.unconsumed_tail
            while block := inflater.decompress(left, _STEP):
                yield block
                left = inflater.unconsumed_tail
        except _InflateError:
            return


class Deflated:
    """Bare deflate data as a zip's member has it: it knows its own end, and `rest` is what was read beyond it."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self.rest = b""

    def inflate(self, pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
        """Inflate at most `size` bytes at a time; DamagedError after the last good byte."""
        inflater: _Inflater = _zlib.decompressobj(_BARE_WBITS)
        for piece in pieces:
            left, full = piece, False
            while (left or full) and not inflater.eof:
                try:
                    block = inflater.decompress(left, size)
                except _InflateError as error:
                    raise DamagedError(
                        f"its deflate data is damaged ({error}); what could be read of it may be wrong"
                    ) from error
                if block:
                    yield block
                left = inflater.unconsumed_tail
                full = len(block) == size
            if inflater.eof:
                self.rest = inflater.unused_data
                return
        raise DamagedError("cut off in the middle of its deflate data; read up to there")
