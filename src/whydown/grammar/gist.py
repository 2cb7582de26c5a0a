"""What a line plainly says although no template knows it: the fallback for wordings nobody has published.

Read are: a notify's name that says trouble (`notify`), a DELETE and what it is for (`cause=delete`, `target`), SPIs
(`spi`, `spi_i`, `spi_r`), two addresses (`src` and `dst` in the order in which they stand), and in an NSX line a
documented reason (`reason`). The direction is `in` or `out` where the line says received or sent, else `local`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from whydown.grammar.event import Event, Provenance, Rule
from whydown.grammar.names import ERRORS, notify_name
from whydown.grammar.slots import address, convert
from whydown.grammar.vocabulary import Direction, Kind, SlotType

if TYPE_CHECKING:
    from whydown.envelope.record import Record
    from whydown.grammar.matches import Match

# The reasons of the alarms "IPsec VPN session down" and "tunnel down" (VMware Cloud Foundation 9.0), and those of the
# Edge's own `get ipsecvpn session` (NSX CLI guide).
REASONS = (
    "Authentication failed",
    "No proposal chosen",
    "Peer sent delete",
    "Peer not responding",
    "Peer not reachable",
    "Invalid syntax",
    "Invalid spi",
    "Configuration failed",
    "Negotiation not started",
    "IPsec service not enabled",
    "Session not enabled",
    "SR state is not Active",
    "TS unacceptable",
    "IKE SA down",
    "IKE SA timer expired",
    "No IKE peers",
    "IPsec negotiation not started",
)
_REASONS = {reason.lower(): reason for reason in REASONS}
_REASON = re.compile("|".join(re.escape(r) for r in sorted(_REASONS, key=len, reverse=True)))

_NAME = re.compile(r"[A-Z][A-Z0-9]{1,30}(?:[_-][A-Z0-9]{1,30}){1,5}")
_DELETE = re.compile(r"\bdelet(?:e|es|ed|ing)\b", re.IGNORECASE)
_IKE_SA = re.compile(r"\b(?:IKE|ISAKMP|parent)[ _]SA\b", re.IGNORECASE)
_CHILD_SA = re.compile(r"\b(?:CHILD|IPsec|ESP|AH)[ _]SA\b", re.IGNORECASE)
_SPI = re.compile(r"\bSPI\b[^0-9A-Za-z]{1,4}((?:0x)?[0-9a-f]{8})(?![0-9A-Za-z])(?! ?[0-9a-f]{8}\b)", re.IGNORECASE)
_IKE_SPI = re.compile(
    r"\b(I|R)(?:nitiator|esponder) SPI\b[^0-9A-Za-z]{1,4}((?:0x)?[0-9a-f]{16}|[0-9a-f]{8} [0-9a-f]{8})\b", re.IGNORECASE
)
_ADDRESS = re.compile(
    r"(?<![0-9A-Za-z.:])(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{2,41})(?![0-9A-Za-z./])"
)
_IN = re.compile(r"\b(?:received?|recv|got|incoming|inbound|from (?:the )?peer)\b")
_OUT = re.compile(r"\b(?:sen[dt]|sending|generating|responding|outgoing|outbound|initiating)\b")
_LONGEST = 4096  # characters of a line that are looked at


def gist(record: Record, match: Match) -> Event | None:
    """Return what an unknown record plainly says as an event of kind `gist`; None when that is nothing."""
    text = match.text[:_LONGEST]
    small = text.lower()
    fields = _named(text)
    if "delet" in small:
        fields |= _deleted(text)
    if "spi" in small:
        fields |= _spis(text)
    if text.count(".") >= 6 or ":" in text:
        fields |= _addresses(text)
    if record.app == "NSX" and any(map(small.__contains__, _REASONS)) and (reason := _REASON.search(small)):
        fields["reason"] = _REASONS[reason[0]]
    if not fields:
        return None
    direction = Direction.IN if _IN.search(small) else Direction.OUT if _OUT.search(small) else Direction.LOCAL
    return Event(
        record.at,
        record.certainty,
        record.side,
        record.host,
        record.app,
        record.pid,
        match.grammar.vendor,
        Kind.GIST,
        direction,
        {**match.fields, **fields},
        Rule(match.grammar.name, 0, Provenance.GIST),
        (record.origin,),
        record.text,
    )


def _named(text: str) -> dict[str, Any]:
    for written in _NAME.findall(text):
        if (name := notify_name(written)) in ERRORS:
            return {"notify": name}
    return {}


def _deleted(text: str) -> dict[str, Any]:
    if not _DELETE.search(text):
        return {}
    if _IKE_SA.search(text):
        return {"cause": "delete", "target": "IKE_SA"}
    return {"cause": "delete", "target": "CHILD_SA"} if _CHILD_SA.search(text) else {}


def _spis(text: str) -> dict[str, Any]:
    named = _IKE_SPI.finditer(text) if "r spi" in text.lower() else ()
    fields = {f"spi_{m[1].lower()}": convert(SlotType.SPI64, m[2]) for m in named}
    if found := _SPI.search(text):
        fields["spi"] = convert(SlotType.SPI32, found[1])
    return fields


def _addresses(text: str) -> dict[str, Any]:
    found: list[str] = []
    for written in _ADDRESS.findall(text)[:8]:
        try:
            one = address(written.rstrip(":."))
        except ValueError:
            continue
        if one not in found:
            found.append(one)
    return {"src": found[0], "dst": found[1]} if len(found) == 2 else {}


# What is masked, and a sign that stands in it so many times: counting is quicker than looking.
_MASKS = (
    (".", 3, re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"), "<ip>"),
    (":", 3, re.compile(r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){3,7}"), "<ip>"),
    (
        "",
        0,
        re.compile(r"(?<![0-9A-Za-z])(?:0x[0-9A-Fa-f]+|(?=[A-Fa-f]{0,31}[0-9])[0-9A-Fa-f]{6,})(?![0-9A-Za-z])"),
        "<hex>",
    ),
    ("", 0, re.compile(r"[0-9]+"), "<n>"),
)


# Whichever digit it is, it is masked; but 0x begins with a nought. By code point, which is quicker than a dictionary.
_ALIKE = "".join("1" if chr(code) in "23456789" else chr(code) for code in range(128))


def shape_of(text: str) -> str:
    """Return a line with addresses, hexadecimal and decimal numbers masked: lines of one wording look the same."""
    return _shape_of(text[:300].translate(_ALIKE))


@lru_cache(maxsize=4096)
def _shape_of(shape: str) -> str:
    for sign, least, mask, name in _MASKS:
        if shape.count(sign) >= least:
            shape = mask.sub(name, shape)
    return shape
