"""One case to its outcome: what a worker does."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from whydown.batch.fingerprint import content, glance
from whydown.batch.outcome import Outcome, Status, row
from whydown.errors import InputError
from whydown.report.jsonl import lines
from whydown.report.quote import prose
from whydown.report.table import incident_rows
from whydown.sources.files import Input
from whydown.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from whydown.diagnose.asked import Options
    from whydown.report.model import Report


@dataclass(frozen=True, slots=True)
class Plan:
    """How every case of a batch is read."""

    options: Options
    grammars: tuple[Path, ...] = ()
    digest: str = ""  # of the grammars


def reader(plan: Plan) -> Callable[[str], Outcome]:
    """Load what is needed once, and return the function that reads a case."""
    from whydown.diagnose.loading import load as load_knowledge  # noqa: PLC0415 - in a worker only
    from whydown.grammar.library import load as load_library  # noqa: PLC0415
    from whydown.pipeline import analyze  # noqa: PLC0415

    library, knowledge = load_library(plan.grammars), load_knowledge(plan.grammars)

    def read(case: str) -> Outcome:
        tally = Tally()
        before = glance(case)
        known = content(case)
        try:
            report = analyze([Input(case)], library=library, knowledge=knowledge, options=plan.options, tally=tally)
        except InputError as error:
            return Outcome(Status.NOTHING, prose(error.message), content=known, quick=_trusted(case, before.mark))
        if glance(case).mark != before.mark:
            known = ""  # it was written to while it was read: true now, not to be kept
        return outcome_of(report, tally, plan)._replace(content=known, quick=_trusted(case, before.mark))

    return read


def outcome_of(report: Report, tally: Tally, plan: Plan) -> Outcome:
    """Return what a report says, in short and in full; `tally` counts the lines that were read for it."""
    report = replace(report, grammars=plan.digest)
    nothing = tally.lines == tally.other + tally.blank
    return Outcome(
        Status.NOTHING if nothing else Status.DAMAGED if tally.damaged else Status.READ,
        f"none of its {tally.lines:,} lines is of an IKE daemon that a grammar knows" if nothing else "",
        tally.lines,
        tuple(map(row, report.incidents)),
        zlib.compress("\n".join(lines(report)).encode(), 6),
        zlib.compress(json.dumps(list(incident_rows(report))).encode(), 6),
    )


def _trusted(case: str, before: str) -> str:
    """Return the mark of a case if nothing changed while it was read and a change from now on will show."""
    after = glance(case)
    return after.mark if after.settled and after.mark == before else ""
