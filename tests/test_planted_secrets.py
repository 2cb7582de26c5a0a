"""Two hundred planted secrets, in every form of log, and not one of them in any output."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from cases import SAMPLES, library
from planted import Planted, planted
from whydown.report.formats import EventFormat, Format
from whydown.report.secrets import HIDDEN, without_secrets

if TYPE_CHECKING:
    from pathlib import Path

CASE = SAMPLES / "lab" / "dh-group-differs-strongswan-strongswan"
PLANTED = planted()
AT = "2026-11-21T21:02:34.646400+00:00"


def leaks(data: bytes) -> list[str]:
    """Return the messages whose secret stands in an output, as it is or in JSON's or HTML's spelling."""
    text = data.decode(errors="replace")
    return [one.message for one in PLANTED for canary in one.canaries if canary in text or canary.lower() in text]


def test_there_are_two_hundred_and_each_is_seen_where_it_leaks() -> None:
    assert len(PLANTED) >= 200
    assert all(leaks(one.message.encode()) for one in PLANTED)


@pytest.mark.parametrize("one", PLANTED, ids=lambda one: one.message[:40])
def test_a_planted_secret_is_found(one: Planted) -> None:
    shown = without_secrets(one.message)
    assert not [canary for canary in one.canaries if canary in shown]
    assert without_secrets(shown) == shown
    in_line = f"<30>1 {AT} gw-b charon - - -  14[CFG] {one.message} and so on"
    assert not [canary for canary in one.canaries if canary in without_secrets(in_line)]


def test_no_daemons_own_sentence_is_taken_for_a_secret() -> None:
    said = [(text, without_secrets(text)) for text in _sentences()]
    assert [pair for pair in said if pair[0] != pair[1] and "malformed secret" not in pair[0]] == []


def _sentences() -> list[str]:
    grammars = library().grammars
    tries = [one for g in grammars for e in g.events for one in e.tries]
    tries += [one for g in grammars for e in g.ignores for one in e.tries]
    lines = [line for path in SAMPLES.glob("*/*/*.log") for line in path.read_text(errors="replace").splitlines()]
    return [*(text for one in tries for text in (one.line, *one.also)), *dict.fromkeys(lines)]


# ------------------------------------------------------------------------------------------------ whole commands


def _folded(message: str) -> str:
    return message.replace("\n", "#012")


def _edge_log() -> str:
    """Return a recorded log with the secrets in lines of charon, in fields of events, in other programs' lines."""
    rows = [(CASE / "edge.log").read_text()]
    for one in PLANTED:
        text = _folded(one.message)
        rows.append(f"<30>1 {AT} edge-left charon - - -  14[CFG] {text}\n")
        rows.append(f"<30>1 {AT} edge-left charon - - -  14[IKE] <edge-peer|1> received {text} notify error\n")
        rows.append(
            f'<30>1 {AT} edge-left charon 7 - [x@1 note="{text.replace(chr(34), chr(92) + chr(34))}"] 14[CFG] what is this\n'
        )
        rows.append(
            f"<30>1 {AT} edge-left bgpd - - -  %NOTIFICATION: sent to neighbor 169.254.7.1 6/2 ({text}) 0 bytes\n"
        )
    return "".join(rows)


def _peer_log() -> str:
    """Return a recorded log with the secrets in lines of pluto, of an Edge's iked, and of a journal."""
    rows = [(CASE / "peer.log").read_text()]
    data = '[nsx@6876 comp="nsx-edge" subcomp="iked" s2comp="ike-stack" level="INFO"]'
    for one in PLANTED:
        text = _folded(one.message)
        rows.append(f'<84>1 {AT} peer-right pluto 7 - -  "edge-peer" #1: {text}\n')
        rows.append(f"{AT.replace('+00:00', 'Z')} peer-right NSX 46794 VPN {data}   Message: {text}\n")
        rows.append(f"{AT.replace('+00:00', 'Z')} peer-right NSX 46794 VPN {data}   Reason: {text}\n")
    return "".join(rows)


def _journal() -> str:
    head = {"__REALTIME_TIMESTAMP": "1795294954646400", "_HOSTNAME": "gw-j", "SYSLOG_IDENTIFIER": "charon", "_PID": "7"}
    rows = [json.dumps({**head, "MESSAGE": "00[DMN] Starting IKE charon daemon (strongSwan 5.9.8, Linux 6, x86_64)"})]
    for one in PLANTED:
        message = f"14[CFG] {one.message}"
        rows.append(json.dumps({**head, "MESSAGE": message, "_CMDLINE": one.message}))
        rows.append(json.dumps({**head, "MESSAGE": list(message.encode())}))
    return "\n".join(rows) + "\n"


def _dump() -> str:
    rows = ["gw-e> get ipsecvpn session down\nIKE Session ID : 3\nUUID : 6f2d1a34-0b7c-4c59-9a55-0d1f5f0e2a01\n"]
    rows += ["Local IP : 192.0.2.1\nPeer IP : 198.51.100.7\nSession Status : Down\nDown Reason : Peer not responding\n"]
    return "".join(rows) + "".join(f"Description : {one.message}\n" for one in PLANTED)


def _api() -> str:
    session = {
        "resource_type": "RouteBasedIPSecVpnSession",
        "id": "to-b",
        "enabled": False,
        "peer_address": "192.0.2.9",
    }
    secrets = {f"note_{n}": one.message for n, one in enumerate(PLANTED)}
    texts = [
        {"display_name": one.message, "path": f"/infra/ipsec-vpn-services/s/sessions/{n}"}
        for n, one in enumerate(PLANTED)
    ]
    return json.dumps([{**session, **secrets, "psk": PLANTED[0].canaries[0]}, *texts], indent=1)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the logs."""
    folder = tmp_path_factory.mktemp("planted")
    for name, text in (
        ("edge.log", _edge_log()),
        ("peer.log", _peer_log()),
        ("journal.log", _journal()),
        ("session.txt", _dump()),
        ("api.json", _api()),
    ):
        (folder / name).write_text(text)
    return folder


def _run(logs: Path, *words: str) -> tuple[bytes, bytes]:
    """Run the command; return both its streams, and leave its cache beside the logs."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(logs / "cache"), "XDG_CONFIG_HOME": "/nonexistent"}
    done = subprocess.run([sys.executable, "-m", "whydown", *words], env=environment, capture_output=True, check=False)
    assert done.returncode in (0, 1, 4), done.stderr.decode()
    return done.stdout, done.stderr


def _inputs(logs: Path) -> list[str]:
    further = [str(logs / name) for name in ("journal.log", "session.txt", "api.json")]
    return ["--edge", str(logs / "edge.log"), "--peer", str(logs / "peer.log"), *further]


def _unpacked(data: bytes) -> bytes:
    """Return what a parquet file or an archive holds."""
    if data[:4] == b"PAR1":
        return repr(pq.read_table(io.BytesIO(data)).to_pylist()).encode()
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return b"\n".join(name.encode() + archive.read(name) for name in archive.namelist())
    return data


@pytest.mark.parametrize("command", ["scan", "scan --redact", "events"])
@pytest.mark.parametrize("form", list(Format))
def test_no_format_shows_one(logs: Path, tmp_path: Path, command: str, form: Format) -> None:
    if command == "events" and str(form) not in list(map(str, EventFormat)):
        pytest.skip("events are not written so")
    out = tmp_path / "out"
    told = _run(
        logs, *command.split(), *_inputs(logs), "-f", form, "-o", str(out), *(["-v"] if "scan" in command else [])
    )
    shown = _unpacked(out.read_bytes())
    assert len(shown) > 1000
    assert leaks(b"\n".join((shown, *told))) == []


@pytest.mark.parametrize("out", ["folder", "out.zip"])
def test_redacted_logs_hold_none(logs: Path, tmp_path: Path, out: str) -> None:
    private = tmp_path / "map"
    told = _run(logs, "redact", *_inputs(logs), "-o", str(tmp_path / out), "--map", str(private))
    written = tmp_path / out
    files = [f.read_bytes() for f in written.rglob("*") if f.is_file()] if out == "folder" else [written.read_bytes()]
    shown = b"\n".join(map(_unpacked, files))
    assert HIDDEN.encode() in shown
    assert leaks(b"\n".join((shown, private.read_bytes(), *told))) == []


@pytest.mark.parametrize("redacted", [[], ["--redact"]])
def test_the_evidence_bundle_holds_none(logs: Path, tmp_path: Path, redacted: list[str]) -> None:
    bundle = tmp_path / "evidence.zip"
    told = _run(logs, "scan", *redacted, *_inputs(logs), "--bundle-evidence", str(bundle))
    shown = _unpacked(bundle.read_bytes())
    assert b"environment.json" in shown
    assert leaks(b"\n".join((shown, *told))) == []


@pytest.mark.parametrize(
    "words",
    [
        ["unmatched", "--most", "5000"],
        ["scan", "--why-not", "psk-mismatch"],
        ["scan", "--why-not", "dh-group-mismatch"],
    ],
)
def test_no_list_shows_one(logs: Path, words: list[str]) -> None:
    told = _run(logs, *words, *_inputs(logs))
    assert len(told[0]) > 1000
    assert leaks(b"\n".join(told)) == []


def test_neither_the_store_nor_the_cache_holds_one(logs: Path, tmp_path: Path) -> None:
    store = tmp_path / "results.store"
    told = _run(logs, "scan", str(logs / "edge.log"), str(logs / "peer.log"), "--store", str(store))
    fleet = _run(logs, "fleet", "--store", str(store))
    files = [f.read_bytes() for folder in (tmp_path, logs / "cache") for f in folder.rglob("*") if f.is_file()]
    assert files
    assert leaks(b"\n".join((*files, *told, *fleet))) == []


def test_no_error_message_shows_one(logs: Path, tmp_path: Path) -> None:
    for n, one in enumerate(PLANTED[:120:17]):
        name = tmp_path / f"{n} {one.message.replace('/', ' ').replace(chr(0), '')[:200]}.log"
        environment = {**os.environ, "XDG_CACHE_HOME": str(logs / "cache")}
        command = [sys.executable, "-m", "whydown", "scan", str(name)]
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
        assert done.returncode == 3
        assert leaks(done.stdout + done.stderr) == []
