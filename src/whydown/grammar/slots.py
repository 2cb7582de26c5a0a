"""Slot types: how the text of a slot reads (a linear-time pattern) and what it becomes (a converter that may refuse).

A pattern has no groups and no nested repeats. `open` types end only where the next literal text begins; the others
end by themselves within a bounded number of characters.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from whydown.grammar import proposals
from whydown.grammar.names import group_number, notify_name
from whydown.grammar.selectors import selectors
from whydown.grammar.vocabulary import FIELDS, SlotType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_REMEMBERED = 4096  # values kept by each cached converter: logs repeat their addresses and algorithms


class Reading(NamedTuple):
    """How a slot type reads: a character class (`open`) or a whole pattern, and its converter (None: the text stays)."""

    pattern: str
    convert: Callable[[str], Any] | None = None
    open: bool = False
    least: int = 1  # of an open type: how many characters at least


# Loose on purpose, so that it is quick to compile and to match: the converter refuses what is no address.
_V4 = r"[0-9]{1,3}\.[0-9.]{5,11}"
_V6 = r"[0-9A-Fa-f]{0,4}:[0-9A-Fa-f.:]{1,43}(?:%[0-9A-Za-z_.-]{1,16})?"
# Logs are shown around with SPIs and addresses made unreadable: 0xXXXXXXXX, ********, x.x.x.x, 192.0.2.xxx.
_MASK = r"0x[A-Za-z*#]{2,16}|[Xx*#]{4,16}"
_MASKED_V4 = r"[0-9A-Za-z*]{1,3}\.[0-9A-Za-z*]{1,3}\.[0-9A-Za-z*]{1,3}\.[0-9A-Za-z*]{1,3}"
_HEX32 = rf"(?:0x[0-9A-Fa-f]{{1,8}}|[0-9]{{1,10}}\(0x[0-9A-Fa-f]{{1,8}}\)|[0-9A-Fa-f]{{1,8}}|{_MASK})"
_HEX64 = (
    r"(?:0x[0-9A-Fa-f]{1,16}|[0-9]{1,20}\(0x[0-9A-Fa-f]{1,16}\)|[0-9A-Fa-f]{8}[ _:][0-9A-Fa-f]{8}|[0-9A-Fa-f]{1,16}"
    rf"|{_MASK})"
)

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_PLAIN_V4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")
_MASKED = re.compile(_MASK)
_HIDDEN = r"(?:[Xx]{1,3}|\*{1,3}|[A-Za-z])"
_MASKED_ADDRESS = re.compile(rf"(?=.*[A-Za-z*])(?:{_OCTET}|{_HIDDEN})(?:\.(?:{_OCTET}|{_HIDDEN})){{3}}")
MASKED = ""  # what an SPI that was made unreadable becomes: the field is left out, since all of them may look alike


@lru_cache(_REMEMBERED)
def address(text: str) -> str:
    """Return an IPv4 or IPv6 address in its normal spelling, without brackets; ValueError for what is none.

    An IPv4 address of which parts were made unreadable stays as it is: two that differ are two addresses still.
    """
    if ":" not in text and (_PLAIN_V4.fullmatch(text) or _MASKED_ADDRESS.fullmatch(text)):
        return text
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") and ":" in text else text
    try:
        return socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, bare))
    except OSError:  # no IPv6 address, or one with a zone
        return str(ipaddress.ip_address(bare))


def _port(text: str) -> int:
    port = int(text)
    if port > 0xFFFF:
        raise ValueError(f"{text!r} is no port")
    return port


def _spi32(text: str) -> str:
    """Return an ESP SPI as `0x` and 8 hexadecimal digits."""
    return text.lower() if len(text) == 10 and text[:2] == "0x" and _is_hex(text[2:]) else _hex(text, 8)


def _spi64(text: str) -> str:
    """Return an IKE SPI as `0x` and 16 hexadecimal digits."""
    return text.lower() if len(text) == 18 and text[:2] == "0x" and _is_hex(text[2:]) else _hex(text, 16)


def _hex(text: str, digits: int) -> str:
    """Return a hexadecimal number with `0x` and all its digits, from `0x..`, bare hex, `8hex 8hex` or decimal(0x..).

    A masked one becomes `MASKED`.
    """
    if _MASKED.fullmatch(text) and not _is_hex(text.removeprefix("0x")):
        return MASKED
    _, decimal, inner = text.partition("(0x")
    bare = inner.removesuffix(")") if decimal else text.removeprefix("0x").translate(_JOINTS)
    value = int(bare, 16)
    if value >> (4 * digits):
        raise ValueError(f"{text!r} has more than {digits} hexadecimal digits")
    return f"0x{value:0{digits}x}"


def _is_hex(text: str) -> bool:
    return not text.strip("0123456789abcdefABCDEF")


_JOINTS = str.maketrans("", "", " _:")


READINGS: dict[SlotType, Reading] = {
    SlotType.WORD: Reading(r"\S", open=True),
    SlotType.NAME: Reading(r"[^\s\"'\[\](){}<>]", open=True),
    SlotType.INT: Reading(r"-?[0-9]{1,19}", int),
    SlotType.SPI32: Reading(_HEX32, _spi32),
    SlotType.SPI64: Reading(_HEX64, _spi64),
    SlotType.IP: Reading(rf"(?:{_V4}|\[?{_V6}\]?|{_MASKED_V4})", address),
    SlotType.PORT: Reading(r"[0-9]{1,5}", _port),
    SlotType.IDENT: Reading(r".", open=True),
    SlotType.TEXT: Reading(r".", open=True),
    SlotType.PROPOSALS: Reading(r".", proposals.parse, open=True),
    SlotType.NOTIFY: Reading(r"[A-Za-z0-9_ -]", notify_name, open=True),
    SlotType.GROUP: Reading(r"(?:[Gg]roup )?[A-Za-z0-9][A-Za-z0-9_-]{0,31}", group_number),
    SlotType.TS: Reading(r"[^={};\"']", selectors, open=True),
    SlotType.SECONDS: Reading(r"[0-9]{1,12}(?:\.[0-9]{1,9})?", float),
}
_PLAIN_SPIS: dict[Callable[[str], Any], re.Pattern[str]] = {
    _spi32: re.compile(r"(?:0x[0-9a-f]{8}\n)*+"),
    _spi64: re.compile(r"(?:0x[0-9a-f]{16}\n)*+"),
}
ANYTHING = Reading(r".", open=True, least=0)  # `$*`


def converter(field: str) -> Callable[[str], Any] | None:
    """Return the converter of the field called `field`; None where the text stays as it is."""
    known = FIELDS.get(field)
    return READINGS[known.type].convert if known else None


def convert(type: SlotType, text: str) -> Any:  # noqa: A002 - the word of the language
    """Return the typed value of `text`; ValueError when a slot of this type refuses it."""
    reading = READINGS[type]
    shape = rf"{reading.pattern}+" if reading.open else reading.pattern
    if not text or text != text.strip(" ") or not re.fullmatch(shape, text, re.DOTALL):
        raise ValueError(f"{text!r} is no {type}")
    return reading.convert(text) if reading.convert else text


class _Memory(dict[str, Any]):
    """What a converter made of texts; one that has grown large starts anew."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        """Begin with nothing."""
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> Any:
        """Read a text that was not seen before; ValueError if it is refused."""
        value = self._read(text)
        if len(self) >= _REMEMBERED:
            self.clear()
        self[text] = value
        return value


# Of short texts that come again and again; the others are of any length, or never the same.
_SHORT = (SlotType.IP, SlotType.PORT, SlotType.GROUP, SlotType.SECONDS)
_MEMORIES = {read: _Memory(read) for slot in _SHORT if (read := READINGS[slot].convert) is not None}


def convert_all(one: Callable[[str], Any], texts: Sequence[str]) -> Sequence[Any]:
    """Return what the converter `one` makes of each text, each different one read once; ValueError if it refuses."""
    if one is str:
        return texts
    if one is int:
        return list(map(int, texts))
    if one in _MEMORIES:
        return list(map(_MEMORIES[one].__getitem__, texts))
    plain = _PLAIN_SPIS.get(one)
    if plain is not None and plain.fullmatch("\n".join([*texts, ""])):
        return texts
    known = {text: one(text) for text in set(texts)}
    return list(map(known.__getitem__, texts))
