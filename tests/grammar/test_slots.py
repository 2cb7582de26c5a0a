"""Slot types: what they read, what it becomes, what they refuse."""

from __future__ import annotations

import pytest

from whydown.grammar.names import ERRORS, notify_name
from whydown.grammar.selectors import selectors
from whydown.grammar.slots import MASKED, convert
from whydown.grammar.vocabulary import SlotType

T = SlotType


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (T.WORD, "a-b/c", "a-b/c"),
        (T.NAME, "site-b#192.0.2.0/24", "site-b#192.0.2.0/24"),
        (T.INT, "0042", 42),
        (T.INT, "-1", -1),
        (T.PORT, "4500", 4500),
        (T.IP, "192.0.2.1", "192.0.2.1"),
        (T.IP, "2001:DB8:0:0::1", "2001:db8::1"),
        (T.IP, "[2001:db8::1]", "2001:db8::1"),
        (T.IP, "fe80::1%eth0", "fe80::1%eth0"),
        (T.SPI32, "c41bd1f2", "0xc41bd1f2"),
        (T.SPI32, "0xC41BD1F2", "0xc41bd1f2"),
        (T.SPI32, "0x1f", "0x0000001f"),
        (T.SPI32, "12345(0x3039)", "0x00003039"),
        (T.SPI64, "87d02561 ab3db013", "0x87d02561ab3db013"),
        (T.SPI64, "87d02561ab3db013", "0x87d02561ab3db013"),
        (T.SPI64, "0x87D02561AB3DB013", "0x87d02561ab3db013"),
        (T.IDENT, "C=CH, O=Some Org, CN=gw-b.example", "C=CH, O=Some Org, CN=gw-b.example"),
        (T.TEXT, "a  b", "a  b"),
        (T.SECONDS, "86400", 86400.0),
        (T.SECONDS, "0.5", 0.5),
    ],
)
def test_a_slot_becomes_its_typed_value(kind: SlotType, text: str, value: object) -> None:
    converted = convert(kind, text)
    assert converted == value
    assert type(converted) is type(value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (T.WORD, "two words"),
        (T.WORD, ""),
        (T.TEXT, " led by a blank"),
        (T.NAME, 'with"quote'),
        (T.NAME, "with[7]"),
        (T.INT, "7a"),
        (T.INT, "1" * 20),
        (T.PORT, "65536"),
        (T.IP, "192.0.2.256"),
        (T.IP, "192.0.2"),
        (T.IP, "cafe:babe"),
        (T.IP, "08:12:44"),
        (T.SPI32, "1c41bd1f2"),
        (T.SPI32, "c41bd1fg"),
        (T.SPI64, "87d02561ab3db0130"),
        (T.GROUP, "MODP_2047"),
        (T.TS, "everything"),
        (T.TS, "10.1.0.0/33"),
        (T.TS, "10.2.0.0-10.1.0.0"),
        (T.NOTIFY, "NO_PROPOSAL=CHOSEN"),
        (T.SECONDS, "1e5"),
    ],
)
def test_a_slot_refuses_what_it_is_not(kind: SlotType, text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        convert(kind, text)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("AUTH_FAILED", "AUTHENTICATION_FAILED"),
        ("AUTHENTICATION_FAILED", "AUTHENTICATION_FAILED"),
        ("Authentication failed", "AUTHENTICATION_FAILED"),
        ("v2N_NO_PROPOSAL_CHOSEN", "NO_PROPOSAL_CHOSEN"),
        ("NO_PROP", "NO_PROPOSAL_CHOSEN"),
        ("NO-PROPOSAL-CHOSEN", "NO_PROPOSAL_CHOSEN"),
        ("No proposal chosen", "NO_PROPOSAL_CHOSEN"),
        ("TS unacceptable", "TS_UNACCEPTABLE"),
        ("TS_UNACCEPT", "TS_UNACCEPTABLE"),
        ("INVAL_KE", "INVALID_KE_PAYLOAD"),
        ("Invalid ike SPI", "INVALID_IKE_SPI"),
        ("PAYLOAD_MALFORMED", "PAYLOAD_MALFORMED"),
        ("PLD_MAL", "PAYLOAD_MALFORMED"),
        ("INVALID_COOKIE", "INVALID_COOKIE"),
        ("INVAL_ID", "INVALID_ID_INFORMATION"),
        ("Unsupported critical payload", "UNSUPPORTED_CRITICAL_PAYLOAD"),
        ("some new thing", "SOME_NEW_THING"),
    ],
)
def test_notifies_are_named_as_the_rfc_names_them(written: str, name: str) -> None:
    assert convert(T.NOTIFY, written) == name


def test_the_names_of_errors_are_their_own_names() -> None:
    assert {notify_name(name) for name in ERRORS} == ERRORS
    assert "NO_PROPOSAL_CHOSEN" in ERRORS
    assert "INITIAL_CONTACT" not in ERRORS


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("14", 14),
        ("MODP_2048", 14),
        ("MODP2048", 14),
        ("modp2048", 14),
        ("DH14", 14),
        ("group 14", 14),
        ("ECP_384", 20),
        ("DH19", 19),
        ("CURVE_25519", 31),
        ("MODP_1024_160", 22),
        ("ML_KEM_768", 36),
    ],
)
def test_groups_are_iana_numbers(written: str, number: int) -> None:
    assert convert(T.GROUP, written) == number


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("10.1.0.0/24", ("10.1.0.0/24",)),
        ("10.1.0.1", ("10.1.0.1/32",)),
        ("10.1.0.7/24", ("10.1.0.0/24",)),
        ("10.1.0.0/16 10.2.0.0/16", ("10.1.0.0/16", "10.2.0.0/16")),
        ("10.1.0.0/16[udp/l2tp] 10.2.0.0/16", ("10.1.0.0/16[udp/1701]", "10.2.0.0/16")),
        ("10.1.0.0/16[tcp]", ("10.1.0.0/16[tcp]",)),
        ("10.1.0.1..10.1.0.9", ("10.1.0.1-10.1.0.9",)),
        ("10.1.0.0-10.1.0.255:0-65535 0", ("10.1.0.0/24",)),
        ("10.1.0.0-10.1.0.255:500-500 17", ("10.1.0.0/24[udp/500]",)),
        ("10.1.0.0-10.1.0.255:1-9 6", ("10.1.0.0/24[tcp/1-9]",)),
        ("[10.1.0.0-10.1.0.255:0-65535 0]", ("10.1.0.0/24",)),
        ("10.1.0.0/24:17/1701", ("10.1.0.0/24[udp/1701]",)),
        ("ipv4(192.168.2.0-192.168.2.255)", ("192.168.2.0/24",)),
        ("ipv6(2001:db8::-2001:db8::ffff)", ("2001:db8::/112",)),
        ("2001:db8::-2001:db8::ffff:0-65535 0", ("2001:db8::/112",)),
        ("0.0.0.0/0", ("0.0.0.0/0",)),
        ("dynamic", ("dynamic",)),
    ],
)
def test_traffic_selectors_read_the_same_from_every_daemon(written: str, found: tuple[str, ...]) -> None:
    assert convert(T.TS, written) == found


def test_the_two_lists_of_a_pluto_policy_are_divided() -> None:
    assert selectors("192.0.1.0/24===192.0.2.0/24") == ("192.0.1.0/24", "192.0.2.0/24")


@pytest.mark.parametrize("text", ["0xXXXXXXXX", "0xESPESP", "0x********", "********", "xxxx"])
def test_a_masked_spi_is_an_spi_without_a_value(text: str) -> None:
    assert convert(T.SPI32, text) == convert(T.SPI64, text) == MASKED


def test_hexadecimal_letters_are_no_mask() -> None:
    assert convert(T.SPI32, "0xdeadbeef") == "0xdeadbeef"
    assert convert(T.SPI32, "0xdead") == "0x0000dead"


@pytest.mark.parametrize("text", ["x.x.x.x", "192.0.2.xxx", "a.b.c.d", "198.51.*.*"])
def test_a_masked_address_keeps_its_text(text: str) -> None:
    assert convert(T.IP, text) == text


@pytest.mark.parametrize("text", ["www.a.b.c", "256.x.x.x", "1.2.3", "vpn.gw.x.y", "999.1.1.1"])
def test_a_host_name_is_no_masked_address(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        convert(T.IP, text)
