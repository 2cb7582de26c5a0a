"""A pair of Edges: who has the session when, told from both logs and both Edges' dumps, and what of it is trouble."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from bundles import customer, vpn_session
from cases import SAMPLES, knowledge, library
from failover import HANDED_OVER, TAKEN_OVER, UUID, first_edge, second_edge
from sources.archives import library_tar
from whydown.grammar.vocabulary import Kind
from whydown.pipeline import analyze, take_inventory
from whydown.sessions.episodes import cut_episodes
from whydown.sources.files import Input

if TYPE_CHECKING:
    from pathlib import Path

    from whydown.report.model import Report

STANDBY = b"""edge-02(tier1_sr)> get gateway high-availability status
Service Router
UUID           : 4e425c9e-09c6-4021-bbc7-fab2895a2c09
state          : Standby
"""


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """Return a Manager's tar with the bundles of both Edges."""
    one = library_tar(("var/log/syslog", first_edge()), ("edge/ha.txt", HANDED_OVER))
    two = library_tar(
        ("var/log/syslog", second_edge()),
        ("edge/ha.txt", TAKEN_OVER),
        ("edge/logical_topology", b"a tree of routers that nobody knows\n"),
        ("edge/vpn-session", b"[]\n"),
    )
    path = tmp_path / "mgr.tar"
    path.write_bytes(library_tar(("edge-01.tgz", gzip.compress(one)), ("edge-02.tgz", gzip.compress(two))))
    return path


def told(*paths: Path) -> Report:
    return analyze([Input(str(path)) for path in paths], library=library(), knowledge=knowledge())


def test_a_session_that_moves_to_the_other_edge_is_one_session_with_one_short_down(pair: Path) -> None:
    report = told(pair)
    assert [s.name.id for s in report.sessions] == [UUID]
    down, tunnel = report.incidents
    assert (down.layer, down.state, down.reason) == ("session", "recovered", "SR state is not Active")
    assert down.cause is not None
    assert down.cause.name == "sr-standby"
    assert 4_000_000 < (down.ended or 0) - down.began < 6_000_000
    assert (tunnel.layer, tunnel.follows) == ("tunnel", down.id)
    assert down.trigger is not None
    assert "Tunnels Down" in down.trigger.event.text


def test_the_inventory_shows_which_edge_was_active_when(pair: Path) -> None:
    found = take_inventory([Input(str(pair))], library=library(), knowledge=knowledge())
    first, second = found.gateways
    assert [(t.state, t.reason, t.router) for t in first.ha] == [
        ("Active", "Updated", False),
        ("Inactive", "Tunnels Down", False),
    ]
    assert [(t.state, t.reason, t.router) for t in second.ha] == [
        ("Standby", "Init", True),
        ("Active", "Node Down", True),
    ]
    assert second.ha[-1].at - first.ha[-1].at == 820_000
    assert {path.rpartition("!")[2]: why.partition(":")[0] for path, why in found.tally.unread.items()} == {
        "edge/logical_topology": "found, not read",
        "edge/vpn-session": "it states nothing",
    }


def test_a_standby_that_says_so_is_no_reason_where_the_other_edge_has_the_session(tmp_path: Path) -> None:
    case = SAMPLES / "cases" / "dh-group-mismatch"
    ends = "198.51.100.128", "203.0.113.128"
    customer(
        tmp_path,
        (case / "edge.log").read_bytes(),
        (case / "peer.log").read_bytes(),
        standby=vpn_session(*ends, reason="SR state is not Active"),
    )
    plain = told(tmp_path).incidents
    (tmp_path / "standby.txt").write_bytes(STANDBY)
    after = told(tmp_path).incidents
    assert [(i.reason, i.cause and i.cause.name, i.began) for i in after] == [
        (i.reason, i.cause and i.cause.name, i.began) for i in plain
    ]
    assert plain[0].reason == "No proposal chosen"


def test_a_failover_of_last_month_is_no_reason_for_todays_refusal(tmp_path: Path) -> None:
    case = SAMPLES / "cases" / "dh-group-mismatch"
    standby = vpn_session("198.51.100.128", "203.0.113.128", reason="SR state is not Active")
    customer(tmp_path, (case / "edge.log").read_bytes(), (case / "peer.log").read_bytes(), standby=standby)
    (tmp_path / "ha.txt").write_bytes(HANDED_OVER.replace(b"edge-01>", b"edge-02>"))
    report = told(tmp_path)
    first = report.incidents[0]
    assert first.reason == "No proposal chosen"
    assert not any(e.kind is Kind.HA_STATE for s in report.sessions for x in cut_episodes(s) for e in x.events)
    assert first.cause is not None
    assert first.cause.name == "dh-group-mismatch"


def test_where_only_the_standbys_own_word_is_there_it_counts(tmp_path: Path) -> None:
    log = b"".join(line for line in first_edge().splitlines(keepends=True) if b"high_availability" not in line)
    (tmp_path / "edge.log").write_bytes(log)
    (tmp_path / "ha.txt").write_bytes(HANDED_OVER)
    down = told(tmp_path).incidents[0]
    assert down.reason == "SR state is not Active"
    assert down.cause is not None
    assert any("Inactive" in e.event.text for e in down.evidence)
