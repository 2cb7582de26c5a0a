"""Where addresses and UUIDs stand in a text, and what stands there instead."""

from __future__ import annotations

import ipaddress
import re
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from whydown.redact.addresses import Addresses, IPAddress, kept
from whydown.redact.names import UUID

if TYPE_CHECKING:
    from collections.abc import Iterator

_V4 = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
# An address, and what tells that it is a network or the begin of a range: /24, /255.255.255.0, -10.1.0.255.
_ADDRESS = re.compile(
    rf"(?<![0-9])(?<![0-9]\.)(?P<v4>{_V4})(?![0-9]|\.[0-9])"
    rf"(?:\\?/(?P<length4>3[0-2]|[12]?[0-9])(?![0-9.])|[/:](?P<mask>255(?:\.[0-9]{{1,3}}){{3}})(?![0-9])"
    rf"|-(?P<last4>{_V4})(?![0-9]|\.[0-9]))?"
    r"|(?<![0-9A-Za-z:.])(?P<v6>[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){1,6}"
    rf"(?:(?<=:){_V4}|:[0-9A-Fa-f]{{1,4}}|(?<=:):))(?!:?[0-9A-Za-z]|::)"
    r"(?:\\?/(?P<length6>1[0-2][0-9]|[1-9]?[0-9])(?![0-9])|-(?P<last6>[0-9A-Fa-f:]{2,39})(?![0-9A-Za-z:]))?"
)
_MAC = re.compile(
    r"(?<![0-9A-Fa-f:-])((?:[0-9A-Fa-f]{2}[:-]){3})((?:[0-9A-Fa-f]{2}[:-]){2}[0-9A-Fa-f]{2})(?![0-9A-Fa-f:-])"
)
_LEAST_SHARED = 8  # bits that the ends of a range share, if it is one network's


class Spot(NamedTuple):
    """A stretch of a text and what is written there instead; `found` is what stood there, in its normal form."""

    begin: int
    end: int
    text: str
    found: str = ""


class Spots:
    """Finds what shows by its look: addresses of either family, MAC addresses and UUIDs."""

    def __init__(self, key: bytes) -> None:
        """Take the key of all pseudonyms."""
        self._key = key
        self.addresses = Addresses(key)

    def of(self, text: str) -> Iterator[Spot]:
        """Yield every spot of a text."""
        if text.count("-") >= 4:
            for match in UUID.finditer(text):
                yield Spot(match.start(), match.end(), self.uuid(match[0]), match[0].lower())
        if text.count(".") >= 3 or text.count(":") >= 2:
            for match in _ADDRESS.finditer(text):
                yield from self._addressed(match)
        if text.count(":") >= 5 or text.count("-") >= 5:
            for match in _MAC.finditer(text):
                yield Spot(match.start(2), match.end(2), self._digits(match[2]))

    def uuid(self, text: str) -> str:
        """Return the pseudonym of a UUID, in capitals where it is."""
        digits = self._hash(b"uuid", text.lower()).hex()
        made = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))
        return made.upper() if text.isupper() else made

    def _digits(self, text: str) -> str:
        """Return other hexadecimal digits, with the marks between them as they are."""
        digits = iter(self._hash(b"mac", text.lower()).hex())
        return "".join(c if c in ":-" else next(digits) for c in text)

    def _addressed(self, match: re.Match[str]) -> Iterator[Spot]:
        """Yield the spots of one address, network or range; nothing where it only looks like one."""
        four = match["v4"] is not None
        group = "v4" if four else "v6"
        first = read(match[group])
        if first is None:
            return
        begin, end = match.span(group)
        last_group = "last4" if four else "last6"
        last = read(match[last_group]) if match[last_group] else None
        length = _length(match, first)
        if last is not None and last.version == first.version:
            shared = first.max_prefixlen - (int(first) ^ int(last)).bit_length()
            length = shared if shared >= _LEAST_SHARED else first.max_prefixlen
            yield self._spot(*match.span(last_group), last, length)
        yield self._spot(begin, end, first, length)

    def _spot(self, begin: int, end: int, address: IPAddress, length: int) -> Spot:
        other = self.addresses.network(address, length)
        if kept(address):
            return Spot(begin, end, "")
        alone = other == self.addresses.of(address)
        return Spot(begin, end, str(other), str(address) if alone else f"{address}/{length}")

    def _hash(self, what: bytes, text: str) -> bytes:
        return blake2b(what + b" " + text.encode(errors="replace"), key=self._key, digest_size=16).digest()


def read(text: str) -> IPAddress | None:
    """Read an address; None for what is none."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        octets = text.split(".")
        if len(octets) != 4 or not all(o.isdigit() and int(o) < 256 for o in octets):
            return None
        return ipaddress.IPv4Address(".".join(str(int(o)) for o in octets))  # 010.001.000.005


def _length(match: re.Match[str], address: IPAddress) -> int:
    """Return how long the prefix of a network is, all bits for an address alone."""
    if told := match["length4"] or match["length6"]:
        return int(told)
    if match["mask"]:
        mask = read(match["mask"])
        ones = f"{int(mask):032b}" if mask else ""
        if ones and "01" not in ones:
            return ones.count("1")
    return address.max_prefixlen


def forms(address: IPAddress) -> dict[str, str]:
    """Return the further forms in which an address stands in names, numbers and escaped texts, by the kind of form."""
    text = str(address)
    if isinstance(address, ipaddress.IPv6Address):
        whole = address.exploded
        return {
            "hex": whole.replace(":", ""),
            "dashed": text.replace(":", "-"),
            "dashed whole": whole.replace(":", "-"),
            "escaped": text.replace(":", "%3a"),
        }
    octets = text.split(".")
    return {
        "number": str(int(address)),
        "hex": f"{int(address):08x}",
        "hex octets": ":".join(f"{int(o):02x}" for o in octets),
        "dashed": "-".join(octets),
        "underscored": "_".join(octets),
        "reversed": ".".join(reversed(octets)) + ".in-addr",
        "escaped": "\\.".join(octets),
        "twice escaped": "\\\\.".join(octets),
        "quoted": "%2e".join(octets),
    }
