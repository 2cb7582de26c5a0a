"""Bytes as they stand in a file, or as they come out of a packed one (gzip, xz, bzip2, zstd), in blocks."""

from __future__ import annotations

import bz2
import lzma
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TypeAlias

from whydown.sources import frames
from whydown.sources.damage import DamagedError
from whydown.sources.inflating import GZIP_MAGIC, inflate
from whydown.sources.packing import Packing, Pieces

BLOCK = 256 * 1024  # stays in the second-level cache while it is inflated, searched and cut
_IN = 64 * 1024
_MIB = 1 << 20
# A log packs to a fiftieth, seldom to a two-hundredth. What grows more is taken for a bomb, beyond what costs nothing.
_FREE = 64 * _MIB
_GROWTH = 500
_FREE_IN_ALL = 2048 * _MIB
_GROWTH_IN_ALL = 200
_FRAMES, _FRAME = 100_000, 1024  # so many pieces cost little; beyond them they must be so many bytes on average
_WIDE, _NARROW = 70 * _MIB, 16 * _MIB  # memory of the outermost xz or zstd decoder, and of those inside: `xz -9`, `-6`

_Unpack: TypeAlias = Callable[[Pieces, int], Pieces]


@dataclass(slots=True)
class Budget:
    """What one input may grow to in all, over its members and the archives in them; a bomb ends in DamagedError."""

    taken: int = 0  # bytes of the input as it is stored
    given: int = 0  # bytes that came out of decoders
    frames: int = 0  # gzip members, xz streams and the like that were begun
    wide: bool = False  # a decoder with a large window is at work

    def spend(self, size: int) -> None:
        """Count bytes that were unpacked; DamagedError where they are too many for what was taken."""
        self.given += size
        if self.given > _FREE_IN_ALL + _GROWTH_IN_ALL * self.taken:
            raise DamagedError("it grows beyond all measure when it is unpacked: taken for a bomb, read up to there")

    def begin(self) -> None:
        """Count another frame; DamagedError where they are too many for what they hold."""
        self.frames += 1
        if self.frames > _FRAMES + self.given // _FRAME:
            raise DamagedError(f"it is packed in more than {_FRAMES} tiny pieces: read up to there")


PACKINGS = (
    Packing("gzip", GZIP_MAGIC),
    Packing("xz", b"\xfd7zXZ\0", lambda room: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=room)),
    Packing("bzip2", b"BZh", lambda _: bz2.BZ2Decompressor()),
    Packing("zstd", b"\x28\xb5\x2f\xfd", frames.zstd),
)


def packing_of(head: bytes) -> Packing | None:
    """Say how a stream is packed, from its first bytes."""
    return next((packing for packing in PACKINGS if head.startswith(packing.magic)), None)


def blocks(read: Callable[[int], bytes], size: int = BLOCK) -> Pieces:
    """Give out what `read` gives, unpacked if it is packed by its content; DamagedError comes after the last good byte.

    `read(n)` returns at most n bytes, and b"" at the end, as a raw file does; its OSError counts as damage.
    """
    budget = Budget()
    pieces = pieces_of(read, budget, size)
    first = next(pieces, b"")
    while 0 < len(first) < len(PACKINGS[1].magic) and (more := next(pieces, b"")):
        first += more
    packing = packing_of(first)
    stream = chain([first] if first else [], pieces)
    yield from unpack(stream, packing, budget, size) if packing else stream


def pieces_of(read: Callable[[int], bytes | None], budget: Budget, size: int = BLOCK) -> Pieces:
    """Give out what `read` gives as it stands, counted as taken; its OSError becomes DamagedError.

    A pause (`read` gives None) is an empty piece.
    """
    try:
        while (piece := read(size)) != b"":
            budget.taken += len(piece or b"")
            yield piece or b""
    except OSError as error:
        raise DamagedError(f"reading stopped: {error.strerror or error}") from error


def unpack(pieces: Pieces, packing: Packing, budget: Budget, size: int = BLOCK) -> Pieces:
    """Unpack a stream within the budget, at most `size` bytes at a time."""
    if packing.decoder is None:
        return within(pieces, partial(inflate, begin=budget.begin), budget, size)
    room = _NARROW if budget.wide else _WIDE
    return within(pieces, partial(_widely, budget, frames.Frames(packing, room, budget.begin).unpack), budget, size)


def _widely(budget: Budget, unpacked: _Unpack, pieces: Pieces, size: int) -> Pieces:
    before, budget.wide = budget.wide, True
    try:
        yield from unpacked(pieces, size)
    finally:
        budget.wide = before


def within(pieces: Pieces, unpacked: _Unpack, budget: Budget, size: int = BLOCK) -> Pieces:
    """Give out what is unpacked until it has grown too much, which ends in DamagedError."""
    taken = given = 0

    def counted() -> Pieces:
        nonlocal taken
        for piece in pieces:
            for start in range(0, len(piece), _IN):
                part = piece[start : start + _IN]
                taken += len(part)
                yield part

    for block in unpacked(counted(), size):
        given += len(block)
        if given > _FREE and given > _GROWTH * taken:
            raise DamagedError(
                f"it grows more than {_GROWTH} times when it is unpacked: taken for a bomb, read up to there"
            )
        budget.spend(len(block))
        yield block
