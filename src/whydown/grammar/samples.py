"""The examples of grammar files as log records, as the matcher gets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from whydown.envelope.record import Certainty, Record
from whydown.envelope.records import records
from whydown.grammar.model import NO_PROGRAM
from whydown.sources.line import Line, Origin
from whydown.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whydown.grammar.model import EventBlock, Example, Grammar, IgnoreBlock
    from whydown.text import Span


@dataclass(frozen=True, slots=True)
class Sample:
    """One `try` or `refuse` of a block: its line as a record, and the records of its `also` lines."""

    grammar: Grammar
    block: EventBlock | IgnoreBlock
    example: Example
    first: Record
    further: tuple[Record, ...]
    refused: bool
    headed: bool  # the example is pasted with a log header that names host and program

    @property
    def records(self) -> tuple[Record, ...]:
        """All records in order."""
        return (self.first, *self.further)


def samples(grammar: Grammar) -> Iterator[Sample]:
    """Yield every example of a grammar, in the order of the file's blocks."""
    blocks: list[EventBlock | IgnoreBlock] = [*grammar.events, *grammar.ignores]
    for block in blocks:
        yield from (sample(grammar, block, example) for example in block.tries)
        yield from (sample(grammar, block, example, refused=True) for example in block.refuses)


def sample(grammar: Grammar, block: EventBlock | IgnoreBlock, example: Example, *, refused: bool = False) -> Sample:
    """Read one example; a line without a header counts as written by the grammar's first program."""
    read = read_line(example.line, grammar, example.span)
    first, *folded = read or bare(example.line, grammar, example.span)
    further = list(folded)
    spans = example.spans_also or (example.span,) * len(example.also)
    for line, span in zip(example.also, spans, strict=True):
        further += read_line(line, grammar, span) or [
            first._replace(text=further_record.text, data="", origin=further_record.origin)
            for further_record in bare(line, grammar, span)
        ]
    return Sample(grammar, block, example, first, tuple(further), refused, headed=bool(first.host))


def read_line(line: str, grammar: Grammar, span: Span) -> list[Record]:
    """Take the header off a log line, and unfold it; nothing when no header names a program of the grammar."""
    found = list(records([Line(line, _origin(span), None)], Tally()))
    apps = {app.casefold() for app in grammar.apps}
    return found if found and found[0].app.casefold() in apps else []


def bare(line: str, grammar: Grammar, span: Span) -> list[Record]:
    """Take a line without a header for one of the grammar's first program."""
    app = next((app for app in grammar.apps if app != NO_PROGRAM), "")
    return [Record(0, Certainty.UNTIMED, "", app, "", "", "", text, _origin(span), None) for text in line.split("#012")]


def _origin(span: Span) -> Origin:
    return Origin(span.path, "", span.line, 0)
