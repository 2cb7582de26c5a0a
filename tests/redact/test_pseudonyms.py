"""Texts with pseudonyms put in: the same for the same, however it is written, and nothing else is touched."""

from __future__ import annotations

import ipaddress
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import library
from whydown.redact import names
from whydown.redact.names import Named, Vocabulary
from whydown.redact.pseudonyms import Book, Pseudonyms
from whydown.redact.spots import Spots

KEY = bytes(range(32))
ADDRESSES = ("198.51.100.7", "192.0.2.1", "10.1.2.3", "2001:db8::17")


@cache
def vocabulary() -> Vocabulary:
    """Return the words of the shipped grammars."""
    return Vocabulary(library().grammars)


def book(*values: str, word: str = "conn") -> Book:
    """Return a book with the names in some values, and with addresses."""
    found = {name for value in values for name in names.atoms(value, word) if not vocabulary().has(name.text)}
    spots = Spots(KEY)
    known = {a: str(spots.addresses.of(ipaddress.ip_address(a))) for a in ADDRESSES}
    return Book(KEY, book_names(found), known)


def book_names(found: set[Named]) -> dict[str, str]:
    """Return the pseudonyms of names."""
    return dict(Book(KEY).with_names(found).names)


def rewritten(text: str, *values: str) -> str:
    return Pseudonyms(book(*values), vocabulary()).text(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/etc/ipsec.d/edge01-to-branch12.conf", "/etc/ipsec.d/conn-1.conf"),
        ('"edge01-to-branch12"[1] 7: x', '"conn-1"[1] 7: x'),
        ("myedge01-to-branch12x", "myconn-1x"),
        ("EDGE01-TO-BRANCH12", "CONN-1"),
        ("Edge01-to-branch12", "Conn-1"),
        ("edge01-to-branch1", "edge01-to-branch1"),
    ],
)
def test_a_name_is_found_in_other_words_and_in_capitals(text: str, shown: str) -> None:
    assert rewritten(text, "edge01-to-branch12") == shown


@pytest.mark.parametrize("text", ["[NET] received", "peer not responding", "no IKE config found", "authentication"])
def test_a_daemons_own_words_stay_even_where_somebody_is_called_so(text: str) -> None:
    assert rewritten(text, "net", "peer", "ike", "auth") == text


@pytest.mark.parametrize("text", ["SPI 0xcafe1234", "d1cafe92-f6f5-4bdf-a144", "cafes", "acafe"])
def test_a_name_that_could_be_digits_is_replaced_only_as_a_word(text: str) -> None:
    assert "conn" not in rewritten(text, "cafe")
    assert rewritten("host cafe:", "cafe") == "host conn-1:"


def test_a_host_is_the_same_alone_and_in_its_domain() -> None:
    shown = rewritten(
        "fw7 fw7.site.acme.com site.acme.com bob@acme.com fw7.acme.org", "fw7.site.acme.com", "fw7.acme.org"
    )
    alone, long, site, mail, other = shown.split()
    assert long == f"{alone}.{site}"
    assert mail.endswith(site.partition(".")[2])
    assert other.startswith(f"{alone}.")
    assert not other.endswith(site.partition(".")[2])


def test_a_distinguished_name_keeps_its_form() -> None:
    shown = rewritten("subject C=DE, O=Acme Gears, CN=fw7.acme.com", "C=DE, O=Acme Gears, CN=fw7.acme.com")
    assert "cme" not in shown
    assert shown.startswith("subject C=DE, O=")
    assert ", CN=" in shown


@pytest.mark.parametrize(
    "form",
    [
        "198.51.100.7",
        "vpn-198-51-100-7.isp.example",
        "host_198_51_100_7",
        "7.100.51.198.in-addr.arpa",
        r"198\.51\.100\.7",
        "peer=3325256711",
        "0xC6336407",
        "c6336407",
        "198.051.100.007",
        "192.0.2.1...198.51.100.7[fw]",
        "198.51.100.7:4500",
        "::ffff:198.51.100.7",
    ],
)
def test_an_address_is_replaced_in_every_form(form: str) -> None:
    shown = rewritten(form, "nobody-here")
    assert shown != form
    assert not [x for x in ("198.51", "198-51", "198_51", "51.198", r"198\.51", "3325256711", "6336407") if x in shown]


@pytest.mark.parametrize(
    "form", ["2001:db8::17", "[2001:db8::17]:500", "2001:DB8:0:0::17", "2001:0db8:0000:0000:0000:0000:0000:0017"]
)
def test_an_ipv6_address_is_replaced_in_every_form(form: str) -> None:
    assert "db8" not in rewritten(form, "nobody-here").lower()


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("10.1.0.0/16", "10.", ".0.0/16"),
        ("ipv4(10.1.0.0-10.1.255.255)", "ipv4(10.", ".255.255)"),
        ("10.1.0.0:255.255.0.0", "10.", ".0.0:255.255.0.0"),
        (r"10.1.0.0\/16", "10.", r".0.0\/16"),
    ],
)
def test_networks_and_ranges_stay_whole(text: str, begins: str, ends: str) -> None:
    shown = rewritten(text, "nobody-here")
    assert shown.startswith(begins)
    assert shown.endswith(ends)
    assert "10.1." not in shown


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T21:02:34.646323+00:00",
        "Nov 21 21:02:34",
        "strongSwan 5.9.8, Linux 6.1.176",
        "SPI d5b82365 3232cca0",
        "0.0.0.0/0 === ::/0",
        "255.255.255.0",
        "<30 d612293055f3431f:8b01687591afe36e>",
        "127.0.0.1 169.254.7.1 fe80::1",
    ],
)
def test_what_is_no_address_stays(text: str) -> None:
    assert rewritten(text, "nobody-here") == text


def test_secrets_are_dropped_also_without_a_name_near() -> None:
    assert "hunter2" not in rewritten('added psk="hunter2" for edge01', "edge01")


NAMES = st.from_regex(r"[a-z][a-z0-9-]{2,12}[a-z0-9]", fullmatch=True)


@given(st.lists(NAMES, min_size=1, max_size=8, unique=True))
def test_names_are_one_to_one_and_a_second_time_changes_nothing(many: list[str]) -> None:
    first = book(*many)
    assert len(set(first.names.values())) == len(first.names)
    assert not set(first.names.values()) & set(first.names)
    again = first.with_names({Named(name, "conn") for name in first.names})
    assert again.names == first.names


@given(st.lists(NAMES, min_size=2, max_size=8, unique=True), st.randoms())
def test_the_order_in_which_names_come_does_not_matter(many: list[str], random: object) -> None:
    shuffled = sorted(many, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert book(*many) == book(*shuffled)


@given(st.text())
def test_any_text_can_be_rewritten(text: str) -> None:
    shown = rewritten(text + "\udcff edge01", "edge01")
    assert shown.endswith("conn-1")


@given(NAMES, st.text(alphabet="abz019 .:/-@é", max_size=20), st.text(alphabet="abz019 .:/-@é", max_size=20))
def test_no_name_is_left(name: str, before: str, after: str) -> None:
    if name in book(name).names and not vocabulary().within(name) and set(name) - set("0123456789abcdef"):
        assert name not in rewritten(f"{before}{name}{after}", name)
