"""Reads logs to typed events with the grammars of one folder, and prints how many: the whole way, one process."""

from __future__ import annotations

import gc
import resource
import sys
from pathlib import Path

from whydown.envelope import records
from whydown.grammar.library import load
from whydown.sources import files
from whydown.sources.files import Input
from whydown.tally import Tally


def main() -> None:
    """Count events; with --each make every single one, with --profile show where the time goes."""
    words = sys.argv[1:]  # not argparse, which takes a tenth of the start-up
    each, profiled = "--each" in words, "--profile" in words
    grammars, *logs = [word for word in words if not word.startswith("--")]
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)  # as the command does
    library = load([Path(grammars)], shipped=False)
    tally = Tally()
    count = 0

    def run() -> None:
        nonlocal count
        lines = files.batches([Input(log) for log in logs], tally, library.marks)
        for events in library.parts(records.batches(lines, tally), tally):
            # Mostly columns of typed values, of which a single event is made when somebody asks for it.
            count += sum(1 for _ in events) if each else len(events)

    if profiled:
        import cProfile  # noqa: PLC0415
        import pstats  # noqa: PLC0415

        profile = cProfile.Profile()
        profile.runcall(run)
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)
    else:
        run()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    scale = 1 if sys.platform == "darwin" else 1024
    print(
        f"events={count} lines={tally.lines} unknown={tally.unknown} other={tally.other} rss={usage.ru_maxrss * scale}"
    )


if __name__ == "__main__":
    main()
