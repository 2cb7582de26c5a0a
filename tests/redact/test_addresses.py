"""Addresses to addresses by a key: one to one, networks stay networks, no address stands for itself."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whydown.redact.addresses import Addresses, IPAddress, kept

KEYS = st.binary(min_size=32, max_size=32)
V4 = st.ip_addresses(v=4)
V6 = st.ip_addresses(v=6)
CLASSES = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "2000::/3")
STAYING = ("127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "0.0.0.0/8", "255.255.0.0/16", "fe80::/10", "ff00::/8")


def common(one: IPAddress, other: IPAddress) -> int:
    """Return how many bits two addresses share at their begin."""
    return one.max_prefixlen - (int(one) ^ int(other)).bit_length()


@given(KEYS, V4, st.integers(min_value=8, max_value=32), st.integers(min_value=0, max_value=2**24 - 1))
def test_addresses_of_one_v4_network_stay_in_one(key: bytes, one: IPAddress, length: int, host: int) -> None:
    other = ipaddress.IPv4Address(int(one) >> (32 - length) << (32 - length) | host & ((1 << (32 - length)) - 1))
    if kept(one) == kept(other):
        addresses = Addresses(key)
        assert common(addresses.of(one), addresses.of(other)) == common(one, other)


@given(KEYS, V6, st.integers(min_value=3, max_value=128), st.integers(min_value=0, max_value=2**125 - 1))
def test_addresses_of_one_v6_network_stay_in_one(key: bytes, one: IPAddress, length: int, host: int) -> None:
    other = ipaddress.IPv6Address(int(one) >> (128 - length) << (128 - length) | host & ((1 << (128 - length)) - 1))
    unique = [int(a) >> 121 == 0x7E for a in (one, other)]
    if kept(one) == kept(other) and unique[0] == unique[1] and int(one) >> 125:
        addresses = Addresses(key)
        assert common(addresses.of(one), addresses.of(other)) == common(one, other)


@settings(deadline=None)
@given(KEYS, st.lists(st.one_of(V4, V6), max_size=30, unique=True))
def test_no_two_addresses_get_one_pseudonym_and_none_its_own(key: bytes, many: list[IPAddress]) -> None:
    addresses = Addresses(key)
    others = [addresses.of(address) for address in many]
    assert len(set(others)) == len(many)
    assert [o for a, o in zip(many, others, strict=True) if a == o] == [a for a in many if kept(a)]


def test_an_address_within_an_address_stays_where_it_would_by_itself() -> None:
    assert kept(ipaddress.ip_address("::ffff:127.0.0.1"))
    assert kept(ipaddress.ip_address("64:ff9b::0.0.0.0"))
    assert not kept(ipaddress.ip_address("::ffff:203.0.113.7"))


@pytest.mark.parametrize("block", CLASSES)
@given(key=KEYS, data=st.data())
def test_a_class_of_addresses_keeps_its_place(block: str, key: bytes, data: st.DataObject) -> None:
    network = ipaddress.ip_network(block)
    address = data.draw(st.ip_addresses(network=network))
    assert Addresses(key).of(address) in network


@given(KEYS, V4)
def test_what_is_public_stays_public(key: bytes, address: ipaddress.IPv4Address) -> None:
    other = Addresses(key).of(address)
    blocks = [ipaddress.ip_network(b) for b in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")]
    assert [address in block for block in blocks] == [other in block for block in blocks]
    assert kept(address) == kept(other)


@pytest.mark.parametrize("block", STAYING)
@given(key=KEYS, data=st.data())
def test_what_tells_nothing_of_anybody_stays(block: str, key: bytes, data: st.DataObject) -> None:
    address = data.draw(st.ip_addresses(network=ipaddress.ip_network(block)))
    assert Addresses(key).of(address) == address


@given(KEYS, V4, st.integers(min_value=8, max_value=32))
def test_a_network_holds_the_pseudonyms_of_its_addresses(key: bytes, address: IPAddress, length: int) -> None:
    network = ipaddress.ip_network((int(address), length), strict=False)
    addresses = Addresses(key)
    other = addresses.network(network.network_address, length)
    if kept(address) == kept(network.network_address):
        assert addresses.of(address) in ipaddress.ip_network((int(other), length))


def test_another_key_gives_other_pseudonyms() -> None:
    address = ipaddress.ip_address("198.51.100.7")
    assert len({Addresses(bytes([n]) * 32).of(address) for n in range(20)}) > 10


def test_an_ipv4_address_is_the_same_within_an_ipv6_one() -> None:
    addresses = Addresses(b"k" * 32)
    inner = addresses.of(ipaddress.ip_address("198.51.100.7"))
    assert addresses.of(ipaddress.ip_address("::ffff:198.51.100.7")) == ipaddress.ip_address(f"::ffff:{inner}")
