"""Builds a support bundle from recorded cases and measures how whydown reads it, beside plain decompression.

The bundle is a Manager's tar with two Edges' .tgz, what their command lines state, and one tar of the peers' logs in
it. Each Edge has a day of mixed syslog, rotated and packed, with the cases' lines at their times, and
`edge/vpn-session`; each case's peer is a host of its own. The Edges are a pair: one session moves from the first to the
second, which has all others. `--megabytes` is the size of the Edges' syslog before it is packed.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import corpus
from bundled import BEGIN, EDGES, node_history, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bundled import Case

_DAY_S = 86_400
_FILES = 8  # rotated syslog files of an Edge
_UNIQUE = 20_000_000  # bytes of noise that are made; the rest is the same with other stamps


def write_alone(folder: Path) -> list[Path]:
    """Write each case into a folder of its own, as if it were all there is, and return the folders."""
    folders = []
    cases = recorded()
    for case in cases:
        own = folder / case.name
        for edge in EDGES:
            (own / edge / "var" / "log").mkdir(parents=True)
            (own / edge / "edge").mkdir()
            (own / edge / "var" / "log" / "syslog").write_bytes(case.logs.get(edge, b""))
            _write_state(own / edge / "edge" / "vpn-session", edge, [case])
            (own / f"{edge}.txt").write_text(node_history(edge, cases[0]), encoding="utf-8")
        if case.peer_log:
            (own / f"{case.peer}.log").write_bytes(case.peer_log)
        folders.append(own)
    return folders


def _write_state(path: Path, edge: str, cases: list[Case]) -> None:
    path.write_text(json.dumps([case.state_on(edge) for case in cases], indent=1), encoding="utf-8")
    written = (BEGIN + timedelta(days=1)).timestamp()
    os.utime(path, (written, written))


def write_bundle(path: Path, megabytes: float, scratch: Path) -> list[Path]:
    """Write the bundle, and return the packed syslog files that are in it, which stay in `scratch`."""
    packed: list[Path] = []
    cases = recorded()
    with tarfile.open(path, "w") as outer:
        for edge in EDGES:
            logs = _syslogs(edge, cases, megabytes * 1e6 / len(EDGES), scratch)
            state = scratch / f"{edge}-vpn-session"
            _write_state(state, edge, cases)
            inner = scratch / f"{edge}.tgz"
            with tarfile.open(inner, "w:gz", compresslevel=1) as tar:
                tar.add(state, "edge/vpn-session")
                for log in sorted(logs, key=lambda log: log.name):  # as a directory lists them, not by time
                    tar.add(log, f"var/log/{log.name.removeprefix(f'{edge}-')}")
            outer.add(inner, f"nsx/{edge}.tgz")
            pasted = scratch / f"{edge}.txt"
            pasted.write_text(node_history(edge, cases[0]), encoding="utf-8")
            outer.add(pasted, f"nsx/{pasted.name}")
            packed += [log for log in logs if log.suffix == ".gz"]
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w") as peers:
            for case in (one for one in cases if one.peer_log):
                info = tarfile.TarInfo(f"{case.peer}/var/log/ipsec.log")
                info.size, info.mtime = len(case.peer_log), int((BEGIN + timedelta(days=1)).timestamp())
                peers.addfile(info, io.BytesIO(case.peer_log))
        info = tarfile.TarInfo("peers.tar")
        info.size, info.mtime = len(made.getvalue()), int((BEGIN + timedelta(days=1)).timestamp())
        outer.addfile(info, io.BytesIO(made.getvalue()))
    return packed


def _syslogs(edge: str, cases: list[Case], size: float, folder: Path) -> list[Path]:
    """Write an Edge's syslog of one day: the youngest file plain, the others packed as logrotate does."""
    lines = _day(edge, cases, size)
    paths = []
    for number in range(_FILES - 1, -1, -1):
        name = f"{edge}-syslog.{number}.gz" if number else f"{edge}-syslog"
        path = folder / name
        end = BEGIN + timedelta(seconds=_DAY_S * (_FILES - number) / _FILES)
        limit = end.strftime("%Y-%m-%dT%H:%M:%S").encode()
        with path.open("wb") as raw:
            file = gzip.GzipFile("", "wb", 6, raw, mtime=0) if number else raw
            block: list[bytes] = []
            for stamp, line in lines:
                block.append(line)
                if len(block) >= 4096:
                    file.write(b"".join(block))
                    block = []
                if stamp >= limit:
                    break
            file.write(b"".join(block))
            if number:
                file.close()
        os.utime(path, (end.timestamp(), end.timestamp()))
        paths.append(path)
    return paths


def _day(edge: str, cases: list[Case], size: float) -> Iterator[tuple[bytes, bytes]]:
    """Yield noise evenly over a day, and the cases' lines among it, each with the seconds of its stamp."""
    noise = [line.split(" ", 2)[2].encode() for line in corpus.log(corpus.templates(1), int(min(size, _UNIQUE)), 0.0)]
    head = f" {edge} ".encode()
    mean = sum(map(len, noise)) / len(noise) + len(head) + 24
    total = max(1, int(size / mean))
    logs = (case.logs.get(edge, b"") for case in cases)
    own = [(line[:19], line) for log in logs for line in log.splitlines(keepends=True)]
    own.sort(key=lambda one: one[0])  # rows of one block stay as they are
    own.reverse()
    second, stamp = -1, b""
    for number in range(total):
        at = number * _DAY_S * 1000 // total
        if at // 1000 != second:
            second = at // 1000
            stamp = (BEGIN + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S").encode()
            while own and own[-1][0] < stamp:
                yield own.pop()
        yield stamp, b"%b.%03dZ%b%b" % (stamp, at % 1000, head, noise[number % len(noise)])
    while own:
        yield own.pop()


class Run(NamedTuple):
    """One measured command."""

    seconds: float
    cpu: float
    resident: int  # MB, of its largest process
    printed: str


def measure(*words: str, kept: bool = True) -> Run:
    """Run a command; what it prints is kept, or thrown away."""
    begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(words, stdout=out if kept else subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
        out.seek(0)
        printed = out.read().decode()
    seconds = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Run(seconds, cpu, used.ru_maxrss // 1024, printed)


def _quickest(runs: Iterator[Run]) -> Run:
    return min(runs, key=lambda run: run.seconds)


def told(printed: str) -> list[tuple[str, ...]]:
    """Return what a scan's JSON lines say of each incident, apart from where it stands."""
    found = []
    for line in printed.splitlines():
        one = json.loads(line)
        if one["type"] == "incident":
            cause = one["cause"]["name"] if one["cause"] else ""
            ends = one["session"]["edge"]["address"], one["session"]["peer"]["address"]
            reason = one["reason"]["name"], one["reason"]["basis"]
            found.append((*ends, one["layer"], one["state"], *reason, cause, one["confidence"], one["began"]))
    return sorted(found)


def main() -> None:
    """Build, measure, compare, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=2000)
    parser.add_argument("--keep", type=Path, help="build here, and use what is there already")
    given = parser.parse_args()
    scan = (sys.executable, "-m", "whydown", "scan", "-q", "--format", "jsonl")
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["PYTHONPYCACHEPREFIX"] = temporary  # its modules compiled, as they are where it is installed
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        folder = given.keep or Path(temporary)
        bundle, scratch = folder / "support.tar", folder / "parts"
        if not bundle.exists():
            scratch.mkdir(parents=True)
            write_bundle(bundle, given.megabytes, scratch)
            write_alone(folder / "alone")
        members = sorted(map(str, scratch.glob("*-syslog.*.gz")))
        plain = sum(path.stat().st_size for path in scratch.glob("*-syslog"))
        size = (sum(map(_unpacked, members)) + plain) / 1e6
        print(f"{size:.0f} MB of syslog in {len(members)} packed members, bundle {bundle.stat().st_size / 1e6:.0f} MB")
        rows: dict[str, Run] = {}
        for tool in ("igzip", "gzip"):
            if shutil.which(tool):
                rows[f"{tool} -dc"] = _quickest(measure(tool, "-dc", *members, kept=False) for _ in range(3))
        rows["whydown scan"] = _quickest(measure(*scan, str(bundle)) for _ in range(3))
        alone = [
            one for case in sorted((folder / "alone").iterdir()) for one in told(measure(*scan, str(case)).printed)
        ]
        store = folder / "store"
        store.unlink(missing_ok=True)
        rows["whydown scan --store, first"] = measure(*scan, str(bundle), "--store", str(store))
        time.sleep(4)
        rows["whydown scan --store, again"] = measure(*scan, str(bundle), "--store", str(store))
        for name, run in rows.items():
            print(
                f"{name:30} {run.seconds:7.2f} s  {run.cpu:7.2f} CPU-s  {size / run.seconds:6.0f} MB/s  {run.resident:4} MB"
            )
        both = told(rows["whydown scan"].printed)
        print(f"{len(both)} incidents, {'the same as of the cases alone' if both == sorted(alone) else 'NOT as alone'}")
        for one in sorted(set(both) ^ set(alone)):
            print("  only in the bundle" if one in both else "  only alone", *one)


def _unpacked(path: str) -> int:
    """Return the size that a gzip file's end tells."""
    with Path(path).open("rb") as file:
        file.seek(-4, os.SEEK_END)
        return int.from_bytes(file.read(4), "little")


if __name__ == "__main__":
    main()
