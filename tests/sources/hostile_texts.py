"""Members whose names or texts are made to harm the one who reads them."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from sources.archives import (
    AFTER,
    BEFORE,
    GIB,
    between,
    header,
    padded,
    pax,
    record,
    tar_file,
)
from sources.attack import EVIL, GOOD, Attack

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = b"2026-11-21T20:40:03Z gw-b charon[7]: 07[IKE] "
_FULL = (1 << 24) - (1 << 24) % 512


def texts() -> Iterator[Attack]:
    """Give the attacks by names and texts."""
    yield from _names()
    yield from _kinds()
    yield from _long_lines()
    yield from _encodings()
    yield from _dumps()


def _names() -> Iterator[Attack]:
    for name, path in (
        ("traversal", b"../" * 300 + b"escaped.log"),
        ("long", b"d/" * 30_000 + b"a.log"),
        ("nul", b"a\0.log"),
        ("forged", b"a.log:1\nwhydown: note: all is well\n\x1b[2Ja.log"),
        ("empty", b""),
        ("surrogate", b"\xed\xb3\xbf\xed\xa0\x80.log"),
    ):
        yield Attack(
            f"pax-{name}-name.tar", [between(pax(record(b"path", path)), tar_file(b"a.log", EVIL))], (*GOOD, EVIL)
        )
        long = header(b"././@LongLink", len(path), b"L") + padded(path)
        yield Attack(f"gnu-{name}-name.tar", [between(long, tar_file(b"a.log", EVIL))], (*GOOD, EVIL))
    for name, value in (
        ("nan", b"nan"),
        ("infinite", b"inf"),
        ("far", b"9" * 30),
        ("negative", b"-1e308"),
        ("no", b"\xff"),
    ):
        odd = pax(record(b"mtime", value)) + tar_file(b"a.log", EVIL)
        yield Attack(f"{name}-time.tar", [between(odd)], (*GOOD, EVIL))
    everywhere = header(b"g", len(record(b"path", b"x")), b"g") + padded(record(b"path", b"x"))
    yield Attack("one-name-for-all.tar", [between(everywhere, tar_file(b"a.log", EVIL))], (*GOOD, EVIL))


def _kinds() -> Iterator[Attack]:
    """Use what tar can hold besides files, as CVE-2025-4517, CVE-2025-4330 and CVE-2024-12718 do."""
    steps = b"".join(
        header(b"d" * 247 if not n else b"s%d" % n, 0, b"2", link=b"d" * 100) + header(b"d%d" % n, 0, b"5")
        for n in range(16)
    )
    up = (
        pax(record(b"linkpath", b"../" * 1400)) + header(b"escape", 0, b"2") + tar_file(b"escape/tmp/escaped.log", EVIL)
    )
    yield Attack("links-beyond-path-max.tar", [between(steps, up)], (*GOOD, EVIL), "17 links")
    back = header(b"a", 0, b"1", link=b"../../../etc/passwd") + tar_file(b"a", EVIL)
    yield Attack("hardlink-outside.tar", [between(back)], (*GOOD, EVIL), "1 link")
    for name, kind in (("volume", b"V"), ("dumpdir", b"D"), ("acl", b"A")):
        yield Attack(f"{name}.tar", [between(header(b"a.log", len(EVIL), kind) + padded(EVIL))])
    for name, kind in (("contiguous", b"7"), ("unknown-kind", b"Z"), ("continued", b"M")):  # POSIX: as a file
        yield Attack(f"{name}.tar", [between(header(b"a.log", len(EVIL), kind) + padded(EVIL))], (*GOOD, EVIL))
    map_of = pax(record(b"GNU.sparse.major", b"1"), record(b"GNU.sparse.realsize", b"9" * 18))
    yield Attack("sparse-pax.tar", [between(map_of, tar_file(b"a.log", b"1\n0\n9999999999\n"))], GOOD, "1 sparse file")
    short = header(b"a.log", 10) + padded(EVIL * 40)
    yield Attack("short-length.tar", [between(short)], GOOD, "header in it is damaged", damaged=True)


def _packed(before: bytes, unit: bytes, size: int, after: bytes) -> Iterator[bytes]:
    """Make a packed archive whose one member is a text again and again, at little cost."""
    count = size // _FULL
    yield gzip.compress(before)
    packed = gzip.compress((unit * (_FULL // len(unit) + 1))[:_FULL], 1)
    for _ in range(count):
        yield packed
    yield gzip.compress(bytes(-count * _FULL % 512) + after)


def _long_lines() -> Iterator[Attack]:
    unit = bytes(range(97, 123)) * 300
    good = tar_file(b"var/log/syslog.1", BEFORE)
    last = tar_file(b"var/log/syslog", AFTER) + bytes(1024)
    size = GIB // _FULL * _FULL
    for name, head in (("other", b"2026-11-21T20:40:03Z gw-b cron[7]: "), ("charon", _HEAD)):
        begin = (head * 2).ljust(512, b"x")
        before = good + header(b"long.log", 512 + size) + begin
        yield Attack(f"long-line-of-{name}.tgz", _packed(before, unit, size, last))
    lines = b"".join(_HEAD + word * (64_000 // len(word)) + b"\n" for word in _SLOW)
    yield Attack("slow-lines.tgz", [gzip.compress(between(tar_file(b"slow.log", lines * 10)))])


_SLOW = (
    b"a",
    b" ",
    b"a ",
    b"=",
    b"[",
    b"]",
    b"(",
    b"<",
    b"/",
    b"{",
    b"'",
    b'"',
    b"1",
    b"1.",
    b"0x",
    b"::",
    b"AES_CBC_256/",
    b", ",
    b"IKE_SA a[1] ",
    b"received ",
    b"<a|1> ",
    b"198.51.100.1[500] ",
    b"a=b; ",
    b"\\",
    b"-",
    b"#012",
    b"message repeated 2 times: [",
)


def _encodings() -> Iterator[Attack]:
    text = EVIL.decode()
    yield Attack("utf-16.tar", [between(tar_file(b"a.log", text.encode("utf-16")))], GOOD, "UTF-16", damaged=False)
    yield Attack("latin-1.tar", [between(tar_file(b"a.log", EVIL.replace(b"evil", b"\xe9vil")))], GOOD)
    yield Attack("holes.tar", [between(tar_file(b"a.log", EVIL + bytes(1 << 20) + b"\n" + EVIL))], GOOD)
    every = b"".join(_HEAD + bytes([byte]) * 9 + b"\n" for byte in range(256) if byte != 10)
    yield Attack("every-byte.tar", [between(tar_file(b"a.log", every))])
    ends = (
        EVIL.rstrip()
        + "\u2028\u2029\x85\v\f\r\x1c\x1d\x1e".encode().join([b"2026-11-21T20:40:09Z x charon[1]: forged"] * 9)
        + b"\n"
    )
    yield Attack("line-ends.tar", [between(tar_file(b"a.log", ends))])


def _dumps() -> Iterator[Attack]:
    stated = b'[{"Session_Status": "DOWN", "Session_Down_Reason": "Authentication failed", "x": '
    for name, data in (
        ("deep", stated + b"[" * 200_000),
        ("deep-objects", stated + b'{"x":' * 200_000),
        ("number", stated + b"9" * 100_000 + b"}]"),
        ("exponent", stated + b"1e999999999}]"),
        ("string", stated + b'"' + b"\\u0000" * 100_000 + b'"}]'),
        ("keys", stated + b"{" + b",".join(b'"%d": 1' % n for n in range(200_000)) + b"}}]"),
        ("cut", stated),
    ):
        yield Attack(f"dump-{name}.tar", [between(tar_file(b"edge/vpn-session", data))])
