"""What causes compute: the smallest gap between lists of proposals and selectors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whydown.diagnose.functions import (
    Gap,
    accepted,
    as_number,
    either_of,
    gaps,
    group_name,
    offered,
    parameter,
    proposal_diff,
    seconds_between,
    ts_diff,
)
from whydown.grammar.proposals import Proposal, parse
from whydown.grammar.selectors import selectors

BASE = "IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048"


def rows(first: str, second: str) -> list[tuple[str, str, str]]:
    gap = proposal_diff(parse(first), parse(second))
    return [(r.parameter, r.first, r.second) for r in gap.rows] if gap else []


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (BASE, []),
        (BASE.replace("MODP_2048", "ECP_384"), [("DH group", "MODP_2048", "ECP_384")]),
        (BASE.replace("AES_CBC_256", "AES_CBC_128"), [("Key length", "AES_CBC_256", "AES_CBC_128")]),
        (BASE.replace("AES_CBC_256", "CAMELLIA_CBC_256"), [("Encryption", "AES_CBC_256", "CAMELLIA_CBC_256")]),
        (BASE.replace("_SHA2_256_128", "_SHA1_96"), [("Integrity", "HMAC_SHA2_256_128", "HMAC_SHA1_96")]),
        (BASE.replace("PRF_HMAC_SHA2_256", "PRF_HMAC_SHA1"), [("PRF", "PRF_HMAC_SHA2_256", "PRF_HMAC_SHA1")]),
        ("IKE:AES_GCM_16_256/PRF_HMAC_SHA2_256/MODP_2048", [("Encryption", "AES_CBC_256", "AES_GCM_16_256")]),
        (
            f"IKE:3DES_CBC/HMAC_MD5_96/PRF_HMAC_MD5/MODP_1024, {BASE.replace('2048', '4096')}",
            [("DH group", "MODP_2048", "MODP_4096")],
        ),
        (BASE + "/MODP_4096", []),
        (
            "IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_4096/ECP_256",
            [("DH group", "MODP_2048", "MODP_4096 or ECP_256")],
        ),
    ],
)
def test_the_smallest_gap_between_ike_proposals(other: str, expected: list[tuple[str, str, str]]) -> None:
    assert rows(BASE, other) == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (
            "AES_CBC_256/HMAC_SHA2_256_128/NO_EXT_SEQ",
            "AES_CBC_256/HMAC_SHA2_256_128/MODP_2048/NO_EXT_SEQ",
            [("DH group", "", "MODP_2048")],
        ),
        (
            "AES_CBC_256/HMAC_SHA2_256_128/NO_EXT_SEQ",
            "AES_CBC_128/HMAC_SHA2_256_128/MODP_2048/NO_EXT_SEQ",
            [("Key length", "AES_CBC_256", "AES_CBC_128")],
        ),
        (
            "AES_CBC_256/HMAC_SHA2_256_128/EXT_SEQ",
            "AES_CBC_256/HMAC_SHA2_256_128/NO_EXT_SEQ",
            [("ESN", "EXT_SEQ", "NO_EXT_SEQ")],
        ),
        ("AES_CBC_256/HMAC_SHA2_256_128/NO_EXT_SEQ", "AES_CBC_256/HMAC_SHA2_256_128", []),
    ],
)
def test_pfs_and_esn_of_esp(first: str, second: str, expected: list[tuple[str, str, str]]) -> None:
    assert rows(f"ESP:{first}", f"ESP:{second}") == expected


def test_daemons_spellings_do_not_differ() -> None:
    pluto = "1:IKE=AES_CBC_256-HMAC_SHA2_256-HMAC_SHA2_256_128-MODP2048"
    assert rows(BASE, pluto) == []
    assert rows(BASE.replace("MODP_2048", "ECP_256"), pluto) == [("DH group", "ECP_256", "MODP2048")]


def test_a_gap_tells_what_agrees_too_and_shows_itself() -> None:
    gap = proposal_diff(parse(BASE), parse(BASE.replace("MODP_2048", "ECP_384")))
    assert gap is not None
    assert [r.parameter for r in gap.same] == ["Encryption", "Integrity", "PRF"]
    assert str(gap) == "DH group: MODP_2048 / ECP_384"
    assert (parameter(gap), offered(gap), accepted(gap), gaps(gap)) == ("DH group", "MODP_2048", "ECP_384", 1)


@pytest.mark.parametrize(
    "torn",
    [
        "IKE:AES_CBC_256/HMAC_SHA",
        BASE.removesuffix("/MODP_2048"),
        "1:IKE=AES_CBC_128-HMAC_SHA",
        "1:IKE:ENCR=AE_CBC_256;PRF=HMAC_SHA2_256;INTEG=HMAC_SHA2_256_128;DH=MODP2048",
    ],
)
def test_a_proposal_of_which_a_part_is_lost_is_not_compared(torn: str) -> None:
    other = BASE.replace("MODP_2048", "ECP_384")
    assert rows(torn, other) == []
    assert proposal_diff((*parse(torn), *parse(BASE)), parse(other)) == proposal_diff(parse(BASE), parse(other))


def test_nothing_is_said_about_nothing() -> None:
    assert proposal_diff(None, parse(BASE)) is None
    assert proposal_diff(parse(BASE), ()) is None
    assert (parameter(None), offered(None), accepted(None), gaps(None)) == (None, None, None, 0)
    assert ts_diff(None, None, None, None) is None
    assert seconds_between(None, 5) is None


_TRANSFORMS = st.sampled_from(
    [
        "AES_CBC_256",
        "AES_CBC_128",
        "AES_GCM_16_256",
        "HMAC_SHA1_96",
        "HMAC_SHA2_256_128",
        "PRF_HMAC_SHA1",
        "MODP_2048",
        "ECP_256",
        "NO_EXT_SEQ",
    ]
)
_LISTS = st.lists(st.lists(_TRANSFORMS, min_size=1, max_size=6), min_size=1, max_size=4).map(
    lambda lists: parse(", ".join("ESP:" + "/".join(one) for one in lists))
)


@given(_LISTS, _LISTS)
def test_a_gap_is_the_same_seen_from_the_other_side(first: tuple[Proposal, ...], second: tuple[Proposal, ...]) -> None:
    here, there = proposal_diff(first, second), proposal_diff(second, first)
    assert (here is None) == (there is None)
    if here and there:
        assert gaps(here) > 0
        assert proposal_diff(first, (*second, *first)) is None


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (("10.1.0.0/24", "10.2.0.0/24"), ("10.2.0.0/24", "10.1.0.0/24"), None),
        (
            ("10.1.0.0/24", "10.2.0.0/24"),
            ("10.3.0.0/24", "10.1.0.0/24"),
            [("Networks on the second side", "10.2.0.0/24", "10.3.0.0/24")],
        ),
        (("10.1.0.0/16", "10.2.0.0/24"), ("10.2.0.0/24", "10.1.5.0/24"), None),
        (
            ("10.1.0.0/24", "10.2.0.0/24"),
            ("10.2.0.0/24", "10.9.0.0/24"),
            [("Networks on the first side", "10.1.0.0/24", "10.9.0.0/24")],
        ),
        (
            ("10.1.0.0/24[tcp]", "10.2.0.0/24"),
            ("10.2.0.0/24", "10.1.0.0/24[udp]"),
            [("Networks on the first side", "10.1.0.0/24[tcp]", "10.1.0.0/24[udp]")],
        ),
    ],
)
def test_traffic_selectors_of_two_gateways(
    a: tuple[str, str], b: tuple[str, str], expected: list[tuple[str, str, str]] | None
) -> None:
    gap = ts_diff(*(selectors(t) for t in (*a, *b)))
    assert ([tuple(r) for r in gap.rows] if isinstance(gap, Gap) else gap) == expected


def test_small_ones() -> None:
    assert (group_name(14), group_name("19"), group_name(999), group_name(None)) == ("MODP_2048", "ECP_256", None, None)
    assert seconds_between(5_500_000, 1_000_000) == 4.5
    assert (either_of(None, 2), either_of(1, 2)) == (2, 1)


@pytest.mark.parametrize(
    ("octets", "number"),
    [
        ("fd e9", "65001"),
        ("0f a0", "4000"),
        ("5b a0", None),
        ("00 00", None),
        ("00 01 00 00", None),
        ("zz", None),
        (None, None),
    ],
)
def test_the_as_number_that_was_refused_is_in_the_notification(octets: str | None, number: str | None) -> None:
    assert as_number(octets) == number


def test_a_parameter_that_a_list_was_heard_without_is_none_and_not_unknown() -> None:
    gap = proposal_diff(parse("ESP:AES_CBC_128/HMAC_SHA1_96"), parse("ESP:AES_CBC_128/HMAC_SHA1_96/MODP_2048"))
    assert (parameter(gap), offered(gap), accepted(gap)) == ("DH group", "none", "MODP_2048")
