"""Packed data made to harm the one who unpacks it, or damaged on its way."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import struct
import zlib
from functools import partial
from typing import TYPE_CHECKING

import zstandard

from sources.archives import (
    BEFORE,
    GIB,
    between,
    directory,
    flipped,
    gzip_with_zeros,
    library_zip,
    tar_file,
    zeros_gzip,
    zip_between,
    zip_member,
)
from sources.attack import EVIL, GOOD, Attack
from sources.quines import gzip_quine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": partial(bz2.compress, compresslevel=1),  # small blocks: of one that is cut nothing is left
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress,
}
_NOISE = EVIL * 50 + random.Random(0).randbytes(300_000).hex().encode()  # noqa: S311 - the same each time


def packings() -> Iterator[Attack]:
    """Give the attacks by packed data."""
    yield from _damaged()
    yield from _gzip_headers()
    yield from _frames()
    yield from _zip_members()


def _damaged() -> Iterator[Attack]:
    """Cut, turn bits of, and add to a member of every packing, and to a whole archive of it."""
    for name, packer in PACKERS.items():
        packed = packer(_NOISE)
        for how, data, said in (
            ("cut", packed[: len(packed) // 2], "cut off"),
            ("turned", packed[: len(packed) // 2] + bytes(800) + packed[len(packed) // 2 + 800 :], "is damaged"),
            ("continued", packed + b"more, but not packed\n" * 9, "follow its end"),
        ):
            yield Attack(f"{how}-{name}.tar", [between(tar_file(b"a.log", data))], GOOD, said, damaged=True)
        whole = packer(between(tar_file(b"noise.bin", _NOISE)))
        yield Attack(f"cut-{name}-around.tar", [whole[: len(whole) * 2 // 3]], (BEFORE,), "cut off", damaged=True)
    yield Attack("quine.tar", [between(tar_file(b"a.gz", gzip_quine()))], GOOD, "more than 8 deep", damaged=True)


def _gzip_headers() -> Iterator[Attack]:
    """Say more in a gzip header than anyone wants to read."""
    for name, flags in (("name", 8), ("comment", 16)):
        endless = gzip_with_zeros(b"", 0, b"\x1f\x8b\x08" + bytes([flags]) + b"\0\0\0\0\0\xff" + b"n" * (1 << 20))
        member = tar_file(b"a.log.gz", b"".join(endless))
        yield Attack(f"gzip-{name}-without-end.tar", [between(member)], GOOD, "cut off", damaged=True)
    long = b"\x1f\x8b\x08\x0c\0\0\0\0\0\xff" + struct.pack("<H", 40_000) + b"x" * 40_000 + b"n" * 100_000 + b"\0"
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    whole = long + packer.compress(EVIL) + packer.flush() + struct.pack("<II", zlib.crc32(EVIL), len(EVIL))
    yield Attack("gzip-long-header.tar", [between(tar_file(b"a.log.gz", whole))], (*GOOD, EVIL))
    for name, head in (("flags", b"\x1f\x8b\x08\xe0\0\0\0\0\0\xff"), ("method", b"\x1f\x8b\x07\0\0\0\0\0\0\xff")):
        odd = tar_file(b"a.log.gz", head + whole[-60:])
        yield Attack(f"gzip-unknown-{name}.tar", [between(odd)], GOOD, "is damaged", damaged=True)
    size = gzip.compress(EVIL)[:-4] + b"\xff\xff\xff\x7f"
    yield Attack("gzip-lying-length.tar", [between(tar_file(b"a.log.gz", size))], GOOD, "is damaged", damaged=True)


def _frames() -> Iterator[Attack]:
    """Ask decoders for memory, or for what is not there."""
    hungry = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters(window_log=30, enable_ldm=True)
    ).compressobj()
    data = hungry.compress(EVIL) + hungry.flush()
    yield Attack("hungry-zstd.tar", [between(tar_file(b"h.log.zst", data))], GOOD, "emory", damaged=True)
    words = zstandard.train_dictionary(4096, [b"%d charon[7]: %d\n" % (n, n * n) for n in range(5000)])
    with_words = zstandard.ZstdCompressor(dict_data=words).compress(EVIL)
    yield Attack(
        "zstd-with-dictionary.tar", [between(tar_file(b"d.log.zst", with_words))], GOOD, "ictionary", damaged=True
    )
    passed = zstandard.compress(EVIL) + b"\x50\x2a\x4d\x18" + struct.pack("<I", 0xFFFFFFFF) + bytes(100)
    yield Attack("zstd-endless-skip.tar", [between(tar_file(b"s.log.zst", passed))], GOOD, "zstd data", damaged=True)
    for name, suffix in (("xz", "xz"), ("bzip2", "bz2"), ("zstd", "zst")):
        pack = PACKERS[name]
        twice = pack(pack(bytes(1 << 24)) * 40)
        member = tar_file(b"b.log." + suffix.encode(), twice)
        yield Attack(f"bomb-in-{suffix}.tar", [between(member)], GOOD, "bomb", damaged=True)
    sum_of = lzma.compress(EVIL, check=lzma.CHECK_CRC64)
    yield Attack(
        "xz-unknown-check.tar",
        [between(tar_file(b"c.log.xz", sum_of[:7] + b"\x0f" + struct.pack("<I", zlib.crc32(b"\0\x0f")) + sum_of[12:]))],
        GOOD,
        "xz data",
        damaged=True,
    )
    yield Attack(
        "xz-bad-index.tar", [between(tar_file(b"i.log.xz", flipped(sum_of, -20)))], GOOD, "xz data", damaged=True
    )


def _zip_members() -> Iterator[Attack]:
    """Lie in a zip's headers."""
    yield Attack("zip-after-a-program.bin", [b"MZ" + bytes(range(256)) * 40, zip_between()], (), "binary", damaged=True)
    yield Attack(
        "aes.zip", [zip_between(zip_member(b"s.log", EVIL, flags=1, method=99))], GOOD, "s.log: encrypted", damaged=True
    )
    yield Attack("lzma.zip", [zip_between(zip_member(b"s.log", EVIL, method=14))], GOOD, "method 14", damaged=True)
    for name, method in (("bzip2", 12), ("xz", 95), ("zstd", 93)):
        broken = PACKERS[name](_NOISE)[:-300]
        member = zip_member(b"s.log", broken, method=method, crc=zlib.crc32(_NOISE))
        yield Attack(f"cut-{name}.zip", [zip_between(member)], GOOD, "cut off", damaged=True)
    later = zip_member(b"s.log", EVIL, flags=8, packed=0)
    yield Attack("stored-without-length.zip", [zip_between(later)], GOOD, "length is not told", damaged=True)
    for name, path in (("long", b"../" * 21_845), ("empty", b""), ("nul", b"a\0b.log"), ("bang", b"!a!!b!.log")):
        yield Attack(f"{name}-name.zip", [zip_between(zip_member(path, EVIL))], (*GOOD, EVIL))
    other = struct.pack("<HHBI", 0x7075, 5 + 9, 1, zlib.crc32(b"s.log")) + b"../../etc"
    yield Attack("other-name-in-extra.zip", [zip_between(zip_member(b"s.log", EVIL, extra=other))], (*GOOD, EVIL))
    yield Attack("large-extra.zip", [zip_between(zip_member(b"s.log", EVIL, extra=b"\xff" * 65535))], (*GOOD, EVIL))
    small = b"".join(zeros_gzip(GIB // 4))[10:]
    bombs = [zip_member(b"b%d.log" % n, small + b"%4d" % n, method=8) for n in range(50)]
    yield Attack("many-bombs.zip", [zip_between(*bombs)], (BEFORE,), "bomb", damaged=True)
    yield Attack("many-entries.zip", [zip_member(b"syslog", BEFORE), directory(1_000_000, b"syslog")], (BEFORE,))
    inner = library_zip(("b.log", EVIL), ("c.log", EVIL + EVIL))
    yield Attack(
        "damaged-in-zip.zip", [zip_between(zip_member(b"i.zip", flipped(inner, 45)))], GOOD, "damaged", damaged=True
    )
