"""Recorded cases in bundles, rotated, packed and doubled, are told as the logs alone are."""

from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING

import pytest

from bundles import UUID, customer, rotated, vpn_session
from cases import CASES, SAMPLES, given, incidents, knowledge, library, told
from sources.archives import library_tar, library_zip
from whydown.pipeline import analyze, read_events
from whydown.sources.files import Input
from whydown.sources.line import Side
from whydown.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from whydown.diagnose.incident import Incident
    from whydown.report.model import Report

BOTH = [case for case in CASES if given(case) == frozenset(Side)]
NSX = [case for case in BOTH if b'subcomp="iked"' in (SAMPLES / case / "edge.log").read_bytes()]


@pytest.mark.parametrize("case", BOTH[:: max(1, len(BOTH) // 6)])
def test_a_case_in_bundles_is_told_as_its_logs_are(tmp_path: Path, case: str) -> None:
    edge, peer = ((SAMPLES / case / f"{side}.log").read_bytes() for side in ("edge", "peer"))
    older, newer = rotated(edge)
    bundle = gzip.compress(library_tar(("var/log/syslog", newer), ("var/log/syslog.1.gz", gzip.compress(older))))
    manager, zipped = tmp_path / "mgr.tar", tmp_path / "peer.zip"
    manager.write_bytes(library_tar(("edge-01.tgz", bundle), ("again.tgz", bundle)))
    zipped.write_bytes(library_zip(("logs/peer.log", peer), ("copy of peer.log", peer)))
    inputs = [Input(str(manager), Side.EDGE), Input(str(zipped), Side.PEER)]
    found = tuple(read_events(inputs, library=library(), tally=Tally()))
    bundled = incidents(found)
    assert [(i.layer, i.began, i.reason, i.confidence) for i in bundled] == [
        (i.layer, i.began, i.reason, i.confidence) for i in told(case)
    ]
    assert [i.cause and i.cause.name for i in bundled] == [i.cause and i.cause.name for i in told(case)]


def said(found: Sequence[Incident]) -> list[tuple[object, ...]]:
    return [(i.layer, i.began, i.reason, i.confidence, i.cause and i.cause.name) for i in found]


def flagless(*paths: Path) -> Report:
    inputs = [Input(str(path)) for path in paths]
    return analyze(inputs, library=library(), knowledge=knowledge())


@pytest.mark.parametrize("case", NSX)
def test_a_customers_bundles_need_no_flags(tmp_path: Path, case: str) -> None:
    edge, peer = ((SAMPLES / case / f"{side}.log").read_bytes() for side in ("edge", "peer"))
    report = flagless(customer(tmp_path, edge, peer))
    assert said(report.incidents) == said(told(case))


@pytest.mark.parametrize("case", [case for case in BOTH if case not in NSX][::4])
def test_the_order_of_the_inputs_does_not_matter(case: str) -> None:
    logs = [SAMPLES / case / f"{side}.log" for side in ("edge", "peer")]
    assert said(flagless(*logs).incidents) == said(flagless(*reversed(logs)).incidents)


def test_the_standby_of_a_pair_does_not_speak_for_the_session(tmp_path: Path) -> None:
    case = SAMPLES / "cases" / "dh-group-mismatch"
    ends = "198.51.100.128", "203.0.113.128"
    standby = vpn_session(*ends, reason="SR state is not Active")
    dump = "edge/vpn-session", vpn_session(*ends)
    customer(tmp_path, (case / "edge.log").read_bytes(), (case / "peer.log").read_bytes(), dump, standby=standby)
    report = flagless(tmp_path)
    first = report.incidents[0]
    assert (first.reason, first.basis) == ("No proposal chosen", "stated")
    assert first.cause is not None
    assert (first.cause.name, first.session.edge.host, first.session.id) == ("dh-group-mismatch", "edge-01", UUID)
    assert not first.contradictions


def test_where_both_of_a_pair_say_so_nobody_has_the_session(tmp_path: Path) -> None:
    case = SAMPLES / "cases" / "dh-group-mismatch"
    both = vpn_session("198.51.100.128", "203.0.113.128", reason="SR state is not Active")
    logs = (case / "edge.log").read_bytes(), (case / "peer.log").read_bytes()
    report = flagless(customer(tmp_path, *logs, ("edge/vpn-session", both), standby=both))
    assert report.incidents[0].reason == "SR state is not Active"


def test_a_reason_in_a_dump_that_the_logs_do_not_bear_out_is_contradicted(tmp_path: Path) -> None:
    case = SAMPLES / "cases" / "dh-group-mismatch"
    dump = "edge/vpn-session", vpn_session("198.51.100.128", "203.0.113.128", reason="Authentication failed")
    customer(tmp_path, (case / "edge.log").read_bytes(), (case / "peer.log").read_bytes(), dump)
    first = flagless(tmp_path).incidents[0]
    assert first.reason == "Authentication failed"
    assert any('states "Authentication failed", but' in c and "No proposal chosen" in c for c in first.contradictions)
    assert first.cause is not None
    assert (first.cause.name, first.confidence.value) == ("dh-group-mismatch", "confirmed")  # both logs prove it


def test_a_later_failure_that_the_logs_prove_is_told_although_nsx_states_an_earlier_one(tmp_path: Path) -> None:
    case = SAMPLES / "cases" / "dh-group-mismatch"
    for log in ("edge.log", "peer.log"):
        (tmp_path / log).write_bytes((case / log).read_bytes())
    (tmp_path / "edge").mkdir()
    dump = tmp_path / "edge" / "vpn-session"
    dump.write_bytes(vpn_session("198.51.100.128", "203.0.113.128", reason="Authentication failed"))
    os.utime(dump, (1_795_280_000, 1_795_280_000))  # hours before the logs
    first = flagless(tmp_path).incidents[0]
    assert first.cause is not None
    assert (first.reason, first.cause.name) == ("Authentication failed", "dh-group-mismatch")
    assert any("but later" in c and "No proposal chosen" in c for c in first.contradictions)
