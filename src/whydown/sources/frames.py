"""Streams that decoders with a common face unpack: xz, bzip2 and zstd, one frame after another."""

from __future__ import annotations

import lzma
from dataclasses import dataclass
from typing import TYPE_CHECKING

from whydown.sources.damage import DamagedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zstandard import ZstdDecompressionObj

    from whydown.sources.packing import Decoder, Packing, Pieces

_STEP = 1024  # bytes of zstd data at a time: they may grow 32,768 times, and the decoder knows no limit


@dataclass(frozen=True, slots=True)
class Frames:
    """Unpacks frames of one packing; a decoder takes at most `room` bytes of memory."""

    packing: Packing
    room: int
    begin: Callable[[], None]  # called where a frame begins, and may refuse it

    def unpack(self, pieces: Pieces, size: int) -> Pieces:
        """Unpack at most `size` bytes at a time; DamagedError after the last byte that could be had."""
        decoder: Decoder | None = None
        frames = 0
        name = self.packing.name
        for piece in pieces:
            left = piece
            while left:
                if decoder is None:
                    left = left.lstrip(b"\0") if frames else left  # padding
                    if not left:
                        break
                    if frames and not left.startswith(self.packing.magic[: len(left)]):
                        raise DamagedError(f"bytes that are no {name} data follow its end; they were left out")
                    self.begin()
                    decoder = self._decoder()
                    frames += 1
                yield from self._blocks(decoder, left, size)
                left = b""
                if decoder.eof:
                    left = decoder.unused_data
                    decoder = None
        if decoder is not None:
            raise DamagedError(f"cut off in the middle of its {name} data; read up to there")

    def _decoder(self) -> Decoder:
        make = self.packing.decoder
        if make is None:  # pragma: no cover - gzip has its own way
            raise DamagedError(f"{self.packing.name} data is not read here")
        return make(self.room)

    def _blocks(self, decoder: Decoder, left: bytes, size: int) -> Iterator[bytes]:
        try:
            block = decoder.decompress(left, size)
            while block:
                yield block
                if decoder.eof or decoder.needs_input:
                    return
                block = decoder.decompress(b"", size)
        except (lzma.LZMAError, OSError, EOFError, ValueError) as error:
            raise DamagedError(
                f"its {self.packing.name} data is damaged ({error}); what could be read of it may be wrong"
            ) from error


def zstd(room: int) -> Decoder:
    """Make a decoder for one zstd frame; DamagedError where the package for it is not installed."""
    try:
        import zstandard  # noqa: PLC0415 - an extra, and slow to load
    except ImportError:
        raise DamagedError("zstd-compressed: install whydown[zstd], or unpack it with 'zstd -d'") from None
    return _Zstd(zstandard.ZstdDecompressor(max_window_size=room).decompressobj(), zstandard.ZstdError)


class _Zstd:
    """A zstd decoder with lzma's face, fed in small steps."""

    def __init__(self, inner: ZstdDecompressionObj, error: type[Exception]) -> None:
        self._inner = inner
        self._error = error
        self._left = b""
        self._ready = b""

    @property
    def eof(self) -> bool:
        return self._inner.eof and not self._ready

    @property
    def needs_input(self) -> bool:
        return not (self._left or self._ready)

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data + self._left

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes:
        self._left += data
        while self._left and not self._ready and not self._inner.eof:
            step, self._left = self._left[:_STEP], self._left[_STEP:]
            try:
                self._ready = self._inner.decompress(step)
            except self._error as error:
                raise ValueError(str(error)) from error
        given, self._ready = self._ready[:max_length], self._ready[max_length:]
        return given
