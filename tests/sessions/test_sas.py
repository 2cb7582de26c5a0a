from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from diagnose.episodes import event
from whydown.sessions.alive import Live
from whydown.sessions.sas import turns

if TYPE_CHECKING:
    from whydown.grammar.event import Event


def changes(*events: Event) -> list[tuple[str, str, bool]]:
    return [(t.layer, t.tunnel, t.up) for t in turns(events)]


def test_a_session_is_up_from_its_first_sa_to_the_end_of_its_last() -> None:
    told = changes(
        event("edge ike.start out", at=0),
        event("edge ike.up", at=1, ike_id=1),
        event("edge child.up", at=2, child="net", child_id=1),
        event("edge ike.delete in", at=60, ike_id=1),
        event("edge ike.gone", at=61, ike_id=1),
    )
    assert told == [("session", "", True), ("tunnel", "net", True), ("session", "", False), ("tunnel", "net", False)]


def test_a_rekey_keeps_the_session_up_while_the_old_sa_goes() -> None:
    told = changes(
        event("edge ike.up", at=1, ike_id=1),
        event("edge ike.rekey", at=50, ike_id=2),
        event("edge ike.delete out", at=51, ike_id=1),
        event("edge ike.gone", at=51.1),  # the nameless completion of that delete
    )
    assert told == [("session", "", True)]


def test_a_nameless_removal_ends_the_only_sa() -> None:
    assert changes(event("edge ike.up", at=1), event("edge ike.gone", at=9)) == [
        ("session", "", True),
        ("session", "", False),
    ]


def test_a_nameless_removal_among_several_sas_ends_none() -> None:
    told = changes(
        event("edge ike.up", at=1, ike_id=1), event("edge ike.up", at=2, ike_id=2), event("edge ike.gone", at=9)
    )
    assert told == [("session", "", True)]


def test_sas_are_known_by_their_spis_too() -> None:
    spis: dict[str, Any] = {"spi_i": "0x1111111111111111", "spi_r": "0x2222222222222222"}
    assert changes(event("edge ike.up", at=1, **spis), event("edge ike.gone", at=9, **spis))[-1] == (
        "session",
        "",
        False,
    )


def test_the_child_of_a_rekey_replaces_its_predecessor_without_a_gap() -> None:
    told = changes(
        event("edge ike.up", at=0, ike_id=1),
        event("edge child.up", at=0, child="net", child_id=1),
        event("edge child.up", at=30, child="net", child_id=2),
        event("edge child.gone", at=30.1, child="net", child_id=1),
    )
    assert told == [("session", "", True), ("tunnel", "net", True)]


def test_a_first_contact_ends_the_older_sa_without_a_line() -> None:
    contact = "SK{IDi,N(INITIAL_CONTACT),IDr,AUTH,SA,TSi,TSr}"
    told = changes(
        event("edge ike.up", at=0, ike_id=1),
        event("edge ike.message in", at=30, ike_id=2, exchange="IKE_AUTH", payloads=contact),
        event("edge ike.up", at=30, ike_id=2),
        event("edge ike.gone", at=60, ike_id=2, state="STATE_V2_ESTABLISHED_IKE_SA"),
    )
    assert told == [("session", "", True), ("session", "", False)]


def test_a_time_out_of_an_attempt_leaves_what_is_up_alone() -> None:
    told = changes(
        event("edge ike.up", at=0, ike_id=1),
        event("edge ike.start out", at=10, ike_id=2),
        event("edge ike.timeout", at=40),
    )
    assert told == [("session", "", True)]


def test_a_time_out_with_no_attempt_under_way_ends_what_was_up() -> None:
    assert changes(event("edge ike.up", at=0, ike_id=1), event("edge ike.timeout", at=40))[-1] == ("session", "", False)


@pytest.mark.parametrize("end", ["ike.delete in", "dpd.dead local"])
def test_a_log_that_begins_with_an_end_tells_of_a_session_that_was_up(end: str) -> None:
    assert changes(event(f"edge {end}", at=0)) == [("session", "", False)]


def test_a_refused_attempt_that_is_cleared_away_is_no_session_that_was_up() -> None:
    told = changes(event("edge ike.start out", at=0, ike_id=1), event("edge ike.delete in", at=1, ike_id=1))
    assert told == []


def test_a_restart_ends_everything() -> None:
    told = changes(
        event("edge ike.up", at=0, ike_id=1),
        event("edge child.up", at=0, child="net", child_id=1),
        event("edge daemon.start", at=90),
    )
    assert told[-2:] == [("session", "", False), ("tunnel", "net", False)]


def test_a_log_that_begins_with_a_child_sa_being_negotiated_begins_under_an_ike_sa() -> None:
    refused = event("edge notify in", at=2, notify="NO_PROPOSAL_CHOSEN", protocol="ESP")
    asked = event("edge ike.message out", at=1, exchange="QUICK_MODE", payloads="HASH SA No ID ID")
    assert changes(asked, refused) == [("session", "", True)]
    assert changes(event("edge packet out", at=0), refused, asked) == [("session", "", True)]


def test_a_log_that_begins_with_a_new_ike_sa_does_not_begin_under_one() -> None:
    assert changes(event("edge ike.start out", at=0), event("edge child.failed in", at=1)) == []
    first = event("edge ike.message out", at=0, exchange="IKE_SA_INIT", payloads="SA KE No")
    assert changes(first, event("edge child.failed in", at=1)) == []


@pytest.mark.parametrize("end", ["edge ike.delete out", "edge ike.delete in", "edge dpd.dead"])
def test_what_ends_an_ike_sa_tells_that_there_was_one(end: str) -> None:
    assert changes(event(end, at=3, ike_id=4)) == [("session", "", False)]


def test_a_half_open_sa_that_goes_was_never_up() -> None:
    assert changes(event("edge ike.gone", at=3, ike_id=4, state="STATE_MAIN_I1")) == []
    assert changes(event("edge ike.gone", at=3, ike_id=4, state="established IKE SA")) == [("session", "", False)]


UP = (event("edge ike.up", at=0, ike_id=1), event("edge child.up", at=1, child="net", child_id=1))


@pytest.mark.parametrize(
    "stated",
    [
        event("edge session.down", at=100, reason="Peer sent delete"),
        event("edge service.down", at=100, reason="IPsec service not enabled"),
        event("edge ha.failover", at=100, old_state="Active", state="Down"),
    ],
    ids=lambda e: str(e.kind),
)
def test_what_nsx_states_ends_a_session_whose_end_no_line_tells(stated: Event) -> None:
    assert changes(*UP, stated)[2:] == [("session", "", False), ("tunnel", "net", False)]


def test_a_gateway_that_takes_over_keeps_its_session() -> None:
    assert changes(*UP, event("edge ha.failover", at=100, old_state="Standby", state="Active"))[2:] == []


def test_an_alarm_that_comes_late_is_of_the_down_before() -> None:
    told = changes(
        *UP,
        event("edge ike.delete in", at=100, ike_id=1),
        event("edge ike.up", at=102, ike_id=2),
        event("edge session.down", at=105, reason="Peer sent delete"),
    )
    assert told[-1] == ("session", "", True)


def test_an_alarm_that_clears_brings_the_session_up_again() -> None:
    told = changes(*UP, event("edge session.down", at=100), event("edge session.up", at=160))
    assert told[-1] == ("session", "", True)


def test_what_nsx_states_of_a_tunnel_counts_for_the_one_it_names_or_the_only_one() -> None:
    down, up = event("edge tunnel.down", at=100), event("edge tunnel.up", at=200)
    assert changes(*UP, down, up)[2:] == [("tunnel", "net", False), ("tunnel", "net", True)]
    other = event("edge child.up", at=2, child="other", child_id=2)
    assert changes(*UP, other, down)[3:] == []
    named = event("edge tunnel.down", at=100, child="other")
    assert changes(*UP, other, named)[3:] == [("tunnel", "other", False)]


def test_a_tunnel_that_nsx_states_to_be_up_was_up() -> None:
    told = changes(event("edge tunnel.up", at=0), event("edge tunnel.down", at=100, reason="TS unacceptable"))
    assert told == [("session", "", True), ("tunnel", "", True), ("tunnel", "", False)]


def test_a_session_that_moves_to_the_other_host_of_a_pair_does_not_go_down_with_the_first() -> None:
    failover = event("edge ha.failover", at=100, old_state="Active", state="Down")
    alarm = event("edge session.down", at=101, reason="SR state is not Active")
    other = event("edge ike.rekey", at=200, ike_id=7)._replace(host="edge-02")
    assert changes(*UP, failover, alarm, other)[2:] == []
    assert changes(*UP, failover, alarm)[2:] == [("session", "", False), ("tunnel", "net", False)]


def test_sas_whose_ends_were_never_logged_do_not_pile_up() -> None:
    live = Live()
    for number in range(1000):
        live.add({f"spi-{number}"})
    assert len(live.sas) == 128
    assert live.remove({"spi-999"})
    assert not live.remove({"spi-0"})  # that one is gone
    assert len(live.sas) == 127


def test_an_initiator_that_begins_anew_has_not_the_sa_before() -> None:
    told = changes(
        event("edge ike.up", at=1, ike_id=1, conn="branch", role="responder"),
        event("edge ike.up", at=5, ike_id=3, conn="branch", role="responder"),
        event("edge ike.gone", at=9, ike_id=3),
    )
    assert told == [("session", "", True), ("session", "", False)]


@pytest.mark.parametrize(("conn", "role"), [("other", "responder"), ("branch", "initiator")])
def test_sas_of_two_connections_or_begun_from_both_ends_live_side_by_side(conn: str, role: str) -> None:
    told = changes(
        event("edge ike.up", at=1, ike_id=1, conn="branch", role="responder"),
        event("edge ike.up", at=5, ike_id=3, conn=conn, role=role),
        event("edge ike.gone", at=9, ike_id=3),
    )
    assert told == [("session", "", True)]


@pytest.mark.parametrize(("version", "outlives"), [(1, True), (2, False)])
def test_in_ikev1_tunnels_outlive_an_ike_sa_while_the_next_is_begun(version: int, *, outlives: bool) -> None:
    told = changes(
        event("edge ike.up", at=1, ike_id=1),
        event("edge child.up", at=2, child="net", child_id=1),
        event("edge ike.start out", at=60, ike_id=2, version=version),
        event("edge ike.gone", at=61, ike_id=1),
        event("edge ike.up", at=62, ike_id=2),
    )
    assert (("tunnel", "net", False) not in told) is outlives


SESSION_UP = ("session", "", True)
SESSION_DOWN = ("session", "", False)


def test_an_sa_whose_end_is_seen_was_alive_when_another_one_ended() -> None:
    """The line with which its rekey was done is lost; the session did not go down for that."""
    first, old_goes, new_goes = (
        event("edge ike.up", at=1, ike_id=1),
        event("edge ike.delete in", at=50, ike_id=1),
        event("edge ike.delete in", at=90, ike_id=2),
    )
    told = list(turns([first, old_goes, new_goes]))
    assert [(t.up, t.event) for t in told] == [(True, first), (False, new_goes)]


@pytest.mark.parametrize(
    "between",
    [
        event("edge ike.start out", at=60, ike_id=2),
        event("edge ike.message in", at=60, exchange="IKE_SA_INIT", role="request"),
        event("edge daemon.start", at=60),
    ],
    ids=["begins", "hears a first message", "starts"],
)
def test_one_that_was_begun_only_after_the_other_had_ended_was_not_alive(between: Event) -> None:
    told = changes(
        event("edge ike.up", at=1, ike_id=1),
        event("edge ike.delete in", at=50, ike_id=1),
        between,
        event("edge ike.delete in", at=90, ike_id=2),
    )
    assert told[:2] == [SESSION_UP, SESSION_DOWN]


FIRST = (event("edge ike.start out", at=0, ike_id=1), event("edge ike.up", at=1, ike_id=1))
ENDED = event("edge ike.delete in", at=50, ike_id=1)


@pytest.mark.parametrize(
    "act",
    [
        event("edge dpd.sent out", at=52),
        event("edge ike.message in", at=52, exchange="QUICK_MODE", role="request"),
        event("edge ike.message in", at=52, exchange="INFORMATIONAL_V1", payloads="HASH N(DPD)"),
        event("edge child.rekey_start", at=52, child="net"),
        event("edge child.up", at=52, child="net", child_id=7),
    ],
    ids=["looks whether the peer is alive", "quick mode", "is asked whether it is alive", "rekeys", "child"],
)
def test_a_gateway_that_goes_on_under_an_ike_sa_had_another_one_than_the_one_that_ended(act: Event) -> None:
    assert SESSION_DOWN not in changes(*FIRST, ENDED, act)


@pytest.mark.parametrize(
    "after",
    [
        (event("edge dpd.sent out", at=50.1),),  # on its way as the SA ended
        (event("edge dpd.sent out", at=300),),  # one may have begun unseen by then
        (event("edge dpd.sent out", at=52, ike_id=1),),  # of the very SA that ended
        (event("edge ike.start out", at=51, ike_id=2), event("edge dpd.sent out", at=52)),
        (event("edge daemon.start", at=51), event("edge dpd.sent out", at=52)),
        (event("edge ike.message in", at=52, exchange="INFORMATIONAL", payloads="D"),),
    ],
    ids=["at once", "late", "the same", "begun anew", "started anew", "says no more than that it ended"],
)
def test_what_a_gateway_does_after_an_end_shows_another_ike_sa_only_where_none_began_since(
    after: tuple[Event, ...],
) -> None:
    assert SESSION_DOWN in changes(*FIRST, ENDED, *after)


def test_a_first_child_sa_comes_with_its_ike_sa_where_the_log_tells_of_no_beginning() -> None:
    child = event("edge child.up", at=52, child="net", child_id=7)
    assert SESSION_DOWN in changes(event("edge child.up", at=1, child="net", child_id=1), ENDED, child)


def test_a_half_open_sa_that_is_removed_was_not_alive() -> None:
    told = changes(
        event("edge ike.up", at=1, ike_id=1),
        event("edge ike.gone", at=50, ike_id=1, state="STATE_V2_ESTABLISHED_IKE_SA"),
        event("edge ike.gone", at=90, ike_id=2, state="STATE_V2_PARENT_I1"),
    )
    assert told == [SESSION_UP, SESSION_DOWN]


def test_the_nameless_completion_of_an_unknown_removal_ends_no_other_sa() -> None:
    told = changes(
        event("edge ike.rekey", at=1, ike_id=2),
        event("edge ike.delete out", at=2, ike_id=1),
        event("edge ike.delete local", at=2, ike_id=1),
        event("edge ike.gone", at=3),
    )
    assert told == [SESSION_UP]


def test_a_child_sa_whose_end_is_seen_was_alive_when_another_one_ended() -> None:
    old_goes, new_goes = (
        event("edge child.delete in", at=50, spi="0xc0000001"),
        event("edge child.gone", at=90, child="net", child_id=2),
    )
    up = event("edge child.up", at=1, child="net", child_id=1, spi_in="0xc0000001", spi_out="0xd0000001")
    told = list(turns([event("edge ike.up", at=1, ike_id=1), up, old_goes, new_goes]))
    assert [(t.tunnel, t.up) for t in told] == [("", True), ("net", True), ("net", False)]
    assert told[-1].event is new_goes
    begun = event("edge child.start", at=60, child="net", child_id=2)
    told = list(turns([event("edge ike.up", at=1, ike_id=1), up, old_goes, begun, new_goes]))
    assert told[-1].event is old_goes


def test_a_child_sa_tells_which_ike_sa_it_is_under() -> None:
    told = changes(
        event("edge child.up", at=1, child="net", child_id=2, ike_id=1),
        event("edge ike.gone", at=50, ike_id=3, state="STATE_V2_ESTABLISHED_IKE_SA"),
    )
    assert told == [SESSION_UP, ("tunnel", "net", True)], "the other one came and went unseen"
    told = changes(event("edge child.up", at=1, ike_id=1), event("edge ike.delete in", at=50, ike_id=1))
    assert told == [SESSION_UP, ("tunnel", "", True), SESSION_DOWN, ("tunnel", "", False)]
