"""What is read from an NSX Edge: iked's blocks, alarms with each documented reason, high availability."""

from __future__ import annotations

import json

import pytest

from alarm_reasons import SESSION as SESSION_REASONS
from alarm_reasons import TUNNEL as TUNNEL_REASONS
from whydown.envelope.records import records
from whydown.grammar.event import Event, Provenance
from whydown.grammar.library import Library, load
from whydown.sources.line import Line, Origin
from whydown.tally import Tally

IKED = 'NSX 46794 VPN [nsx@6876 comp="nsx-edge" subcomp="iked" s2comp="ike-stack" level="ERROR" errorCode="EDG1000028"]'
AT = "2026-05-04T08:12:44.330Z"
SESSION = "d1092bd9-f6f5-4bdf-a144-f1afb3501346"
REASONS = [("session", r) for r in SESSION_REASONS] + [("tunnel", r) for r in TUNNEL_REASONS]
FORMS = ("session", "reason", "alarm", "alarm_state")


@pytest.fixture(scope="module")
def edge() -> Library:
    return Library(tuple(g for g in load().grammars if g.name == "nsx-edge"))


def _events(edge: Library, *lines: str, tally: Tally | None = None) -> list[Event]:
    tally = tally or Tally()
    given = [Line(line, Origin("syslog", "", n, 0), None) for n, line in enumerate(lines, start=1)]
    return list(edge.events(records(given, tally), tally))


def _block(edge: Library, *rows: str) -> list[Event]:
    return _events(edge, *(f"{AT} edge-01 {IKED} {row}" for row in rows))


def _said(events: list[Event]) -> list[str]:
    return [f"{e.kind} {e.direction}" for e in events]


def _failed(role: str, message: str, *reasons: str, what: str = "IKEv2 SA") -> list[str]:
    rows = [
        "",
        f"{what} [{role}] negotiation failed:",
        "",
        "  Local IKE peer  203.0.113.10:500 routing instance 0 ID 203.0.113.10 (ipv4)",
        "  Remote IKE peer 198.51.100.20:500 routing instance 0 ID (null)",
        "",
        f"  Message: {message}",
    ]
    return [*rows, "  Reason:", *(f"    {reason}" for reason in reasons)] if reasons else rows


# --- alarms ---


@pytest.mark.parametrize(("layer", "reason"), REASONS)
def test_the_edges_alarm_event_gives_each_documented_reason(edge: Library, layer: str, reason: str) -> None:
    body = json.dumps({"entity_id": SESSION, f"{layer}_down_reason": reason}, separators=(",", ":"))
    line = (
        f'{AT} edge-01 NSX 1 - [nsx@6876 comp="nsx-edge" subcomp="nsx-edge-agent" s2comp="nsx-monitoring" '
        f'entId="{SESSION}" tid="1" level="WARN" eventState="On" eventFeatureName="vpn" eventSev="warning" '
        f'eventType="ipsec_route_based_{layer}_down"] Context report: {body}'
    )
    (event,) = _events(edge, line)
    assert _said([event]) == [f"{layer}.down local"]
    assert [event.get(name) for name in FORMS] == [SESSION, reason, f"ipsec_route_based_{layer}_down", "On"]


@pytest.mark.parametrize(("layer", "reason"), REASONS)
def test_the_managers_alarm_text_gives_each_documented_reason(edge: Library, layer: str, reason: str) -> None:
    what = {"session": "session", "tunnel": "tunnel in session"}[layer]
    line = (
        f'<180>1 {AT} nsx-manager-1 NSX 4131 MONITORING [nsx@6876 comp="nsx-manager" eventFeatureName="vpn" '
        f'eventState="On"] The route based IPsec VPN {what} {SESSION} is down. Reason: {reason}.'
    )
    (event,) = _events(edge, line)
    assert _said([event]) == [f"{layer}.down local"]
    assert [event.get(name) for name in FORMS] == [SESSION, reason, f"ipsec_route_based_{layer}_down", "On"]


def test_an_alarm_that_is_cleared_says_up(edge: Library) -> None:
    off = (
        f'{AT} edge-01 NSX 1 - [nsx@6876 comp="nsx-edge" subcomp="nsx-edge-agent" s2comp="nsx-monitoring" '
        f'entId="{SESSION}" level="INFO" eventState="Off" eventFeatureName="vpn" '
        f'eventType="ipsec_policy_based_session_down"] Context report: {{"entity_id":"{SESSION}"}}'
    )
    (event,) = _events(edge, off)
    assert _said([event]) == ["session.up local"]
    assert event.get("alarm_state") == "Off"


def test_a_policy_based_tunnel_alarm_has_no_reason(edge: Library) -> None:
    (event,) = _events(
        edge,
        f"{AT} nsx-manager-1 NSX 4131 MONITORING [nsx@6876] "
        f"One or more policy based IPsec VPN tunnels in session {SESSION} are down.",
    )
    assert _said([event]) == ["tunnel.down local"]
    assert event.get("reason") is None


# --- iked ---


def test_the_public_rows_are_seen_and_the_edges_own_finding(edge: Library) -> None:
    failed, found = _block(edge, "Message: Authentication failed (24)", "Reason: Remote ID mismatch")
    assert _said([failed, found]) == ["ike.failed out", "auth.id_mismatch local"]
    assert failed.rule.provenance is found.rule.provenance is Provenance.SEEN
    assert (failed.get("notify"), failed.get("notify_code")) == ("AUTHENTICATION_FAILED", 24)


def test_a_block_with_a_row_that_was_never_seen_is_assumed(edge: Library) -> None:
    failed, _ = _block(edge, *_failed("Responder", "Authentication failed (24)", "Remote ID mismatch"))
    assert failed.rule.provenance is Provenance.ASSUMED


def test_a_reason_reads_the_same_beside_its_word_and_below_it_in_any_case(edge: Library) -> None:
    for rows in (
        ["  Reason:", "    DH group mismatch"],
        ["Reason: DH group mismatch"],
        ["REASON:   dh  GROUP mismatch"],
        ["reason:", "Dh Group Mismatch"],
    ):
        failed, found = _block(edge, *_failed("responder", "no proposal CHOSEN (14)"), *rows)
        assert _said([failed, found]) == ["ike.failed out", "proposals.mismatch local"], rows
        assert failed.get("reason") == "DH group mismatch"
        assert (failed.get("role"), failed.get("remote"), failed.get("version")) == ("responder", "198.51.100.20", 2)


def test_several_reasons_are_one_finding_of_each_sort(edge: Library) -> None:
    reasons = ("Encryption algorithm mismatch", "DH group mismatch")
    failed, found = _block(edge, *_failed("Responder", "No proposal chosen (14)", *reasons))
    assert failed.get("reason") == found.get("reason") == "; ".join(reasons)


@pytest.mark.parametrize(
    ("role", "message", "said"),
    [
        ("Initiator", "No proposal chosen (14)", "ike.failed in"),
        ("Responder", "No proposal chosen (14)", "ike.failed out"),
        ("Initiator", "Authentication failed (24)", "ike.failed in"),
        ("Responder", "Authentication failed (24)", "ike.failed local"),
        ("Initiator", "Invalid syntax (7)", "ike.failed local"),
        ("Initiator", "Timed out (65540)", "ike.timeout local"),
    ],
)
def test_who_refused_is_told_as_far_as_the_block_tells(edge: Library, role: str, message: str, said: str) -> None:
    assert _said(_block(edge, *_failed(role, message))) == [said]


@pytest.mark.parametrize(
    ("reason", "found"),
    [
        ("Local ID mismatch", "auth.id_mismatch local"),
        ("Authentication method mismatch", "auth.method_mismatch local"),
        ("CA not trusted", "auth.cert_invalid local"),
        ("Certificate was revoked by a CRL", "auth.cert_invalid local"),
        ("Extended Sequence Number mismatch", "proposals.mismatch local"),
        ("IKE transform attribute mismatch (possible key size mismatch).", "proposals.mismatch local"),
        ("IKE version mismatch", "version.mismatch local"),
        ("No IPsec rules configured", "config.unmatched local"),
    ],
)
def test_a_reason_is_a_finding_of_its_own(edge: Library, reason: str, found: str) -> None:
    assert _said(_block(edge, *_failed("Responder", "Authentication failed (24)", reason)))[1:] == [found]


def test_a_failed_ipsec_sa_is_the_tunnels(edge: Library) -> None:
    rows = _failed("Initiator", "TS unacceptable (38)", "Remote Traffic Selector mismatch", what="IPsec SA")
    assert _said(_block(edge, *rows)) == ["child.failed out", "ts.mismatch local"]
    (event,) = _block(edge, *_failed("Initiator", "No IKE peers (65549)", what="IPsec SA"))
    assert (_said([event]), event.get("error")) == (["child.failed local"], "No IKE peers")


def test_two_negotiations_of_one_moment_stay_apart(edge: Library) -> None:
    first = _failed("Responder", "No proposal chosen (14)", "DH group mismatch")
    second = [row.replace("198.51.100.20", "198.51.100.99") for row in _failed("Initiator", "Timed out (65540)")]
    events = _block(edge, *first, *second)
    assert _said(events) == ["ike.failed out", "proposals.mismatch local", "ike.timeout local"]
    assert [e.get("remote") for e in events] == ["198.51.100.20", "198.51.100.20", "198.51.100.99"]


def test_a_block_whose_head_was_rotated_away_still_tells_its_message(edge: Library) -> None:
    assert _said(_block(edge, "  Message: No proposal chosen (14)", "  Reason:", "    PRF algorithm mismatch")) == [
        "ike.failed out",
        "proposals.mismatch local",
    ]
    assert _said(_block(edge, "  Message: TS unacceptable (38)")) == ["child.failed local"]


def test_a_message_nobody_knows_is_no_event(edge: Library) -> None:
    tally = Tally()
    assert not _events(edge, f"{AT} edge-01 {IKED} Message: the moon is full (77)", tally=tally)
    assert (tally.events, tally.unknown) == (0, 1)


def test_sas_that_come_and_go_are_one_by_their_spis(edge: Library) -> None:
    up, child, child_gone, gone = _block(
        edge,
        "IKEv2 SA [Responder, MOBIKE, NAT-T] negotiation completed:",
        "  Local IKE peer  203.0.113.10:4500 routing instance 0 ID 203.0.113.10 (ipv4)",
        "  Remote IKE peer 198.51.100.20:4500 routing instance 0 ID gw-b.example (fqdn)",
        "  Initiator SPI 87d02561 ab3db013 Responder SPI f9aed315 54a0e7a4",
        "  Local Lifetime: 86400 seconds",
        "IKE SA negotiations: 1 done, 1 successful, 0 failed",
        "IPsec SA [Responder, tunnel] negotiation completed:",
        "  Local Traffic Selector  ipv4(10.1.0.0-10.1.0.255)",
        "  Remote Traffic Selector ipv4(10.2.0.0-10.2.0.255)",
        "  Inbound SPI:      | Outbound SPI: | Algorithm:",
        "  ESP    [c41bd1f2] | [0a9be211]    | aes-cbc/256 - hmac-sha256-128",
        "IPsec SA negotiations: 1 done, 1 successful, 0 failed",
        "IPsec SA destroyed: Inbound SPI:      | Outbound SPI: ",
        "ESP    [c41bd1f2] | [0a9be211]",
        "IKE SA destroyed: ",
        "  Initiator SPI 87d02561 ab3db013 Responder SPI f9aed315 54a0e7a4",
    )
    assert _said([up, child, child_gone, gone]) == [
        "ike.up local",
        "child.up local",
        "child.gone local",
        "ike.gone local",
    ]
    assert (up.get("spi_i"), up.get("spi_r")) == (gone.get("spi_i"), gone.get("spi_r"))
    assert up.get("spi_i") == "0x87d02561ab3db013"
    assert (child.get("spi_in"), child.get("spi_out")) == ("0xc41bd1f2", "0x0a9be211")
    assert (child_gone.get("spi_in"), child_gone.get("spi_out")) == ("0xc41bd1f2", "0x0a9be211")
    assert (child.get("ts_local"), child.get("ts_remote")) == (("10.1.0.0/24",), ("10.2.0.0/24",))


def test_the_debug_stream_tells_packets_with_their_direction(edge: Library) -> None:
    sent, answered = _events(
        edge,
        "04-May-2026 08:12:44 ssh_stack IKEv2 packet S(203.0.113.10:500 -> 198.51.100.20:500): len=   80, mID=165, HDR",
        "04-May-2026 08:12:44 ssh_stack responder INFO completed",
    )
    assert _said([sent, answered]) == ["packet out", "ike.message in"]
    assert (sent.get("src"), sent.get("dst"), sent.get("message_id")) == ("203.0.113.10", "198.51.100.20", 165)


# --- high availability and the rest of the Edge's syslog ---


def test_a_failover_says_from_what_to_what(edge: Library) -> None:
    (event,) = _events(
        edge,
        f'{AT} edge-01 NSX 1 - [nsx@6876 comp="nsx-edge" subcomp="nsx-edge-agent" s2comp="nsx-monitoring" '
        f'entId="{SESSION}" tid="1" level="ERROR" eventState="On" eventFeatureName="high_availability" '
        'eventSev="error" eventType="tier1_gateway_failover"] Context report: {"previous_gateway_state":"Active",'
        f'"current_gateway_state":"Down","entity_id":"{SESSION}","service_router_id":"{SESSION}",'
        '"failover_reason":"Tunnels Down"}',
    )
    assert _said([event]) == ["ha.failover local"]
    assert (event.get("old_state"), event.get("state"), event.get("reason")) == ("Active", "Down", "Tunnels Down")
    assert event.rule.provenance is Provenance.SEEN


def test_tunnels_between_edge_nodes_lend_no_address_to_a_vpn_session(edge: Library) -> None:
    (event,) = _events(
        edge,
        f'{AT} edge-01 NSX 18 FABRIC [nsx@6876 comp="nsx-edge" subcomp="nsxa" s2comp="tunnel" level="INFO"] '
        "Tunnel 192.0.2.11:192.0.2.12(geneve) state updated from up to down",
    )
    assert _said([event]) == ["ha.state local"]
    assert not {"local", "remote", "src", "dst"} & set(event.fields)


def test_ordinary_edge_lines_hold_no_mark(edge: Library) -> None:
    """The prefilter must not let an Edge's firewall log through: it is most of its syslog."""
    firewall = (
        f'{AT} edge-01 NSX 5188 FIREWALL [nsx@6876 comp="nsx-edge" subcomp="datapathd" s2comp="firewallpkt" '
        'level="INFO"] <30 d612293055f3431f:8b01687591afe36e> INET reason-match DROP 2312 OUT 84 PROTO 1 '
        "192.0.2.1->192.0.2.8"
    )
    balancer = f'{AT} edge-01 NSX 10097 LOAD-BALANCER [nsx@6876 comp="nsx-edge" subcomp="lb" s2comp="lb"] cfg: ok'
    assert not [mark for mark in edge.marks for line in (firewall, balancer) if mark in line]
