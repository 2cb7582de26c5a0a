"""What an Edge states of its high availability, in the forms of the NSX CLI Guide; names and times are our own."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from dumps.given import folded, read
from whydown.envelope.record import Certainty
from whydown.grammar.event import Provenance
from whydown.grammar.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from whydown.grammar.event import Event

NODE = """edge-01> get edge-cluster history state
Mon May 04 2026 UTC 08:40:01.123
State  : Disabled
Time   : 2026-04-12 18:07:03.20
Event  : Init
Reason : Init

State  : StateSync
Time   : 2026-04-12 18:10:25.19
Event  : BFD State Updated
Reason : Updated

State  : Active
Time   : 2026-04-12 18:10:25.19
Event  : State Sync Completed
Reason : Updated

State  : Inactive
Time   : 2026-05-04 08:13:19.30
Event  : Node State Changed
Reason : Tunnels Down
"""
ROUTER = """edge-02(tier1_sr)> get gateway high-availability history state
Mon May 04 2026 UTC 08:40:05.001
State     : Down
Event     : Init
Resources :
Time      : 2026-04-12 18:41:22.80

State     : Active
Event     : Node Up
Resources : 0
Time      : 2026-05-04 08:13:20.12
"""
STATUS = """edge-02(tier1_sr)> get gateway high-availability status
Mon May 04 2026 UTC 08:40:09.500
Service Router
UUID           : 4e425c9e-09c6-4021-bbc7-fab2895a2c09
state          : Active
type           : TIER1
mode           : A/S
failover mode  : Non-preemptive
rank           : 1
Peer Routers
    Node UUID  : e13dbba8-542e-11e9-a177-020021d58d1d
    HA state   : Standby
"""
CLUSTER = """edge-01> get edge-cluster status
Mon May 04 2026 UTC 08:40:12.000
High Availability State : Inactive
Since                   : 2026-05-04 08:13:19.30
Edge Node Id            : f9933e11-96a5-48fa-9f64-9c3b789d530c
Edge Node Status        : Down
"""
TOPOLOGY = """
|- T1 SR 4e42.*2c09 (A/S, Non-preemptive, rank 1) Active
|  |- T1 DR 8a01.*77c2
|- T0 SR 91aa.*0b1e (A/A, rank 0) Active
"""
FORMS = [str, folded]


def told(events: list[Event]) -> list[tuple[str, str, str, str]]:
    return [(e.get("old_state", ""), e.get("state"), e.get("reason", ""), e.host) for e in events]


def at(text: str) -> int:
    return round(datetime.fromisoformat(f"{text}+00:00").timestamp() * 1e6)


@pytest.mark.parametrize("form", FORMS)
def test_the_history_of_a_node_is_read_with_what_was_before(tmp_path: Path, form: Callable[[str], str]) -> None:
    events = read(tmp_path / "cli.txt", form(NODE))
    assert {e.kind for e in events} == {Kind.HA_STATE}
    assert told(events) == [
        ("", "Disabled", "Init", "edge-01"),
        ("Disabled", "StateSync", "Updated", "edge-01"),
        ("StateSync", "Active", "Updated", "edge-01"),
        ("Active", "Inactive", "Tunnels Down", "edge-01"),
    ]
    assert events[-1].at == at("2026-05-04T08:13:19.300")
    assert events[1].at < events[2].at  # in one moment: the order of the rows
    assert {e.certainty for e in events} == {Certainty.STAMPED}


@pytest.mark.parametrize("form", FORMS)
def test_the_history_of_a_service_router_is_read(tmp_path: Path, form: Callable[[str], str]) -> None:
    events = read(tmp_path / "cli.txt", form(ROUTER))
    assert told(events) == [("", "Down", "Init", "edge-02"), ("Down", "Active", "Node Up", "edge-02")]
    assert events[-1].at == at("2026-05-04T08:13:20.120")


@pytest.mark.parametrize("form", FORMS)
def test_a_history_is_of_the_router_that_the_command_names(tmp_path: Path, form: Callable[[str], str]) -> None:
    router = "4e425c9e-09c6-4021-bbc7-fab2895a2c09"
    text = ROUTER.replace("edge-02(tier1_sr)> get gateway high", f"edge-02> get gateway {router} high")
    events = read(tmp_path / "cli.txt", form(text))
    assert [(e.get("node"), e.get("state")) for e in events] == [(router, "Down"), (router, "Active")]


@pytest.mark.parametrize("form", FORMS)
def test_the_state_of_a_service_router_is_its_own_and_not_that_of_its_peer(
    tmp_path: Path, form: Callable[[str], str]
) -> None:
    (event,) = read(tmp_path / "cli.txt", form(STATUS))
    assert (event.get("state"), event.get("node")) == ("Active", "4e425c9e-09c6-4021-bbc7-fab2895a2c09")
    assert event.at == at("2026-05-04T08:40:09.500")


def test_the_state_of_a_node_holds_since_it_says(tmp_path: Path) -> None:
    (event,) = read(tmp_path / "cli.txt", CLUSTER)
    assert (event.get("state"), event.at) == ("Inactive", at("2026-05-04T08:13:19.300"))


def test_answers_to_several_commands_keep_apart(tmp_path: Path) -> None:
    service = "edge-02> get ipsecvpn service state\nIKE Service Status : UP\nHA State           : Active\n"
    events = read(tmp_path / "cli.txt", NODE + ROUTER + STATUS + service)
    now = [(e.host, e.kind, e.get("state")) for e in events if e.at >= at("2026-05-04T08:40:00")]
    assert ("edge-02", Kind.HA_STATE, "Active") in now
    assert [e.host for e in events if e.kind is Kind.SERVICE_UP] == ["edge-02"]
    assert "Standby" not in {e.get("state") for e in events}


def test_rows_of_the_topology_are_assumed_and_only_of_service_routers(tmp_path: Path) -> None:
    folder = tmp_path / "edge"
    folder.mkdir()
    events = read(folder / "logical_topology", TOPOLOGY)
    assert [(e.get("node"), e.get("state"), e.rule.provenance) for e in events] == [
        ("4e42.*2c09", "Active", Provenance.ASSUMED),
        ("91aa.*0b1e", "Active", Provenance.ASSUMED),
    ]
    assert {e.certainty for e in events} == {Certainty.UNTIMED}
