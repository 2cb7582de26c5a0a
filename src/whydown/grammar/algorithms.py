"""Algorithm names in every daemon's spelling, to IANA's names for IKEv2 transforms."""

from __future__ import annotations

import re
from functools import lru_cache

from whydown.grammar.names import group_number

ENCRYPTION, INTEGRITY, PRF, GROUP, ESN, OTHER = "encryption", "integrity", "prf", "group", "esn", "other"

_ESN = {
    "NO_EXT_SEQ": "NO_ESN",
    "NO_ESN": "NO_ESN",
    "DISABLED": "NO_ESN",
    "NO": "NO_ESN",
    "EXT_SEQ": "ESN",
    "ESN": "ESN",
    "ENABLED": "ESN",
    "YES": "ESN",
}
_DIGESTS = {  # what follows HMAC_, without an underscore; the truncation IPsec uses with it (RFC 2404, 4868)
    "MD5": ("MD5", "96"),
    "SHA": ("SHA1", "96"),
    "SHA1": ("SHA1", "96"),
    "SHA256": ("SHA2_256", "128"),
    "SHA2256": ("SHA2_256", "128"),
    "SHA384": ("SHA2_384", "192"),
    "SHA2384": ("SHA2_384", "192"),
    "SHA512": ("SHA2_512", "256"),
    "SHA2": ("SHA2", ""),  # QuickSec's `hmac-sha2` does not say which
    "SHA2512": ("SHA2_512", "256"),
}
_HMAC = re.compile(
    r"(?:AUTH_|PRF_|INTEG_)?(?:HMAC_)?"
    r"(MD5|SHA_?2_?(?:256|384|512)|SHA_?(?:256|384|512)|SHA_?2|SHA_?1?)(?:_(\d+|TRUNCBUG))?"
)
_AES_MAC = re.compile(r"(?:AUTH_|PRF_|INTEG_)?AES(?:_?128)?_?(XCBC|CMAC)(?:_(?:PRF|MAC))?(?:_?(?:PRF_)?(\d+))?")
_GROUP = re.compile(r"(?:DH_?)?(?:MODP|ECP|CURVE|X25519|X448|BRAINPOOL|ML_?KEM|GOST3410|GROUP|DH_?\d)[A-Z0-9_]*")
_CIPHER = re.compile(r"(?:ENCR_)?(AES|CAMELLIA|SERPENT|TWOFISH|BLOWFISH|CAST|NULL_AUTH_AES)_?(.*)")
_FIXED_CIPHERS = {  # these have no key length to tell
    "3DES": "ENCR_3DES",
    "DES": "ENCR_DES",
    "NULL": "ENCR_NULL",
    "CHACHA20": "ENCR_CHACHA20_POLY1305",
    "CHACHA20_POLY1305": "ENCR_CHACHA20_POLY1305",
    "CHACHA20POLY1305": "ENCR_CHACHA20_POLY1305",
}
_NAMED = {ENCRYPTION: "ENCR_", INTEGRITY: "AUTH_", PRF: "PRF_"}  # how IANA's names of a type begin
_MODES = frozenset({"CBC", "CTR", "GCM", "CCM", "GMAC", "ECB"})
_KEYS = frozenset({"128", "192", "256", "448"})
_ICV = {"A": "8", "B": "12", "C": "16", "8": "8", "12": "12", "16": "16"}  # pluto's letters, everybody's bytes


@lru_cache(2048)
def algorithm(written: str, kind: str = "") -> tuple[str, str]:
    """Return type and IANA name of one algorithm; `kind` is its type where the text around it tells.

    Without `kind` an HMAC without a truncation length is a PRF, as daemons write it so.
    """
    key = re.sub(r"[^A-Z0-9]+", "_", written.upper()).strip("_")
    for kinds, read in _READERS:
        if (not kind or kind in kinds) and (found := read(key, kind)):
            return found
    return (kind or OTHER, key)


def _esn(key: str, kind: str) -> tuple[str, str] | None:
    return (ESN, _ESN[key]) if key in _ESN and (kind or key not in {"NO", "YES"}) else None


def _group(key: str, kind: str) -> tuple[str, str] | None:
    bare = re.sub(r"^KE[1-7]_", "", key)
    if not kind and not _GROUP.fullmatch(bare):
        return None
    try:
        number = group_number(bare)
    except ValueError:
        return None
    return (key[:3].lower() if bare != key else GROUP, str(number))


def _mac(key: str, kind: str) -> tuple[str, str] | None:
    if read := _HMAC.fullmatch(key):
        digest, truncation = _DIGESTS[read[1].replace("_", "")]
        size = {"TRUNCBUG": "96"}.get(read[2], read[2])
        name = f"HMAC_{digest}"
    elif read := _AES_MAC.fullmatch(key):
        size, truncation = read[2], "96"
        name = f"AES_{read[1]}"
    else:
        return None
    said = kind or (PRF if key.startswith("PRF_") else INTEGRITY if size or name == "HMAC_SHA2" else PRF)
    if said == PRF:
        return (PRF, f"PRF_{name.replace('AES_', 'AES128_')}")
    return (INTEGRITY, f"AUTH_{name}_{size or truncation}".rstrip("_"))


def _cipher(key: str, kind: str) -> tuple[str, str] | None:
    del kind
    plain = re.sub(r"^ENCR_|_CBC(?:_192|_64)?$|(?<=POLY1305)_256$", "", key)
    if plain in _FIXED_CIPHERS:
        return (ENCRYPTION, _FIXED_CIPHERS[plain])
    if not (read := _CIPHER.fullmatch(key)):
        return None
    parts = [p for p in re.split(r"_|(?<=[A-Z])(?=\d)|(?<=\d)(?=[A-Z])", read[2]) if p]
    if any(p not in _MODES and p not in _KEYS and p not in _ICV for p in parts):
        return None  # a mode that is not known is not CBC
    mode = next((p for p in parts if p in _MODES), "CBC")
    size = next((p for p in parts if p in _KEYS), "")
    icv = next((_ICV[p] for p in parts if p in _ICV), "16")
    name = f"ENCR_{read[1]}_{mode}" if read[1] not in {"BLOWFISH", "CAST"} else f"ENCR_{read[1]}"
    if mode in {"GCM", "CCM"}:
        name += f"_{icv}"
    return (ENCRYPTION, f"{name}-{size}" if size else name)


_READERS = (
    ((ESN,), _esn),
    ((GROUP,), _group),
    ((INTEGRITY, PRF), _mac),
    ((ENCRYPTION,), _cipher),
)


def is_known(kind: str, name: str) -> bool:
    """Whether a name of that type is one that IANA gives, not only what somebody wrote where such a name stands."""
    if kind == ESN:
        return name in _ESN.values()
    return name.isdecimal() if kind == GROUP else kind in _NAMED and name.startswith(_NAMED[kind])


def is_aead(name: str) -> bool:
    """Whether an encryption algorithm needs no integrity algorithm beside it."""
    return any(mode in name for mode in ("_GCM_", "_CCM_", "POLY1305", "GMAC"))
