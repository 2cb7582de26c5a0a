"""Reads the clauses of an event or an ignore block, in their order: wordings, sources, examples."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from whydown.grammar import clauses
from whydown.grammar.event import Provenance
from whydown.grammar.model import Example, Template, Turn
from whydown.grammar.structure import value_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from whydown.grammar.blocks import Block, Clause
    from whydown.grammar.lookup import Lookup
    from whydown.text import Span


@dataclass(slots=True)
class Draft:
    """What has been read of one block so far; `failed` are the clauses of it that did not read."""

    lines: list[Template] = field(default_factory=list)
    more: list[Template] = field(default_factory=list)
    data: list[tuple[str, Template]] = field(default_factory=list)
    sets: list[tuple[str, str, Span]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    tries: list[Example] = field(default_factory=list)
    refuses: list[Example] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)  # since, until
    failed: set[str] = field(default_factory=set)
    uncovered: bool = False  # a template clause (readable or not) stands above, without a source so far


def read_body(lookup: Lookup, block: Block, allowed: tuple[str, ...]) -> Draft:
    """Read the clauses of an event or ignore block, in their order."""
    draft = Draft()
    for clause in lookup.clauses_of(block, allowed, draft.failed):
        before = len(lookup.problems)
        _TAKERS[clause.keyword](lookup, draft, clause)
        if len(lookup.problems) > before:
            draft.failed.add(clause.keyword)
    return draft


def _message(lookup: Lookup, draft: Draft, clause: Clause) -> None:
    """Read `line`, `more` or `data`."""
    if clause.keyword == "data":
        draft.data += lookup.data(clause)
    else:
        (draft.lines if clause.keyword == "line" else draft.more).extend(lookup.templates(clause))
    draft.uncovered = True


def _implied(lookup: Lookup, draft: Draft, clause: Clause) -> None:
    """Read `set`."""
    draft.sets += lookup.values(clause)


def _turn(lookup: Lookup, draft: Draft, clause: Clause) -> None:
    """Read `becomes` or `finds`: values of one field are divided by '|', '*' is any."""
    found = lookup.got(clauses.turn(clause))
    if found is None:
        return
    kind, direction = lookup.kind(clause, found[0], found[1])
    when: list[tuple[str, tuple[str, ...]]] = []
    for name, value, span in lookup.looked_up(clause, found[2]):
        values = () if value == "*" else tuple(value.split("|"))
        lookup.problems += [p for v in values if (p := value_problem(name, v, span))]
        when.append((name, values))
    draft.turns.append(Turn(kind, direction, tuple(when), clause.keyword == "finds", clause.span))


def _release(lookup: Lookup, draft: Draft, clause: Clause) -> None:
    """Read `since` or `until`."""
    draft.texts[clause.keyword] = lookup.got(clauses.version(clause)) or ""


def _note(lookup: Lookup, draft: Draft, clause: Clause) -> None:
    """Read `note`."""
    draft.notes += [text] if (text := lookup.got(clauses.text(clause))) else []


def _cover(lookup: Lookup, draft: Draft, clause: Clause) -> None:
    """Give the templates above, up to the previous source, this one."""
    source = lookup.got(clauses.text(clause))
    if not draft.uncovered and source:
        lookup.tell(
            "G018",
            f"this '{clause.keyword}' covers nothing: no line, more or data stands between it and the source above",
            clause.span,
            "a second source of the same wording goes on the same line as the first",
        )
    provenance = Provenance.SEEN if clause.keyword == "from" else Provenance.ASSUMED

    def covered(template: Template) -> Template:
        return template if template.provenance else replace(template, provenance=provenance, source=source or "?")

    draft.lines = [covered(t) for t in draft.lines]
    draft.more = [covered(t) for t in draft.more]
    draft.data = [(key, covered(t)) for key, t in draft.data]
    draft.uncovered = False


def _example(lookup: Lookup, draft: Draft, clause: Clause) -> None:
    """Read `try` or `refuse`: one log line."""
    line = _record(lookup, clause) or ""
    example = Example(line, clause.payload_span)
    (draft.tries if clause.keyword == "try" else draft.refuses).append(example)


def _add_to_example(lookup: Lookup, draft: Draft, clause: Clause) -> None:
    """Read `also` or `gives` into the example above."""
    text = _record(lookup, clause) if clause.keyword == "also" else None
    values = lookup.values(clause) if clause.keyword == "gives" else []
    if not draft.tries:
        if "try" not in draft.failed:
            lookup.tell("G013", f"this '{clause.keyword}' belongs to no 'try'", clause.span, "put a 'try' above it")
        return
    last = draft.tries[-1]
    if text:
        last = replace(last, also=(*last.also, text), spans_also=(*last.spans_also, clause.payload_span))
    if values:
        last = replace(
            last,
            gives=(*last.gives, *((name, value) for name, value, _ in values)),
            gives_span=last.gives_span or clause.payload_span,
            gives_spans=(*last.gives_spans, *(span for _, _, span in values)),
        )
    draft.tries[-1] = last


def _record(lookup: Lookup, clause: Clause) -> str | None:
    """Read one pasted log line."""
    if len(clause.passage.pieces) > 1:
        second = clause.passage.pieces[1].offset
        lookup.tell(
            "G007",
            f"this '{clause.keyword}' goes on over a second line: an example is one log line",
            clause.at(second, len(clause.payload)),
            "put the next record of the same block after 'also'",
        )
        return None
    return lookup.got(clauses.text(clause))


_TAKERS: Mapping[str, Callable[[Lookup, Draft, Clause], None]] = {
    "line": _message,
    "more": _message,
    "data": _message,
    "set": _implied,
    "becomes": _turn,
    "finds": _turn,
    "from": _cover,
    "assumed": _cover,
    "since": _release,
    "until": _release,
    "note": _note,
    "try": _example,
    "refuse": _example,
    "also": _add_to_example,
    "gives": _add_to_example,
}
