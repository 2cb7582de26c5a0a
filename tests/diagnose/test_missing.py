"""What is asked for: once, only what is open, in the asked gateway's clock, with its vendor's command."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from cases import told
from diagnose.episodes import BASE, SECOND, episode, event, heard
from whydown.diagnose.engine import Finding, find, reason_shown
from whydown.diagnose.loading import load
from whydown.diagnose.missing import name_missing
from whydown.diagnose.scene import Scene
from whydown.diagnose.syntax import read_causes
from whydown.sessions.model import Episode, Hearing
from whydown.sessions.names import Gateway
from whydown.sources.line import Side

if TYPE_CHECKING:
    from whydown.diagnose.incident import Missing
    from whydown.diagnose.knowledge import Knowledge
    from whydown.grammar.event import Event

HOUR = 3600.0
MINUTE = 60 * SECOND
REFUSED = event("edge ike.failed in", at=0.0, notify="NO_PROPOSAL_CHOSEN")
KNOWN: Knowledge = load()


def asked(
    cause: str, *events: Event, reason: str = "session/no-proposal-chosen", vendors: str = "", **facts: Any
) -> list[Missing]:
    """Return what is asked for when only this cause is known; `vendors` are the edge's and the peer's, after a slash."""
    made: Episode = episode(*events, **facts)
    edge, _, peer = vendors.partition("/")
    name = replace(
        made.session.name,
        edge=Gateway("edge-01", "192.0.2.1", edge),
        peer=Gateway("peer-01", "198.51.100.7", peer),
    )
    scene = Scene(replace(made, session=replace(made.session, name=name)))
    block = next(r for r in KNOWN.reasons if r.name == reason)
    shown = reason_shown(block, scene)
    assert shown is not None, "the events do not show the reason"
    clauses = (
        f'cause x "X"\n  explains {reason}\n  fault path\n  do Look.\n  from RFC 7296\n  try x => none\n  {cause}\n'
    )
    read = read_causes(clauses, "x.causes")
    assert read.problems == ()
    finding: Finding | None = find(read.causes[0], scene, shown)
    return list(name_missing(KNOWN.commands, scene, shown, [finding] if finding else []))


def of(side: Side, requests: list[Missing]) -> list[Missing]:
    return [m for m in requests if m.side is side]


def test_nothing_is_asked_for_when_the_cause_is_confirmed() -> None:
    assert asked("if edge ike.failed as refused", REFUSED) == []


def test_the_log_of_a_side_without_one_is_asked_for_with_its_window() -> None:
    clause = "if edge ike.failed as refused\n  and peer proposals.received in within 2s of refused"
    (one,) = of(Side.PEER, asked(clause, REFUSED, sides="edge"))
    assert one.what == "its IKE log of that time: the proposals received and configured"
    assert (one.begin, one.end) == (BASE - 122 * SECOND, BASE + 122 * SECOND)
    assert one.level


def test_the_window_is_in_the_asked_gateways_own_clock() -> None:
    hearing = Hearing((heard("edge", [REFUSED]), heard("peer", [], -HOUR, -HOUR / 2)))
    clause = "if edge ike.failed as refused\n  and peer proposals.received in within 2s of refused"
    (one,) = of(Side.PEER, asked(clause, REFUSED, hearing=hearing, offset=3647.25))
    assert (one.begin, one.end) == (BASE + round((3647.25 - 122) * SECOND), BASE + round((3647.25 + 122) * SECOND))


def test_a_log_without_lines_of_the_time_as_stamped_is_asked_for_beside_its_clock() -> None:
    clause = "if edge ike.failed as refused\n  and peer proposals.received in within 2s of refused"
    apart = Hearing((heard("edge", [REFUSED]), heard("peer", [], -HOUR, -HOUR / 2)))
    assert [(m.begin, m.what) for m in of(Side.PEER, asked(clause, REFUSED, hearing=apart, offset=None))] == [
        (None, "its IKE log of that time: the proposals received and configured"),
        (None, "how right its clock is"),
    ]
    near = Hearing((heard("edge", [REFUSED]), heard("peer", [], -HOUR, -60)))
    assert [m.what for m in of(Side.PEER, asked(clause, REFUSED, hearing=near, offset=None))] == [
        "how right its clock is"
    ], "it may well cover the time"


def test_several_gaps_of_one_log_are_one_request() -> None:
    clause = (
        "if edge ike.failed as refused\n  and peer proposals.received in within 2s of refused\n"
        "  and peer proposals.configured within 2s of refused\n  and peer auth.key_mismatch within 5s of refused"
    )
    requests = of(Side.PEER, asked(clause, REFUSED, sides="edge"))
    assert [m.what for m in requests] == [
        "its IKE log of that time: the proposals received and configured, keys, IDs and certificates"
    ]


@pytest.mark.parametrize(
    ("vendors", "command"),
    [
        ("VMware NSX/strongSwan", "journalctl -u strongswan -o short-iso-precise"),
        ("VMware NSX/libreswan", "journalctl -u ipsec -o short-iso-precise"),
        ("VMware NSX/Brand X", "whydown explain commands"),
    ],
)
def test_the_command_is_the_vendors_own(vendors: str, command: str) -> None:
    clause = "if edge ike.failed as refused\n  and peer ike.up after refused"
    (one,) = of(Side.PEER, asked(clause, REFUSED, vendors=vendors, sides="edge"))
    assert one.command.startswith(command)


def test_a_log_at_too_low_a_level_is_to_be_raised_and_lowered_again() -> None:
    clause = "if edge ike.failed as refused\n  and edge packet out before refused"
    (one,) = of(Side.EDGE, asked(clause, REFUSED, vendors="VMware NSX/"))[:1]
    pair = "local-ip 192.0.2.1 remote-ip 198.51.100.7"
    assert one.command == f"set service ike debug-tunnel {pair} debug-level midok"
    assert one.after == f"set service ike debug-tunnel {pair} debug-level off"
    assert "whether IKE packets arrived and were answered" in one.what
    assert (one.begin, one.end) == (None, None)


def test_a_log_that_covers_the_trouble_is_not_asked_for_again() -> None:
    clause = "if edge ike.failed as refused\n  and peer ike.up within 2h before refused"
    assert of(Side.PEER, [m for m in asked(clause, REFUSED) if m.begin is not None]) == []


def test_a_long_outage_is_asked_for_in_part() -> None:
    late = event("edge ike.failed in", at=30 * HOUR, notify="NO_PROPOSAL_CHOSEN")
    span = (-HOUR, 31 * HOUR)
    clause = "if edge ike.failed as refused\n  and peer proposals.received in"
    (one,) = of(Side.PEER, asked(clause, REFUSED, late, sides="edge", span=span, was_up=False))
    assert one.end is not None
    assert one.begin is not None
    assert one.end - one.begin == 14 * MINUTE
    assert one.end == late.at + 2 * MINUTE
    (one,) = of(Side.PEER, asked(clause, REFUSED, late, sides="edge", span=span, was_up=True))
    assert one.begin == BASE - 2 * MINUTE


def test_the_history_is_asked_for_where_nsx_states_no_reason() -> None:
    clause = "if edge ike.failed as refused\n  and peer ike.up after refused"
    requests = asked(clause, REFUSED, sides="edge", vendors="VMware NSX/")
    assert [m.command for m in of(Side.EDGE, requests)] == ["get ipsecvpn session history"]
    stated = event("edge session.down", at=1.0, reason="No proposal chosen")
    assert of(Side.EDGE, asked(clause, REFUSED, stated, sides="edge", vendors="VMware NSX/")) == []
    assert of(Side.EDGE, asked(clause, REFUSED, sides="edge", vendors="strongSwan/")) == []


def test_the_value_that_no_log_holds_is_asked_for_although_the_cause_is_confirmed() -> None:
    clause = "if edge ike.failed as refused\n  differs DH group = refused.group | refused.wanted_group"
    half = event("edge ike.failed in", at=0.0, notify="NO_PROPOSAL_CHOSEN", group="14")
    (one,) = asked(clause, half, vendors="VMware NSX/strongSwan")
    assert (one.side, one.what) == (Side.PEER, "the value configured there: DH group")
    assert one.command == "swanctl --list-conns; swanctl --list-sas"


@pytest.mark.parametrize(
    ("reason", "shows", "side", "command"),
    [
        ("session/configuration-failed", "edge config.failed", Side.EDGE, "get support-bundle"),
        ("session/session-not-enabled", "edge config.unloaded", Side.EDGE, "get ipsecvpn service state"),
        ("session/ipsec-service-not-enabled", "edge service.down", Side.EDGE, "get ipsecvpn service state"),
        ("session/sr-state-is-not-active", "edge ha.failover", Side.EDGE, "get edge-cluster status"),
        ("session/negotiation-not-started", "edge config.loaded", Side.PEER, "swanctl --list-conns"),
        ("session/peer-not-responding", "edge ike.timeout", Side.PEER, "tcpdump"),
        ("session/peer-not-responding", "edge ike.timeout", Side.EDGE, "start capture interface"),
    ],
)
def test_what_a_gateway_knows_of_itself_is_asked_for_by_the_reason(
    reason: str, shows: str, side: Side, command: str
) -> None:
    clause = f"if {shows} as seen\n  and peer kernel.error after seen"
    requests = asked(clause, event(shows), reason=reason, vendors="VMware NSX/strongSwan", sides="edge")
    assert any(m.side is side and m.command.startswith(command) for m in requests)


@pytest.mark.parametrize(
    ("reason", "shows", "fields", "asked_still"),
    [
        ("session/configuration-failed", "edge config.failed", {"error": "overlapping networks"}, "Config_Fail"),
        ("session/ipsec-service-not-enabled", "edge service.down", {"reason": "not enabled"}, "service is enabled"),
        ("session/session-not-enabled", "edge session.down", {"reason": "Session not enabled"}, "session is enabled"),
    ],
)
def test_what_nsx_has_told_is_not_asked_for(reason: str, shows: str, fields: dict[str, Any], asked_still: str) -> None:
    said = event(shows, **fields)
    clause = "if either kernel.error as error"
    silent = event("edge config.unloaded" if "session.down" in shows else shows)
    assert [m for m in asked(clause, silent, reason=reason, sides="edge") if asked_still in m.what]
    assert [m for m in asked(clause, said, reason=reason, sides="edge") if asked_still in m.what] == []


@pytest.mark.parametrize(
    ("reason", "shows"),
    [
        ("session/configuration-failed", "edge config.failed"),
        ("session/ipsec-service-not-enabled", "edge service.down"),
        ("session/session-not-enabled", "edge config.unloaded"),
        ("session/sr-state-is-not-active", "edge ha.failover"),
    ],
)
def test_what_only_the_edge_can_tell_is_not_asked_of_the_peer(reason: str, shows: str) -> None:
    for clause in ("if edge kernel.error as error", f"if {shows} as seen"):
        assert of(Side.PEER, asked(clause, event(shows), reason=reason, sides="edge")) == []


@pytest.mark.parametrize("name", ["ike-sa-down", "ipsec-negotiation-not-started", "no-ike-peers"])
def test_a_tunnel_that_only_follows_asks_for_its_sessions_reason(name: str) -> None:
    wording = next(r.wording for r in KNOWN.reasons if r.name == f"tunnel/{name}")
    stated = event("edge tunnel.down", reason=wording)
    facts: dict[str, Any] = {"reason": f"tunnel/{name}", "layer": "tunnel", "sides": "edge", "vendors": "VMware NSX/"}
    asks = [m.command for m in asked("if either kernel.error as error", stated, **facts) if "session is down" in m.what]
    assert asks == ["get ipsecvpn session history"]
    known = event("edge session.down", reason="Peer sent delete")
    assert not [m for m in asked("if either kernel.error as e", stated, known, **facts) if "session is down" in m.what]


def test_both_clocks_are_asked_for_where_they_cannot_be_compared() -> None:
    clause = "if edge ike.failed as refused\n  and peer ike.failed within 5s of refused"
    requests = asked(clause, REFUSED, event("peer ike.failed out", at=1.0), offset=None)
    assert [m.side for m in requests if m.what == "how right its clock is"] == [Side.EDGE, Side.PEER]


def test_nothing_is_asked_for_twice() -> None:
    clause = "if edge ike.timeout as silent\n  and peer kernel.error after silent\n  and peer ike.up before silent"
    requests = asked(clause, event("edge ike.timeout"), reason="session/peer-not-responding", sides="edge")
    assert len({(m.side, m.command) for m in requests}) == len(requests)


@pytest.mark.parametrize(
    ("vendors", "command"),
    [
        ("VMware NSX/", "whydown explain commands"),
        ("VMware NSX/FRR", "the log file of bgpd"),
        ("VMware NSX/strongSwan", "the log file of bgpd"),
    ],
)
def test_of_a_neighbour_the_log_of_its_bgp_daemon_is_asked_for(vendors: str, command: str) -> None:
    """Where BGP is down, no IKE log tells, and no level of an IKE daemon helps."""
    lost = event("edge bgp.notification out", at=0.0, neighbor="169.254.10.2", code=4, subcode=0)
    clause = "if edge bgp.notification as sent\n  and peer bgp.notification within 5s of sent"
    facts: dict[str, Any] = {"reason": "bgp/hold-timer-expired", "layer": "bgp", "sides": "edge", "vendors": vendors}
    (one,) = of(Side.PEER, asked(clause, lost, **facts))
    assert one.what == "the log of its BGP daemon of that time"
    assert one.command.startswith(command)
    assert "proposals" not in one.level


def test_what_an_alarm_of_bgp_leaves_open_stands_in_the_edges_bundle() -> None:
    alarm = event("edge bgp.down", reason="Network or config error", neighbor="169.254.10.2", alarm="bgp_down")
    facts: dict[str, Any] = {"reason": "bgp/network-or-config-error", "layer": "bgp", "vendors": "VMware NSX/"}
    requests = asked("if either kernel.error as error", alarm, sides="edge", **facts)
    assert [m.command for m in of(Side.EDGE, requests) if "frr.log" in m.what] == [
        "get support-bundle file edge.tgz log-age 7"
    ]


def test_more_of_a_log_that_never_says_it_is_not_asked_for() -> None:
    """An Edge at its default level writes no proposals: an hour more of the same log would say no more."""
    (found,) = [i for i in told("cases/esp-proposal-mismatch") if i.layer == "tunnel"]
    (one,) = [m for m in found.missing if m.side is Side.EDGE and "proposals" in m.what]
    assert "raise it" in one.what
