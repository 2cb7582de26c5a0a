"""Names of notifies and DH groups: every daemon's spelling to the RFC's name or IANA's number."""

from __future__ import annotations

import re
from functools import lru_cache

# RFC 7296 section 3.10.1, RFC 2408 section 3.14.1 and IANA's registry of IKEv2 notify message types; then the short
# and other names daemons print (strongSwan's notify_payload.c, Libreswan's enum names, QuickSec's texts, racoon).
_ERRORS = """
UNSUPPORTED_CRITICAL_PAYLOAD  CRIT CRITICAL
INVALID_IKE_SPI               INVAL_IKE_SPI
INVALID_MAJOR_VERSION         INVAL_MAJOR
INVALID_SYNTAX                INVAL_SYN
INVALID_MESSAGE_ID            INVAL_MID INVAL_MSGID
INVALID_SPI                   INVAL_SPI
NO_PROPOSAL_CHOSEN            NO_PROP NO_PROPOSAL
INVALID_KE_PAYLOAD            INVAL_KE INVALID_KE
AUTHENTICATION_FAILED         AUTH_FAILED AUTH_FAIL
SINGLE_PAIR_REQUIRED          SINGLE_PAIR
NO_ADDITIONAL_SAS             NO_ADD_SAS NO_ADDITIONAL_SA
INTERNAL_ADDRESS_FAILURE      INT_ADDR_FAIL
FAILED_CP_REQUIRED            FAIL_CP_REQ
TS_UNACCEPTABLE               TS_UNACCEPT
INVALID_SELECTORS             INVAL_SEL
UNACCEPTABLE_ADDRESSES        UNACC_ADDR UNACCEPTABLE_ADDRESS
UNEXPECTED_NAT_DETECTED       NAT_DET UNEXPECTED_NAT
TEMPORARY_FAILURE             TEMP_FAIL TEMPFAIL
CHILD_SA_NOT_FOUND            NO_CHILD_SA CHILD_NOT_FOUND
INVALID_PAYLOAD_TYPE          INVAL_PAYLOAD INVAL_PLD_TYPE
DOI_NOT_SUPPORTED             DOI_NOTSUP
SITUATION_NOT_SUPPORTED       SITUATION_NOTSUP
INVALID_COOKIE                INVAL_COOKIE
INVALID_MINOR_VERSION         INVAL_MINOR
INVALID_EXCHANGE_TYPE         INVAL_EXCHANGE INVAL_XCHG
INVALID_FLAGS                 INVAL_FLAGS
INVALID_PROTOCOL_ID           INVAL_PROTO INVAL_PROTOCOL_ID
INVALID_TRANSFORM_ID          INVAL_TRANS INVAL_TRANSFORM_ID
ATTRIBUTES_NOT_SUPPORTED      ATTRS_NOT_SUPP ATTRS_NOTSUP
BAD_PROPOSAL_SYNTAX           BAD_PROP
PAYLOAD_MALFORMED             PLD_MAL MALFORMED_PAYLOAD
INVALID_KEY_INFORMATION       INVAL_KEY INVAL_KEY_INFO INVALID_KEY_INFO
INVALID_ID_INFORMATION        INVAL_ID INVALID_ID INVALID_ID_INFO
INVALID_CERT_ENCODING         INVAL_CERTEN
INVALID_CERTIFICATE           INVAL_CERT INVALID_CERT
CERT_TYPE_UNSUPPORTED         CERT_TYPE_UNSUPP
INVALID_CERT_AUTHORITY        INVAL_AUTH INVALID_CERT_AUTH
INVALID_HASH_INFORMATION      INVAL_HASH INVALID_HASH INVALID_HASH_INFO
INVALID_SIGNATURE             INVAL_SIG
ADDRESS_NOTIFICATION          ADDR_NOTIFY
CERTIFICATE_UNAVAILABLE       CERT_UNAVAIL
UNSUPPORTED_EXCHANGE_TYPE     UNSUPP_EXCHANGE
UNEQUAL_PAYLOAD_LENGTHS       UNEQUAL_PAYLOAD_LEN
STATE_NOT_FOUND
"""
_STATUS = """
INITIAL_CONTACT               INIT_CONTACT INITIAL_CONT IPSEC_INITIAL_CONTACT
RESPONDER_LIFETIME            IPSEC_RESPONDER_LIFETIME RESP_LIFETIME
REPLAY_STATUS                 IPSEC_REPLAY_STATUS
R_U_THERE                     DPD R_U_THERE_PAYLOAD
R_U_THERE_ACK                 DPD_ACK
SET_WINDOW_SIZE               WINDOW_SIZE WIN_SIZE
ADDITIONAL_TS_POSSIBLE        ADD_TS_POSS
IPCOMP_SUPPORTED              IPCOMP_SUPP
NAT_DETECTION_SOURCE_IP       NATD_S_IP
NAT_DETECTION_DESTINATION_IP  NATD_D_IP
COOKIE
USE_TRANSPORT_MODE            USE_TRANSP
HTTP_CERT_LOOKUP_SUPPORTED    HTTP_CERT_LOOK
REKEY_SA
ESP_TFC_PADDING_NOT_SUPPORTED ESP_TFC_PAD_N
NON_FIRST_FRAGMENTS_ALSO      NON_FIRST_FRAG
MOBIKE_SUPPORTED              MOBIKE_SUP
UPDATE_SA_ADDRESSES           UPD_SA_ADDR
REDIRECT_SUPPORTED            REDIR_SUP
REDIRECT
REDIRECTED_FROM               REDIR_FROM
CHILDLESS_IKEV2_SUPPORTED     CHDLESS_SUP
IKEV2_FRAGMENTATION_SUPPORTED FRAG_SUP FRAGMENTATION_SUPPORTED
SIGNATURE_HASH_ALGORITHMS     HASH_ALG
USE_PPK
NO_PPK_AUTH
PPK_IDENTITY                  PPK_ID
"""

_LONGEST = 64  # characters of a name
_RUNS = re.compile(r"[^A-Z0-9]+")


def _aliases(table: str) -> dict[str, str]:
    rows = [row.split() for row in table.strip().split("\n")]
    return {alias: row[0] for row in rows for alias in row}


_KNOWN = _aliases(_ERRORS) | _aliases(_STATUS)
ERRORS = frozenset(_aliases(_ERRORS).values())  # the notifies that say trouble


@lru_cache(1024)
def notify_name(text: str) -> str:
    """Return a notify's name as RFC 7296 or RFC 2408 spells it, with underscores; unknown names upper-cased.

    Raises ValueError for a text too long to be a name.
    """
    if len(text) > _LONGEST:
        raise ValueError("this is too long to be a notify's name")
    key = _RUNS.sub("_", text.upper()).strip("_").removeprefix("V2N_").removeprefix("ISAKMP_N_")
    return _KNOWN.get(key, key)


# IANA, "Transform Type 4 - Key Exchange Method Transform IDs"; daemons write the names with or without underscores.
GROUPS: dict[int, str] = {
    0: "NONE",
    1: "MODP_768",
    2: "MODP_1024",
    5: "MODP_1536",
    14: "MODP_2048",
    15: "MODP_3072",
    16: "MODP_4096",
    17: "MODP_6144",
    18: "MODP_8192",
    19: "ECP_256",
    20: "ECP_384",
    21: "ECP_521",
    22: "MODP_1024_160",
    23: "MODP_2048_224",
    24: "MODP_2048_256",
    25: "ECP_192",
    26: "ECP_224",
    27: "ECP_224_BP",
    28: "ECP_256_BP",
    29: "ECP_384_BP",
    30: "ECP_512_BP",
    31: "CURVE_25519",
    32: "CURVE_448",
    33: "GOST3410_2012_256",
    34: "GOST3410_2012_512",
    35: "ML_KEM_512",
    36: "ML_KEM_768",
    37: "ML_KEM_1024",
}
_BY_NAME = {name.replace("_", ""): number for number, name in GROUPS.items()} | {
    "X25519": 31,
    "X448": 32,
    "BRAINPOOLP224R1": 27,
    "BRAINPOOLP256R1": 28,
    "BRAINPOOLP384R1": 29,
    "BRAINPOOLP512R1": 30,
    "BRAINPOOL224": 27,
    "BRAINPOOL256": 28,
    "BRAINPOOL384": 29,
    "BRAINPOOL512": 30,
    "NULL": 0,
    "KENONE": 0,
    "MODPNONE": 0,
}
_NUMBERED = re.compile(r"(?:DH|GROUP|DHGROUP|KE)?([0-9]{1,5})")


@lru_cache(1024)
def group_number(text: str) -> int:
    """Return the IANA number of a DH group written in any way; ValueError for what is none."""
    key = text.upper().replace("_", "").replace("-", "").replace(" ", "")
    if (numbered := _NUMBERED.fullmatch(key)) and int(numbered[1]) <= 0xFFFF:
        return int(numbered[1])
    if key not in _BY_NAME:
        raise ValueError(f"{text!r} is no DH group")
    return _BY_NAME[key]
