"""The text that NSX offers for the gateway across: what the Edge itself is configured for.

Labels: VCF 9.0, "Download the Remote Side IPSec VPN Configuration File". What it calls local is the gateway across, for
whose administrator it is written. It holds the pre-shared key in clear: only the labels below are read.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from whydown.dumps.statements import Statement, When, moment, session_field
from whydown.envelope.record import Certainty
from whydown.envelope.stamps import MONTHS, time_of_day
from whydown.grammar.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from whydown.dumps.statements import Page

FORM = "nsx-peer-config"
_BEGIN = re.compile(rb"Suggestive peer configuration for (?:Policy|Route)", re.IGNORECASE)
_LABELS = (
    "IPSecVPNSession Id", "IPSecVPNSession name", "IPSecVPNSession enabled", "Generated Time", "IKE version",
    "Authentication algorithm", "Encryption algorithm", "DH group", "Prf Algorithm", "Transform Protocol",
    "Enable perfect forward secrecy", "Perfect forward secrecy DH group", "Peer address", "Peer id", "Local address",
    "Local id", "Sources", "Destinations",
)  # fmt: skip
_ROW = re.compile(
    rb"^[ \t]*#?[ \t]*(" + "|".join(map(re.escape, _LABELS)).encode() + rb")[ \t]{0,40}:[ \t]{0,8}([^\n]{0,400})",
    re.IGNORECASE | re.MULTILINE,
)
_GENERATED = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d) ([A-Z]{2,5}) (\d{4})")
_PHASE_1 = "ike "
_VERSIONS = {"IKE_V1": "1", "IKE_V2": "2"}
_CIPHERS = {"AES_128": "AES_CBC_128", "AES_192": "AES_CBC_192", "AES_256": "AES_CBC_256"} | {
    f"AES_GCM_{bits}": f"AES_GCM_16_{bits}" for bits in (128, 192, 256)
}
_DIGESTS = {
    "SHA1": "HMAC_SHA1_96",
    "SHA2_256": "HMAC_SHA2_256_128",
    "SHA2_384": "HMAC_SHA2_384_192",
    "SHA2_512": "HMAC_SHA2_512_256",
}
_PRFS = {name: f"PRF_HMAC_{name}" for name in _DIGESTS}
_GROUPS = {
    "GROUP2": "MODP_1024",
    "GROUP5": "MODP_1536",
    "GROUP14": "MODP_2048",
    "GROUP15": "MODP_3072",
    "GROUP16": "MODP_4096",
    "GROUP19": "ECP_256",
    "GROUP20": "ECP_384",
    "GROUP21": "ECP_521",
}


def read(page: Page) -> Iterator[Statement]:
    """Yield what the Edge is configured for: its proposals of both phases, its networks, whether it is enabled."""
    begins = [match.start() for match in _BEGIN.finditer(page.data)]
    for begin, end in pairwise([*begins, len(page.data)]):
        yield from _session(page, begin, end)


def _session(page: Page, begin: int, end: int) -> Iterator[Statement]:
    said: dict[str, tuple[str, int]] = {}
    phase = _PHASE_1
    for row in _ROW.finditer(page.data, begin, end):
        label = row[1].decode().lower()
        if label == "transform protocol":
            phase = "esp "
        text = row[2].decode(errors="surrogateescape").partition(" #")[0].strip()
        said.setdefault(phase + label if label.endswith(("algorithm", "dh group")) else label, (text, row.start(1)))
    told = {label: text for label, (text, _) in said.items()}
    fields = {
        **session_field(told.get("ipsecvpnsession id", "")),
        "session_name": told.get("ipsecvpnsession name", ""),
        "local": told.get("peer address", ""),
        "remote": told.get("local address", ""),
        "local_id": told.get("peer id", ""),
        "remote_id": told.get("local id", ""),
        "version": _VERSIONS.get(told.get("ike version", "").upper(), ""),
    }
    when = _generated(told.get("generated time", "")) or page.written
    for phase, proposal in (("ike ", _ike(told)), ("esp ", _esp(told))):
        if proposal:
            place = said[f"{phase}encryption algorithm"][1]
            own = {**fields, "proposals": proposal}
            yield Statement(place, when, Kind.PROPOSALS_CONFIGURED, own, f"configured: {proposal}", FORM)
    nets = {"ts_local": _listed(told.get("destinations", "")), "ts_remote": _listed(told.get("sources", ""))}
    if all(nets.values()):
        text = f"Sources: {nets['ts_remote']}, Destinations: {nets['ts_local']}"
        yield Statement(said["sources"][1], when, Kind.TS_CONFIGURED, {**fields, **nets}, text, FORM)
    if told.get("ipsecvpnsession enabled", "").casefold() == "false":
        place, why = said["ipsecvpnsession enabled"][1], {"reason": "Session not enabled"}
        yield Statement(place, when, Kind.SESSION_DOWN, {**fields, **why}, "IPSecVPNSession enabled: false", FORM)


def _ike(told: Mapping[str, str]) -> str:
    """Write the IKE proposal as charon does; empty where its cipher is not known."""
    return _proposal("IKE", told, "ike ", (("prf algorithm", _PRFS), ("dh group", _GROUPS)))


def _esp(told: Mapping[str, str]) -> str:
    """Write the ESP proposal as charon does, with the PFS group if there is one."""
    pfs = told.get("enable perfect forward secrecy", "").casefold() == "true"
    return _proposal("ESP", told, "esp ", (("perfect forward secrecy dh group", _GROUPS),) if pfs else ())


def _proposal(
    protocol: str, told: Mapping[str, str], phase: str, further: tuple[tuple[str, Mapping[str, str]], ...]
) -> str:
    names = (("encryption algorithm", _CIPHERS), ("authentication algorithm", _DIGESTS), *further)
    parts = [
        [known.get(word.upper(), "") for word in _listed(told.get(phase + label, "")).split(",") if word]
        for label, known in names
    ]
    if not parts[0] or not all(all(words) for words in parts):  # a word that is not known must not look like none
        return ""
    return f"{protocol}:{'/'.join(word for words in parts for word in words)}"


def _listed(text: str) -> str:
    """Return `[a, b]` as `a,b`."""
    return ",".join(part.strip() for part in text.strip("[] ").split(",") if part.strip())


def _generated(text: str) -> When | None:
    """Read `Mon Apr 29 07:07:43 GMT 2024`; None for a zone that is no UTC."""
    match = _GENERATED.search(text)
    seconds = time_of_day(match[3]) if match and match[4] in ("GMT", "UTC") else None
    if match is None or seconds is None:
        return None
    at = moment(int(match[5]), MONTHS.get(match[1], 0), int(match[2]), seconds // 1_000_000, None)
    return None if at is None else When(at, Certainty.STAMPED)
