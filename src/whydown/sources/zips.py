"""The members of a zip archive as they pass by, from the headers that stand before them (PKWARE APPNOTE 6.3.10, 4.3).

The directory at the end is not used: so a zip inside another archive needs no copy, one that is cut off still gives
its first members, and no member's data is read twice, however many entries of the directory point at it.
"""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from whydown.sources.damage import DamagedError
from whydown.sources.entry import NAME_LIMIT, Entry
from whydown.sources.inflating import Deflated
from whydown.sources.reading import Part
from whydown.sources.streams import BLOCK, PACKINGS, Budget, unpack, within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from whydown.sources.packing import Pieces
    from whydown.sources.reading import Reader

_LOCAL = b"PK\3\4"
_END = (b"PK\1\2", b"PK\5\6", b"PK\6\6")  # the directory, and what follows it
_SPANNED = (b"PK\7\x08", b"PK00")  # may stand before the first member
_DESCRIPTOR = b"PK\7\x08"
_FIELDS = struct.Struct("<HHHHHIIIHH")  # version, flags, method, time, date, crc, packed, size, name, extra
_ENCRYPTED, _LATER, _UTF8 = 1, 8, 0x800
_STORED, _DEFLATED = 0, 8
_METHODS = {12: "bzip2", 20: "zstd", 93: "zstd", 95: "xz"}
_BIG = 0xFFFFFFFF  # the true size stands in the zip64 field
_WINDOW = 64 * 1024


class _Head(NamedTuple):
    name: str
    flags: int
    method: int
    crc: int | None
    packed: int | None  # bytes in the archive; None: only told after them
    written: int | None
    zoned: bool


def is_zip(head: bytes) -> bool:
    """Whether a stream begins as a zip archive does."""
    return head.startswith((_LOCAL, b"PK\5\6")) or head[:8] in [mark + _LOCAL for mark in _SPANNED]


def zip_entries(reader: Reader, budget: Budget, tell: Callable[[str], None]) -> Iterator[Entry]:
    """Give a zip's members one after another; what of a member's data was not read is passed over.

    `tell` is told of damage that can be passed over, DamagedError ends what cannot.
    """
    while True:
        mark = reader.exactly(4)
        if mark in _END:
            return
        if mark in _SPANNED:
            continue
        if mark != _LOCAL:
            if len(mark) == 4:
                tell("bytes between its members are damaged: members may be missing")
            reader.back(mark)
            if not _next_mark(reader):
                raise DamagedError(reader.damage or "cut off before its end")
            continue
        head = _head(reader)
        data = _Data(head, reader, budget)
        if head.name.endswith("/"):
            yield Entry(head.name, "directory")
        elif data.refusal:
            yield Entry(head.name, "member that cannot be read", trouble=data.refusal)
        else:
            yield Entry(head.name, "", head.written, head.packed, data, zoned=head.zoned)
        data.leave()


def _head(reader: Reader) -> _Head:
    """Read what stands before a member's data."""
    fixed = reader.exactly(_FIELDS.size)
    if len(fixed) < _FIELDS.size:
        raise DamagedError(reader.damage or "cut off in the middle of a header")
    _, flags, method, time, date, crc, packed, size, name_length, extra_length = _FIELDS.unpack(fixed)
    name, extra = reader.exactly(name_length), reader.exactly(extra_length)
    written, zoned = _dos_time(date, time), False
    for field, value in _extras(extra):
        if field == 1 and packed == _BIG and len(value) >= 8:  # zip64: the size, if that is too large, then this
            begin = 8 if size == _BIG and len(value) >= 16 else 0
            packed = int.from_bytes(value[begin : begin + 8], "little")
        elif field == 0x5455 and len(value) >= 5 and value[0] & 1:  # Unix time
            written, zoned = int.from_bytes(value[1:5], "little") * 1_000_000 or written, True
    later = bool(flags & _LATER) and not packed
    return _Head(
        name=name[:NAME_LIMIT].decode("utf-8" if flags & _UTF8 else "cp437", errors="surrogateescape"),
        flags=flags,
        method=method,
        crc=None if flags & _LATER else crc,
        packed=None if later else packed,
        written=written,
        zoned=zoned,
    )


def _extras(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(data):
        field, length = struct.unpack_from("<HH", data, at)
        yield field, data[at + 4 : at + 4 + length]
        at += 4 + length


def _dos_time(date: int, time: int) -> int | None:
    """Read MS-DOS's date and local time, to two seconds; 1980 is what is written for no date at all."""
    if date >> 9 == 0:
        return None
    try:
        at = datetime(
            1980 + (date >> 9), date >> 5 & 15, date & 31, time >> 11, time >> 5 & 63, (time & 31) * 2, tzinfo=UTC
        )
    except ValueError:
        return None
    return int(at.timestamp()) * 1_000_000


class _Data:
    """A member's data, unpacked; `refusal` says why there is none."""

    def __init__(self, head: _Head, reader: Reader, budget: Budget) -> None:
        self.refusal = ""
        self._reader = reader
        self._part = None if head.packed is None else Part(reader, head.packed)
        self._deflated: Deflated | None = None
        self._crc = 0
        self._head = head
        self._unpacked: Pieces = iter(())
        raw: Pieces = self._part or iter(partial(reader.some, _WINDOW), b"")
        packing = next((p for p in PACKINGS if p.name == _METHODS.get(head.method)), None)
        if head.flags & _ENCRYPTED:
            self.refusal = "encrypted: it cannot be read"
        elif head.method == _DEFLATED:
            self._deflated = Deflated()
            self._unpacked = within(raw, self._deflated.inflate, budget)
        elif self._part is None:
            self.refusal = "its length is not told before its data: it cannot be read"
        elif head.method == _STORED:
            self._unpacked = raw
        elif packing:
            self._unpacked = unpack(raw, packing, budget)
        else:
            self.refusal = f"packed in a way that is not read (method {head.method})"
        self._blocks = self._checked()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._blocks)

    def _checked(self) -> Iterator[bytes]:
        """Give the data, and check its sum at the end."""
        for block in self._unpacked:
            self._crc = zlib.crc32(block, self._crc)
            yield block
        said = self._head.crc
        if self._part is None:
            said = self._told_after()
        if said is not None and said != self._crc:
            raise DamagedError("its checksum is wrong; what was read of it may be wrong")

    def _told_after(self) -> int | None:
        """Read the sum that stands after the data."""
        if self._deflated is not None:
            self._reader.back(self._deflated.rest)
            self._deflated = None
        first = self._reader.exactly(4)
        if first == _DESCRIPTOR:
            first = self._reader.exactly(4)
        sizes = self._reader.exactly(24)  # two of 4 or 8 bytes, and then the next mark
        for length in (8, 16):
            if sizes[length : length + 4] == _LOCAL or sizes[length : length + 4] in _END:
                self._reader.back(sizes[length:])
                break
        else:
            self._reader.back(sizes)
        return int.from_bytes(first, "little") if len(first) == 4 else None

    def leave(self) -> None:
        """Pass over what was not read; DamagedError where the member is cut off."""
        if self._part is not None:
            if not self._reader.skip(self._part.left):
                raise DamagedError(self._reader.damage or "cut off in the middle of a member")
            return
        try:
            for _ in self._blocks:
                pass
        except DamagedError:
            pass  # told when it was read, or of no interest; the next mark is looked for
        if self._refused_or_broken():
            _next_mark(self._reader)

    def _refused_or_broken(self) -> bool:
        return bool(self.refusal) or self._deflated is not None


def _next_mark(reader: Reader) -> bool:
    """Go to the next header or the directory; say whether there is one."""
    kept = b""
    while piece := reader.some(BLOCK):
        window = kept + piece
        found = [at for mark in (_LOCAL, *_END) if (at := window.find(mark, 0)) >= 0]
        if found:
            reader.back(window[min(found) :])
            return True
        kept = window[-3:]
    return False
