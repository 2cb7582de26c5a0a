"""Measures the reading of peers' logs beside an Edge's: recorded lines again and again, later each time, in each form.

Lines a CPU second is the figure to compare, within one table: of a peer's lines many say nothing and are no event.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench import best, prepare, whydown

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
_RECORDED = re.compile(r"<(\d+)>1 (\S+) (\S+) (\S+) (\S+) - - +(.+)")
_PROGRAMS = {"charon": "charon", "pluto": "pluto", "2": "iked"}  # Debian's OpenIKED names its process so
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_STEP = timedelta(milliseconds=250)


class Said(NamedTuple):
    """One line of a recording, without its time."""

    priority: str
    host: str
    pid: str
    text: str


Form = Callable[[datetime, str, Said], str]


def _rfc5424(at: datetime, program: str, said: Said) -> str:
    return f"<{said.priority}>1 {at:%Y-%m-%dT%H:%M:%S.%f}+00:00 {said.host} {program} {said.pid} - -  {said.text}\n"


def _rfc3164(at: datetime, program: str, said: Said) -> str:
    tag = program if said.pid == "-" else f"{program}[{said.pid}]"
    return f"{at:%b %e %H:%M:%S} {said.host} {tag}: {said.text}\n"


def _own(at: datetime, program: str, said: Said) -> str:
    stamp = f"{at:%Y-%m-%d %H:%M:%S}" if program == "charon" else f"{at:%b %e %H:%M:%S.%f}:"
    return f"{stamp} {said.text}\n"


FORMS: dict[str, Form] = {"RFC 5424": _rfc5424, "RFC 3164": _rfc3164, "own file": _own}


def recorded(program: str) -> list[Said]:
    """Return what a program wrote in all recordings of the project, one after the other."""
    found: list[Said] = []
    for path in sorted((ROOT / "sample_logs" / "lab").glob("*/*.log")):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            match = _RECORDED.fullmatch(line)
            if match and _PROGRAMS.get(match[4]) == program:
                found.append(Said(match[1], match[3], match[5], match[6]))
    return found


def lines(program: str, form: Form, count: int) -> Iterator[str]:
    """Write so many lines in one form, a quarter of a second apart."""
    times = (_BEGIN + _STEP * number for number in range(count))
    return (form(at, program, said) for at, said in zip(times, islice(cycle(recorded(program)), count), strict=True))


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", type=int, default=400_000, help="of each log (default 400000)")
    options.add_argument("--rounds", type=int, default=3, help="how often each is measured (default 3)")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        os.environ["XDG_CACHE_HOME"] = place  # whydown's cache of grammars
        os.environ["PYTHONPYCACHEPREFIX"] = place
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        edge = prepare(folder, 300, given.lines * 175 // 1_000_000, 1.0)
        commands = {"Edge": whydown(folder, edge)}
        for program in _PROGRAMS.values():
            for name, form in FORMS.items():
                if (program, name) == ("iked", "own file"):  # it has none
                    continue
                log = folder / f"{program} {name}.log"
                log.write_text("".join(lines(program, form, given.lines)), encoding="utf-8")
                commands[f"{program}, {name}"] = whydown(ROOT / "grammars", log)
        best(commands, 1)  # the caches are warm afterwards, as they are in use
        print(f"{'':20} {'lines/CPU-s':>12} {'events/CPU-s':>13} {'of the Edge':>12} {'MB resident':>12}")
        runs = best(commands, given.rounds)
        speeds = {}
        for name, run in runs.items():
            told = {key: int(value) for key, _, value in (word.partition("=") for word in run.printed.split())}
            speeds[name] = told["lines"] / run.cpu
            share = speeds[name] / speeds["Edge"]
            events = told["events"] / run.cpu
            print(f"{name:20} {speeds[name]:12,.0f} {events:13,.0f} {share:11.2f}x {told['rss'] / 1e6:12.0f}")


if __name__ == "__main__":
    main()
