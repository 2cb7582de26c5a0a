from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from diagnose.episodes import BASE, SECOND, event
from whydown.envelope.record import Certainty
from whydown.sessions.episodes import cut_episodes, has_own_trouble
from whydown.sessions.rebuild import rebuild_sessions
from whydown.sources.line import Side
from whydown.tally import Tally

if TYPE_CHECKING:
    from whydown.grammar.event import Event
    from whydown.sessions.model import Episode

EDGE, PEER = "192.0.2.1", "198.51.100.7"
UP: dict[str, Any] = {"local": EDGE, "remote": PEER}
BOTH = frozenset({Side.EDGE, Side.PEER})


def episodes(*events: Event, given: frozenset[Side] = frozenset({Side.EDGE})) -> list[Episode]:
    sessions, _ = rebuild_sessions(events, given, Tally())
    return [e for s in sessions for e in cut_episodes(s)]


def layers(*events: Event) -> list[tuple[str, bool]]:
    return [(e.layer, e.ended is None) for e in episodes(*events)]


def start(at: float, number: int = 1) -> Event:
    return event("edge ike.start out", at=at, ike_id=number, **UP)


def up(at: float, number: int = 1) -> Event:
    return event("edge ike.up", at=at, ike_id=number, **UP)


def child(at: float, number: int = 1) -> Event:
    return event("edge child.up", at=at, child="net", child_id=number, ike_id=1)


def test_a_clean_life_has_no_episode() -> None:
    rekeyed = event("edge ike.rekey", at=3600, ike_id=2, **UP)
    removed = event("edge ike.delete out", at=3601, ike_id=1)
    assert layers(start(0), up(1), child(1), rekeyed, removed, child(3700, 2)) == []


def test_an_answered_retransmit_before_the_first_up_is_life() -> None:
    assert layers(start(0), event("edge retransmit out", at=1, ike_id=1, tries=1), up(2), child(2)) == []


def test_many_failed_attempts_are_one_episode() -> None:
    tries = [
        e
        for n in range(40)
        for e in (
            start(60.0 * n, n),
            event("edge ike.failed in", at=60.0 * n + 1, ike_id=n, notify="NO_PROPOSAL_CHOSEN"),
        )
    ]
    found = episodes(*tries)
    assert [(e.layer, e.attempts, e.ended) for e in found] == [("session", 40, None)]
    assert found[0].last_seen == BASE + round((60 * 39 + 1) * SECOND)


def test_a_down_that_ends_is_recovered() -> None:
    ended = episodes(start(0), up(1), event("edge dpd.dead", at=100), start(101, 2), up(160, 2))
    assert [(e.layer, e.was_up, e.began, e.ended) for e in ended] == [
        ("session", True, BASE + 100 * SECOND, BASE + 160 * SECOND)
    ]


def test_three_downs_in_a_row_are_one_flapping() -> None:
    events = [start(0), up(1, 0)]
    for n in range(1, 5):
        events += [
            event("edge ike.delete in", at=100.0 * n, ike_id=n - 1),
            start(100.0 * n + 1, n),
            up(100.0 * n + 20, n),
        ]
    found = [e for e in episodes(*events) if e.layer == "session"]
    assert [(e.flaps, e.ended is None) for e in found] == [(4, False)]


def test_the_edges_own_log_decides_even_if_the_peer_thinks_it_is_up() -> None:
    ghost = event("peer ike.up", at=1.1, ike_id=1, local=PEER, remote=EDGE)
    refused = event("edge auth.id_mismatch", at=1, ike_id=1, remote_id="gw.example", **UP)
    found = episodes(start(0), refused, ghost, given=BOTH)
    assert [(e.layer, e.ended) for e in found] == [("session", None)]


def test_a_tunnel_that_is_refused_leaves_the_session_calm() -> None:
    refused = event("edge child.failed in", at=2, notify="TS_UNACCEPTABLE", ike_id=1)
    assert layers(start(0), up(1), event("edge child.start out", at=1.5, child="net"), refused) == [("tunnel", True)]


def test_a_failing_rekey_ails_a_tunnel_that_is_up_and_a_later_one_cures_it() -> None:
    failed = event("edge child.rekey_failed", at=3600, child="net")
    ailing = episodes(start(0), up(1), child(1), failed)
    assert [(e.layer, e.flaps, e.ended) for e in ailing] == [("tunnel", 0, BASE + 3600 * SECOND)]
    assert (
        episodes(start(0), up(1), child(1), failed, event("edge child.rekey", at=3660, child="net", child_id=2)) == []
    )


def test_a_rekey_that_is_put_off_is_no_trouble() -> None:
    later = event("edge child.failed in", at=3600, child="net", notify="TEMPORARY_FAILURE")
    failed = event("edge child.rekey_failed", at=3600.1, child="net")
    assert episodes(start(0), up(1), child(1), later, failed) == []


def test_a_gateway_that_is_set_up_and_waits_is_an_episode() -> None:
    found = episodes(event("edge daemon.start", at=0), event("edge config.loaded", at=1, conn="to-branch"))
    assert [(e.layer, e.was_up, e.ended) for e in found] == [("session", False, None)]


def test_an_invalid_syntax_answer_ends_the_ike_sa_it_came_in() -> None:
    fatal = event("edge ike.failed in", at=60, notify="INVALID_SYNTAX", ike_id=1)
    assert ("session", True) in layers(start(0), up(1), child(1), fatal)


def test_what_still_stands_is_kept_however_long_ago_it_was_said() -> None:
    configured = event("edge config.loaded", at=-86_400, conn="to-branch", **UP)
    boot = event("edge daemon.start", at=-90_000)
    found = episodes(boot, configured, start(0), event("edge ike.timeout", at=30, ike_id=1))
    assert {"daemon.start", "config.loaded"} <= {e.kind.value for e in found[0].events}


@given(st.floats(-40_000, 40_000), st.lists(st.sampled_from(["dpd.dead", "ike.timeout", "ike.failed in"]), max_size=3))
def test_shifting_the_peers_clock_does_not_change_the_edges_episodes(by: float, ends: list[str]) -> None:
    edge = [start(0), up(1), child(1)] + [event(f"edge {k}", at=100.0 + n, ike_id=1) for n, k in enumerate(ends)]
    peer = [
        event("peer ike.start in", at=0.1 + by, ike_id=1, local=PEER, remote=EDGE),
        event("peer ike.up", at=1.1 + by, ike_id=1, local=PEER, remote=EDGE),
    ]
    alone = [(e.layer, e.began, e.ended) for e in episodes(*edge)]
    assert [(e.layer, e.began, e.ended) for e in episodes(*edge, *peer, given=BOTH)] == alone


def test_a_refused_quick_mode_is_the_tunnels_trouble() -> None:
    asked = event("edge ike.message out", at=1, exchange="QUICK_MODE", payloads="HASH SA No ID ID", **UP)
    told = event("edge ike.message in", at=2, exchange="INFORMATIONAL_V1", payloads="HASH N(NO_PROP)")
    refused = event("edge notify in", at=2.1, notify="NO_PROPOSAL_CHOSEN")
    assert layers(asked, told, refused) == [("tunnel", True)]


def test_a_refused_phase_1_is_the_sessions_trouble() -> None:
    told = event("edge ike.message in", at=2, exchange="INFORMATIONAL_V1", payloads="N(NO_PROP)", **UP)
    refused = event("edge notify in", at=2.1, notify="NO_PROPOSAL_CHOSEN")
    assert layers(told, refused) == [("session", True)]


def test_a_connection_that_is_refused_beside_one_that_is_up_is_down() -> None:
    one = {"conn": "one", **UP}
    refused = event("edge ike.failed in", at=9, ike_id=2, conn="two", notify="AUTHENTICATION_FAILED", **UP)
    (found,) = episodes(event("edge ike.start out", at=0, **one), event("edge ike.up", at=1, **one), child(2), refused)
    assert (found.layer, found.tunnel, found.ended) == ("session", "two", None)


def test_a_refused_attempt_of_the_connection_that_is_up_is_no_second_session() -> None:
    one = {"conn": "one", **UP}
    refused = event("edge ike.failed in", at=9, ike_id=2, notify="AUTHENTICATION_FAILED", **one)
    assert layers(event("edge ike.up", at=1, **one), child(2), refused) == []


def test_an_edge_log_without_a_word_of_any_sa_leaves_it_to_the_peers_when_the_session_was_up() -> None:
    ready = event("edge config.loaded", at=0, conn="one", **UP)
    back: dict[str, Any] = {"local": PEER, "remote": EDGE}
    first, second = (event("peer ike.up", at=n, ike_id=n, **back) for n in (1, 2))
    redundant = event("peer ike.delete out", at=12, ike_id=1, **back)
    assert episodes(ready, first, second, redundant, given=BOTH) == []
    last = event("peer ike.delete out", at=20, ike_id=2, **back)
    (down,) = episodes(ready, first, second, redundant, last, given=BOTH)
    assert (down.layer, down.began, down.was_up) == ("session", last.at, True)


def test_downs_without_times_are_not_folded_into_a_flapping() -> None:
    ups_and_downs = [
        e for n in range(4) for e in (up(n + 0.1, n), event("edge ike.delete in", at=n + 0.5, ike_id=n, **UP))
    ]
    assert [e.flaps for e in episodes(*ups_and_downs)] == [4]
    untimed = [e._replace(certainty=Certainty.UNTIMED) for e in ups_and_downs]
    assert [e.flaps for e in episodes(*untimed)] == [1, 1, 1, 1]


def test_a_child_sa_refused_for_its_group_ails_the_tunnel_until_one_comes_up() -> None:
    group = event("edge ke.invalid in", at=9, child_id=3, exchange="CREATE_CHILD_SA", group="MODP_2048", **UP)
    assert layers(start(0), up(1), child(2), group) == [("tunnel", False)]
    assert layers(start(0), up(1), child(2), group, child(10, 3)) == []


def test_a_tunnel_refused_before_its_session_ended_has_trouble_of_its_own() -> None:
    refused = event("edge child.failed in", at=3, child_id=2, notify="TS_UNACCEPTABLE", **UP)
    ended = event("edge ike.delete in", at=5, ike_id=1, **UP)
    session, tunnel = episodes(start(0), up(1), event("edge child.start out", at=2, **UP), refused, ended)
    assert (session.layer, tunnel.layer) == ("session", "tunnel")
    assert has_own_trouble(tunnel, session)


def test_a_tunnel_that_went_down_with_its_session_has_none() -> None:
    session, tunnel = episodes(start(0), up(1), child(2), event("edge ike.delete in", at=5, ike_id=1, **UP))
    assert not has_own_trouble(tunnel, session)


def reauthentication(at: float, *, done: float) -> list[Event]:
    return [
        event("edge ike.rekey_start local", at=at, ike_id=1, cause="reauth"),
        event("edge ike.delete out", at=at + 0.1, ike_id=1, **UP),
        event("edge ike.gone local", at=at + 0.2, ike_id=1),
        start(at + 0.3, 2),
        up(done, 2),
        child(done + 0.1, 2),
    ]


def test_a_reauthentication_that_breaks_before_it_makes_is_life() -> None:
    assert episodes(start(0), up(1), child(2), *reauthentication(100, done=102)) == []


def test_a_reauthentication_that_takes_long_is_a_down_time() -> None:
    assert layers(start(0), up(1), child(2), *reauthentication(100, done=140)) == [
        ("session", False),
        ("tunnel", False),
    ]


def test_an_ike_sa_that_is_begun_without_a_tunnel_is_life_once_the_tunnel_follows() -> None:
    bare = event("edge child.failed in", at=1.1, ike_id=1, cause="unproposed")
    assert layers(up(1), bare, child(3, 2)) == []
    assert layers(up(1), bare) == [("tunnel", True)]
