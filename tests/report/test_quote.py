"""Nothing from a log acts on a screen or in a ticket, and no secret is shown."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whydown.report import secrets
from whydown.report.quote import prose, quote, wire
from whydown.report.secrets import HIDDEN, without_secrets

KEY = "S3cr3tPassW0rd"


@pytest.mark.parametrize(
    "line",
    [
        f'loaded PSK "{KEY}" for peer',
        f"psk={KEY}",
        f"secret: {KEY}",
        f"pre-shared key = '{KEY}'",
        f"Shared Secret: {KEY}",
        f'"to-branch": PSK "{KEY}"',
        f"xauth password: {KEY}",
        f"connection_psk_secret : {KEY}",
        f"left=192.0.2.1 passphrase {KEY!r}",
        f"private-key={KEY}",
        f"presharedkey:={KEY}",
        f"psk: one!secret: {KEY}",
    ],
)
def test_a_named_secret_is_not_shown(line: str) -> None:
    assert KEY not in without_secrets(line)
    assert HIDDEN in without_secrets(line)
    assert quote(quote(line)) == quote(line), "what was quoted may be quoted again"


@pytest.mark.parametrize(
    ("line", "leak"),
    [
        ("SK_ei secret => 32 bytes @ 0x7f6e3c004a10", "7f6e3c004a10"),
        ('   0: 3F 22 A1 09 11 5C 77 42 90 AB CD EF 01 23 45 67  ?"..', "A1 09 11"),
        ("|   3f 22 a1 09  11 5c 77 42  90 ab cd ef  01 23 45 67", "a1 09"),
        ("ENCRYPTION_KEY: 0x" + "ab" * 32, "abab"),
        ("keymat " + "0123456789abcdef" * 4, "0123456789abcdef"),
        (": PSK 0sFpZAZqEN6Ti9sqt4ZP5EWcqx", "FpZAZqEN6Ti9"),
        ("ip xfrm: auth-trunc hmac(sha256) 0x" + "9" * 64 + " 128", "9999"),
    ],
)
def test_key_material_is_not_shown(line: str, leak: str) -> None:
    assert leak not in without_secrets(line)


@pytest.mark.parametrize(
    "line",
    [
        "IKE SPIs: 3d2b5a7e11223344_i 8899aabbccddeeff_r",
        "authentication of '198.51.100.7' with pre-shared key successful",
        "tried 1 shared key for '192.0.2.1' - '198.51.100.7', but MAC mismatched",
        "looking for pre-shared key peer configs matching 192.0.2.1...198.51.100.7[gw-b]",
        "no shared key found for '192.0.2.1' - '198.51.100.7'",
        "loading secrets from '/etc/ipsec.secrets'",
        "received proposals: IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048",
        "authenticated peer using authby=secret and ID_IPV4_ADDR '198.51.100.7'",
        "WARNING: '192.0.2.1' PSK length of 8 bytes is too short for PRF HMAC_SHA2_256 in FIPS mode",
        "session 254d755e-8a52-4e28-b2f5-3b2e1f1a9b6c is down",
        "probable authentication failure (mismatch of preshared secrets?): malformed payload in packet",
        'loading secrets from "/etc/ipsec.secrets"',
    ],
)
def test_what_is_no_secret_stays(line: str) -> None:
    assert without_secrets(line) == line


@given(st.text())
def test_quoted_text_acts_on_no_terminal(text: str) -> None:
    shown = quote(text)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") or c in "\u2028\u2029\u202e\u200b\ufeff"]


@given(st.text())
def test_text_for_the_wire_is_json_that_every_reader_takes(text: str) -> None:
    line = json.dumps(wire(text + "\udc80"))
    assert "\\ud" not in line.lower() or json.loads(line).encode()  # pairs of surrogates stand for one character
    assert json.loads(line).encode()


@given(st.text(alphabet="![]()<>`iImg script/='\"hp:/\n\x1b", max_size=60))
def test_prose_loads_and_runs_nothing_in_a_ticket(text: str) -> None:
    shown = prose(text)
    assert "](" not in shown
    assert "`" not in shown
    assert not [n for n, c in enumerate(shown[:-1]) if c == "<" and (shown[n + 1].isalpha() or shown[n + 1] in "/!?")]


def test_a_long_hostile_line_is_quoted_in_linear_time() -> None:
    for attack in (
        "ab " * 20_000,
        "a" * 60_000,
        "psk " * 15_000,
        'psk "' * 12_000,
        "0123456789abcdef:" * 3_000,
        "0s" * 30_000,
    ):
        assert len(quote(attack)) > 0


_TROUBLE = st.sampled_from(
    [
        *"aAkKsS\u017f\u212a =:\"'0",
        "psk",
        "PSK",
        "pre-shared",
        "key",
        "Secret",
        "SK_ei",
        "0x",
        "0s",
        "aead",
        "a1 ",
        "f" * 40,
        "\n",
    ]
)


@given(st.one_of(st.text(), st.lists(_TROUBLE, max_size=40).map("".join)))
def test_looking_for_words_first_changes_no_answer(text: str) -> None:
    plain = text
    for rule, remark in (*secrets._BY_NAME, *secrets._BY_LOOK):
        plain = rule.sub(remark, plain)
    assert without_secrets(text) == plain
