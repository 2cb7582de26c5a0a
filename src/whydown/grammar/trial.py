"""What becomes of one log line: the wording that reads it and what it yields, or how far each wording goes along."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from whydown.grammar.assemble import Assembler
from whydown.grammar.check import shown
from whydown.grammar.claims import blocks_of, wordings
from whydown.grammar.match import Matcher
from whydown.grammar.model import EventBlock
from whydown.grammar.reach import Reach, reach
from whydown.grammar.samples import bare, read_line
from whydown.tally import Tally
from whydown.text import Span, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from whydown.envelope.record import Record
    from whydown.grammar.event import Event
    from whydown.grammar.model import Grammar, IgnoreBlock, Template


_NEAREST = 3  # wordings shown for a line that none reads
_LEAST = 4  # characters of a wording's own text that a line must share to be near it


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


# --- telling ---------------------------------------------------------------------------------------------------------


def told(one: Trial, reading: Reading) -> Iterator[str]:
    """Say what reads a line, by which rule, where its wording is from, and what it yields."""
    template = reading.template
    where = f"{one.grammar.path}:{template.span.line}"
    if reading.more:
        yield f"{one.grammar.name}: a further record of {_block(reading)}, by {where}"
    elif not reading.events:
        yield f"{one.grammar.name}: ignored by {_block(reading)}, {where}"
    for event in reading.events:
        yield f"{one.grammar.name}: {event.kind} {event.direction}, by {where}"
    yield f"  {'more' if reading.more else 'line'}  {template.written}"
    known = {"seen": "from", "assumed": "assumed"}.get(str(template.provenance), "")
    yield f"  {known}  {template.source}"
    for event in reading.events[:1]:
        width = max(map(len, event.fields), default=0)
        yield from (f"    {name.ljust(width)}  {shown(event.fields[name])}" for name in event.fields)


def _block(found: Reading | Near) -> str:
    block = found.block
    return f"{block.kind} {block.direction}" if isinstance(block, EventBlock) else f"ignore {block.name}"


def not_read(tried: Sequence[Trial]) -> Iterator[str]:
    """Say how far the nearest wordings go along with a line that none reads."""
    near = [(t, n) for t in tried for n in t.nearest(_NEAREST)]
    near.sort(key=lambda pair: -pair[1].reach.agreed)
    if not near:
        yield "no grammar reads this line, and none begins like it; 'whydown grammar new --from LINE' begins a block"
        return
    yield "no grammar reads this line; the nearest:"
    for one, found in near[:_NEAREST]:
        yield ""
        yield f"{one.grammar.path}:{found.template.span.line}  {_block(found)}"
        yield f"  {found.template.written}"
        yield f"  {one.message}"
        begun = printable(one.message[: found.reach.end])
        blanks = "".join(c if c == "\t" else " " for c in begun)
        yield f"  {blanks}^ expected {found.reach.wanted or 'nothing more'}"
