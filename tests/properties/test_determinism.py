"""Two runs over the same input give the same bytes, whatever the hash seed, the order of the files and the workers."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from cases import SAMPLES
from whydown.redact.private_map import save
from whydown.redact.pseudonyms import Book
from whydown.report.formats import EventFormat, Format

CASES = (
    "lab/bgp-over-a-tunnel-that-is-cut-strongswan-strongswan",
    "lab/flapping-strongswan-libreswan",
    "cases/psk-mismatch",
)


def commands(case: str, out: Path, *, turned: bool) -> dict[str, list[str]]:
    """Return commands over one recording by name, each with where it writes; `turned`: the logs in another order."""
    edge, peer = (str(SAMPLES / case / f"{side}.log") for side in ("edge", "peer"))
    logs = ["--peer", peer, "--edge", edge] if turned else ["--edge", edge, "--peer", peer]
    plain = [peer, edge] if turned else [edge, peer]
    secret = ["--map", str(out / "map")]
    found = {f"scan {form}": ["scan", *logs, "-f", form] for form in Format}
    found |= {f"events {form}": ["events", *logs, "-f", form] for form in EventFormat}
    found |= {f"scan without sides {form}": ["scan", *plain, "-f", form] for form in (Format.TEXT, Format.JSONL)}
    found |= {
        f"redacted {form}": ["scan", "--redact", *secret, *logs, "-f", form] for form in (Format.TEXT, Format.HTML)
    }
    found = {name: [*words, "-q", "-o", str(out / name)] for name, words in found.items()}
    found["redact"] = ["redact", *logs, *secret, "-q", "-o", str(out / "redact.zip")]
    found["bundle"] = ["scan", *logs, "-q", "-o", os.devnull, "--bundle-evidence", str(out / "bundle.zip")]
    return found


def digests(case: str, out: Path, seed: int) -> dict[str, str]:
    """Run commands over a recording, in this process; return what each file that was written came to.

    With the seed 0 it is every command, otherwise each third; with an odd one the logs come in another order.
    """
    from whydown import cli  # noqa: PLC0415

    out.mkdir()
    save(Book(bytes(range(32))), out / "map")
    for number, words in enumerate(commands(case, out, turned=bool(seed % 2)).values()):
        if seed == 0 or (number + seed) % 3 == 0:
            with suppress(SystemExit):
                cli.main(words)
    (out / "map").unlink()  # each command adds to it
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out.iterdir())}


def run(case: str, seed: int, out: Path) -> dict[str, str]:
    """Return the digests of a process of its own with that hash seed."""
    environment = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, __file__, case, str(out), str(seed)]
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    shutil.rmtree(out)
    told: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Return what each recording comes to with the hash seed 0."""
    folder = tmp_path_factory.mktemp("first")
    return {case: run(case, 0, folder / "out") for case in CASES}


def test_every_command_wrote_something(first: dict[str, dict[str, str]]) -> None:
    empty = hashlib.sha256(b"").hexdigest()
    for case, found in first.items():
        assert len(found) == len(commands(case, Path(), turned=False))
        assert empty not in found.values()


@pytest.mark.parametrize("seed", range(1, 21))
def test_every_hash_seed_and_order_gives_the_same_bytes(
    first: dict[str, dict[str, str]], tmp_path: Path, seed: int
) -> None:
    case = CASES[seed // 2 % len(CASES)]
    found = run(case, seed, tmp_path / "out")
    assert len(found) >= 5
    assert found.items() <= first[case].items()


@pytest.mark.parametrize("form", ["text", "jsonl", "csv"])
def test_any_number_of_workers_gives_the_same_bytes(tmp_path: Path, form: str) -> None:
    for case in CASES:
        shutil.copytree(SAMPLES / case, tmp_path / "in" / case.replace("/", "-"))
    found = set()
    for jobs in ("1", "2", "3"):
        out = tmp_path / f"out-{jobs}"
        command = [sys.executable, "-m", "whydown", "scan", str(tmp_path / "in"), "--jobs", jobs, "-q", "-f", form]
        environment = {**os.environ, "PYTHONHASHSEED": jobs}
        subprocess.run([*command, "-o", str(out)], env=environment, capture_output=True, check=True)
        found.add(out.read_bytes())
    assert len(found) == 1
    assert len(found.pop()) > 1000


if __name__ == "__main__":
    sys.stdout.write(json.dumps(digests(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))) + "\n")
