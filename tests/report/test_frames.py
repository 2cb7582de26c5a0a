"""Frames: the types, the same types without rows, and the way through CSV and parquet and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from pandas.testing import assert_frame_equal

from report.given import ALARM, EDGE, OFFERED, T0, a_report, an_event, both_sides, edge_alone, tunnel_below
from report.hostile import SECRET, acting, event_of, report_of, texts
from whydown.envelope.record import Certainty
from whydown.errors import InputError, UsageError
from whydown.grammar.vocabulary import Kind
from whydown.report import frames, parquet, sheet
from whydown.report.layout import Style
from whydown.report.table import EVENTS, EVIDENCE, INCIDENTS, TABLES, Table, event_rows, evidence_rows, incident_rows

if TYPE_CHECKING:
    from pathlib import Path

    from whydown.report.model import Report

REPORT = a_report(both_sides(), tunnel_below(), edge_alone())


def incidents(report: Report) -> pd.DataFrame:
    return frames.frame(INCIDENTS, incident_rows(report))


def types(frame: pd.DataFrame) -> dict[str, str]:
    return {str(name): str(kind) for name, kind in frame.dtypes.items()}


def test_incidents_have_the_types_of_what_they_hold() -> None:
    frame = incidents(REPORT)
    kinds = types(frame)
    assert {kinds[name] for name in ("began", "ended", "last_seen")} == {"datetime64[us, UTC]"}
    assert {kinds[name] for name in ("layer", "state", "confidence", "fault_side", "basis")} == {"category"}
    assert {kinds[name] for name in ("id", "reason", "cause", "evidence", "session")} == {"string"}
    assert (kinds["attempts"], kinds["clock_offset_s"], kinds["edge_heard"]) == ("Int64", "Float64", "boolean")
    assert not [name for name, kind in kinds.items() if kind == "object"]


def test_values_are_as_the_incidents_have_them() -> None:
    first = incidents(REPORT).iloc[0]
    assert first["began"] == pd.Timestamp(T0, unit="us", tz="UTC")
    assert first["ended"] is pd.NaT
    assert (first["attempts"], first["clock_offset_s"], first["edge_heard"]) == (41, 2.31, True)
    assert incidents(REPORT).iloc[2]["cause"] is pd.NA


def test_surer_is_more() -> None:
    frame = incidents(REPORT)
    assert list(frame[frame["confidence"] >= "probable"]["id"]) == ["7f3a01c2d4e5", "aa3a01c2d4e5"]


@pytest.mark.parametrize("table", TABLES.values())
def test_no_rows_have_the_same_types_as_some(table: Table) -> None:
    report = a_report(both_sides())
    some = {"incidents": incident_rows(report), "evidence": evidence_rows(report), "events": event_rows([ALARM])}
    empty = frames.frame(table, ())
    assert len(empty) == 0
    assert [str(name) for name in empty] == [column.name for column in table.columns]
    if table in (INCIDENTS, EVIDENCE, EVENTS):
        full = frames.frame(table, some[table.name])
        assert len(full) > 0
        assert list(full.dtypes) == list(empty.dtypes)


def test_frames_of_several_runs_can_be_put_together() -> None:
    one, two = incidents(a_report(both_sides())), incidents(a_report(edge_alone()))
    assert types(pd.concat([one, two])) == types(one)


def test_evidence_leads_to_the_lines() -> None:
    frame = frames.frame(EVIDENCE, evidence_rows(REPORT))
    first = frame[frame["incident"] == "7f3a01c2d4e5"].iloc[0]
    assert (first["place"], first["source"], first["line"]) == (
        "logs/from-branch-12/charon.log:90112",
        "logs/from-branch-12/charon.log",
        90112,
    )
    assert (first["role"], first["side"], first["provenance"]) == ("offered", "peer", "seen")


def test_an_events_numbers_are_numbers() -> None:
    event = an_event(EDGE, Kind.IKE_LIFETIME, lifetime=28800.0, local_port=500, ike_id=3, group=14)
    row = frames.frame(EVENTS, event_rows([event])).iloc[0]
    assert (row["lifetime"], row["local_port"], row["ike_id"], row["group"]) == (28800.0, 500, 3, 14)


def test_a_number_that_64_bits_do_not_hold_is_left_out() -> None:
    row = frames.frame(EVENTS, event_rows([an_event(EDGE, Kind.GIST, count=2**64, tries=2**63 - 1)])).iloc[0]
    assert row["count"] is pd.NA
    assert row["tries"] == 2**63 - 1


def test_a_line_without_a_time_has_none() -> None:
    event = ALARM._replace(certainty=Certainty.UNTIMED)
    assert frames.frame(EVENTS, event_rows([event])).iloc[0]["at"] is pd.NaT


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("report", [REPORT, a_report(), a_report(edge_alone())], ids=["three", "none", "one"])
def test_incidents_come_back_as_they_were(tmp_path: Path, suffix: str, report: Report) -> None:
    path = tmp_path / f"incidents{suffix}"
    write(path, report)
    assert_frame_equal(frames.read(path), incidents(report))


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_events_come_back_as_they_were(tmp_path: Path, suffix: str) -> None:
    events = [ALARM, OFFERED, an_event(EDGE, Kind.IKE_LIFETIME, lifetime=0.5, local_port=500)]
    path = tmp_path / f"events{suffix}"
    parts = sheet.event_parts(events) if suffix == ".csv" else parquet.event_parts(events)
    path.write_bytes(b"".join(p if isinstance(p, bytes) else p.encode() for p in parts))
    assert_frame_equal(frames.read(path), frames.frame(EVENTS, event_rows(events)))


def test_pandas_alone_reads_the_parquet_with_its_types(tmp_path: Path) -> None:
    path = tmp_path / "incidents.parquet"
    write(path, REPORT)
    assert_frame_equal(pd.read_parquet(path), incidents(REPORT))


def test_many_events_are_written_in_groups_and_read_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_GROUP", 3)
    events = [ALARM, OFFERED] * 5
    parts = list(parquet.event_parts(iter(events)))
    (tmp_path / "events.parquet").write_bytes(b"".join(parts))
    assert sum(map(bool, parts)) >= 4
    assert_frame_equal(frames.read(tmp_path / "events.parquet"), frames.frame(EVENTS, event_rows(events)))


def test_two_runs_write_the_same_bytes() -> None:
    assert list(parquet.parts(REPORT, Style())) == list(parquet.parts(REPORT, Style()))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(texts)
def test_hostile_text_comes_back_as_it_is_shown(tmp_path: Path, text: str) -> None:
    report = report_of(text)
    frame = incidents(report)
    assert not acting(frame.to_csv())
    for suffix in (".csv", ".parquet"):
        path = tmp_path / f"hostile{suffix}"
        write(path, report)
        assert_frame_equal(frames.read(path), frame)
    assert len(frames.frame(EVENTS, event_rows([event_of(text)]))) == 1


def test_secrets_are_in_no_frame_and_no_parquet(tmp_path: Path) -> None:
    report = report_of(f'PSK "{SECRET}"')
    write(tmp_path / "i.parquet", report)
    assert SECRET not in incidents(report).to_csv()
    assert SECRET not in frames.frame(EVIDENCE, evidence_rows(report)).to_csv()
    assert SECRET.encode() not in (tmp_path / "i.parquet").read_bytes()


@pytest.mark.parametrize(
    ("name", "content"),
    [("none.csv", None), ("other.csv", b"a,b\n1,2\n"), ("empty.csv", b""), ("text.parquet", b"no parquet at all")],
)
def test_a_file_that_is_no_table_is_named(tmp_path: Path, name: str, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=name):
        frames.read(tmp_path / name)


def test_a_missing_library_is_told_with_the_way_to_get_it() -> None:
    with pytest.raises(UsageError, match=r"pip install 'whydown\[frames\]'"):
        frames.library("whydown_has_no_such_module")


def write(path: Path, report: Report) -> None:
    parts = sheet.parts(report, Style()) if path.suffix == ".csv" else parquet.parts(report, Style())
    path.write_bytes(b"".join(p if isinstance(p, bytes) else p.encode() for p in parts))
