"""`whydown scan` with --jobs or --store, and `whydown events` with --jobs: every bundle a case of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whydown.cli_options import remarks, style_of
from whydown.errors import InputError, UsageError
from whydown.options import fails, load_knowledge
from whydown.report.formats import EventFormat, Format
from whydown.terminal import progress, say, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.batch.outcome import Outcome
    from whydown.batch.run import Batch
    from whydown.diagnose.asked import Options
    from whydown.redact.pseudonyms import Book
    from whydown.report.formats import Parts
    from whydown.tally import Tally

Jobs = Annotated[
    int | None,
    typer.Option(min=0, metavar="N", help="Read each bundle as a case of its own, N at a time; 0: one a core."),
]
StoreFile = Annotated[
    Path | None,
    typer.Option(
        "--store", metavar="FILE", help="The same, and keep the results there: what is unchanged is not read."
    ),
]
Whole = Annotated[
    bool,
    typer.Option("--whole", help="With --jobs or --store: a folder that is named is one case, not one of bundles."),
]
Timeout = Annotated[
    float, typer.Option(min=1, metavar="SECONDS", help="With --jobs or --store: give a bundle up after that time.")
]
_TABLES = (EventFormat.CSV, EventFormat.PARQUET)
_FORMATS = (Format.TEXT, Format.JSONL, Format.CSV, Format.PARQUET)


def scan_batch(
    paths: Sequence[str] | None,
    options: Options,
    *,
    jobs: int | None,
    store: Path | None,
    whole: bool,
    timeout: float,
    written: Format,
    output: Path | None,
    width: int | None,
    grammars: Sequence[Path] | None,
    book: Book | None,
    private_map: Path | None,
    fail_on: Sequence[str] | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Scan bundles one by one, write what was found in all of them, and return the exit status.

    With a `book` all of it is written under pseudonyms, which are kept in the private map where one is named.
    """
    from whydown.batch.fingerprint import glance  # noqa: PLC0415
    from whydown.batch.outcome import Status  # noqa: PLC0415
    from whydown.batch.reading import Plan  # noqa: PLC0415
    from whydown.batch.run import cores, run  # noqa: PLC0415
    from whydown.batch.workers import Limits  # noqa: PLC0415
    from whydown.grammar.places import digest  # noqa: PLC0415
    from whydown.tally import Tally  # noqa: PLC0415

    if written not in _FORMATS:
        raise UsageError(f"Many bundles are not written as {written}.", f"Choose one of {', '.join(_FORMATS)}.")
    tally = Tally()
    cases = _cases(paths, tally, whole=whole)
    wanted = fails(fail_on, load_knowledge(grammars)) if fail_on else None
    plan = Plan(options, tuple(grammars or ()), digest(grammars or ()))
    sizes = {case: glance(case).size for case in cases}

    def done(case: str, outcome: Outcome) -> None:
        tally.read += sizes[case]
        tally.lines += outcome.lines
        tally.events += len(outcome.rows)

    with progress(tally, sum(sizes.values()), wanted=not quiet):
        if book is not None:
            from whydown.batch.redacting import run_redacted  # noqa: PLC0415 - needs all that reads

            batch = run_redacted(cases, plan, book, limits=Limits(timeout), done=done, keep=private_map)
        else:
            batch = run(cases, plan, jobs=jobs or cores(), limits=Limits(timeout), store=store, done=done)
    write(_written(batch, written, output, width, plan.digest), output)
    remarks(tally, quiet=quiet, verbose=False)
    if not quiet and batch.from_store:
        say(f"{batch.from_store} of {len(cases)} bundles had not changed: their results are from the store", "note")
    if verbose:
        _say_outcomes(cases, batch)
    statuses = {outcome.status for _, outcome in batch.outcomes}
    if wanted and any(wanted(row) for _, outcome in batch.outcomes for row in outcome.rows):
        return 1
    if statuses == {Status.NOTHING}:
        return 3
    return 0 if statuses == {Status.READ} and not tally.damaged else 4


def events_batch(
    paths: Sequence[str] | None,
    options: Options,
    *,
    jobs: int,
    whole: bool,
    timeout: float,
    written: EventFormat,
    output: Path | None,
    grammars: Sequence[Path] | None,
    quiet: bool,
) -> int:
    """Write the events of many bundles as one table, and return the exit status."""
    from whydown.batch.events import Events, Reading  # noqa: PLC0415
    from whydown.batch.fingerprint import glance  # noqa: PLC0415
    from whydown.batch.outcome import Status  # noqa: PLC0415
    from whydown.batch.reading import Plan  # noqa: PLC0415
    from whydown.batch.run import cores  # noqa: PLC0415
    from whydown.batch.workers import Limits  # noqa: PLC0415
    from whydown.report import sheet  # noqa: PLC0415
    from whydown.report.table import BUNDLED_EVENTS  # noqa: PLC0415
    from whydown.tally import Tally  # noqa: PLC0415

    if written not in _TABLES:
        raise UsageError(f"Events of many bundles are not written as {written}.", f"Choose {' or '.join(_TABLES)}.")
    tally = Tally()
    cases = _cases(paths, tally, whole=whole)
    sizes = {case: glance(case).size for case in cases}

    def done(case: str, found: Events) -> None:
        tally.read += sizes[case]
        tally.lines += found.lines

    reading = Reading(cases, Plan(options, tuple(grammars or ())), jobs or cores(), Limits(timeout), done)
    with progress(tally, sum(sizes.values()), wanted=not quiet and output is not None):
        if written is EventFormat.CSV:
            write(sheet.written(BUNDLED_EVENTS, reading.rows()), output)
        else:
            from whydown.report import parquet  # noqa: PLC0415 - needs a library

            write(parquet.written(BUNDLED_EVENTS, reading.rows()), output)
    remarks(tally, quiet=quiet, verbose=False)
    for case, found in reading.ended.items():
        if found.message and not quiet:
            say(f"{case}: {found.message}", "note")
    statuses = {found.status for found in reading.ended.values()}
    if statuses == {Status.NOTHING}:
        return 3
    return 0 if statuses == {Status.READ} and not tally.damaged else 4


def _cases(paths: Sequence[str] | None, tally: Tally, *, whole: bool) -> list[str]:
    """Find the bundles behind the paths; UsageError and InputError where there are none."""
    from whydown.batch.cases import find_cases  # noqa: PLC0415

    if not paths or "-" in paths:
        raise UsageError("--jobs and --store read bundles by name.", "Name archives, or a folder of them.")
    cases = find_cases(paths, tally, whole=whole)
    if not cases:
        why = "; ".join(f"{notice.where}: {notice.message}" for notice in tally.notices[:3])
        raise InputError(f"There is no bundle to read ({why}).", "Name archives, or a folder of them.")
    return cases


def _say_outcomes(cases: Sequence[str], batch: Batch) -> None:
    for case, (name, outcome) in zip(cases, batch.outcomes, strict=True):
        say(f"{case}{'' if name == case else f' is {name}'}: {outcome.status}, {outcome.lines:,} lines")


def _written(batch: Batch, written: Format, output: Path | None, width: int | None, digest: str) -> Parts:
    from whydown.batch.overview import json_lines, overview, tables  # noqa: PLC0415
    from whydown.report.text import render_page  # noqa: PLC0415

    match written:
        case Format.TEXT:
            return [render_page(overview(batch), style_of(output, width))]
        case Format.JSONL:
            return json_lines(batch, digest)
        case _:
            return tables(batch, written)
