from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from alarm_reasons import SESSION as SESSION_REASONS
from alarm_reasons import TUNNEL as TUNNEL_REASONS
from dumps.given import HEAD, LOCAL, POLICY, REMOTE, UUID, folded, read, report, session
from whydown.envelope.record import Certainty
from whydown.grammar.event import Provenance
from whydown.grammar.vocabulary import Kind
from whydown.report.text import render
from whydown.sources.line import Side
from whydown.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from whydown.grammar.event import Event

FORMS = pytest.mark.parametrize("form", [str, folded], ids=["lines", "folded"])
HISTORY = (
    session("Up", tunnel="Up").replace(
        "Policy Rules",
        """Session Status History
    04-May-2026 08:12:50 : IKE_STATUS_NEGO
    04-May-2026 08:12:10 : IKE_STATUS_DOWN (Peer sent delete)
    04-May-2026 08:02:36 : IKE_STATUS_UP
    04-May-2026 08:02:36 : IKE_STATUS_NEGO
Policy Rules""",
    )
    + """    Tunnel Status History
    04-May-2026 08:12:10 : IPSEC_STATUS_DOWN (IKE SA Down)
    04-May-2026 08:02:36 : IPSEC_STATUS_DOWN (IPSec negotiation not started)
    Last Known Status  : IPSEC_STATUS_DOWN
----------------------------------------
"""
)


def times(events: list[Event]) -> list[tuple[str, str]]:
    return [(f"{datetime.fromtimestamp(e.at // 1_000_000, UTC):%H:%M:%S}", e.kind.value) for e in events]


@FORMS
@pytest.mark.parametrize("reason", SESSION_REASONS)
def test_each_reason_of_a_session_comes_out_as_stated(tmp_path: Path, reason: str, form: Callable[[str], str]) -> None:
    (tmp_path / "down.txt").write_text(form(HEAD.format(what="down") + session("Down", reason)))
    told = [i for i in report(tmp_path / "down.txt").incidents if i.layer.value == "session"]
    assert [(i.reason, i.basis) for i in told] == [(reason, "stated")]
    assert told[0].session.id == UUID


@FORMS
@pytest.mark.parametrize("reason", TUNNEL_REASONS)
def test_each_reason_of_a_tunnel_comes_out_as_stated(tmp_path: Path, reason: str, form: Callable[[str], str]) -> None:
    (tmp_path / "up.txt").write_text(form(HEAD.format(what="") + session("Up", tunnel_reason=reason.upper())))
    told = report(tmp_path / "up.txt").incidents
    assert [(i.layer.value, i.reason, i.basis) for i in told] == [("tunnel", reason, "stated")]
    assert told[0].tunnel == "10.1.0.0/24 === 10.2.0.0/24"


@FORMS
def test_a_session_gives_its_ends_and_its_tunnel(tmp_path: Path, form: Callable[[str], str]) -> None:
    down, tunnel = read(tmp_path / "a.txt", form(HEAD.format(what="down") + session("Down", "Timed out")))
    assert (down.kind, down.get("reason"), down.get("session")) == (Kind.SESSION_DOWN, "Timed out", UUID)
    assert (down.get("local"), down.get("remote"), down.side, down.host) == (LOCAL, REMOTE, Side.EDGE, "edge-01")
    assert (tunnel.kind, tunnel.get("reason"), tunnel.get("tunnel")) == (Kind.TUNNEL_DOWN, "IKE SA down", POLICY)
    assert (tunnel.get("ts_local"), tunnel.get("ts_remote")) == (("10.1.0.0/24",), ("10.2.0.0/24",))
    assert down.rule.provenance is Provenance.SEEN
    assert down.certainty is Certainty.STAMPED


def test_each_statement_stands_at_its_line(tmp_path: Path) -> None:
    text = HEAD.format(what="down") + session("Down", "No proposal chosen")
    down, tunnel = read(tmp_path / "a.txt", text)
    lines = text.split("\n")
    assert "No proposal chosen" in lines[down.origins[0].line - 1]
    assert "IKE SA Down" in lines[tunnel.origins[0].line - 1]
    assert text.encode()[down.origins[0].offset :].startswith(b"Down Reason")


@FORMS
def test_a_history_is_read_oldest_first(tmp_path: Path, form: Callable[[str], str]) -> None:
    events = read(tmp_path / "a.txt", form(HEAD.format(what="history") + HISTORY))
    assert times(events) == [
        ("08:02:36", "session.negotiating"),
        ("08:02:36", "session.up"),
        ("08:02:36", "tunnel.down"),
        ("08:12:10", "session.down"),
        ("08:12:10", "tunnel.down"),
        ("08:12:50", "session.negotiating"),
        ("08:13:20", "session.up"),
        ("08:13:20", "tunnel.up"),
    ]
    assert [e.get("reason") for e in events if "reason" in e.fields] == [
        "IPsec negotiation not started",
        "Peer sent delete",
        "IKE SA down",
    ]


def test_a_history_tells_a_down_time_that_is_over(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(HEAD.format(what="history") + HISTORY)
    told = [i for i in report(tmp_path / "a.txt").incidents if i.layer.value == "session"]
    assert [(i.state, i.reason, i.basis) for i in told] == [("recovered", "Peer sent delete", "stated")]


def test_a_session_that_negotiates_states_its_last_failure(tmp_path: Path) -> None:
    events = read(tmp_path / "a.txt", session("Negotiating", "Peer not reachable"))
    assert [e.kind for e in events] == [Kind.SESSION_DOWN, Kind.SESSION_NEGOTIATING, Kind.TUNNEL_DOWN]
    assert events[0].get("reason") == "Peer not reachable"
    assert "Last Known Failure" in events[0].text


def test_stamps_without_a_zone_are_utc_by_assumption(tmp_path: Path) -> None:
    tally = Tally()
    down = read(tmp_path / "a.txt", session("Down", "Invalid syntax"), tally)[0]
    assert down.certainty is Certainty.ZONE_ASSUMED
    assert any("UTC is assumed" in notice.message for notice in tally.notices)


def test_several_sessions_keep_apart(tmp_path: Path) -> None:
    other = session("Up", tunnel="Up", uuid="6f2d1a34-0b7c-4c59-9a55-0d1f5f0e2a02").replace(REMOTE, "203.0.113.9")
    events = read(tmp_path / "a.txt", HEAD.format(what="") + session("Down", "Invalid spi") + "-----\n" + other)
    assert [(e.kind.value, e.get("remote")) for e in events] == [
        ("session.down", REMOTE),
        ("tunnel.down", REMOTE),
        ("session.up", "203.0.113.9"),
        ("tunnel.up", "203.0.113.9"),
    ]


@FORMS
def test_the_summary_is_a_row_a_session(tmp_path: Path, form: Callable[[str], str]) -> None:
    events = read(
        tmp_path / "a.txt",
        form(
            "edge-01> get ipsecvpn session summary\n"
            "Version SID Compliance Suite Type Auth Status Local IP Peer IP Down Reason\n"
            "IKEv2   4   None             Policy PSK  Down 192.0.2.1 198.51.100.7 Peer not reachable\n"
            "IKEv1   2   None             Policy PSK  Negotiating 192.0.2.1 198.51.100.8 No proposal chosen*\n"
            "IKEFlex 7   NONE             Route  Cert Up   2001:db8::1 2001:db8::2\n"
            "SID: Session ID *: Last Known Failure\n"
        ),
    )
    assert [(e.kind.value, e.get("remote"), e.get("version"), e.get("reason")) for e in events] == [
        ("session.down", "198.51.100.7", 2, "Peer not reachable"),
        ("session.down", "198.51.100.8", 1, "No proposal chosen"),
        ("session.negotiating", "198.51.100.8", 1, None),
        ("session.up", "2001:db8::2", None, None),
    ]


@FORMS
def test_the_state_of_the_service(tmp_path: Path, form: Callable[[str], str]) -> None:
    text = "edge-01> get ipsecvpn service state\nIKE Service Status : DOWN\nHA State : Standby\n"
    service, ha = read(tmp_path / "a.txt", form(text))
    assert (service.kind, ha.kind, ha.get("state")) == (Kind.SERVICE_DOWN, Kind.HA_STATE, "Standby")


@FORMS
def test_sas_are_the_facts_that_they_came_up(tmp_path: Path, form: Callable[[str], str]) -> None:
    text = """edge-01> get ipsecvpn ikesa
Total Number of IKE SAs: 1
IKE Version : IKEv2
IKE Status : Up
IKE Session ID : 2
Session Name : to-branch
Session Type : Policy Based
IKE SPI Initiator : 0x0c6a7a809f4a6e21
IKE SPI Responder : 0x33bbea1267703b11
Role : Responder
Created Timestamp : 2026-05-04 07:49:52
IKE SA Lifetime : 1000 sec
IP Address:
  Local : 192.0.2.1
  Remote : 198.51.100.7
Identity:
  Local : edge.example (fqdn)
  Remote : gw.example (fqdn)
Authentication Method : Pre-shared key
edge-01> get ipsecvpn ipsecsa
Total Number of IPSec SA Pairs: 1
Session ID : 2
Created Timestamp : 2026-05-04 07:49:53
Local TS : ipv4(10.1.0.0-10.1.0.255)
Remote TS : ipv4(10.2.0.0-10.2.0.255)
SPI In : 0xd03e65b1
SPI Out : 0xcbebe1e1
Local Endpoint : 192.0.2.1
Remote Endpoint: 198.51.100.7
Algorithm: aes128-cbc/hmac-sha2/14
"""
    ike, child = read(tmp_path / "a.txt", form(text))
    assert (ike.kind, ike.get("spi_i"), ike.get("local"), ike.get("remote_id")) == (
        Kind.IKE_UP,
        "0x0c6a7a809f4a6e21",
        "192.0.2.1",
        "gw.example",
    )
    assert (child.kind, child.get("spi_in"), child.get("ts_remote")) == (Kind.CHILD_UP, "0xd03e65b1", ("10.2.0.0/24",))
    assert times([ike, child]) == [("07:49:52", "ike.up"), ("07:49:53", "child.up")]


def test_a_reason_that_nobody_documents_is_kept(tmp_path: Path) -> None:
    assert (
        read(tmp_path / "a.txt", session("Down", "Moon phase unsuitable"))[0].get("reason") == "Moon phase unsuitable"
    )


def test_a_syslog_line_that_quotes_the_command_is_no_dump(tmp_path: Path) -> None:
    line = '2026-05-04T08:13:20.001Z edge-01 NSX 7 VPN [nsx@6876 comp="nsx-edge" subcomp="cli"] CMD: get ipsecvpn session\n'
    assert read(tmp_path / "edge.log", line * 3) == []


def test_every_line_of_a_dump_is_counted_once(tmp_path: Path) -> None:
    tally = Tally()
    text = HEAD.format(what="down") + "\n" + session("Down", "Invalid spi")
    read(tmp_path / "a.txt", text, tally)
    assert tally.lines == text.count("\n")
    assert (tally.events, tally.blank, tally.unknown) == (2, 1, 0)
    assert tally.lines == tally.events + tally.blank + tally.continued


def test_what_the_log_shows_and_a_dump_states_is_compared(tmp_path: Path) -> None:
    head = '2026-05-04T08:13:0{n}.001Z edge-01 NSX 7 VPN [nsx@6876 comp="nsx-edge" subcomp="iked" s2comp="ike-stack" level="ERROR" errorCode="EDG1000028"] '
    rows = [
        "IKEv2 SA [Initiator] negotiation failed:",
        f"  Local IKE peer  {LOCAL}:500 ID {LOCAL} (ipv4)",
        f"  Remote IKE peer {REMOTE}:500 ID {REMOTE} (ipv4)",
        "  Message: Authentication failed (24)",
    ]
    (tmp_path / "edge.log").write_text("".join(head.format(n=5) + row + "\n" for row in rows))
    (tmp_path / "down.txt").write_text(HEAD.format(what="down") + session("Down", "Peer not responding"))
    told = [i for i in report(tmp_path / "edge.log", tmp_path / "down.txt").incidents if i.layer.value == "session"]
    assert [(i.reason, i.basis, i.session.id) for i in told] == [("Peer not responding", "stated", UUID)]
    assert any("Authentication failed" in said for said in told[0].contradictions)


def test_a_reason_that_nobody_documents_is_shown_in_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(session("Down", "Moon phase unsuitable"))
    (told,) = [i for i in report(tmp_path / "a.txt").incidents if i.layer.value == "session"]
    assert (told.reason, told.basis, told.cause) == ("Moon phase unsuitable", "stated", None)


def test_a_reason_that_would_act_on_a_screen_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(session("Down", "Moon \x1b[2J phase"))
    (told,) = [i for i in report(tmp_path / "a.txt").incidents if i.layer.value == "session"]
    assert told.reason == "a reason that cannot be shown"


def test_dumps_of_what_is_up_are_no_proof_that_nothing_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(HEAD.format(what="") + session("Up", tunnel="Up"))
    page = render(report(tmp_path / "a.txt"))
    assert "No log was given." in page
    assert "IKE SA up" in page
    assert f"dumps{tmp_path / 'a.txt'}" in "".join(page.split())  # a long path may be broken
