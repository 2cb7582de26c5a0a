"""Addresses to addresses by a key: one to one, networks stay networks, private stays private.

The classic scheme (Xu, Fan, Ammar, Moon: "Prefix-preserving IP address anonymization", 2002): whether a bit is turned
depends on a keyed hash of the bits before it. Two things are added. The classes of addresses keep their place, and at
least one bit is turned, so no address stands for itself. And the last octet stays: networks as small as /25 to /32, and
ranges like .10 to .20, keep their sense.
"""

from __future__ import annotations

import ipaddress
from functools import cached_property
from hashlib import blake2b
from typing import TypeAlias

IPAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_HOST_BITS = 8  # at the end of an address, kept as they are
_REMEMBERED = 100_000  # addresses
_V4_MAPPED = (0xFFFF << 32, 0x64FF9B << 96)  # ::ffff:0:0/96 and 64:ff9b::/96 hold an IPv4 address
# Blocks whose addresses stay in them: (first octets, bits of the block).
_KEPT_V4 = tuple(
    ipaddress.IPv4Network(block) for block in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
)
# First octets in which there are no public addresses at all, and those in which there are others besides.
_NO_PUBLIC = frozenset({0, 10, 127, *range(224, 256)})
_MIXED = {100: (0x40, 2), 169: (254, 8), 172: (0x10, 4), 192: (168, 8)}  # the second octet of the block, and its bits
_OCTETS = tuple(octet for octet in range(256) if octet not in _NO_PUBLIC and octet not in _MIXED)


def kept(address: IPAddress) -> bool:
    """Whether an address tells nothing of anybody and stays: loopback, link-local, multicast, netmasks, none."""
    if isinstance(address, ipaddress.IPv4Address):
        return int(address) >> 24 in (0, 127) or int(address) >> 29 == 7 or int(address) >> 16 == 0xA9FE
    if (inner := _inner(address)) is not None:
        return kept(inner)
    return int(address) >> 125 in (0, 7) and int(address) >> 121 != 0x7E


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address in an IPv6 one."""
    high, low = int(address) >> 32 << 32, int(address) & 0xFFFFFFFF
    return ipaddress.IPv4Address(low) if high in _V4_MAPPED else None


class Addresses:
    """The pseudonym of each address under one key."""

    def __init__(self, key: bytes) -> None:
        """Take the key, of 16 to 64 bytes."""
        self._key = key
        self._known: dict[IPAddress, IPAddress] = {}
        self._turns: dict[tuple[int, int, int], int] = {}

    def of(self, address: IPAddress) -> IPAddress:
        """Return the pseudonym of an address; those that are `kept` stay."""
        found = self._known.get(address)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
                self._turns.clear()
            found = self._known[address] = self._made(address)
        return found

    def network(self, address: IPAddress, length: int) -> IPAddress:
        """Return the pseudonym of a network's address: the bits behind the prefix stay as they are."""
        bits = address.max_prefixlen - length
        if bits <= 0:
            return self.of(address)
        rest = int(address) & ((1 << bits) - 1)
        return type(address)((int(self.of(address)) >> bits << bits) | rest)

    def _made(self, address: IPAddress) -> IPAddress:
        if kept(address):
            return address
        if isinstance(address, ipaddress.IPv4Address):
            return ipaddress.IPv4Address(self._v4(int(address)))
        inner = _inner(address)
        if inner is not None:
            return ipaddress.IPv6Address(int(address) >> 32 << 32 | int(self.of(inner)))
        unique_local = int(address) >> 121 == 0x7E
        return ipaddress.IPv6Address(self._turned(int(address), 128, 8 if unique_local else 3))

    def _v4(self, number: int) -> int:
        first, second = number >> 24, number >> 16 & 0xFF
        if first in self._first_octets:
            return self._first_octets[first] << 24 | (self._turned(number, 32, 8) & 0xFFFFFF)
        block = next((n for n in _KEPT_V4 if ipaddress.IPv4Address(number) in n), None)
        if block is not None:
            return self._turned(number, 32, block.prefixlen)
        value, bits = _MIXED[first]
        # The bits on the way to the block that is not public stay, so that nothing gets into it.
        way = [value >> (8 - depth) for depth in range(1, bits + 1)]
        same = next(d for d in range(1, bits + 1) if second >> (8 - d) != way[d - 1])
        return self._turned(number, 32, 8 + same)

    @cached_property
    def _first_octets(self) -> dict[int, int]:
        """Each public first octet's pseudonym: one ring through all of them, so that none stays."""
        ring = sorted(_OCTETS, key=lambda octet: self._hash(b"octet", octet))
        return dict(zip(ring, [*ring[1:], ring[0]], strict=True))

    def _turned(self, number: int, width: int, begin: int) -> int:
        """Turn bits from `begin` on, the first of them always."""
        turned = number ^ (1 << (width - 1 - begin))
        for depth in range(begin + 1, width - _HOST_BITS):
            if self._turn(width, depth, number >> (width - depth)):
                turned ^= 1 << (width - 1 - depth)
        return turned

    def _turn(self, width: int, depth: int, prefix: int) -> int:
        """Say whether the bit behind a prefix is turned; one hash tells it for all bits of an octet."""
        outer, inside = depth // 8 * 8, depth % 8
        place = (width, outer, prefix >> inside)
        table = self._turns.get(place)
        if table is None:
            table = self._turns[place] = int.from_bytes(self._hash(b"%d %d" % place[:2], place[2]), "big")
        return table >> ((1 << inside) | (prefix & ((1 << inside) - 1))) & 1

    def _hash(self, what: bytes, number: int) -> bytes:
        return blake2b(what + b" %x" % number, key=self._key, digest_size=32).digest()
