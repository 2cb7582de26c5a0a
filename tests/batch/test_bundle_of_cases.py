"""A bundle of recorded cases among much else tells what the cases tell alone; `benchmarks/bundle.py` makes it large."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from bundle import told, write_alone, write_bundle
from bundled import EDGES, recorded

if TYPE_CHECKING:
    from pathlib import Path

SCAN = (sys.executable, "-m", "whydown", "scan", "-q", "--format", "jsonl")


def scan(*words: str) -> list[tuple[str, ...]]:
    done = subprocess.run([*SCAN, *words], capture_output=True, check=True, timeout=240, text=True)
    return told(done.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the bundle and, beside it, the cases alone."""
    folder = tmp_path_factory.mktemp("support")
    (folder / "parts").mkdir()
    members = write_bundle(folder / "support.tar", 3, folder / "parts")
    assert len(members) == 14
    write_alone(folder / "alone")
    return folder


@pytest.fixture(scope="module")
def of_the_bundle(folder: Path) -> list[tuple[str, ...]]:
    return scan(str(folder / "support.tar"))


def test_a_bundle_tells_the_incidents_that_the_cases_tell_alone(
    folder: Path, of_the_bundle: list[tuple[str, ...]]
) -> None:
    alone = scan(str(folder / "alone"), "--jobs", "2")
    assert {edge for case in recorded() for edge in case.logs} == set(EDGES)
    assert len(of_the_bundle) >= len(recorded())
    assert of_the_bundle == alone


def test_the_bundle_from_the_store_tells_the_same(folder: Path, of_the_bundle: list[tuple[str, ...]]) -> None:
    words = (str(folder / "support.tar"), "--store", str(folder / "store"))
    assert scan(*words) == of_the_bundle
    assert scan(*words) == of_the_bundle


def test_the_edges_dumps_state_reasons(of_the_bundle: list[tuple[str, ...]]) -> None:
    stated = {(ends[1], reason) for *ends, _, _, reason, basis, _, _, _ in of_the_bundle if basis == "stated"}
    for case in recorded():
        if case.name in {"psk-mismatch", "dh-group-mismatch", "session-disabled"}:
            profile = case.state["Peer_Endpoint_Profile"]
            assert isinstance(profile, dict)
            assert (profile["Peer_Address"], case.state["Session_Down_Reason"]) in stated


def test_the_session_that_moves_to_the_other_edge_is_down_in_between(of_the_bundle: list[tuple[str, ...]]) -> None:
    moved = [(state, reason, cause) for *_, layer, state, reason, _, cause, _, _ in of_the_bundle if layer == "session"]
    assert ("recovered", "SR state is not Active", "sr-standby") in moved
    assert [cause for _, _, cause in moved].count("sr-standby") == 1  # no other session of the pair
