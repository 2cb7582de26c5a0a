"""Cases under pseudonyms, one after another: what stands for a gateway in one case does so in the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from whydown.batch.outcome import Outcome, Status
from whydown.batch.reading import Plan, outcome_of
from whydown.batch.run import Batch
from whydown.batch.workers import USUAL, Limits, Trouble, work
from whydown.errors import InputError
from whydown.redact.private_map import save
from whydown.sources.files import Input
from whydown.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from whydown.redact.pseudonyms import Book


class Task(NamedTuple):
    """A case, and the pseudonyms that are given already."""

    case: str
    book: Book


class Done(NamedTuple):
    """What became of a case, and the pseudonyms with those that it needed."""

    outcome: Outcome
    book: Book


def redactor(plan: Plan) -> Callable[[Task], Done]:
    """Load what is needed once, and return the function that reads a case and redacts it."""
    from whydown.diagnose.loading import load as load_knowledge  # noqa: PLC0415 - in a worker only
    from whydown.grammar.library import load as load_library  # noqa: PLC0415
    from whydown.pipeline import share  # noqa: PLC0415

    library, knowledge = load_library(plan.grammars), load_knowledge(plan.grammars)

    def read(task: Task) -> Done:
        tally = Tally()
        try:
            shared = share(
                [Input(task.case)],
                library=library,
                knowledge=knowledge,
                options=plan.options,
                tally=tally,
                book=task.book,
            )
        except InputError:  # its message would name files
            return Done(Outcome(Status.NOTHING, "there is no line of a log in it"), task.book)
        return Done(outcome_of(shared.report, tally, plan), shared.book or task.book)

    return read


def run_redacted(  # noqa: PLR0913 - what a run needs, by name
    cases: Sequence[str],
    plan: Plan,
    book: Book,
    *,
    limits: Limits = USUAL,
    done: Callable[[str, Outcome], None] = lambda _case, _outcome: None,
    keep: Path | None = None,
) -> Batch:
    """Read the cases in their order, each in a process, under the names `bundle-1`, `bundle-2` and so on.

    The outcomes hold pseudonyms only; what they stand for goes into the private map `keep`.
    """
    found: list[tuple[str, Outcome]] = []
    for number, case in enumerate(cases, start=1):
        ((_, result),) = work([Task(case, book)], redactor, plan, jobs=1, limits=limits)
        outcome = Outcome(Status.FAILED, result.message) if isinstance(result, Trouble) else result.outcome
        book = book if isinstance(result, Trouble) else result.book
        found.append((f"bundle-{number}", outcome))
        done(case, outcome)
    if keep is not None:
        save(book, keep)
    return Batch(tuple(found))
