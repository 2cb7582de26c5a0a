"""A batch under pseudonyms: nothing of the bundles' own names gets out, and what they tell stays."""

from __future__ import annotations

import shutil
import stat
from typing import TYPE_CHECKING

import pytest

from batch.test_run import whydown
from cases import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

CASES = ("dh-group-differs-strongswan-libreswan", "peer-deletes-the-ike-sa-strongswan-libreswan")
NAMES = ("edge-left", "peer-right", "edge-peer", "198.51.100.", "203.0.113.", "acme", "192.0.2.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("redacted") / "acme-bundles"
    for number, case in enumerate(CASES):
        shutil.copytree(SAMPLES / "lab" / case, made / f"acme-{number}")
    (made / "acme-empty").mkdir()
    return made


@pytest.mark.parametrize("form", ["text", "jsonl", "csv"])
def test_a_redacted_batch_holds_no_name_and_is_the_same_for_any_number_of_jobs(
    folder: Path, tmp_path: Path, form: str
) -> None:
    private = tmp_path / "private.map"
    words = ("scan", str(folder), "--redact", "--map", str(private), "-q", "-f", form, "--jobs")
    status, first, beside = whydown(*words, "1")
    assert (status, beside) == (4, "")
    assert [name for name in NAMES if name in first] == []
    assert "bundle-1" in first
    assert "dh-group-mismatch" in first
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    kept = private.read_bytes()
    assert b"edge-left" in kept
    assert whydown(*words, "2") == (status, first, beside)
    assert private.read_bytes() == kept


def test_a_gateway_of_two_bundles_bears_one_pseudonym_and_the_verdicts_stay(folder: Path) -> None:
    _, redacted, _ = whydown("scan", str(folder), "--redact", "--jobs", "2", "-q")
    _, plain, _ = whydown("scan", str(folder), "--jobs", "2", "-q")
    of_edge = redacted.partition("## By edge")[2].partition("##")[0]
    assert "| host-1 | 2         | 2    | 2       |" in of_edge
    assert (
        redacted.partition("## By cause")[2].partition("##")[0] == plain.partition("## By cause")[2].partition("##")[0]
    )
