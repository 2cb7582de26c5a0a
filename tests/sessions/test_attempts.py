"""How many negotiations failed: counted by hand in the recorded lines, and held against what the logs of either side tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnose.episodes import event
from properties.stories import story
from whydown.sessions.episodes import cut_episodes
from whydown.sessions.rebuild import rebuild_sessions
from whydown.sources.line import Side
from whydown.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable

    from whydown.grammar.event import Event

EDGE, PEER = "192.0.2.1", "198.51.100.7"
UP: dict[str, Any] = {"local": EDGE, "remote": PEER}
THEIRS: dict[str, Any] = {"local": PEER, "remote": EDGE}
BOTH = frozenset(Side)


def attempts(events: Iterable[Event], sides: frozenset[Side] = BOTH, layer: str = "session") -> list[int]:
    sessions, _ = rebuild_sessions([e for e in events if e.side in sides], sides, Tally())
    return [e.attempts for s in sessions for e in cut_episodes(s) if e.layer == layer]


# What stands in the recordings: who begins, and how often an IKE SA of its own.
BY_HAND = {
    "lab/pre-shared-key-differs-strongswan-libreswan": 4,  # pluto begins #1, #3, #5, #7
    "lab/pre-shared-key-differs-ikev1-strongswan-libreswan": 2,  # pluto begins #1 and #2, each sent six times
    "lab/edge-has-another-id-libreswan-strongswan": 4,  # pluto begins #1, #3, #5, #7
    "lab/edge-requires-another-id-strongswan-libreswan": 4,
    "lab/edge-has-another-id-strongswan-libreswan": 1,  # charon begins [1], by order
    "lab/peer-has-another-id-ikev1-strongswan-strongswan": 1,
    "lab/edge-asks-for-another-id-strongswan-openiked": 1,  # one SPI at OpenIKED
    "lab/esp-algorithm-differs-strongswan-openiked": 1,
    "lab/dh-group-differs-strongswan-strongswan": 1,
    "lab/dh-group-differs-strongswan-libreswan": 2,  # pluto begins #1 and #2; charon refuses each six times
    "lab/ike-algorithm-differs-libreswan-strongswan": 1,  # pluto answers #1 and has no line that it begins
    "lab/ike-algorithm-differs-ikev1-strongswan-libreswan": 2,
    "lab/ike-version-differs-strongswan-libreswan": 2,
    "lab/ike-version-differs-ikev1-libreswan-strongswan": 2,
    "lab/firewall-before-the-first-packet-strongswan-libreswan": 1,  # sent five times
    "lab/edge-firewall-drops-ike-libreswan-strongswan": 2,
    "lab/peer-service-stopped-ikev1-strongswan-strongswan": 1,
    "lab/both-wait-for-the-other-strongswan-strongswan": 0,  # nobody begins
    "lab/firewall-in-mid-session-strongswan-libreswan": 0,  # nobody begins anew
    "lab/flapping-strongswan-libreswan": 0,  # twenty negotiations, and each went well
    "lab/outage-that-recovers-ikev1-strongswan-libreswan": 2,  # one of each side; a later one of the peer went well
    "lab/bgp-over-a-tunnel-that-is-cut-strongswan-strongswan": 2,  # as there
    "cases/psk-mismatch": 11,  # the peer answers eleven; the Edge has a block for ten
    "cases/answers-are-lost": 1,  # sent six times
    "cases/message-with-a-zero-spi": 2,
}


@pytest.mark.parametrize("case", BY_HAND)
def test_each_negotiation_that_failed_is_one_attempt(case: str) -> None:
    assert attempts(story(case)) == [BY_HAND[case]]


@pytest.mark.parametrize(
    ("case", "count"),
    [
        ("lab/pfs-on-one-side-only-ikev1-libreswan-strongswan", 1),  # one Quick Mode, sent six times
        ("lab/edge-requires-pfs-ikev1-libreswan-strongswan", 1),
        ("lab/edge-refuses-narrowed-networks-libreswan-strongswan", 1),
        ("lab/peer-forgot-the-child-sa-strongswan-crafted", 2),  # a rekey, and then a new one
        ("cases/pfs-mismatch", 7),  # four rekeys of the Edge, three of the peer, each in both logs
        ("lab/esp-algorithm-differs-libreswan-strongswan", 1),
    ],
)
def test_each_child_sa_that_was_refused_is_one_attempt(case: str, count: int) -> None:
    assert attempts(story(case), layer="tunnel") == [count]


@pytest.mark.parametrize(
    "case",
    [
        "lab/pre-shared-key-differs-strongswan-libreswan",
        "lab/pre-shared-key-differs-ikev1-strongswan-libreswan",
        "lab/edge-has-another-id-libreswan-strongswan",
        "lab/edge-requires-another-id-strongswan-libreswan",
        "lab/edge-asks-for-another-id-strongswan-openiked",
        "lab/ike-algorithm-differs-libreswan-strongswan",
        "lab/flapping-strongswan-libreswan",
    ],
)
def test_either_log_alone_tells_the_same_number(case: str) -> None:
    assert attempts(story(case), frozenset({Side.EDGE})) == attempts(story(case), frozenset({Side.PEER}))


def test_the_order_to_begin_is_no_attempt_of_its_own() -> None:
    order = event("edge admin.initiate", at=0, target="net")
    begun = event("edge ike.start out", at=0.01, ike_id=1, **UP)
    lost = event("edge ike.timeout", at=60, ike_id=1)
    assert attempts([order, begun, lost], frozenset({Side.EDGE})) == [1]


def test_what_goes_on_with_another_group_or_a_cookie_is_one_attempt() -> None:
    first = event("edge ike.start out", at=0, ike_id=1, **UP)
    group = event("edge ke.invalid in", at=0.1, ike_id=1, group=14, wanted_group=19)
    second = event("edge ike.start out", at=0.2, ike_id=1, **UP)
    cookie = event("edge ike.message in", at=0.3, exchange="IKE_SA_INIT", role="response", payloads="N(COOKIE)", **UP)
    third = event("edge ike.start out", at=0.4, ike_id=1, **UP)
    refused = event("edge ike.failed in", at=0.5, ike_id=1, notify="NO_PROPOSAL_CHOSEN")
    assert attempts([first, group, second, cookie, third, refused], frozenset({Side.EDGE})) == [1]


def test_a_responder_that_asks_for_another_group_counts_once_what_comes_back_at_once() -> None:
    first = event("edge ike.start in", at=0, **UP)
    group = event("edge ke.invalid out", at=0.1, group=14, wanted_group=19, **UP)
    second = event("edge ike.start in", at=0.2, **UP)
    refused = event("edge auth.key_mismatch", at=0.5, remote_id="gw.example", **UP)
    later = event("edge ike.start in", at=60, **UP)
    assert attempts([first, group, second, refused, later], frozenset({Side.EDGE})) == [2]


def test_attempts_of_both_sides_that_never_meet_add_up() -> None:
    edges = [event("edge ike.start out", at=60.0 * n, ike_id=n, **UP) for n in range(3)]
    peers = [event("peer ike.start out", at=60.0 * n + 20, ike_id=n, **THEIRS) for n in range(2)]
    lost = event("edge ike.timeout", at=200, ike_id=3)
    assert attempts([*edges, *peers, lost]) == [5]


def test_the_negotiation_that_went_well_in_the_end_did_not_fail() -> None:
    tries = [event("edge ike.start out", at=60.0 * n, ike_id=n, **UP) for n in range(3)]
    lost = [event("edge ike.timeout", at=60.0 * n + 50, ike_id=n) for n in range(2)]
    up = event("edge ike.up", at=121, ike_id=2, **UP)
    assert attempts([*tries, *lost, up], frozenset({Side.EDGE})) == [2]


def test_an_edge_that_only_writes_how_it_ended_counts_its_blocks() -> None:
    blocks = [
        event("edge ike.failed in", at=30.0 * n, role="initiator", notify="AUTHENTICATION_FAILED", **UP)
        for n in range(4)
    ]
    assert attempts(blocks, frozenset({Side.EDGE})) == [4]


@given(st.integers(1, 12), st.integers(0, 12), st.sampled_from([-0.05, 0.05]))
def test_what_both_logs_hold_counts_once(edges: int, peers: int, by: float) -> None:
    """Each IKE SA is begun in one log, answered in the other, and refused; in either order of their clocks."""
    told = []
    for n in range(edges + peers):
        at, ours = 30.0 * n, n < edges
        told += [
            event(f"edge ike.start {'out' if ours else 'in'}", at=at, ike_id=n, **UP),
            event(f"peer ike.start {'in' if ours else 'out'}", at=at + by, ike_id=n, **THEIRS),
            event(f"edge ike.failed {'in' if ours else 'out'}", at=at + 1, ike_id=n, notify="NO_PROPOSAL_CHOSEN"),
        ]
    assert attempts(sorted(told, key=lambda e: e.at)) == [edges + peers]
