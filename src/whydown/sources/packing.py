"""What a way of packing is: its name, its first bytes, its decoder; and the bytes that go through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol, TypeAlias

Pieces: TypeAlias = Iterator[bytes]


class Decoder(Protocol):
    """What the decoders of lzma, bz2 and zstd (see frames) share."""

    @property
    def eof(self) -> bool:
        """Whether the frame is complete."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes without further input."""

    @property
    def unused_data(self) -> bytes:
        """What was fed beyond the frame's end."""

    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes:
        """Take packed bytes and give at most `max_length` unpacked ones."""


class Packing(NamedTuple):
    """A way to pack one stream, known by its first bytes."""

    name: str
    magic: bytes
    decoder: Callable[[int], Decoder] | None = None  # None: inflated
