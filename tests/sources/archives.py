"""Makers of tar, zip and gzip data, right or wrong in every detail, for tests."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

GIB = 1 << 30
BEFORE = b"2026-11-21T20:40:01Z gw-b charon[7]: 15[IKE] before the attack\n"
AFTER = b"2026-11-21T20:40:02Z gw-b charon[7]: 15[IKE] after the attack\n"
WRITTEN = 1_795_293_601


def header(
    name: bytes,
    size: int = 0,
    kind: bytes = b"0",
    *,
    link: bytes = b"",
    raw_size: bytes = b"",
    version: bytes = b"ustar\x0000",
) -> bytes:
    """Make a tar header; `raw_size` stands in the size's place as it is."""
    field = raw_size or b"%011o\0" % size
    whole = b"".join(
        [
            *(name[:100].ljust(100, b"\0"), b"0000644\0", b"0000000\0" * 2, field, b"%011o\0" % WRITTEN, b" " * 8),
            *(kind, link.ljust(100, b"\0"), version, bytes(247)),
        ]
    )
    assert len(whole) == 512
    return whole[:148] + b"%06o\0 " % sum(whole) + whole[156:]


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 512)


def tar_file(name: bytes, data: bytes) -> bytes:
    return header(name, len(data)) + padded(data)


def between(*attack: bytes) -> bytes:
    """Put hostile members between two good ones."""
    return tar_file(b"var/log/syslog.1", BEFORE) + b"".join(attack) + tar_file(b"var/log/syslog", AFTER) + bytes(1024)


def pax(*records: bytes, claimed: int | None = None) -> bytes:
    data = b"".join(records)
    return header(b"pax", len(data) if claimed is None else claimed, b"x") + padded(data)


def record(key: bytes, value: bytes) -> bytes:
    size = len(key) + len(value) + 3
    size += len(str(size + len(str(size))))
    return b"%d %s=%s\n" % (size, key, value)


def zeros_gzip(size: int) -> Iterator[bytes]:
    """Make gzip data of so many zeros, in one stream, fast: a piece of deflate data again and again."""
    yield b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(bytes(1 << 24)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(1 << 24)) + packer.flush(zlib.Z_FULL_FLUSH)
    yield first
    for _ in range(size // (1 << 24) - 1):
        yield again


def gzip_with_zeros(before: bytes, zeros: int, after: bytes) -> Iterator[bytes]:
    """Make gzip data of something, many zeros, and something, as three members."""
    yield gzip.compress(before)
    packed = gzip.compress(bytes(1 << 24))
    for _ in range(zeros // (1 << 24)):
        yield packed
    yield gzip.compress(after)


def zip_member(
    name: bytes,
    data: bytes,
    *,
    flags: int = 0,
    method: int = 0,
    crc: int | None = None,
    packed: int | None = None,
    extra: bytes = b"",
) -> bytes:
    """Make a zip's local header and its data as they are."""
    crc = zlib.crc32(data) if crc is None else crc
    size = len(data) if packed is None else packed
    fields = (20, flags, method, 0, (2026 - 1980) << 9 | 11 << 5 | 21, crc, size, size, len(name), len(extra))
    return b"PK\3\4" + struct.pack("<HHHHHIIIHH", *fields) + name + extra + data


def directory(entries: int, name: bytes) -> bytes:
    """Make a zip's directory in which every entry points at the first member."""
    one = b"PK\1\2" + struct.pack("<HHHHHHIIIHHHHHII", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0) + name
    end = struct.pack("<HHHHIIH", 0, 0, entries & 0xFFFF, entries & 0xFFFF, len(one) * entries, 0, 0)
    return one * entries + b"PK\5\6" + end


def zip_between(*attack: bytes, entries: int = 3) -> bytes:
    good = zip_member(b"syslog.1", BEFORE), zip_member(b"syslog", AFTER)
    return good[0] + b"".join(attack) + good[1] + directory(entries, b"syslog")


def library_tar(*members: tuple[str, bytes], written: int = WRITTEN) -> bytes:
    """Make a tar with Python's own library."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), written
            tar.addfile(info, io.BytesIO(data))
    return made.getvalue()


def library_zip(*members: tuple[str, bytes]) -> bytes:
    """Make a zip with Python's own library."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return made.getvalue()


def nested(depth: int) -> bytes:
    inner = BEFORE
    for number in range(depth):
        inner = library_tar((f"{number}.log", inner), ("after.log", AFTER))
    return inner


def packed_again(times: int) -> bytes:
    data = BEFORE
    for _ in range(times):
        data = gzip.compress(data, 1)
    return data


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def sparse_without_end() -> bytes:
    return header(b"sparse.log", 0, b"S")[:482] + b"\1" + bytes(29)


def resummed(head: bytes) -> bytes:
    """Put the right sum into a header that was changed."""
    blank = head[:148] + b" " * 8 + head[156:]
    return blank[:148] + b"%06o\0 " % sum(blank) + blank[156:]
