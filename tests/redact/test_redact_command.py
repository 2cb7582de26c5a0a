"""The command `redact`, `scan --redact` and `scan --bundle-evidence`: what is written, and what is refused."""

from __future__ import annotations

import getpass
import json
import platform
import zipfile
from typing import TYPE_CHECKING

import pytest

from cases import SAMPLES
from whydown import cli

if TYPE_CHECKING:
    from pathlib import Path

CASE = SAMPLES / "lab" / "edge-has-another-id-libreswan-strongswan"
LOGS = ["--edge", str(CASE / "edge.log"), "--peer", str(CASE / "peer.log")]
PRIVATE = ("edge-left", "peer-right", "edge-peer", "example.net", "198.51.100.94", "203.0.113.94")


@pytest.fixture
def whydown(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> object:
    """Return a function that runs the command in this process: its exit status, and both its streams."""
    monkeypatch.setattr(cli, "_die_quietly_on_a_closed_pipe", lambda: None)

    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(words)
        told = capfd.readouterr()
        return int(ended.value.code or 0), told.out, told.err

    return run


def private(text: str) -> list[str]:
    return [name for name in PRIVATE if name in text.lower()]


def test_a_folder_is_written_and_scanned_again(whydown: object, tmp_path: Path) -> None:
    out, secret = tmp_path / "out", tmp_path / "private.map"
    status, told, beside = whydown("redact", *LOGS, "-o", str(out), "--map", str(secret))  # type: ignore[operator]
    assert status == 0
    assert "The verdict on these files is the same: 2 incidents." in told
    assert private(told + beside) == []
    assert sorted(f.name for f in out.iterdir()) == ["edge.redacted-01.log", "peer.redacted-01.log"]
    assert private("".join(f.read_text() for f in out.iterdir())) == []
    assert secret.stat().st_mode & 0o777 == 0o600
    _, scanned, _ = whydown("scan", "-q", str(out))  # type: ignore[operator]
    _, redacted, _ = whydown("scan", "-q", "--redact", "--map", str(secret), *LOGS)  # type: ignore[operator]
    assert private(redacted) == []
    assert scanned.splitlines()[:11] == redacted.splitlines()[:11]  # then comes the number, and the paths differ


def test_the_evidence_bundle_tells_nothing_of_this_machine(whydown: object, tmp_path: Path) -> None:
    bundle = tmp_path / "case.zip"
    status, _, _ = whydown("scan", "-q", *LOGS, "--bundle-evidence", str(bundle))  # type: ignore[operator]
    assert status == 0
    with zipfile.ZipFile(bundle) as archive:
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    assert set(found) == {
        *("edge.evidence-01.log", "peer.evidence-01.log", "report.txt", "report.jsonl", "environment.json")
    }
    told = json.loads(found["environment.json"])
    assert told["all lines"]["lines"] == 238
    assert told["kept lines"] == {"edge.evidence-01.log": 35, "peer.evidence-01.log": 54}
    assert "peer.evidence-01.log:51" in found["report.txt"]
    everything = "\n".join(found.values())
    assert str(SAMPLES) not in everything
    assert platform.node() not in found["environment.json"]
    assert getpass.getuser() not in found["environment.json"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["scan", *LOGS, "--map", "x.map"], "--map holds pseudonyms"),
        (["scan", str(CASE), "--jobs", "2", "--bundle-evidence", "x.zip"], "is for one case"),
        (["scan", str(CASE), "--store", "x.store", "--redact"], "keeps names and addresses"),
        (["redact", *LOGS, "-o", str(CASE)], "not an empty folder"),
        (["redact", *LOGS, "-o", "out", "--map", "out/private.map"], "sent along"),
        (["redact", *LOGS, "-o", "out", "--map", str(CASE / "edge.log")], "is an input"),
        (["scan", *LOGS, "--bundle-evidence", str(CASE / "edge.log")], "would overwrite it"),
    ],
)
def test_what_would_do_harm_is_refused_in_one_sentence(
    whydown: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    status, told, beside = whydown(*words)  # type: ignore[operator]
    assert status == 2
    assert told == ""
    assert says in beside
    assert list(tmp_path.iterdir()) == []
