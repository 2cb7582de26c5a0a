"""The events of many bundles as one table, read by several processes."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from batch.given import bundles
from whydown import read_table
from whydown.batch.events import Reading, reader
from whydown.batch.outcome import Status
from whydown.batch.reading import Plan
from whydown.batch.workers import Limits
from whydown.diagnose.asked import Options

PROGRAM = (sys.executable, "-c", "from whydown.cli import main; main()")
ENVIRONMENT = {**os.environ, "PYTHONIOENCODING": "utf-8", "XDG_CONFIG_HOME": "/nonexistent", "COLUMNS": "80"}
PLAN = Plan(Options())


def whydown(*words: str) -> tuple[int, str, str]:
    done = subprocess.run([*PROGRAM, *words], capture_output=True, check=False, timeout=120, env=ENVIRONMENT)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundles(tmp_path_factory.mktemp("batch") / "in")


def test_the_events_of_many_bundles_are_one_table_whatever_the_number_of_jobs(folder: Path, tmp_path: Path) -> None:
    status, two, said = whydown("events", str(folder), "--jobs", "2", "-f", "csv")
    assert status == 4  # a bundle is damaged
    assert "cut.tgz: damaged; what could be read is there" in said
    assert whydown("events", str(folder), "--jobs", "1", "-f", "csv")[1] == two
    rows = list(csv.DictReader(io.StringIO(two)))
    found = Counter(Path(row["bundle"]).name for row in rows)
    for name in ("psk-mismatch.tgz", "dh-group-mismatch.tgz", "flapping"):
        alone = whydown("events", "-q", str(folder / name), "-f", "csv")[1]
        assert found[name] == len(list(csv.DictReader(io.StringIO(alone)))) > 0
    assert found["quiet.tgz"] == 0
    assert [row["bundle"] for row in rows] == sorted(row["bundle"] for row in rows)
    into = tmp_path / "events.parquet"
    assert whydown("events", "-q", str(folder), "--jobs", "2", "-f", "parquet", "-o", str(into))[0] == 4
    (tmp_path / "events.csv").write_text(two, encoding="utf-8")
    assert read_table(tmp_path / "events.csv").equals(read_table(into))


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("--jobs", "1"), 2, "Choose csv or parquet"),
        (("--jobs", "1", "-f", "csv", "--edge", "x"), 2, "one folder"),
    ],
)
def test_what_cannot_be_one_table_is_refused(folder: Path, words: tuple[str, ...], status: int, says: str) -> None:
    code, out, said = whydown("events", str(folder), *words)
    assert (code, out) == (status, "")
    assert says in said


def test_no_bundle_at_all_is_an_input_that_is_missing(tmp_path: Path) -> None:
    code, _, said = whydown("events", str(tmp_path / "none"), "--jobs", "1", "-f", "csv")
    assert code == 3
    assert "there is no such file" in said


def test_rows_come_in_pieces_and_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = str(folder / "psk-mismatch.tgz")
    whole = reader(PLAN)(case)
    monkeypatch.setattr("whydown.batch.events._PIECE", 7)
    parts = reader(PLAN)(case)
    assert len(whole.pieces) == 1
    assert len(parts.pieces) > 10
    assert list(parts.rows()) == list(whole.rows())


def test_a_bundle_that_takes_too_long_is_said_to(folder: Path) -> None:
    cases = [str(folder / "flapping"), str(folder / "psk-mismatch.tgz")]
    reading = Reading(cases, PLAN, 2, Limits(seconds=0.001))
    assert list(reading.rows()) == []
    assert {found.status for found in reading.ended.values()} == {Status.FAILED}
    assert all("more than 0.001 seconds" in found.message for found in reading.ended.values())
