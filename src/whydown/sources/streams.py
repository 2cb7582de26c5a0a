"""Bytes as they stand in a file, or as they come out of a gzip file, in blocks."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Protocol, cast

try:
    from isal import isal_zlib as _zlib  # three times as fast as zlib
except ImportError:  # pragma: no cover - a platform without isal's wheel
    import zlib as _zlib  # type: ignore[no-redef]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BLOCK = 256 * 1024  # stays in the second-level cache while it is inflated, searched and cut
GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WBITS = 31
_GZIP_IN = 64 * 1024
_InflateError = cast("type[Exception]", _zlib.error)


class DamagedError(Exception):
    """A stream ended where it should not; what came before it was given out. The text says how, as a predicate."""


class _Inflater(Protocol):
    """What isal and zlib share."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


def blocks(read: Callable[[int], bytes], size: int = BLOCK) -> Iterator[bytes]:
    """Give out what `read` gives, inflated if it is gzip by its content; DamagedError comes after the last good byte.

    `read(n)` returns at most n bytes, and b"" at the end, as a raw file does; its OSError counts as damage.
    """
    first = _read(read, size)
    while len(first) == 1 and (more := _read(read, size)):
        first += more
    pieces = chain([first] if first else [], iter(lambda: _read(read, _GZIP_IN), b""))
    if first.startswith(GZIP_MAGIC):
        yield from _inflate(pieces, size)
    elif first:
        yield first
        yield from iter(lambda: _read(read, size), b"")


def _read(read: Callable[[int], bytes], size: int) -> bytes:
    try:
        return read(size)
    except OSError as error:
        raise DamagedError(f"could not be read on: {error.strerror or error}") from error


def _inflate(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Inflate one gzip member after another, at most `size` bytes at a time, so that a bomb stays small."""
    inflater: _Inflater | None = None
    members = 0
    for piece in pieces:
        left, full = piece, False
        while left or full:
            if inflater is None:
                left = left.lstrip(b"\0") if members else left  # padding after a member, as gzip(1) allows
                if not left:
                    break
                if left[:2] not in (GZIP_MAGIC, GZIP_MAGIC[:1]):
                    raise DamagedError("has bytes behind its end that are no gzip data: they were left out")
                inflater = _zlib.decompressobj(_GZIP_WBITS)
            try:
                block = inflater.decompress(left, size)
            except _InflateError as error:
                raise DamagedError(f"is damaged ({error}): read up to there") from error
            if block:
                yield block
            full = len(block) == size  # then more may be held back although all input was taken
            left = inflater.unconsumed_tail
            if inflater.eof:
                left, full = inflater.unused_data, False
                inflater, members = None, members + 1
    if inflater is not None:
        raise DamagedError("is cut off in the middle of its gzip data: read up to there")
