"""The members of a tar archive (ustar, GNU, pax, V7) as they pass by: nothing is kept, and every length is bounded.

The formats are those of POSIX.1-2008 pax, "Extended Format", and of GNU tar's manual, "Basic Tar Format".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from whydown.sources.damage import DamagedError
from whydown.sources.entry import NAME_LIMIT, Entry
from whydown.sources.reading import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from whydown.sources.reading import Reader

_SIZE = 512
_MAGIC = slice(257, 262)
_ZEROS = bytes(_SIZE)
_METADATA = 64 * 1024  # bytes of a pax or long-name header that are read
_RECORD = re.compile(rb"(\d{1,20}) ([^=]{1,100})=")
_SECOND = 1_000_000
_FAR = 1 << 33  # seconds: beyond the year 2242 no file was written
_NO_DATA = b"123456"  # links, devices, directories, pipes: whatever size they claim
_ABOUT = (
    b"VDNAIX"  # GNU: a volume's name, a directory's list, long names of old; Solaris and star: what surrounds a file
)
_MISSED = {b"1": "link", b"2": "link", b"3": "device", b"4": "device", b"6": "pipe", b"S": "sparse file"}


class _Head(NamedTuple):
    name: str
    size: int
    written: int | None
    kind: bytes


class _Extra(NamedTuple):
    """What headers before a member's own say of it."""

    name: str = ""
    size: int | None = None
    written: int | None = None
    sparse: bool = False


_NONE = _Extra()


def is_tar(head: bytes) -> bool:
    """Whether a stream begins as a tar archive does; the checksum tells where the magic does not."""
    return head[_MAGIC] == b"ustar" or (_sound(head[:_SIZE]) and head[:1] != b"\0")


def tar_entries(reader: Reader, tell: Callable[[str], None]) -> Iterator[Entry]:
    """Give a tar's headers one after another; what of a member's data was not read is passed over.

    `tell` is told of damage that can be passed over, DamagedError ends what cannot.
    """
    extra = _NONE
    for head, header in _heads(reader, tell):
        if head.kind in b"xLKg":
            data, whole = _metadata(reader, head.size)
            if not whole:
                tell(f"a name or a pax header of {head.size} bytes was left out: {_METADATA} are read")
            extra = _more(extra, head.kind, data if whole else b"")
            yield Entry("", "header")
            continue
        entry, part, tail = _entry(reader, head, header, extra)
        yield entry
        extra = _NONE
        if not reader.skip((part.left if part else 0) + tail):
            raise DamagedError(reader.damage or "cut off in the middle of a member")


def _heads(reader: Reader, tell: Callable[[str], None]) -> Iterator[tuple[_Head, bytes]]:
    """Give the headers where the reader comes to stand; after a damaged one, the next that is sound."""
    while len(header := reader.exactly(_SIZE)) == _SIZE:
        if header == _ZEROS:
            continue
        head = _head(header)
        if head is None:
            tell("a header in it is damaged: members may be missing")
            header = _next_sound(reader)
            head = _head(header)
            if head is None:
                break
        yield head, header
    if reader.damage:
        raise DamagedError(reader.damage)
    if header and len(header) < _SIZE:
        raise DamagedError("cut off in the middle of a header")


def _entry(reader: Reader, head: _Head, header: bytes, extra: _Extra) -> tuple[Entry, Part | None, int]:
    """Give a member, its data, and how many bytes of padding follow it."""
    name = extra.name or head.name
    written = extra.written or head.written
    if head.kind in _NO_DATA or (head.kind == b"\0" and head.name.endswith("/")):
        return Entry(name, _MISSED.get(head.kind, "directory"), written), None, 0
    size = head.size if extra.size is None else extra.size
    sparse = extra.sparse or head.kind == b"S"
    more = head.kind == b"S" and header[482] != 0  # GNU: the map of holes goes on
    while more:
        block = reader.exactly(_SIZE)
        more = len(block) == _SIZE and block[504] != 0
    part = Part(reader, size)
    what = "sparse file" if sparse else "header" if head.kind in _ABOUT else ""
    return Entry(name, what, written, size, part), part, -size % _SIZE


def _sound(header: bytes) -> bool:
    """Whether a header's checksum is right, with bytes signed or not (old tars)."""
    if len(header) < _SIZE or header == _ZEROS:
        return False
    said = _number(header[148:156])
    others = header[:148] + header[156:]
    total = sum(others) + 256
    return said == total or (said is not None and said == total - 256 * sum(byte > 127 for byte in others))


def _head(header: bytes) -> _Head | None:
    if not _sound(header):
        return None
    size, seconds = _number(header[124:136]), _number(header[136:148])
    if size is None or size < 0:
        return None
    name = header[:100].partition(b"\0")[0]
    if header[257:263] == b"ustar\0" and (prefix := header[345:500].partition(b"\0")[0]):
        name = prefix + b"/" + name
    return _Head(_text(name), size, _time(seconds), header[156:157])


def _text(name: bytes) -> str:
    return name[:NAME_LIMIT].decode(errors="surrogateescape")


def _number(field: bytes) -> int | None:
    """Read an octal number, or GNU's base-256 one; None where it is neither."""
    if field[0] in (0x80, 0xFF):
        return int.from_bytes(field[1:], "big") - (256 ** (len(field) - 1) if field[0] == 0xFF else 0)
    digits = field.partition(b"\0")[0].strip(b" ")
    try:
        return int(digits or b"0", 8) if digits.isdigit() or not digits else None
    except ValueError:
        return None


def _time(seconds: float | None) -> int | None:
    return int(seconds * _SECOND) if seconds is not None and 0 < seconds < _FAR else None


def _next_sound(reader: Reader) -> bytes:
    """Find the next sound header that bears the magic; empty at the end."""
    while header := reader.exactly(_SIZE):
        if header[_MAGIC] == b"ustar" and _sound(header):
            return header
    return b""


def _metadata(reader: Reader, size: int) -> tuple[bytes, bool]:
    """Read the data of a header about the next member, if it is short; say whether it was read."""
    if size > _METADATA:
        if not reader.skip(size + -size % _SIZE):
            raise DamagedError(reader.damage or f"cut off in the middle of a name or pax header of {size} bytes")
        return b"", False
    data = reader.exactly(size)
    reader.skip(-size % _SIZE)
    return data, True


def _more(extra: _Extra, kind: bytes, data: bytes) -> _Extra:
    """Add what one header says of the next member."""
    if kind == b"L":
        return extra._replace(name=_text(data.partition(b"\0")[0]))
    if kind != b"x":  # a link's target; what holds for all members of a pax archive, which is nothing that is used
        return extra
    for key, value in _records(data):
        if key == b"path":
            extra = extra._replace(name=_text(value))
        elif key == b"size" and value.isdigit() and len(value) < 20:
            extra = extra._replace(size=int(value))
        elif key == b"mtime":
            extra = extra._replace(written=_seconds(value))
        elif key.startswith(b"GNU.sparse."):
            extra = extra._replace(sparse=True)
    return extra


def _seconds(value: bytes) -> int | None:
    try:
        return _time(float(value)) if len(value) < 40 else None
    except ValueError:
        return None


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give the records of a pax header, `30 mtime=1795293601.5 LF`, up to the first that is none."""
    at = 0
    while match := _RECORD.match(data, at):
        end = at + int(match[1])
        if end <= match.end() or end > len(data):
            return
        yield match[2], data[match.end() : end - 1]
        at = end
