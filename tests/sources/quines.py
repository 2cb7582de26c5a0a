"""Gzip data that unpacks to itself, and so on without end.

The way is Russ Cox's, "Zip Files All the Way Down" (2010): a program of two operations, *say the next n units* and
*say the last n units again*, that says itself. Each is a block of deflate data, and as long as a unit.
"""

from __future__ import annotations

import gzip
import struct
import zlib

_UNIT = 5
_AGAIN = bytes.fromhex("428821c400")  # 10 bytes from 20 bytes back, twice: four units
_LAST = b"\3\0"  # a block of nothing that is the last


def gzip_quine() -> bytes:
    """Make one whose sum is right, so that nothing but its depth gives it away."""
    for number in range(1000):  # the sum stands in the data that it is of: one in three can hold its own
        name = b"%04d\0" % number
        if (crc := _own_sum(name)) is not None:
            made = _written(name, crc)
            assert gzip.decompress(made) == made
            return made
    raise AssertionError


def _say(units: int) -> bytes:
    size = units * _UNIT
    return struct.pack("<BHH", 0, size, size ^ 0xFFFF)


def _written(name: bytes, crc: int) -> bytes:
    """Write one with this sum in it, right or wrong."""
    head = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + name + _say(4)
    begin = head + head + _AGAIN + _say(1) + _AGAIN + _say(1) + _say(1)
    middle = (_say(4) + _AGAIN + _say(1) + _say(1)) + (_say(4) + _AGAIN) * 4
    turn = (_say(4) + _AGAIN + _say(0) + _say(0)) * 2
    size = len(begin) + len(middle) + len(turn) + _UNIT + 2 * 4 * _UNIT
    tail = _say(0) + _LAST + struct.pack("<II", crc, size)
    return begin + middle + turn + _say(4) + (_AGAIN + tail) * 2


def _own_sum(name: bytes) -> int | None:
    """Solve for the sum that is right with itself in the data: each of its bits changes the sum in a way of its own."""
    rest = zlib.crc32(_written(name, 0))
    turned = [zlib.crc32(_written(name, 1 << bit)) ^ rest ^ 1 << bit for bit in range(32)]
    rows = [  # equations: the bits of the unknown sum, and in bit 32 what they must add up to
        sum((turned[bit] >> place & 1) << bit for bit in range(32)) | (rest >> place & 1) << 32 for place in range(32)
    ]
    for bit in range(32):
        pivot = next((row for row in rows if row >> bit & 1 and not row & ((1 << bit) - 1)), None)
        if pivot is None:
            return None
        rows = [row ^ pivot if row >> bit & 1 and row is not pivot else row for row in rows]
    return sum(row & 0xFFFFFFFF for row in rows if row >> 32)
