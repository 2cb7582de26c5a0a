from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from batch.given import bundles
from whydown.batch.cases import find_cases
from whydown.batch.outcome import Status
from whydown.batch.reading import Plan
from whydown.batch.run import run
from whydown.batch.workers import Limits
from whydown.diagnose.asked import Options
from whydown.report.schema import schema
from whydown.tally import Tally

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = (sys.executable, "-c", "from whydown.cli import main; main()")
ENVIRONMENT = {**os.environ, "PYTHONIOENCODING": "utf-8", "XDG_CONFIG_HOME": "/nonexistent", "COLUMNS": "80"}


def whydown(*words: str) -> tuple[int, str, str]:
    done = subprocess.run([*PROGRAM, *words], capture_output=True, check=False, timeout=120, env=ENVIRONMENT)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundles(tmp_path_factory.mktemp("batch") / "in")


@pytest.fixture(scope="module")
def lines(folder: Path) -> list[dict[str, Any]]:
    """Return what a scan of the folder writes as JSON lines."""
    status, out, _ = whydown("scan", str(folder), "--jobs", "2", "--format", "jsonl")
    assert status == 4  # a bundle is damaged
    return [json.loads(line) for line in out.splitlines()]


def of_bundle(lines: list[dict[str, Any]], name: str, kind: str) -> list[dict[str, Any]]:
    return [one for one in lines if one["type"] == kind and one["bundle"].endswith(name)]


@pytest.mark.parametrize(
    ("name", "status", "cause"),
    [
        ("psk-mismatch.tgz", "read", "psk-mismatch"),
        ("dh-group-mismatch.tgz", "read", "dh-group-mismatch"),
        ("flapping", "read", "flapping"),
        ("cut.tgz", "damaged", None),
        ("quiet.tgz", "nothing", None),
    ],
)
def test_each_bundle_is_a_case_of_its_own(
    lines: list[dict[str, Any]], name: str, status: str, cause: str | None
) -> None:
    (bundle,) = of_bundle(lines, name, "bundle")
    assert bundle["status"] == status
    causes = [one["cause"]["name"] for one in of_bundle(lines, name, "incident") if one["cause"]]
    assert cause is None or causes[0].split("/")[0] == cause


def test_the_roll_up_counts_what_the_bundles_hold(lines: list[dict[str, Any]]) -> None:
    *others, rollup = lines
    incidents = [one for one in others if one["type"] == "incident" and not one["follows"]]
    assert rollup["type"] == "rollup"
    assert (rollup["bundles"], rollup["failed"], rollup["incidents"]) == (5, 0, len(incidents))
    for by, counts in rollup["by"].items():
        assert sum(count["incidents"] for count in counts) == len(incidents), by
    assert {count["name"] for count in rollup["by"]["reason"]} == {one["reason"]["name"] for one in incidents}


def test_every_line_is_as_the_schema_says(lines: list[dict[str, Any]]) -> None:
    held = Draft202012Validator(schema())
    assert {one["type"] for one in lines} == {"incident", "bundle", "rollup"}
    for one in lines:
        held.validate(one)


def test_the_answer_is_the_same_for_any_number_of_jobs_and_order_of_paths(
    folder: Path, lines: list[dict[str, Any]]
) -> None:
    paths = sorted(map(str, folder.iterdir()), reverse=True)
    status, out, _ = whydown("scan", *paths, "--jobs", "1", "--format", "jsonl")
    assert status == 4
    assert [json.loads(line) for line in out.splitlines()] == lines


def test_incidents_of_all_bundles_are_one_table_also_from_the_store(
    folder: Path, tmp_path: Path, lines: list[dict[str, Any]]
) -> None:
    from whydown.report.frames import read  # noqa: PLC0415

    store = tmp_path / "store"
    for written in ("csv", "parquet"):
        result = tmp_path / f"incidents.{written}"
        done = whydown("scan", str(folder), "--store", str(store), "--format", written, "-o", str(result))
        assert done[0] == 4
        found = read(result)
        assert list(found["id"]) == [one["id"] for one in lines if one["type"] == "incident"]
        assert list(found["bundle"]) == [one["bundle"] for one in lines if one["type"] == "incident"]


def plan(**options: Any) -> Plan:
    return Plan(Options(**options))


def test_what_has_not_changed_is_not_read_again(folder: Path, tmp_path: Path) -> None:
    store, tally = tmp_path / "store", Tally()
    cases = find_cases([str(folder)], tally)
    settle(folder)
    first = run(cases, plan(), jobs=2, store=store)
    again = run(cases, plan(), jobs=2, store=store)
    assert (first.from_store, again.from_store) == (0, 5)
    assert again.outcomes == first.outcomes
    assert run(cases, plan(year=2025), jobs=2, store=store).from_store == 0


def test_only_what_has_changed_is_read_again(tmp_path: Path) -> None:
    folder, store = bundles(tmp_path / "in"), tmp_path / "store"
    cases = find_cases([str(folder)], Tally())
    run(cases, plan(), jobs=2, store=store)
    changed = folder / "flapping" / "edge.log"
    changed.write_bytes(changed.read_bytes() + b"2026-11-21T20:40:01Z edge-01 cron[7]: another line\n")
    again = run(cases, plan(), jobs=2, store=store)
    assert again.from_store == 4
    assert dict(again.outcomes)[str(folder / "flapping")].status is Status.READ


def test_a_file_of_the_same_size_and_time_but_other_content_is_read_again(tmp_path: Path) -> None:
    folder, store = bundles(tmp_path / "in"), tmp_path / "store"
    path = folder / "flapping" / "edge.log"
    run([str(path)], plan(), jobs=1, store=store)
    status, data = path.stat(), path.read_bytes()
    path.write_bytes(data.replace(b"203.0.113.20", b"203.0.113.29"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size
    again = run([str(path)], plan(), jobs=1, store=store)
    assert again.from_store == 0
    assert {row.session for row in again.outcomes[0][1].rows} == {"203.0.113.29"}


def test_a_bundle_that_takes_too_long_is_given_up_and_the_others_are_read(folder: Path, tmp_path: Path) -> None:
    slow = tmp_path / "slow.log"
    os.mkfifo(slow)  # nobody writes: reading waits for ever
    cases = [str(folder / "psk-mismatch.tgz"), str(slow)]
    batch = run(cases, plan(), jobs=2, limits=Limits(20.0), store=tmp_path / "store")
    outcomes = dict(batch.outcomes)
    assert outcomes[str(slow)].status is Status.FAILED
    assert outcomes[str(slow)].message == "it took more than 20 seconds"
    assert outcomes[cases[0]].rows[0].reason == "Authentication failed"


def test_a_run_that_is_interrupted_keeps_what_it_had_finished(folder: Path, tmp_path: Path) -> None:
    slow, store = tmp_path / "slow.log", tmp_path / "store"
    os.mkfifo(slow)
    words = [*PROGRAM, "scan", str(folder / "psk-mismatch.tgz"), str(slow), "--jobs", "1", "--store", str(store)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT) as process:
        for _ in range(600):
            time.sleep(0.1)
            with contextlib.suppress(OSError):
                if store.stat().st_size and "psk" in fleet_of(store):
                    break
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in told
    assert run([str(folder / "psk-mismatch.tgz")], plan_of_the_command(), jobs=1, store=store).from_store == 1


def fleet_of(store: Path) -> str:
    return whydown("fleet", "--store", str(store), "--format", "jsonl")[1]


def plan_of_the_command() -> Plan:
    from whydown.grammar.places import digest  # noqa: PLC0415

    return Plan(Options(), (), digest())


def settle(folder: Path) -> None:
    """Wait until a glance at the files can be trusted."""
    latest = max(path.stat().st_ctime for path in folder.rglob("*"))
    time.sleep(max(0.0, latest + 3.2 - time.time()))


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--jobs", "2"), 2, "There is nothing to read."),
        (("--jobs", "2", "--edge", "a"), 2, "each bundle is a case of its own"),
        (("nowhere", "--jobs", "2"), 3, "There is no bundle to read (nowhere: there is no such file)."),
        (("-", "--jobs", "2"), 2, "--jobs and --store read bundles by name."),
        (("{quiet}", "--jobs", "2"), 3, ""),
        (("{psk}", "--jobs", "2", "--fail-on", "psk-mismatch"), 1, ""),
        (("{psk}", "--jobs", "2", "--fail-on", "flapping"), 0, ""),
        (("{psk}", "--store", "{psk}"), 2, "is damaged, or no store of whydown."),
        (("{psk}", "--store", "{psk}/store"), 2, "cannot be used as a store"),
    ],
)
def test_the_exit_status_and_one_sentence(folder: Path, words: tuple[str, ...], status: int, said: str) -> None:
    names = {"{quiet}": str(folder / "quiet.tgz"), "{psk}": str(folder / "psk-mismatch.tgz")}
    done = whydown("scan", *(names.get(word, word) for word in words))
    assert done[0] == status
    assert said in done[2]
    assert "Traceback" not in done[2]
