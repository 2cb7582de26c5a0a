"""Measures whydown beside the tools one would otherwise use, on made-up Edge syslog, as ratios within one run.

Every figure is per CPU second (user and system, of the whole pipeline, start-up included): other load on the machine
then matters little. Tools that are not installed are left out, and the table says so.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import corpus

HERE = Path(__file__).parent


class Run(NamedTuple):
    """One measured command: CPU seconds of all its processes, and what it printed."""

    cpu: float
    printed: str


def measure(command: str) -> Run:
    """Run a shell pipeline and take the CPU time of everything in it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        sys.exit(f"{command}: {done.stderr.strip()[-400:]}")
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Run(cpu, done.stdout.strip())


def have(*tools: str) -> bool:
    """Whether all of these programs are installed."""
    return all(map(shutil.which, tools))


def whydown(grammars: Path, log: Path) -> str:
    """Return the command that reads a log to typed events."""
    return f"'{sys.executable}' '{HERE / 'events.py'}' '{grammars}' '{log}'"


def commands(folder: Path, log: Path) -> dict[str, str]:
    """Return what is measured on one log: name and shell command, only with tools that are there."""
    rules = folder / "rules.rulebase"
    packed = Path(f"{log}.gz")
    count = "rg -c -F" if have("rg") else "grep -c -F"
    only = "rg -F" if have("rg") else "grep -F"
    unpack = "igzip -dc" if have("igzip") else "gzip -dc"
    found = {
        "wc -l": f"wc -l '{log}'",
        count: f"{count} '{corpus.MARK}' '{log}'",
        f"{unpack} (.gz)": f"{unpack} '{packed}' > /dev/null",
        "whydown": whydown(folder, log),
        "whydown (.gz)": whydown(folder, packed),
    }
    if have("lognormalizer"):
        normalise = f"lognormalizer -r '{rules}' > /dev/null 2>&1"
        found["lognormalizer"] = f"{normalise} < '{log}'"
        found[f"{only} | lognormalizer"] = f"{only} '{corpus.MARK}' '{log}' | {normalise}"
        found[f"{unpack} | {only} | lognormalizer (.gz)"] = (
            f"{unpack} '{packed}' | {only} '{corpus.MARK}' | {normalise}"
        )
    return found


def prepare(folder: Path, count: int, megabytes: int, share: float) -> Path:
    """Write grammar, rule base and log for so many templates and such a share of VPN lines."""
    found = corpus.templates(count)
    (folder / "messages").mkdir(parents=True, exist_ok=True)
    (folder / "messages" / "bench.grammar").write_text(corpus.grammar(found), encoding="utf-8")
    (folder / "rules.rulebase").write_text(corpus.rulebase(found), encoding="utf-8")
    log = folder / "edge.log"
    corpus.write(log, found, megabytes * 1_000_000, share)
    return log


def best(commands: dict[str, str], rounds: int) -> dict[str, Run]:
    """Measure commands in turn, several rounds of it, and keep the least of each: other work only ever adds."""
    found: dict[str, Run] = {}
    for _ in range(rounds):
        for name, command in commands.items():
            run = measure(command)
            if name not in found or run.cpu < found[name].cpu:
                found[name] = run
    return found


def table(folder: Path, given: argparse.Namespace, share: float) -> None:
    """Measure and print one table."""
    count = given.templates
    log = prepare(folder, count, given.megabytes, share)
    size = log.stat().st_size / 1e6
    measure(whydown(folder, log))  # the grammar's cache is warm afterwards, as it is in use
    lines = int(measure(f"wc -l < '{log}'").printed)
    print(f"\n{count} templates, {share:.0%} VPN lines, {size:.0f} MB, {lines:,} lines")
    print(f"{'':44} {'MB/CPU-s':>9} {'lines/CPU-s':>12} {'whydown is':>11}")
    runs = best(commands(folder, log), given.rounds)
    for name, run in runs.items():
        own = runs["whydown (.gz)" if name.endswith("(.gz)") else "whydown"]
        cpu = max(run.cpu, 0.001)
        print(f"{name:44} {size / cpu:9.0f} {lines / cpu:12,.0f} {cpu / own.cpu:10.2f}x")
    told = dict(word.split("=") for word in runs["whydown"].printed.split())
    print(
        f"whydown: {int(told['events']):,} typed events, {int(told['events']) / runs['whydown'].cpu:,.0f} a CPU second, "
        f"{int(told['unknown']):,} lines unknown, {int(told['rss']) / 1e6:.0f} MB resident"
    )


def naive(folder: Path, count: int) -> None:
    """Measure pyparsing on each line, on a small log, beside whydown on the same."""
    log = prepare(folder, count, 1, 1.0)
    slow = measure(f"'{sys.executable}' '{HERE / 'naive.py'}' {count} '{log}'")
    fast = measure(whydown(folder, log))
    lines = int(measure(f"wc -l < '{log}'").printed)
    print(
        f"\nnaive pyparsing, {count} templates, 1 MB, all VPN: {lines / slow.cpu:,.0f} lines/CPU-s ({slow.printed} read)"
    )
    print(f"whydown on the same, start-up included: {lines / fast.cpu:,.0f} lines/CPU-s, {slow.cpu / fast.cpu:.0f}x")


def main() -> None:
    """Print all tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--megabytes", type=int, default=200, help="size of each log (default 200)")
    options.add_argument("--templates", type=int, default=300, help="templates of the main tables (default 300)")
    options.add_argument(
        "--rounds", type=int, default=3, help="how often each is measured; the least counts (default 3)"
    )
    given = options.parse_args()
    for tool in ("rg", "igzip", "lognormalizer"):
        if not have(tool):
            print(f"{tool} is not installed and left out")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        os.environ["XDG_CACHE_HOME"] = place  # whydown's cache of grammars
        os.environ["PYTHONPYCACHEPREFIX"] = place  # its modules compiled, as they are where it is installed
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        for share in (0.01, 0.1, 1.0):
            table(folder, given, share)
        print("\nflat in the number of templates? all VPN lines")
        for count in (50, 300, 1000):
            log = prepare(folder, count, given.megabytes // 8, 1.0)
            measure(whydown(folder, log))
            run = best({"": whydown(folder, log)}, given.rounds)[""]
            events = int(run.printed.split()[0].removeprefix("events="))
            print(f"{count:5} templates: {events / run.cpu:9,.0f} typed events a CPU second")
        naive(folder, given.templates)


if __name__ == "__main__":
    main()
