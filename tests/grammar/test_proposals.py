"""Proposals: every daemon's spelling reads to the same IANA names."""

from __future__ import annotations

import pytest

from whydown.grammar.proposals import Proposal, Transform, parse

IKE = {
    ("encryption", "ENCR_AES_CBC-128"),
    ("integrity", "AUTH_HMAC_SHA2_256_128"),
    ("prf", "PRF_HMAC_SHA2_256"),
    ("group", "14"),
}


def _names(proposal: Proposal) -> set[tuple[str, str]]:
    return {(transform.type, transform.name) for transform in proposal.transforms}


@pytest.mark.parametrize(
    "written",
    [
        "IKE:AES_CBC_128/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048",
        "1:IKE=AES_CBC_128-HMAC_SHA2_256-HMAC_SHA2_256_128-MODP2048",
        "1:IKE:ENCR=AES_CBC_128;INTEG=HMAC_SHA2_256_128;PRF=HMAC_SHA2_256;DH=MODP2048[first-match]",
        "{cipher=AES_CBC_128 integ=HMAC_SHA2_256_128 prf=HMAC_SHA2_256 group=MODP2048}",
        "AES_CBC_128-HMAC_SHA2_256-MODP2048",
        "AES_CBC (128), HMAC_SHA2_256, MODP2048",
        "enc aes-128 auth hmac-sha2-256 group modp2048 prf hmac-sha2-256",
        "aes128-cbc, hmac-sha256, hmac-sha256-128, 14",
    ],
)
def test_the_same_ike_proposal_reads_the_same_from_every_daemon(written: str) -> None:
    (proposal,) = parse(written)
    assert (proposal.protocol, _names(proposal)) == ("IKE", IKE)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("ESP:AES_GCM_16_128/NO_EXT_SEQ", {("encryption", "ENCR_AES_GCM_16-128"), ("esn", "NO_ESN")}),
        ("1:ESP=AES_GCM_C_128-NONE-NONE-DISABLED", {("encryption", "ENCR_AES_GCM_16-128"), ("esn", "NO_ESN")}),
        ("1:ESP:ENCR=AES_GCM_C_128;ESN=DISABLED", {("encryption", "ENCR_AES_GCM_16-128"), ("esn", "NO_ESN")}),
        ("AES_GCM_16_128-NONE-MODP2048", {("encryption", "ENCR_AES_GCM_16-128"), ("group", "14")}),
        ("AES_CBC_128-HMAC_SHA1_96", {("encryption", "ENCR_AES_CBC-128"), ("integrity", "AUTH_HMAC_SHA1_96")}),
        (
            "aes128-cbc/hmac-sha2/14",
            {("encryption", "ENCR_AES_CBC-128"), ("integrity", "AUTH_HMAC_SHA2"), ("group", "14")},
        ),
        ("aes-cbc/128 - hmac-sha1-96", {("encryption", "ENCR_AES_CBC-128"), ("integrity", "AUTH_HMAC_SHA1_96")}),
        ("enc aes-256-gcm", {("encryption", "ENCR_AES_GCM_16-256")}),
        ("ESP:CHACHA20_POLY1305_256/NO_EXT_SEQ", {("encryption", "ENCR_CHACHA20_POLY1305"), ("esn", "NO_ESN")}),
        ("ESP:3DES_CBC/HMAC_MD5_96", {("encryption", "ENCR_3DES"), ("integrity", "AUTH_HMAC_MD5_96")}),
        ("AH:HMAC_SHA2_512_256", {("integrity", "AUTH_HMAC_SHA2_512_256")}),
    ],
)
def test_esp_and_ah_proposals(written: str, names: set[tuple[str, str]]) -> None:
    (proposal,) = parse(written)
    assert proposal.protocol == ("AH" if written.startswith("AH") else "ESP")
    assert _names(proposal) == names


def test_a_list_keeps_its_order_and_alternatives() -> None:
    first, second = parse(
        "IKE:AES_CBC_256/AES_CBC_128/PRF_HMAC_SHA1/MODP_1024, IKE:AES_GCM_16_256/PRF_HMAC_SHA2_384/ECP_384"
    )
    assert [t.name for t in first.transforms if t.type == "encryption"] == ["ENCR_AES_CBC-256", "ENCR_AES_CBC-128"]
    assert [t.name for t in second.transforms] == ["ENCR_AES_GCM_16-256", "PRF_HMAC_SHA2_384", "20"]


def test_plutos_lists_are_divided_by_blanks_and_alternatives_by_plus() -> None:
    found = parse(
        "1:IKE:ENCR=AES_CBC_128;PRF=HMAC_SHA1;INTEG=HMAC_SHA1_96;DH=MODP1024[first-match] 2:IKE=AES_CBC_256-HMAC_SHA1-HMAC_SHA1_96-MODP2048+DH19"
    )
    assert [p.protocol for p in found] == ["IKE", "IKE"]
    assert [t.name for t in found[1].transforms if t.type == "group"] == ["14", "19"]


def test_the_writers_spelling_is_kept() -> None:
    (proposal,) = parse("1:ESP=AES_GCM_C_128-NONE-NONE-ENABLED+DISABLED")
    assert proposal.transforms == (
        Transform("encryption", "ENCR_AES_GCM_16-128", "AES_GCM_C_128"),
        Transform("esn", "ESN", "ENABLED"),
        Transform("esn", "NO_ESN", "DISABLED"),
    )


def test_a_hash_alone_is_both_in_ikev1() -> None:
    (proposal,) = parse("AES_CBC_128-HMAC_SHA1-MODP2048")
    assert {("prf", "PRF_HMAC_SHA1"), ("integrity", "AUTH_HMAC_SHA1_96")} <= _names(proposal)


def test_additional_key_exchanges_have_their_own_type() -> None:
    (proposal,) = parse("IKE:AES_GCM_16_256/PRF_HMAC_SHA2_384/ECP_384/KE1_ML_KEM_768")
    assert ("ke1", "36") in _names(proposal)


@pytest.mark.parametrize("written", ["", "&&&", "IKE:", "IKE:AES_CBC_128/", "1:IKE=", "{cipher=}", "x" * 100_000])
def test_what_reads_as_nothing_known_is_kept_and_never_fails(written: str) -> None:
    (proposal,) = parse(written)
    assert [t.type for t in proposal.transforms] == ["other"]
