"""Long logs made of recorded ones: an attempt that comes again and again, and an estate of many sites.

Run as a script it writes both into a folder: `python tests/made_logs.py FOLDER`.
"""

from __future__ import annotations

import re
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SAMPLES = Path(__file__).parents[1] / "sample_logs"
FLAPPING = SAMPLES / "lab" / "flapping-strongswan-libreswan"  # up and down 20 times in a minute
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+")
_ROUND = timedelta(seconds=90)


def shifted(line: str, by: timedelta) -> str:
    """Return a line with its first stamp moved."""
    return _STAMP.sub(lambda m: (datetime.fromisoformat(m[0]) + by).isoformat(timespec="microseconds"), line, count=1)


def repeated(lines: Sequence[str], times: int, *, since: str) -> Iterator[str]:
    """Yield a log whose lines from the first one with `since` on come so many times, each time some seconds later."""
    first = next(number for number, line in enumerate(lines) if since in line)
    yield from lines[:first]
    for again in range(times):
        yield from (shifted(line, again * _ROUND) for line in lines[first:])


def flapping(folder: Path, times: int = 20) -> tuple[Path, Path]:
    """Write both gateways' logs of a session that went up and down 20 times as often as `times` says."""
    made = []
    for side, since in (("edge", "T20:33:00"), ("peer", "T20:32:59")):
        lines = (FLAPPING / f"{side}.log").read_text(encoding="utf-8").splitlines(keepends=True)
        made.append(folder / f"{side}.log")
        made[-1].write_text("".join(repeated(lines, times, since=since)), encoding="utf-8")
    return made[0], made[1]


def estate(folder: Path, sites: int = 50) -> tuple[Path, Path]:
    """Write the logs of many sites, each a recorded case with gateways of its own, into a folder a side."""
    cases = sorted(
        path for path in (SAMPLES / "lab").iterdir() if (path / "edge.log").exists() and "bgp" not in path.name
    )
    for side in ("edge", "peer"):
        (folder / side).mkdir(parents=True, exist_ok=True)
    for site in range(sites):
        case = cases[site % len(cases)]
        for side in ("edge", "peer"):
            log = case / f"{side}.log"
            if not log.exists():
                continue
            text = log.read_text(encoding="utf-8", errors="surrogateescape")
            text = re.sub(r"\b(198\.51\.100|203\.0\.113)\.(\d+)", rf"\1.{site + 1}", text)
            text = text.replace("edge-peer", f"site-{site + 1:02}")
            text = re.sub(rf"\b({side}-(?:left|right|\d+))\b", f"{side}-{site + 1:02}", text)
            moved = (shifted(line, site * timedelta(minutes=97)) for line in text.splitlines(keepends=True))
            made = folder / side / f"{side}-{site + 1:02}.log"
            made.write_text("".join(moved), encoding="utf-8", errors="surrogateescape")
    return folder / "edge", folder / "peer"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    for made in (*flapping(target), *estate(target / "estate")):
        sys.stdout.write(f"{made}\n")
