"""Proposals in every daemon's spelling, to IANA names, so that two lists can be compared.

Read with pyparsing are
  charon     IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048, ESP:AES_GCM_16_128/NO_EXT_SEQ
  pluto      1:IKE=AES_CBC_128-HMAC_SHA2_256-HMAC_SHA2_256_128-MODP2048+DH19   1:ESP:ENCR=AES_GCM_C_128;ESN=DISABLED
             {cipher=AES_CBC_128 integ=HMAC_SHA2_256_128 prf=HMAC_SHA2_256 group=MODP2048}   AES_CBC_128-HMAC_SHA1-MODP2048
  QuickSec   aes128-cbc/hmac-sha2/14   aes128-cbc, hmac-sha256, hmac-sha256-128
  OpenIKED   enc aes-128 auth hmac-sha2-256 group modp2048 prf hmac-sha2-256
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from whydown.grammar.algorithms import ENCRYPTION, ESN, GROUP, INTEGRITY, OTHER, PRF, algorithm, is_aead

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyparsing as pp


class Transform(NamedTuple):
    """One transform: its type (`encryption`, `integrity`, `prf`, `group`, `esn`), IANA name, and how it was written.

    A group's name is its IANA number; `ke1` .. `ke7` are additional key exchanges (RFC 9370); `other` is not known.
    """

    type: str
    name: str
    written: str


class Proposal(NamedTuple):
    """One proposal: protocol (`IKE`, `ESP`, `AH`) and its transforms (several of one type are alternatives)."""

    protocol: str
    transforms: tuple[Transform, ...]


_LONGEST = 16_384  # characters of a list that are read; real ones have some hundreds
_TYPES = {
    "ENCR": ENCRYPTION,
    "CIPHER": ENCRYPTION,
    "ENC": ENCRYPTION,
    "PRF": PRF,
    "INTEG": INTEGRITY,
    "AUTH": INTEGRITY,
    "DH": GROUP,
    "GROUP": GROUP,
    "ESN": ESN,
}


def parse(text: str) -> tuple[Proposal, ...]:
    """Return the proposals of a list; a text of no known form becomes one proposal with one `other` transform."""
    return _parse(text[:_LONGEST])


@lru_cache(512)
def _parse(text: str) -> tuple[Proposal, ...]:
    from pyparsing import ParseException  # noqa: PLC0415 - see _list

    try:
        return tuple(_list().parse_string(text, parse_all=True))
    except ParseException:
        return (Proposal("", (Transform(OTHER, text.upper(), text),)),)


@cache
def _list() -> pp.ParserElement:
    """Build the expression; the forms differ in their first characters, so that the first that fits is right."""
    import pyparsing as pp  # noqa: PLC0415 - takes as long to load as all of whydown, and many runs need it not

    word = pp.Regex(r"[A-Za-z0-9_]+(?: \([0-9]{3}\))?")  # `AES_CBC (256)`: pluto's IKEv1 spelling
    hyphened = pp.Regex(r"[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*(?: \([0-9]{3}\))?")
    protocol = pp.Regex("IKE|ESP|AH")
    number = pp.Suppress(pp.Optional(pp.Regex(r"[0-9]{1,5}:")))
    key = pp.Regex("|".join(_TYPES), flags=2)  # re.IGNORECASE

    charon = protocol + pp.Suppress(":") + pp.Group(pp.DelimitedList(word, "/"))
    capitals = pp.Regex(r"[A-Z0-9_]+")  # what pluto divides by hyphens has none inside
    alternatives = pp.DelimitedList(pp.DelimitedList(capitals, "+"), "-")
    local = number + protocol + pp.Suppress("=") + pp.Group(alternatives)
    pair = pp.Group(key + pp.Suppress("=") + word)
    flags = pp.Suppress(pp.Optional(pp.Regex(r"\[[a-z-]*\]")))
    remote = number + protocol + pp.Suppress(":") + pp.Group(pp.DelimitedList(pair, ";")) + flags
    braces = pp.Suppress("{") + pp.Group(pair[1, ...]) + pp.Suppress("}")
    named = pp.Group(pp.Group(key + hyphened)[1, ...] + pp.Optional(pp.Group(pp.Keyword("esn"))))
    slashed = pp.Group(pp.DelimitedList(hyphened, pp.Regex(r"/|,|-(?= )")))
    dashed = pp.Group(alternatives)
    bracketed = pp.Suppress("[") + pp.Group(pp.DelimitedList(word, ",")) + pp.Suppress("]")

    charon.add_parse_action(lambda t: _with_end(_proposal(t[0], t[1])))
    others = (remote | local).add_parse_action(lambda t: _proposal(t[0], t[1]))
    one = charon | others
    bare = (braces | bracketed | named).add_parse_action(lambda t: _proposal("", t[0]))
    plain = (dashed + pp.StringEnd() | slashed).add_parse_action(lambda t: _proposal("", t[0]))
    return pp.DelimitedList(one, pp.Optional(","), allow_trailing_delim=True) | bare | plain


def _proposal(protocol: str, items: Iterable[str | Sequence[str]]) -> Proposal:
    found: list[Transform] = []
    for item in items:
        written = item if isinstance(item, str) else item[-1]
        kind = "" if isinstance(item, str) or len(item) == 1 else _TYPES[item[0].upper()]
        if not kind and written.isdecimal() and (sized := _with_key_length(found, written)):
            found[-1] = sized
            continue
        type_, name = algorithm(written, kind or (GROUP if written.isdecimal() else ""))
        if not (written.upper() in {"NONE", "NULL"} and found) and not (type_ == GROUP and name == "0"):
            found.append(Transform(type_, name, written))
    types = {t.type for t in found}
    if PRF in types and INTEGRITY not in types and not any(is_aead(t.name) for t in found):
        found = _with_hash_as_integrity(found)
    return Proposal(protocol or ("IKE" if PRF in types else "ESP"), tuple(found))


def _with_end(proposal: Proposal) -> Proposal:
    """Say of charon's proposal for IKE that its end is missing, where it names no group: charon always writes it last."""
    if proposal.protocol != "IKE" or any(t.type == GROUP for t in proposal.transforms):
        return proposal
    return proposal._replace(transforms=(*proposal.transforms, Transform(OTHER, "", "...")))


def _with_key_length(found: list[Transform], written: str) -> Transform | None:
    """QuickSec writes `aes-cbc/128`: the number after a cipher without a key length is its key length."""
    last = found[-1] if found else None
    if last and last.type == ENCRYPTION and "-" not in last.name and written in {"128", "192", "256"}:
        return Transform(ENCRYPTION, f"{last.name}-{written}", f"{last.written}/{written}")
    return None


def _with_hash_as_integrity(found: list[Transform]) -> list[Transform]:
    """IKEv1 has one hash for both (RFC 2409 section 4), and pluto writes it once; others write both."""
    full: list[Transform] = []
    for transform in found:
        full.append(transform)
        if transform.type == PRF:
            full.append(Transform(*algorithm(transform.written, INTEGRITY), transform.written))
    return full
