"""What NSX states, in alarms and state dumps, beside what logs show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diagnose.episodes import BASE, SECOND, event
from whydown.grammar.event import Provenance, Rule
from whydown.sessions.episodes import cut_episodes
from whydown.sessions.rebuild import rebuild_sessions
from whydown.sessions.sas import turns
from whydown.sources.line import Side
from whydown.tally import Tally

if TYPE_CHECKING:
    from whydown.grammar.event import Event
    from whydown.sessions.model import Session

EDGE, PEER = "192.0.2.1", "198.51.100.7"
UUID = "50736bc9-161a-4c32-9f8f-26fc08596810"
PAIR: dict[str, Any] = {"local": EDGE, "remote": PEER}
NETS: dict[str, Any] = {"ts_local": "10.1.0.0/24", "ts_remote": "10.2.0.0/24"}


def stated(written: str, at: float, host: str = "", **fields: Any) -> Event:
    made = event(f"edge {written}", at=at, **{"session": UUID, **PAIR, **fields})
    return made._replace(host=host, rule=Rule("dump:made", 0, Provenance.SEEN), vendor="VMware NSX")


def sessions(*events: Event) -> tuple[Session, ...]:
    return rebuild_sessions(events, frozenset(), Tally())[0]


def told(*events: Event) -> list[tuple[str, float, float | None]]:
    found = [e for s in sessions(*events) for e in cut_episodes(s)]
    return [(e.layer, (e.began - BASE) / SECOND, None if e.ended is None else (e.ended - BASE) / SECOND) for e in found]


def test_a_dump_alone_that_states_a_down_is_an_episode() -> None:
    assert told(stated("session.down", 5, reason="No proposal chosen")) == [("session", 5.0, None)]


def test_a_history_tells_when_it_was_down() -> None:
    history = [
        stated("session.up", 0),
        stated("session.down", 60, reason="Peer sent delete"),
        stated("session.negotiating", 84),
        stated("session.up", 85),
    ]
    assert told(*history) == [("session", 60.0, 85.0)]


def test_a_session_that_negotiates_is_not_up() -> None:
    assert told(stated("session.up", 0), stated("session.negotiating", 60)) == [("session", 60.0, None)]


def test_what_every_session_states_before_it_is_up_for_the_first_time_is_life() -> None:
    first = [
        stated("session.down", 0, reason="Negotiation not started"),
        stated("tunnel.down", 0, reason="IPsec negotiation not started", **NETS),
        stated("session.up", 1),
        stated("tunnel.up", 2, **NETS),
    ]
    assert told(*first) == []


def test_each_tunnel_that_is_stated_to_be_down_is_an_episode() -> None:
    other = {"ts_local": "10.1.0.0/24", "ts_remote": "10.3.0.0/24"}
    found = told(
        stated("session.up", 0),
        stated("tunnel.down", 1, reason="TS unacceptable", **NETS),
        stated("tunnel.down", 2, reason="No proposal chosen", **other),
    )
    assert found == [("tunnel", 1.0, None), ("tunnel", 2.0, None)]


def test_a_dump_tells_the_time_to_the_second_where_an_alarm_may_be_late() -> None:
    up = event("edge ike.up", at=0, ike_id=1, **PAIR)
    alarm = event("edge session.down", at=20, session=UUID, reason="Peer sent delete")
    row = stated("session.down", 20, reason="Peer sent delete")
    assert [(t.layer, t.up) for t in turns([up, alarm])] == [("session", True)]
    assert [(t.layer, t.up) for t in turns([up, row])] == [("session", True), ("session", False)]


def test_an_sa_of_the_log_takes_the_place_of_a_statement() -> None:
    found = turns(
        [
            stated("session.up", 0),
            event("edge ike.up", at=0.4, ike_id=1, **PAIR),
            event("edge ike.delete in", at=60, ike_id=1),
        ]
    )
    assert [(t.layer, t.up) for t in found] == [("session", True), ("session", False)]


def test_a_dump_says_nothing_about_when_somebody_listened() -> None:
    log = [event("edge ike.up", at=0, ike_id=1, **PAIR), event("edge dpd.dead", at=60, **PAIR)]
    (session,) = sessions(stated("session.up", -86_400), *log, stated("session.down", 86_400))
    assert session.hearing.listens(Side.EDGE, BASE, BASE + 60 * SECOND)
    assert not session.hearing.listens(Side.EDGE, BASE - SECOND, BASE)
    assert not session.hearing.listens(Side.EDGE, BASE, BASE + 61 * SECOND)


def test_a_dump_alone_is_no_log_of_its_gateway() -> None:
    (session,) = sessions(stated("session.down", 0))
    assert not session.hearing.hears(Side.EDGE)
    assert not session.name.edge.heard


def test_a_dump_joins_the_log_by_addresses_and_brings_the_sessions_uuid() -> None:
    (session,) = sessions(event("edge ike.timeout", at=0, **PAIR), stated("session.down", 5))
    assert session.name.id == UUID
    assert session.name.edge.host == "edge-01"
    assert len(session.events) == 2


def test_the_uuid_of_a_dump_gives_an_alarm_without_addresses_to_its_session() -> None:
    other = event("edge ike.timeout", at=1, local=EDGE, remote="203.0.113.9")
    alarm = event("edge session.down", at=9, session=UUID, reason="Peer not responding")
    found = sessions(event("edge ike.timeout", at=0, **PAIR), other, alarm, stated("session.down", 5))
    assert {alarm.text in {e.text for e in s.events} for s in found if s.name.id == UUID} == {True}
    assert len(found) == 2


def test_a_dump_of_another_edge_stays_that_edges() -> None:
    (session,) = sessions(
        event("edge ike.timeout", at=0, **PAIR),
        stated("session.down", 5, host="edge-02", reason="Peer not responding"),
    )
    assert {e.host for e in session.events} == {"edge-01", "edge-02"}


def test_a_standby_that_only_states_so_is_left_out_where_another_edge_logs() -> None:
    (session,) = sessions(
        event("edge ike.timeout", at=0, **PAIR),
        stated("session.down", 5, host="edge-02", reason="SR state is not Active"),
    )
    assert {e.host for e in session.events} == {"edge-01"}


def test_beside_the_peers_log_the_edges_statements_count() -> None:
    peer = event("peer ike.up", at=1, ike_id=1, local=PEER, remote=EDGE)
    down = event("peer ike.delete out", at=60, ike_id=1)
    found = told(peer, down, stated("session.up", 0.5), stated("session.down", 60, reason="Peer sent delete"))
    assert [layer for layer, _, _ in found] == ["session"]


def test_a_statement_that_names_nobody_is_of_none_of_several_sessions() -> None:
    nameless = stated("session.down", 5)._replace(fields={"reason": "Timed out"})
    one = event("edge ike.timeout", at=0, **PAIR)
    two = event("edge ike.timeout", at=1, local=EDGE, remote="203.0.113.9")
    assert all(nameless.text not in {e.text for e in s.events} for s in sessions(one, two, nameless))
    (only,) = sessions(one, nameless)
    assert nameless.text in {e.text for e in only.events}


def test_the_state_of_another_service_router_is_of_no_session_of_this_one() -> None:
    mine, other = "34d18f5f-a2bf-4dc8-b9fa-dd0ef492aee8", "4e425c9e-09c6-4021-bbc7-fab2895a2c09"
    log, dump = event("edge ike.timeout", at=0, **PAIR), stated("session.down", 5, host="edge-01", node=mine)
    for named, counts in ((mine, True), (other, False), ("34d1.*aee8", True), ("4e42.*2c09", False)):
        state = stated("ha.state", 3, host="edge-01", state="Down", node=named)._replace(
            fields={"state": "Down", "node": named}
        )
        (session,) = sessions(log, dump, state)
        assert any(e.kind == "ha.state" for e in session.events) is counts


def test_a_failover_of_an_edge_that_never_logged_the_session_is_none_of_its_own() -> None:
    log = event("edge ike.timeout", at=3600, **PAIR)
    standby = stated("session.down", 7200, host="edge-02", reason="SR state is not Active")
    failover = event("edge ha.failover", at=0, state="Down", old_state="Active")._replace(host="edge-02")
    (session,) = sessions(log, standby, failover)
    assert not any(e.kind == "ha.failover" for e in session.events)
    ((layer, began, _), *_) = told(log, standby, failover)
    assert (layer, began) == ("session", 3600.0)


def test_a_peer_that_names_no_address_of_its_own_joins_a_pair_of_edges() -> None:
    log, standby = (
        event("edge ike.timeout", at=0, **PAIR),
        stated("session.down", 5, host="edge-02", reason="Timed out"),
    )
    peer = event("peer ike.failed in", at=1, remote=EDGE, notify="NO_PROPOSAL_CHOSEN")
    (session,) = sessions(log, standby, peer)
    assert {e.host for e in session.events if e.side is Side.EDGE} == {"edge-01", "edge-02"}
    assert any(e.side is Side.PEER for e in session.events)
