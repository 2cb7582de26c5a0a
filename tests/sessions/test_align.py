from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnose.episodes import SECOND, event
from whydown.sessions.align import align, shift
from whydown.sessions.names import NO_CLOCKS, Clocks

if TYPE_CHECKING:
    from whydown.grammar.event import Event


def exchange(at: float, message_id: int, *, offset: float) -> tuple[list[Event], list[Event]]:
    """One request of the edge and its response, as both sides log it; the peer's clock is `offset` ahead."""
    facts: dict[str, Any] = {"exchange": "IKE_SA_INIT", "message_id": message_id}
    edge = [
        event("edge ike.message out", at=at, role="request", **facts),
        event("edge ike.message in", at=at + 0.04, role="response", **facts),
    ]
    peer = [
        event("peer ike.message in", at=at + 0.01 + offset, role="request", **facts),
        event("peer ike.message out", at=at + 0.03 + offset, role="response", **facts),
    ]
    return edge, peer


@pytest.mark.parametrize("offset", [0.0, 47.3, 3647.3, -46800.0, -3.0])
def test_exchanges_that_both_sides_logged_give_the_offset(offset: float) -> None:
    edge: list[Event] = []
    peer: list[Event] = []
    for number, at in enumerate([0.0, 7.0, 61.0]):
        e, p = exchange(at, number, offset=offset)
        edge, peer = edge + e, peer + p
    clocks = align(edge, peer)
    assert clocks.offset_s == pytest.approx(offset, abs=0.5)
    assert clocks.votes >= 5


def test_one_sa_with_the_same_spis_is_proof_enough() -> None:
    up: dict[str, Any] = {"ts_local": "10.1.0.0/24", "ts_remote": "10.2.0.0/24"}
    edge = [event("edge child.up", at=0, spi_in="0x11111111", spi_out="0x22222222", **up)]
    peer = [event("peer child.up", at=3600.02, spi_in="0x22222222", spi_out="0x11111111", **up)]
    assert align(edge, peer).offset_s == pytest.approx(3600.02, abs=0.01)


def test_two_votes_are_not_enough() -> None:
    assert align(*exchange(0.0, 0, offset=12.0)) == NO_CLOCKS


def test_silence_on_one_side_leaves_the_offset_unknown() -> None:
    edge, _ = exchange(0.0, 0, offset=0.0)
    assert align(edge, []) == NO_CLOCKS


@pytest.mark.parametrize("offset", [0.0, 3647.3, -46800.0])
def test_retransmits_that_arrive_unreadable_give_the_offset_by_their_gaps(offset: float) -> None:
    gaps = [0.0, 1.0, 2.6, 5.2, 9.3]
    edge = [event("edge packet out", at=at, bytes=184) for at in gaps]
    peer = [event("peer message.malformed in", at=at + 0.003 + offset) for at in gaps]
    assert align(edge, peer).offset_s == pytest.approx(offset, abs=0.5)


def test_what_comes_at_even_intervals_and_unreadable_leaves_the_offset_unknown() -> None:
    edge = [event("edge packet out", at=at * 10.0, bytes=80) for at in range(8)]
    peer = [event("peer message.malformed in", at=at * 10.0 + 3640.0) for at in range(8)]
    assert align(edge, peer) == NO_CLOCKS


def test_the_lines_of_one_message_are_one_moment() -> None:
    """Three lines of each of three messages are no nine votes."""
    edge = [event("edge packet out", at=at + part, bytes=80) for at in (0.0, 1.0, 5.0) for part in (0.0, 0.01, 0.02)]
    peer = [event("peer message.dropped in", at=at + part + 50) for at in (0.0, 1.0, 5.0) for part in (0.0, 0.01, 0.02)]
    assert align(edge, peer) == NO_CLOCKS


def test_even_retries_do_not_alias_into_an_offset_when_the_clocks_agree() -> None:
    """Attempts every 60 s match each other at every multiple of 60 s; the whole set matches at the true offset only."""
    edge: list[Event] = []
    peer: list[Event] = []
    for attempt in range(6):
        e, p = exchange(60.0 * attempt, 0, offset=0.2)
        edge, peer = edge + e, peer + p
    assert align(edge, peer).offset_s == pytest.approx(0.2, abs=0.1)


@given(st.integers(-50_000, 50_000))
def test_shifting_the_peer_by_its_offset_puts_it_on_the_edges_clock(offset: int) -> None:
    edge: list[Event] = []
    peer: list[Event] = []
    for number, at in enumerate([0.0, 7.0, 61.0, 62.5]):
        e, p = exchange(at, number, offset=offset)
        edge, peer = edge + e, peer + p
    moved = shift(peer, align(edge, peer))
    wanted = exchange(0.0, 0, offset=0.0)[1]
    assert abs(moved[0].at - wanted[0].at) <= SECOND // 2


def test_the_edges_own_events_are_never_moved() -> None:
    mine = event("edge ike.up", at=5)
    assert shift([mine], Clocks(100.0, 0.0, 3)) == (mine,)


def sa(side: str, at: float, number: int) -> Event:
    spis: dict[str, Any] = {"spi_in": f"0x1000{number:04x}", "spi_out": f"0x2000{number:04x}"}
    if side == "peer":
        spis = {"spi_in": spis["spi_out"], "spi_out": spis["spi_in"]}
    return event(f"{side} child.up", at=at, **spis)


def test_proofs_that_contradict_each_other_still_give_one_of_them() -> None:
    edge = [sa("edge", 0, 1), sa("edge", 10, 2)]
    peer = [sa("peer", 0.1, 1), sa("peer", 70.1, 2)]
    assert align(edge, peer).offset_s in (pytest.approx(0.1), pytest.approx(60.1))


@given(st.floats(-500e-6, 500e-6), st.floats(-40_000, 40_000))
def test_a_drift_is_followed_over_a_day(drift: float, offset: float) -> None:
    hours = range(0, 86_400, 3600)
    edge = [sa("edge", at, at // 3600) for at in hours]
    peer = [sa("peer", at * (1 + drift) + offset, at // 3600) for at in hours]
    clocks = align(edge, peer)
    assert all(abs(m.at - e.at) <= 1.1 * SECOND for m, e in zip(shift(peer, clocks), edge, strict=True))


def test_message_ids_that_need_not_be_logged_meet_those_that_are() -> None:
    edge = [
        event("edge ike.message out", at=0, exchange="IKE_SA_INIT", role="request", message_id=0),
        event("edge ike.message in", at=0.1, exchange="IKE_SA_INIT", role="response", message_id=0),
        event("edge ike.message out", at=0.2, exchange="IKE_AUTH", role="request", message_id=1),
    ]
    peer = [
        event("peer ike.message in", at=40, exchange="IKE_SA_INIT", role="request"),
        event("peer ike.message out", at=40.1, exchange="IKE_SA_INIT", role="response"),
        event("peer ike.message in", at=40.2, exchange="IKE_AUTH", role="request"),
    ]
    assert align(edge, peer) == Clocks(40.0, 0.0, 3)


@pytest.mark.parametrize(("offset", "known"), [(0.05, True), (3600.05, False)])
def test_one_exchange_is_enough_where_it_says_that_the_clocks_agree(offset: float, *, known: bool) -> None:
    edge = [event("edge ike.failed in", at=0, notify="INVALID_SYNTAX")]
    peer = [event("peer ike.failed out", at=offset, notify="INVALID_SYNTAX")]
    clocks = align(edge, peer)
    assert (clocks == Clocks(0.05, None, 1)) is known  # and how well it is known, one does not say
    assert (clocks == NO_CLOCKS) is not known


def test_one_sa_that_is_answered_for_and_never_seen_up_there_gives_the_offset() -> None:
    edge = [event("edge child.up", at=0, spi_in="0x11111111", spi_out="0x22222222")]
    answer: dict[str, Any] = {"exchange": "QUICK_MODE", "role": "response"}
    peer = [event("peer ike.message out", at=3600.02, spi_in="0x22222222", spi_out="0x11111111", **answer)]
    assert align(edge, peer).offset_s == pytest.approx(3600.02, abs=0.01)
