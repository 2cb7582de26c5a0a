"""What is read from FRR's lines, bare, in its own log file, and wrapped by an NSX Edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from whydown.envelope.records import records
from whydown.grammar.library import Library, load
from whydown.sources.line import Line, Origin
from whydown.tally import Tally

if TYPE_CHECKING:
    from whydown.grammar.event import Event

DOWN = "%ADJCHANGE: neighbor 192.0.2.130(peer-right) in vrf default Down BGP Notification send"


@pytest.fixture(scope="module")
def frr() -> Library:
    return Library(tuple(g for g in load().grammars if g.name in {"frr", "nsx-edge"}))


def _events(frr: Library, *lines: str) -> list[Event]:
    tally = Tally()
    given = [Line(line, Origin("frr.log", "", n, 0), None) for n, line in enumerate(lines, start=1)]
    return list(frr.events(records(given, tally), tally))


@pytest.mark.parametrize(
    "line",
    [
        f"<30>1 2026-05-04T08:13:50.112345+00:00 edge-01 bgpd 812 - -  [PXVXG-TFNNT] {DOWN}",
        f"May  4 08:13:50 edge-01 bgpd[812]: [PXVXG-TFNNT] {DOWN}",
        f"2026/05/04 08:13:50 BGP: [PXVXG-TFNNT] {DOWN}",
        f"2026/05/04 08:13:50 BGP: {DOWN}",
        f'2026-05-04T08:13:50.112Z edge-01 NSX 7120 ROUTING [nsx@6876 comp="nsx-edge" subcomp="frr" level="INFO"] {DOWN}',
    ],
)
def test_an_adjacency_change_reads_the_same_in_every_header(frr: Library, line: str) -> None:
    (event,) = _events(frr, line)
    assert f"{event.kind} {event.direction}" == "bgp.down local"
    assert (event.get("neighbor"), event.get("vrf"), event.get("reason")) == (
        "192.0.2.130",
        "default",
        "BGP Notification send",
    )
    assert any(mark in line for mark in frr.marks)


def test_a_refused_as_number_is_in_the_data_of_the_notification(frr: Library) -> None:
    text = (
        "[HZN6M-XRM1G] %NOTIFICATION: sent to neighbor 192.0.2.130 2/2 (OPEN Message Error/Bad Peer AS) 2 bytes fd e9"
    )
    (event,) = _events(frr, f"May  4 08:13:50 edge-01 bgpd[812]: {text}")
    assert f"{event.kind} {event.direction}" == "bgp.notification out"
    assert int(str(event.get("data_hex")).replace(" ", ""), 16) == 65001
    assert (event.get("code"), event.get("subcode")) == (2, 2)


def test_both_ways_of_a_hard_reset_are_told_apart(frr: Library) -> None:
    said = "%NOTIFICATION(Hard Reset): {} neighbor 192.0.2.130 6/3 (Cease/Peer De-configured) 0 bytes "
    head = "May  4 08:13:50 edge-01 bgpd[812]: "
    sent, heard = _events(frr, head + said.format("sent to"), head + said.format("received from"))
    assert [e.direction for e in (sent, heard)] == ["out", "in"]
    assert sent.get("reason") == heard.get("reason") == "Cease/Peer De-configured"


def test_an_error_code_before_the_text_is_left_off(frr: Library) -> None:
    text = "[HTQD2-0R1WR][EC 33554451] bgp_process_packet: BGP OPEN receipt failed for peer: 192.0.2.130"
    (event,) = _events(frr, f"May  4 08:13:50 edge-01 bgpd[812]: {text}")
    assert (event.kind, event.get("neighbor")) == ("bgp.refused", "192.0.2.130")


def test_a_dead_routing_daemon_is_not_a_dead_ike_daemon(frr: Library) -> None:
    (event,) = _events(frr, "May  4 08:13:50 edge-01 watchfrr[700]: bgpd state -> down : read returned EOF")
    assert event.kind == "bgp.state"
