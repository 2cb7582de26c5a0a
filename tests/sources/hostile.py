"""Archives made to harm the one who opens them, each with a good log in it."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import struct
from typing import TYPE_CHECKING

import zstandard

from sources.archives import (
    AFTER,
    BEFORE,
    GIB,
    between,
    directory,
    flipped,
    gzip_with_zeros,
    header,
    library_zip,
    nested,
    packed_again,
    padded,
    pax,
    record,
    resummed,
    sparse_without_end,
    tar_file,
    zeros_gzip,
    zip_between,
    zip_member,
)
from sources.attack import EVIL, GOOD, Attack
from sources.hostile_packings import packings
from sources.hostile_texts import texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MUCH = tar_file(b"var/log/syslog.1", BEFORE)


def attacks() -> Iterator[Attack]:
    """Give every attack."""
    yield from _names_and_kinds()
    yield from _lengths()
    yield from _numbers_of_members()
    yield from _bombs()
    yield from _damage()
    yield from _zips()
    yield from _zip_bombs()
    yield from packings()
    yield from texts()


def _names_and_kinds() -> Iterator[Attack]:
    for name, path in (
        ("traversal", b"../../../../../../tmp/escaped.log"),
        ("absolute", b"/tmp/escaped.log"),
        ("drive-letter", b"C:\\escaped.log"),
        ("device-name", b"NUL.log"),
        ("escapes-in-name", b"\x1b]0;owned\x07\n\xe2\x80\xae.log"),
        ("no-utf8-in-name", b"\xff\xfe\xc3.log"),
        ("only-dots", b"../.."),
    ):
        yield Attack(f"{name}.tar", [between(tar_file(path, EVIL))], (*GOOD, EVIL))
    for name, kind in (("symlink", b"2"), ("hardlink", b"1")):
        link = header(b"out", 0, kind, link=b"/tmp") + tar_file(b"out/escaped.log", EVIL)
        yield Attack(f"{name}.tar", [between(link)], (*GOOD, EVIL), "1 link")
    loop = header(b"a", 0, b"2", link=b"b") + header(b"b", 0, b"2", link=b"a")
    yield Attack("link-loop.tar", [between(loop)], GOOD, "2 links")
    yield Attack("hardlink-with-size.tar", [between(header(b"out", 7 * GIB, b"1", link=b"x"))], GOOD, "1 link")
    yield Attack("device.tar", [between(header(b"zero.log", 0, b"3"), header(b"sda.log", 0, b"4"))], GOOD, "2 devices")
    yield Attack("pipe.tar", [between(header(b"pipe.log", 0, b"6"))], GOOD, "1 pipe")


def _lengths() -> Iterator[Attack]:
    for name, kind in (("pax", b"x"), ("long-name", b"L"), ("long-link", b"K"), ("global-pax", b"g")):
        claims = MUCH + header(b"meta", GIB, kind)
        yield Attack(f"{name}-claimed.tgz", [gzip.compress(claims)], (BEFORE,), f"header of {GIB} bytes", damaged=True)
        yield Attack(
            f"{name}-real.tgz", gzip_with_zeros(claims, GIB, tar_file(b"a.log", AFTER)), (BEFORE,), "bomb", damaged=True
        )
    wordy = header(b"meta", 1 << 20, b"x") + b"x" * (1 << 20)
    yield Attack("pax-of-a-megabyte.tar", [between(wordy)], GOOD, "a pax header of 1048576 bytes", damaged=True)
    yield Attack("pax-chain.tar", [between(*[pax(record(b"path", b"x" * 900))] * 20_000)])
    yield Attack("pax-records.tar", [between(pax(b"0 path=a\n-5 path=b\n"), pax(b"99999 path=c\n"), pax(b"7 =\n"))])
    yield Attack(
        "pax-size.tar",
        [between(pax(record(b"size", b"9" * 18)), tar_file(b"a.log", EVIL))],
        (BEFORE,),
        "cut off",
        damaged=True,
    )
    yield Attack(
        "pax-negative-size.tar", [between(pax(record(b"size", b"-512")), tar_file(b"a.log", EVIL))], (*GOOD, EVIL)
    )
    yield Attack(
        "sparse.tar", [between(resummed(sparse_without_end()), b"\1" * 512 * 1000, bytes(512))], GOOD, "1 sparse file"
    )
    negative = header(b"a.log", raw_size=b"\xff" * 11 + b"\0")
    yield Attack("negative-size.tar", [between(negative)], GOOD, "header in it is damaged", damaged=True)
    huge = header(b"a.log", raw_size=b"\x80" + b"\xff" * 11)
    yield Attack("base-256-size.tar", [between(huge)], (BEFORE,), "cut off", damaged=True)
    yield Attack(
        "no-number.tar",
        [between(header(b"a.log", raw_size=b"99999999999\0"))],
        GOOD,
        "header in it is damaged",
        damaged=True,
    )
    yield Attack(
        "checksum.tar", [between(flipped(tar_file(b"a.log", EVIL), 3))], GOOD, "header in it is damaged", damaged=True
    )
    yield Attack(
        "checksums.tar",
        [between(*[flipped(tar_file(b"a.log", EVIL), 3)] * 20_000)],
        GOOD,
        "header in it is damaged",
        damaged=True,
    )


def _numbers_of_members() -> Iterator[Attack]:
    many = b"".join(header(b"m%d" % number) for number in range(50_000))
    yield Attack("many-members.tgz", [gzip.compress(between(many), 1)])
    logs = b"".join(tar_file(b"m%d.log" % number, b"%d\n" % number) for number in range(10_000))
    yield Attack("many-logs.tgz", [gzip.compress(between(logs), 1)])
    too_many = b"".join([header(b"m")] * 1000)
    yield Attack(
        "too-many-members.tgz",
        [gzip.compress(MUCH), *[gzip.compress(too_many)] * 250],
        (BEFORE,),
        "more than 200000",
        damaged=True,
    )
    yield Attack("same-name.tar", [between(*[tar_file(b"var/log/syslog", EVIL)] * 3)], (*GOOD, EVIL))


def _bombs() -> Iterator[Attack]:
    yield Attack("bomb.log.gz", zeros_gzip(10 * GIB), (), "bomb", damaged=True)
    yield Attack("bomb-of-members.log.gz", gzip_with_zeros(BEFORE, 10 * GIB, AFTER), (BEFORE,), "bomb", damaged=True)
    yield Attack(
        "bomb-in-tar.tar", [between(tar_file(b"b.log.gz", b"".join(zeros_gzip(10 * GIB))))], GOOD, "bomb", damaged=True
    )
    inner = gzip.compress(b"".join(zeros_gzip(2 * GIB)))
    yield Attack("bomb-in-gzip.tar", [between(tar_file(b"b.log.gz", inner))], GOOD, "bomb", damaged=True)
    small = b"".join(zeros_gzip(GIB // 4))
    bombs = b"".join(header(b"b%d.log.gz" % n, len(small) + 4) + padded(small + b"%4d" % n) for n in range(50))
    yield Attack("many-bombs.tar", [tar_file(b"var/log/syslog.1", BEFORE), bombs], (BEFORE,), "bomb", damaged=True)
    yield Attack(
        "big-member.tgz",
        gzip_with_zeros(MUCH + header(b"b.log", 7 * GIB), 7 * GIB, b""),
        (BEFORE,),
        "bomb",
        damaged=True,
    )
    yield Attack(
        "bomb.log.bz2", [bz2.compress(BEFORE), *[bz2.compress(bytes(1 << 24))] * 64], (BEFORE,), "bomb", damaged=True
    )
    yield Attack(
        "bomb.log.xz", [lzma.compress(BEFORE), *[lzma.compress(bytes(1 << 24))] * 64], (BEFORE,), "bomb", damaged=True
    )
    for name, packed in (("gzip", gzip.compress(b"")), ("bzip2", bz2.compress(b"")), ("xz", lzma.compress(b""))):
        tiny = gzip.compress(packed * 400_000)
        yield Attack(f"tiny-{name}.tar", [between(tar_file(b"a.log", tiny))], GOOD, "tiny pieces", damaged=True)
    tiny = gzip.compress(zstandard.compress(b"") * 400_000)
    yield Attack("tiny-zstd.tar", [between(tar_file(b"a.log", tiny))], GOOD, "tiny pieces", damaged=True)
    hungry = lzma.compress(AFTER, filters=[{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 30}])
    yield Attack("hungry.tar", [between(tar_file(b"h.log.xz", hungry))], GOOD, "emory", damaged=True)
    yield Attack("padding.tgz", gzip_with_zeros(between(), GIB, b""), GOOD, "bomb", damaged=True)
    yield Attack("depth-10.tar", [nested(10)], (AFTER,), "more than 8 deep", damaged=True)
    yield Attack("depth-8.tar", [nested(8)])
    yield Attack("packed-9-times.log", [packed_again(9)], (), "more than 8 deep", damaged=True)
    yield Attack(
        "packed-1000-times.tar",
        [between(tar_file(b"p.log", packed_again(1000)))],
        GOOD,
        "more than 8 deep",
        damaged=True,
    )


def _damage() -> Iterator[Attack]:
    noise = random.Random(0).randbytes(50_000)  # noqa: S311 - any will do, if it is the same each time
    whole = gzip.compress(between(tar_file(b"noise.bin", noise)))
    yield Attack("cut-off.tgz", [whole[: len(whole) * 2 // 3]], (BEFORE,), "cut off", damaged=True)
    yield Attack(
        "cut-off-in-a-header.tar", [between()[:1300]], (BEFORE,), "cut off in the middle of a header", damaged=True
    )
    broken = flipped(gzip.compress(EVIL), -6)
    yield Attack("bad-sum.tar", [between(tar_file(b"a.log.gz", broken))], GOOD, "gzip data is damaged", damaged=True)
    yield Attack(
        "cut-off-member.tar",
        [between(tar_file(b"a.log.gz", gzip.compress(EVIL * 99)[:-9]))],
        GOOD,
        "cut off",
        damaged=True,
    )
    yield Attack("concatenated.log.gz", [gzip.compress(BEFORE) + gzip.compress(AFTER)])
    yield Attack("no-end.tar", [between()[:-1024]])
    yield Attack("tars-after-each-other.tar", [between(), tar_file(b"c.log", EVIL)], (*GOOD, EVIL))
    for name in ("zip.log", "zip.tar", "zip.gz"):
        yield Attack(name, [library_zip(("syslog.1", BEFORE), ("syslog", AFTER))])
    yield Attack("tar.zip", [between()])
    yield Attack("gzip.txt", [gzip.compress(BEFORE + AFTER)])


def _zips() -> Iterator[Attack]:
    yield Attack("traversal.zip", [zip_between(zip_member(b"../../escaped.log", EVIL))], (*GOOD, EVIL))
    yield Attack("same-name.zip", [zip_between(zip_member(b"syslog", EVIL))], (*GOOD, EVIL))
    yield Attack("no-utf8.zip", [zip_between(zip_member(b"\xff\xfe.log", EVIL, flags=0x800))], (*GOOD, EVIL))
    yield Attack(
        "encrypted.zip",
        [zip_between(zip_member(b"s.log", bytes(range(200)), flags=1))],
        GOOD,
        "s.log: encrypted",
        damaged=True,
    )
    later = zip_member(b"s.log", b"\xaa" * 99, flags=9, packed=0)
    yield Attack("encrypted-without-length.zip", [zip_between(later)], GOOD, "s.log: encrypted", damaged=True)
    yield Attack(
        "bad-sum.zip", [zip_between(zip_member(b"s.log", EVIL, crc=1))], (*GOOD, EVIL), "checksum", damaged=True
    )
    yield Attack("deflate64.zip", [zip_between(zip_member(b"s.log", EVIL, method=9))], GOOD, "method 9", damaged=True)
    yield Attack(
        "bad-deflate.zip", [zip_between(zip_member(b"s.log", b"\xff" * 99, method=8))], GOOD, "damaged", damaged=True
    )
    yield Attack(
        "lying-length.zip", [zip_between(zip_member(b"s.log", EVIL, packed=GIB))], (BEFORE,), "cut off", damaged=True
    )
    big = struct.pack("<HHQQ", 1, 16, 1 << 62, 1 << 62)
    yield Attack(
        "zip64.zip",
        [zip_between(zip_member(b"s.log", EVIL, packed=0xFFFFFFFF, extra=big))],
        (BEFORE,),
        "cut off",
        damaged=True,
    )
    yield Attack("odd-extra.zip", [zip_between(zip_member(b"s.log", EVIL, extra=b"\1\0\xff\xff"))], (*GOOD, EVIL))


def _zip_bombs() -> Iterator[Attack]:
    yield Attack("overlapping.zip", [zip_between(entries=60_000)])
    quoted = b"".join(zeros_gzip(GIB // 2))[10:]
    whirl = b"".join(zip_member(b"%d.log" % n, b"", method=8, packed=len(quoted) + 38 * (99 - n)) for n in range(100))
    yield Attack(
        "overlapping-bomb.zip",
        [zip_member(b"syslog", BEFORE) + whirl + quoted + directory(100, b"s")],
        (BEFORE,),
        damaged=True,
    )
    bomb = zip_member(b"b.log", b"".join(zeros_gzip(GIB))[10:], method=8)
    yield Attack("bomb.zip", [zip_between(bomb)], GOOD, "bomb", damaged=True)
    yield Attack("many-members.zip", [zip_between(*[zip_member(b"m%d" % n, b"") for n in range(50_000)])])
    yield Attack("cut-off.zip", [zip_between()[:-200]], (BEFORE,), "cut off", damaged=True)
    yield Attack("no-directory.zip", [zip_member(b"syslog", BEFORE)], (BEFORE,), "cut off", damaged=True)
    yield Attack("junk-between.zip", [zip_between(b"\x55" * 5000)], GOOD, "damaged", damaged=True)


def write(attack: Attack, folder: Path) -> Path:
    """Write an attack into a folder; return its path."""
    path = folder / attack.name
    with path.open("wb") as file:
        file.writelines(attack.pieces)
    return path
