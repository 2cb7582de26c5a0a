"""What must be true of grammars together with their examples; `structure` checks what is true without any log line.

Every example is read by its own block and by no other, yields what `gives` says, and every wording is used by one;
lines to be refused are refused; no wording needs more than linear time. The matcher that reads logs is used for all
of it: what holds here holds there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from whydown.grammar.assemble import Assembler
from whydown.grammar.claims import holds, tried, wordings
from whydown.grammar.cost import slow
from whydown.grammar.model import EventBlock, IgnoreBlock
from whydown.grammar.pairs import key_values
from whydown.grammar.reach import Reach, reach
from whydown.grammar.slots import convert
from whydown.grammar.vocabulary import FIELDS
from whydown.tally import Tally
from whydown.text import Problem, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from whydown.envelope.record import Record
    from whydown.grammar.claims import Claim, Tried
    from whydown.grammar.event import Event
    from whydown.grammar.model import Grammar, Template
    from whydown.grammar.samples import Sample


_REGEX = re.compile(r"\(\?|\\[dDwWsSb]|\.[*+]|\[\^|\]\+")  # what nobody would write as text


def check(grammars: Sequence[Grammar]) -> tuple[Problem, ...]:
    """Return what is wrong with grammars that read, in the order of their files.

    Grammars of the same program are checked against each other, so hand over all that are used together.
    """
    found = tried(grammars)
    problems = [*_names(grammars)]
    for one in found:
        problems += _refused(one) if one.sample.refused else _matched(one)
    problems += _unused(grammars, found)
    problems += _unturned(grammars, found)
    problems += [p for grammar in grammars for p in _slow(grammar)]
    return tuple(sorted(problems, key=lambda p: (p.span.path, p.span.line, p.span.column, p.code)))


# --- one example -----------------------------------------------------------------------------------------------------


def _matched(one: Tried) -> Iterator[Problem]:
    """Check a `try`: read by its own block alone, with all its records, giving what it says."""
    own = one.own
    if own is None:
        yield _unmatched(one)
        return
    foreign = list(_foreign(one, own))
    yield from foreign
    yield from _marked(one.sample)
    if isinstance(one.sample.block, IgnoreBlock) or foreign:
        return
    lost = list(_further(one))
    yield from lost
    if not lost:
        yield from _gives(one)


def _foreign(one: Tried, own: Claim) -> Iterator[Problem]:
    """Refuse claims of other blocks, but for a more general one of the same file that stands below."""
    grammar, example = one.sample.grammar, one.sample.example
    for other in {id(c.block): c for c in one.claims if c.block is not own.block}.values():
        below = other.grammar is grammar and other.block.span.line > own.block.span.line
        if below and other.says < own.says:
            continue
        if other.grammar is not grammar:
            code, message = "G036", "this example is claimed by two grammars of one program"
            hint = "put both wordings in one grammar, or make them differ"
        else:
            code, message = "G031", "this example is claimed by two blocks"
            hint = "make the wordings differ; a general one may follow a special one that has more text, not lead it"
        yield Problem(code, message, example.span, hint, f"also by {_called(other, grammar)}")


def _unmatched(one: Tried) -> Problem:
    """Say how far the block's best wording goes along with its example."""
    block, example, text = one.sample.block, one.sample.example, one.texts[0]
    name = _name(block)
    hint = ""
    if one.claims:
        hint = f"it is read by {_called(one.claims[0], one.sample.grammar)}"
    best, template = _furthest(block.lines, text, one.sample.grammar)
    if not hint and template is not None and _REGEX.search(template.written):
        hint = "a template is text and slots as they are, no regular expression"
    lacking = _lacking(one) if isinstance(block, EventBlock) else ""
    if template is None or lacking:
        return Problem("G030", f"this example is not matched by its own '{name}'", example.span, hint, lacking)
    at = max(0, example.line.rfind(text))
    span = Span(example.span.path, example.span.line, example.span.column + at + best.end)
    expected = best.wanted or "nothing more"
    where = f" (line {template.span.line})" if len(block.lines) > 1 else ""
    return Problem(
        "G030",
        f"this example is not matched by its own '{name}'",
        span,
        hint,
        f"matched up to here{where}, expected {expected}",
    )


def _furthest(templates: Sequence[Template], text: str, grammar: Grammar) -> tuple[Reach, Template | None]:
    """Return the template that goes furthest along with a text, and how far."""
    best, chosen = Reach(-1, ""), None
    for template in templates:
        found = reach(template, text, grammar)
        if found.end > best.end:
            best, chosen = found, template
    return best, chosen


def _lacking(one: Tried) -> str:
    """Say which `data` pair does not hold on an example, "" when all do."""
    sample, block = one.sample, one.sample.block
    if not isinstance(block, EventBlock):
        return ""
    pairs = key_values(one.texts[0] if sample.grammar.shape == "keyvalue" else sample.first.data)
    for claim in wordings(sample.grammar):
        for (key, value), (_, template) in zip(
            claim.shape.data, block.data if claim.block is block else (), strict=False
        ):
            if not holds(key, value, sample.first, one.texts[0], sample.grammar):
                told = f"has {key}={pairs[key]}, not {template.written}" if key in pairs else f"has no '{key}'"
                return f"its data {told}"
    return ""


def _further(one: Tried) -> Iterator[Problem]:
    """Check that every further record belongs to the block: a `more` reads it, and no event of its own begins there."""
    sample = one.sample
    lines = {record.origin.line: record for record in sample.further}
    for record, text in zip(sample.further, one.texts[1:], strict=True):
        if text and not any(shape.read(text) is not None for shape in one.more):
            yield _stray(sample, record, text)
            return
    events = _events(one)
    for event in events[1:]:
        if event.origins[0].line in lines:
            span = _span_of(sample, lines[event.origins[0].line])
            hint = "it does not belong to the block above: a value differs, or its 'more' was used before"
            yield Problem("G037", f"this record begins a '{event.kind}' of its own", span, hint)


def _stray(sample: Sample, record: Record, text: str) -> Problem:
    span = _span_of(sample, record)
    block = sample.block
    templates = block.more if isinstance(block, EventBlock) else ()
    best, template = _furthest(templates, text, sample.grammar)
    label = ""
    if template is not None and best.end > 0:
        line = sample.example.line if span == sample.example.span else text
        at = max(0, line.rfind(text))
        span = Span(span.path, span.line, span.column + at + best.end)
        label = f"matched up to here (line {template.span.line}), expected {best.wanted or 'nothing more'}"
    return Problem("G035", "no 'more' of this event matches this record", span, "", label)


def _span_of(sample: Sample, record: Record) -> Span:
    spans = (*sample.example.spans_also, sample.example.span)
    return next((s for s in spans if s.line == record.origin.line), sample.example.span)


def _events(one: Tried) -> list[Event]:
    """Return the events of an example, as its whole grammar reads it."""
    records, assembler = one.sample.records, Assembler(Tally())
    return [*assembler.feed(records, one.matcher.match(records)), *assembler.finish()]


def _gives(one: Tried) -> Iterator[Problem]:
    """Check what an example yields."""
    example = one.sample.example
    if not example.gives:
        return
    event = _events(one)[0]
    for (name, value), span in zip(example.gives, example.gives_spans, strict=True):
        wanted = convert(FIELDS[name].type, value)
        if name not in event.fields:
            given = ", ".join(event.fields) or "nothing"
            yield Problem("G032", f"the example gives no '{name}'", span, f"it gives {given}")
        elif event.fields[name] != wanted:
            yield Problem("G032", f"the example gives {name}={shown(event.fields[name])}, not {shown(wanted)}", span)


def shown(value: Any) -> str:
    """Return a field's value as one writes it in `gives`."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return f'"{value}"' if isinstance(value, str) and " " in value else str(value)


def _marked(sample: Sample) -> Iterator[Problem]:
    """Check that a line with its header passes the prefilter."""
    grammar = sample.grammar
    if sample.headed and not any(mark in sample.example.line for mark in grammar.marks):
        hint = "add a 'mark' to the header: a text that stands in such lines, and in few others"
        yield Problem(
            "G038", "no 'mark' of this grammar stands in this line: it would be skipped", sample.example.span, hint
        )


def _refused(one: Tried) -> Iterator[Problem]:
    """Check a `refuse`."""
    if one.own is not None:
        line = one.own.shape.rule.line
        message = f"'{_name(one.sample.block)}' claims this line, which it must refuse"
        yield Problem("G034", message, one.sample.example.span, f"the template in line {line} matches it")


# --- whole grammars --------------------------------------------------------------------------------------------------


def _unused(grammars: Sequence[Grammar], found: list[Tried]) -> Iterator[Problem]:
    """Check that every `line` and every `more` of an event is used by an example; an ignore may list many lines."""
    used: dict[str, set[int]] = defaultdict(set)  # by file: the lines of templates
    unread: set[int] = set()  # blocks with an example that is not read: told already
    for one in found:
        if one.sample.refused:
            continue
        if one.own is None:
            unread.add(id(one.sample.block))
            continue
        lines = used[one.sample.grammar.path]
        lines.add(one.own.shape.rule.line)
        for text in filter(None, one.texts[1:]):
            reading = [shape.rule.line for shape in one.more if shape.read(text) is not None]
            lines.update(reading[:1])
            if not reading:
                unread.add(id(one.sample.block))
    for grammar in grammars:
        for block in grammar.events:
            templates = [*(("line", t) for t in block.lines), *(("more", t) for t in block.more)]
            for clause, template in templates:
                if template.span.line not in used[grammar.path] and id(block) not in unread:
                    hint = f"add a '{'try' if clause == 'line' else 'also'}' with such a line, or take it out if another matches first"
                    yield Problem("G033", f"no example uses this '{clause}'", template.span, hint)


def _unturned(grammars: Sequence[Grammar], found: list[Tried]) -> Iterator[Problem]:
    """Check that every `becomes` and every `finds` is put to use by an example."""
    used: set[int] = set()
    for one in found:
        own, block = one.own, one.sample.block
        if own is None or own.shape.block is None or not isinstance(block, EventBlock) or not block.turns:
            continue
        fields = next(iter(_events(one))).fields
        holding = [t for t, c in zip(block.turns, own.shape.block.changes, strict=True) if c.holds(fields)]
        used.update(id(turn) for turn in holding if turn.further)
        used.update([id(turn) for turn in holding if not turn.further][:1])
    for grammar in grammars:
        for event in grammar.events:
            for turn in event.turns:
                if id(turn) not in used:
                    clause = "finds" if turn.further else "becomes"
                    hint = "add a 'try' for which it holds; of several 'becomes' that hold, the first counts"
                    yield Problem("G033", f"no example uses this '{clause}'", turn.span, hint)


def _names(grammars: Sequence[Grammar]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for grammar in grammars:
        if grammar.name in seen:
            hint = f"the other is {seen[grammar.name]}"
            yield Problem("G039", f"two grammars are called '{grammar.name}'", grammar.span, hint)
        seen[grammar.name] = grammar.path


def _slow(grammar: Grammar) -> Iterator[Problem]:
    for template in slow(grammar):
        hint = "put a text between its open slots that cannot stand inside them"
        yield Problem("G040", "this template takes more than linear time on a long line", template.span, hint)


def _name(block: EventBlock | IgnoreBlock) -> str:
    return block.kind if isinstance(block, EventBlock) else block.name


def _called(claim: Claim, grammar: Grammar) -> str:
    what = "" if isinstance(claim.block, EventBlock) else "ignore "
    where = f"line {claim.block.span.line}"
    if claim.grammar is not grammar:
        where = f"grammar {claim.grammar.name}, {claim.grammar.path}:{claim.block.span.line}"
    return f"{what}'{_name(claim.block)}' ({where})"
