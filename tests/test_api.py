"""The Python API: the same answers as the command's, as frames and values, loaded only when asked for."""

from __future__ import annotations

import html.parser
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from pandas.testing import assert_frame_equal

import whydown
from report.given import a_report, both_sides, tunnel_below
from report.hostile import SECRET, acting, report_of, texts
from whydown.errors import InputError, KnowledgeError, UsageError
from whydown.report import notebook

CASE = Path(__file__).parents[1] / "sample_logs" / "lab" / "dh-group-differs-strongswan-strongswan"
CLEAN = CASE.parent / "clean-life-after-invalid-ke-retry-libreswan-strongswan"
EDGE, PEER = CASE / "edge.log", CASE / "peer.log"


@cache
def found() -> whydown.Analysis:
    return whydown.analyze(edge=EDGE, peer=PEER)


def test_incidents_are_those_of_the_command() -> None:
    first = found().incidents.iloc[0]
    assert (first["reason"], first["cause"]) == ("No proposal chosen", "dh-group-mismatch")
    assert first["differs"] == "DH group: edge MODP_2048, peer MODP_3072"
    rows = [json.loads(line) for line in found().to_jsonl().splitlines()]
    assert [row["id"] for row in rows[:-1]] == list(found().incidents["id"])
    assert found().to_text().startswith("# IPsec session DOWN: No proposal chosen\n")


def test_the_typed_values_are_there_too() -> None:
    report = found().report
    assert report.incidents[0].differs[0].edge == "MODP_2048"
    assert report.tally.lines == sum(report.tally.by_source.values())
    assert len(report.grammars) == 12


def test_evidence_is_the_line_itself() -> None:
    for row in found().evidence.itertuples():
        written = Path(str(row.source)).read_text().splitlines()[int(str(row.line)) - 1]
        assert str(row.text) in written
        assert row.place == f"{row.source}:{row.line}"


def test_events_of_both_sides_stand_on_one_clock_in_order() -> None:
    events = found().events
    assert set(events["side"]) == {"edge", "peer"}
    assert events["edge_at"].is_monotonic_increasing
    assert set(events["vpn"].dropna()) == {"edge-peer"}
    moved = events[events["side"] == "peer"]
    assert set((moved["edge_at"] - moved["at"]).dt.total_seconds()) == {0.093}


def test_evidence_incidents_and_events_can_be_joined() -> None:
    joined = found().evidence.merge(found().events, left_on="event", right_on="id", suffixes=("", "_event"))
    assert list(joined["place"]) == list(joined["place_event"])
    assert len(joined) == len(found().evidence)
    assert set(found().evidence["incident"]) <= set(found().incidents["id"])


def test_events_alone_are_those_of_the_analysis() -> None:
    alone = whydown.events(edge=str(EDGE), peer=[PEER])
    assert set(alone["id"]) == set(found().events["id"])


def test_nothing_wrong_gives_empty_frames_with_the_same_types() -> None:
    quiet = whydown.analyze(edge=CLEAN / "edge.log", peer=CLEAN / "peer.log")
    assert len(quiet.incidents) == len(quiet.evidence) == 0
    assert quiet.incidents.dtypes.equals(found().incidents.dtypes)
    assert quiet.evidence.dtypes.equals(found().evidence.dtypes)
    assert "no incident found" in repr(quiet)


@pytest.mark.parametrize("after", [datetime(2026, 11, 22, tzinfo=UTC), "2026-11-22T00:00", "2026-11-22 01:00+01:00"])
def test_times_may_be_texts_or_datetimes(after: str | datetime) -> None:
    assert len(whydown.analyze(edge=EDGE, peer=PEER, since=after).read) == 0
    assert len(whydown.analyze(edge=EDGE, peer=PEER, until=after).read) == len(found().read)


def test_a_zone_may_be_a_name_or_a_tzinfo() -> None:
    log = CLEAN / "peer.log"
    assert_frame_equal(whydown.events(log, zone="+02:00"), whydown.events(log, zone=pd.Timestamp(0, tz="+02:00").tz))


@pytest.mark.parametrize(("name", "read"), [("found.csv", True), ("found.parquet", True), ("found.jsonl", False)])
def test_what_is_saved_is_in_the_format_of_its_ending(tmp_path: Path, name: str, read: bool) -> None:  # noqa: FBT001
    found().save(tmp_path / name)
    if read:
        assert_frame_equal(whydown.read_table(tmp_path / name), found().incidents)
    else:
        assert (tmp_path / name).read_text() == found().to_jsonl()


def test_an_unknown_format_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"text.*jsonl.*csv.*parquet"):
        found().save(tmp_path / "found.docx")
    assert not list(tmp_path.iterdir())


def test_misuse_is_told_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"whydown.analyze\(edge="):
        whydown.analyze()
    with pytest.raises(UsageError, match="both sides"):
        whydown.analyze(edge=EDGE, peer=EDGE)
    with pytest.raises(UsageError, match="no time zone"):
        whydown.events(EDGE, zone="Nowhere/Town")
    with pytest.raises(InputError):
        whydown.analyze(edge=tmp_path / "none.log")
    (tmp_path / "other.log").write_text("2026-01-01T00:00:00Z host cron[1]: nothing to see\n")
    with pytest.raises(InputError, match="The one line is not of an IKE daemon"):
        whydown.analyze(tmp_path / "other.log")


def test_grammars_are_read_anew_when_their_files_change(tmp_path: Path) -> None:
    (tmp_path / "own.grammar").write_text("grammar own\n")
    with pytest.raises(KnowledgeError):
        whydown.events(EDGE, grammars=tmp_path)
    (tmp_path / "own.grammar").unlink()
    assert len(whydown.events(EDGE, grammars=[tmp_path])) > 0


class Tags(html.parser.HTMLParser):
    """Collects the tags and attributes of some HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[tuple[str, str | None]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag and its attributes' names."""
        self.seen |= {(tag, name) for name, _ in attrs} | {(tag, None)}


@given(texts)
def test_a_notebook_shows_hostile_text_and_does_nothing_with_it(text: str) -> None:
    shown = notebook.snippet(report_of(text))
    assert not acting(shown)
    tags = Tags()
    tags.feed(shown)
    cells = {(tag, "style") for tag in ("th", "td")}
    assert tags.seen <= cells | {(t, None) for t in ("div", "p", "b", "table", "thead", "tbody", "tr", "th", "td")}


def test_a_notebooks_summary_is_short_and_keeps_secrets() -> None:
    shown = notebook.snippet(replace(report_of(f'PSK "{SECRET}"'), incidents=(both_sides(),) * 400))
    assert len(shown) < 20_000
    assert "... and 380 more" in shown
    assert SECRET not in notebook.snippet(report_of(f'PSK "{SECRET}"'))
    assert "no incident found" in notebook.snippet(a_report())


def test_a_tunnel_that_merely_follows_is_counted_and_not_shown() -> None:
    report = a_report(both_sides(), tunnel_below())
    assert notebook.headline(report).startswith("1 incident, 1 still open, 1 tunnel down with it; 5,000 lines")
    assert notebook.snippet(report).count("<tr>") == 2


def test_the_package_loads_the_api_only_when_it_is_asked_for() -> None:
    program = "import sys, whydown; before = {*sys.modules}; whydown.analyze; print(*before, '|', *sys.modules)"
    before, after = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split("|")
    assert not {"whydown.api", "whydown.pipeline", "pandas", "numpy", "typer"} & {*before.split()}
    assert "whydown.api" in after.split()
    assert not {"pandas", "numpy", "pyarrow"} & {*after.split()}


def test_there_is_no_more_in_the_package_than_it_says() -> None:
    assert {"analyze", "events", "read_table", "Analysis"} <= {*dir(whydown)}
    with pytest.raises(AttributeError, match="analyse"):
        whydown.analyse  # noqa: B018
