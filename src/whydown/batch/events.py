"""The events of many cases as one table: each case is read in a process of its own, and its rows come in its turn."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from whydown.batch.outcome import Status
from whydown.batch.workers import USUAL, Limits, Trouble, work
from whydown.errors import InputError
from whydown.report.quote import prose, quote
from whydown.report.table import event_rows
from whydown.sources.files import Input
from whydown.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from whydown.batch.reading import Plan

_PIECE = 5000  # rows that are packed together


class Events(NamedTuple):
    """What was read of one case: its rows, packed in pieces."""

    status: Status
    message: str = ""
    lines: int = 0
    pieces: tuple[bytes, ...] = ()

    def rows(self) -> Iterator[list[Any]]:
        """Unpack the rows, piece by piece."""
        for piece in self.pieces:
            yield from json.loads(zlib.decompress(piece))


def reader(plan: Plan) -> Callable[[str], Events]:
    """Load what is needed once, and return the function that reads the events of a case."""
    from whydown.grammar.library import load  # noqa: PLC0415 - in a worker only
    from whydown.pipeline import read_events  # noqa: PLC0415

    library = load(plan.grammars)

    def read(case: str) -> Events:
        tally = Tally()
        try:
            rows = event_rows(read_events([Input(case)], library=library, tally=tally, options=plan.options))
            pieces = []
            while some := list(islice(rows, _PIECE)):
                pieces.append(zlib.compress(json.dumps(some).encode(), 6))
        except InputError as error:
            return Events(Status.NOTHING, prose(error.message))
        if tally.damaged:
            return Events(Status.DAMAGED, "damaged; what could be read is there", tally.lines, tuple(pieces))
        return Events(Status.READ, "", tally.lines, tuple(pieces))

    return read


@dataclass(slots=True)
class Reading:
    """Reads the events of cases; `ended` says what became of each, once its rows were given."""

    cases: Sequence[str]
    plan: Plan
    jobs: int
    limits: Limits = USUAL
    done: Callable[[str, Events], None] = lambda _case, _events: None
    ended: dict[str, Events] = field(default_factory=dict)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Give the rows of all cases in the order of the cases, the case first in each."""
        waiting: dict[int, Events] = {}
        turn = 0
        jobs = max(1, min(self.jobs, len(self.cases)))
        for place, result in work(self.cases, reader, self.plan, jobs=jobs, limits=self.limits):
            found = Events(Status.FAILED, result.message) if isinstance(result, Trouble) else result
            self.done(self.cases[place], found)
            waiting[place] = found
            while turn in waiting:
                own = waiting.pop(turn)
                bundle = quote(self.cases[turn])
                yield from ((bundle, *cells) for cells in own.rows())
                self.ended[self.cases[turn]] = own._replace(pieces=())
                turn += 1
