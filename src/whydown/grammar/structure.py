"""What must be true of a block by itself, before any log line is tried: one small check each.

`failed` names the clauses of the block that did not read: nobody is told that something is missing which is there
and only misspelt.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from whydown.grammar.model import EventBlock, Slot
from whydown.grammar.slots import READINGS, convert, converter
from whydown.grammar.vocabulary import FIELDS
from whydown.text import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from whydown.grammar.model import Grammar, IgnoreBlock, Template
    from whydown.text import Span

FILL_IN = "FILL IN"  # what 'grammar new' leaves to the person
_REQUIRED = ("vendor", "usually", "apps", "source")
_WORD = re.compile(r"[^\W_]{2}")
_SIGN = re.compile(r"[|*!=~+\]-]+ ")
_NOTHING: AbstractSet[str] = frozenset()


def grammar_problems(grammar: Grammar, failed: AbstractSet[str] = _NOTHING) -> Iterator[Problem]:
    """Check the header: complete, prefixes sound."""
    missing = [name.removesuffix("s") for name in _REQUIRED if not getattr(grammar, name)]
    missing = [f"'{name}'" for name in missing if name not in failed]
    if missing:
        hint = "every grammar says whose logs it reads, which side usually writes them, under which program names, and where its texts are from"
        yield Problem("G016", f"the header lacks {' and '.join(missing)}", grammar.span, hint)
    for prefix in grammar.prefixes:
        yield from _sound(prefix)


def event_problems(event: EventBlock, failed: AbstractSet[str] = _NOTHING) -> Iterator[Problem]:
    """Check one event block."""
    if not event.lines and not event.data and not failed & {"line", "data"}:
        hint = "put the message after 'line', or keys and values after 'data'"
        yield Problem("G015", "this event has neither 'line' nor 'data': nothing can match it", event.span, hint)
    yield from _examples(event, failed)
    templates = [*event.lines, *event.more, *(t for _, t in event.data)]
    yield from _sources(templates, failed)
    for template in templates:
        yield from _sound(template)
    for template in (*event.lines, *event.more):
        yield from _bare(template, has_data=bool(event.data))
    yield from _set_twice(event)
    yield from _turns(event, failed)


def ignore_problems(ignore: IgnoreBlock, failed: AbstractSet[str] = _NOTHING) -> Iterator[Problem]:
    """Check one ignore block."""
    if not ignore.lines and "line" not in failed:
        yield Problem(
            "G015", "this ignore has no 'line': nothing can match it", ignore.span, "put the message after 'line'"
        )
    yield from _examples(ignore, failed)
    yield from _sources(ignore.lines, failed)
    for template in ignore.lines:
        yield from _sound(template)
        if not _opening(template):
            yield from _bare(template, has_data=False)


def _examples(block: EventBlock | IgnoreBlock, failed: AbstractSet[str]) -> Iterator[Problem]:
    if not block.tries and "try" not in failed:
        what = "event" if isinstance(block, EventBlock) else "ignore"
        hint = "paste a real log line after 'try', with or without its header"
        yield Problem("G014", f"this {what} has no 'try': every message carries an example", block.span, hint)


def _sources(templates: Sequence[Template], failed: AbstractSet[str]) -> Iterator[Problem]:
    """Refuse wordings without a source; one problem per block, at the first of them."""
    for template in templates:
        if FILL_IN in template.source:
            hint = "say where the line was seen: product and version, or file:line of its source"
            yield Problem("G019", f"the source of this wording is still '{FILL_IN}'", template.span, hint)
    bare = [t for t in templates if t.provenance is None]
    if bare and not failed & {"from", "assumed"}:
        hint = "add 'from' and where it was seen, or 'assumed' and why it is believed, below it"
        what = (
            "where this wording is from"
            if len(bare) == 1
            else f"where this and {len(bare) - 1} more of its wordings are from"
        )
        yield Problem("G019", f"nothing says {what}", min((t.span for t in bare), key=lambda s: s.line), hint)


def _sound(template: Template) -> Iterator[Problem]:
    """Check the slots of one template."""
    yield from _touching(template)
    yield from _twice(template)
    yield from _words(template)


def _touching(template: Template) -> Iterator[Problem]:
    """Refuse two slots side by side where nothing tells the end of the first.

    One of a few words ends by itself; a number or an address does where anything may follow.
    """
    for left, right in pairwise(template.parts):
        if isinstance(left, Slot) and isinstance(right, Slot):
            ends = left.words or (right.name == "*" and is_closed(left))
            if not ends:
                hint = "put the text between them that the daemon writes, or make them one slot"
                message = f"'{left.name}' touches the next slot: nothing tells where it ends"
                yield Problem("G022", message, left.span, hint)


def is_closed(slot: Slot) -> bool:
    """Say whether the text of a slot ends by itself: it is of a bounded type, the grammar's own, or one of some words."""
    if slot.local_type or slot.words:
        return True
    known = slot.type or (FIELDS[slot.name].type if slot.name in FIELDS else None)
    return known is not None and not READINGS[known].open


def _words(template: Template) -> Iterator[Problem]:
    """Refuse words that the field they are for cannot hold."""
    for slot in template.parts:
        if isinstance(slot, Slot):
            refuse = converter(slot.name) or str
            for word in slot.words:
                try:
                    refuse(word)
                except ValueError:
                    hint = f"{slot.name} is {FIELDS[slot.name].type}: {FIELDS[slot.name].meaning}"
                    if len(slot.words) == 1:
                        hint += f"; '{word}' is no slot type"
                    yield Problem("G027", f"'{word}' is no value of '{slot.name}'", slot.span, hint)


def value_problem(field: str, value: str, span: Span) -> Problem | None:
    """Check that a value written in `set` or `gives` is one of the field; the field is known."""
    known = FIELDS[field]
    try:
        convert(known.type, value)
    except ValueError:
        return Problem("G027", f"'{value}' is no value of '{field}'", span, f"{field} is {known.type}: {known.meaning}")
    return None


def _twice(template: Template) -> Iterator[Problem]:
    seen: set[str] = set()
    for slot in template.parts:
        if isinstance(slot, Slot) and slot.name not in {"_", "*"}:
            if slot.name in seen:
                hint = "one template gives a field once; use '$_' where the value is only repeated"
                yield Problem("G023", f"'{slot.name}' stands twice in this template", slot.span, hint)
            seen.add(slot.name)


def _opening(template: Template) -> bool:
    """Say whether a wording is known by a sign at its very beginning, as pluto marks its debug lines: `| $*`."""
    first = template.parts[0] if template.parts else ""
    return isinstance(first, str) and bool(_SIGN.match(first))


def _bare(template: Template, *, has_data: bool) -> Iterator[Problem]:
    """Refuse a template without a word of its own: it would claim lines that say something else."""
    texts = [part for part in template.parts if isinstance(part, str)]
    listed = any(isinstance(part, Slot) and part.words for part in template.parts)
    if not listed and not has_data and not any(map(_WORD.search, texts)):
        hint = "write the words the daemon writes, or list the possible values: ${reason:No answer|Timed out}"
        yield Problem("G024", "this template has no word of its own: it would claim foreign lines", template.span, hint)


def _turns(event: EventBlock, failed: AbstractSet[str]) -> Iterator[Problem]:
    """Refuse a `becomes` or `finds` on a field that the event never has."""
    given = _slots(event) | {name for name, _ in event.sets}
    for turn in event.turns:
        for name, _ in turn.when:
            if name not in given and not failed & {"line", "more", "data", "set"}:
                clause = "finds" if turn.further else "becomes"
                hint = "no line, more, data or set of this event gives it"
                yield Problem("G028", f"this '{clause}' can never hold: the event has no '{name}'", turn.span, hint)


def _slots(event: EventBlock) -> set[str]:
    templates = (*event.lines, *event.more, *(t for _, t in event.data))
    return {part.name for t in templates for part in t.parts if isinstance(part, Slot)}


def _set_twice(event: EventBlock) -> Iterator[Problem]:
    """Refuse a field that is set and also read, or set twice: it has two values."""
    slots = _slots(event)
    seen: set[str] = set()
    for (name, _), span in zip(event.sets, event.set_spans, strict=True):
        if name in slots or name in seen:
            other = "a slot of this event reads it" if name in slots else "it is set above"
            yield Problem("G025", f"'{name}' is set, but {other} too", span, "one of the two is too much")
        seen.add(name)
