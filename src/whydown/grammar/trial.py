"""What becomes of one log line: the wording that reads it and what it yields, or how far each wording goes along."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from whydown.grammar.assemble import Assembler
from whydown.grammar.claims import blocks_of, wordings
from whydown.grammar.match import Matcher
from whydown.grammar.model import EventBlock
from whydown.grammar.reach import Reach, reach
from whydown.grammar.samples import bare, read_line
from whydown.tally import Tally
from whydown.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from whydown.envelope.record import Record
    from whydown.grammar.event import Event
    from whydown.grammar.model import Grammar, IgnoreBlock, Template


_LEAST = 3  # characters of a wording's own text that a line must share to be near it


class Reading(NamedTuple):
    """A wording that reads the line; `more` ones read it as a further record of a block that began before."""

    block: EventBlock | IgnoreBlock
    template: Template
    more: bool
    events: tuple[Event, ...]


class Near(NamedTuple):
    """A wording that does not read the line, and how far it goes along with it."""

    block: EventBlock | IgnoreBlock
    template: Template
    reach: Reach


class Trial(NamedTuple):
    """A line as one grammar sees it: `message` stands behind header and `prefix`."""

    grammar: Grammar
    prefix: str
    message: str
    headed: bool  # the line's header, or its form, names a program of this grammar
    readings: tuple[Reading, ...]

    def nearest(self, most: int) -> list[Near]:
        """Return the wordings that go furthest along with the message, furthest first."""
        found = [
            Near(block, template, reach(template, self.message, self.grammar))
            for block in blocks_of(self.grammar)
            for template in (*block.lines, *(block.more if isinstance(block, EventBlock) else ()))
        ]
        near = [n for n in found if n.reach.agreed >= _LEAST]
        return sorted(near, key=lambda n: -n.reach.agreed)[:most]


def trials(line: str, grammars: Sequence[Grammar]) -> list[Trial]:
    """Try a line with every grammar of its program; with every grammar when neither header nor form names one."""
    tried = [_trial(line, grammar) for grammar in grammars if grammar.apps]
    return [t for t in tried if t.headed] or tried


def _trial(line: str, grammar: Grammar) -> Trial:
    span = Span("-", 1, 1)
    headed = read_line(line, grammar, span)
    record = (headed or bare(line, grammar, span))[0]
    matcher = Matcher([grammar])
    match = matcher.match([record])[0]
    message = match.text if match else record.text.strip(" ")
    prefix = record.text.strip(" ").removesuffix(message)
    readings = tuple(_readings(grammar, matcher, record, message))
    return Trial(grammar, prefix, message, bool(headed), readings)


def _readings(grammar: Grammar, matcher: Matcher, record: Record, message: str) -> Iterator[Reading]:
    """Yield what reads the record: the block that gets it, or else the blocks it may be a further record of."""
    match = matcher.match([record])[0]
    known = wordings(grammar)
    if match is not None and match.shape is not None:
        assembler = Assembler(Tally())
        events = (*assembler.feed([record], [match]), *assembler.finish())
        claim = next(c for c in known if c.shape.rule.line == match.shape.rule.line)
        yield Reading(claim.block, claim.template, more=False, events=events)
        return
    seen: set[int] = set()
    for _, block, _, shape in known:
        if isinstance(block, EventBlock) and shape.block is not None and id(block) not in seen:
            seen.add(id(block))
            for further, template in zip(shape.block.more, block.more, strict=True):
                if further.read(message) is not None:
                    yield Reading(block, template, more=True, events=())
                    break
