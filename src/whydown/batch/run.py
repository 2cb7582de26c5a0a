"""Cases to outcomes: what the store knows is taken from there, the rest is read in processes."""

from __future__ import annotations

import importlib.util
import os
from contextlib import ExitStack
from dataclasses import astuple
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import whydown
from whydown.batch.fingerprint import content, glance
from whydown.batch.outcome import Outcome, Status
from whydown.batch.reading import Plan, reader
from whydown.batch.store import opened
from whydown.batch.workers import USUAL, Limits, Trouble, work

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from whydown.batch.store import Store


class Batch(NamedTuple):
    """The cases by name, each with its outcome; `from_store` of them were not read again."""

    outcomes: tuple[tuple[str, Outcome], ...]
    from_store: int = 0


def run(  # noqa: PLR0913 - what a run needs, by name
    cases: Sequence[str],
    plan: Plan,
    *,
    jobs: int,
    limits: Limits = USUAL,
    store: Path | None = None,
    done: Callable[[str, Outcome], None] = lambda _case, _outcome: None,
) -> Batch:
    """Read every case, or take from the store what has not changed since; `done` hears of each as it ends.

    The outcomes are in the order of `cases` and the same for any number of jobs.
    """
    found: dict[str, Outcome] = {}
    key, window = _key(plan), (plan.options.since, plan.options.until)
    with ExitStack() as stack:
        kept = stack.enter_context(opened(store, make=True)) if store is not None else None
        number = kept.begin(whydown.__version__, plan.digest) if kept else 0
        for case in cases:
            if kept and (outcome := _known(kept, case, key)):
                found[case] = outcome
                done(case, outcome)
        from_store = len(found)
        left = [case for case in cases if case not in found]
        results = work(left, reader, plan, jobs=max(1, min(jobs, len(left))), limits=limits)
        for place, result in results:
            case = left[place]
            outcome = Outcome(Status.FAILED, result.message) if isinstance(result, Trouble) else result
            found[case] = outcome
            if kept and outcome.kept:
                kept.keep(case, key, number, outcome, window)
            done(case, outcome)
        if kept:
            kept.end(number)
    return Batch(tuple((case, found[case]) for case in cases), from_store)


def _known(store: Store, case: str, key: str) -> Outcome | None:
    """Return what the store knows of a case as it is now."""
    seen = glance(case)
    known = store.find(case, key, seen.mark)
    if known is None and store.holds(case, key) and (known := store.find_content(case, key, content(case))):
        again = glance(case)
        if again.mark != seen.mark:
            return None  # somebody writes to it
        if again.settled:
            store.glanced(case, key, known._replace(quick=again.mark))
    return known


def cores() -> int:
    """Return how many processes this one may run at a time."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        return os.cpu_count() or 1


def _key(plan: Plan) -> str:
    """Return a digest of everything but the bundle that a result depends on."""
    zstd = importlib.util.find_spec("zstandard") is not None
    seed = repr((whydown.__version__, _code(), plan.digest, zstd, [str(value) for value in astuple(plan.options)]))
    return blake2b(seed.encode(), digest_size=16).hexdigest()


@cache
def _code() -> str:
    """Tell this package as it stands from an edited checkout of the same version."""
    files = sorted(Path(whydown.__file__).parent.rglob("*.py"))
    return repr([(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files])
