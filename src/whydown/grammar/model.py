"""What a grammar file says, as frozen values: the reader makes them, the checks and the compiler take them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whydown.grammar.event import Provenance
    from whydown.grammar.vocabulary import Direction, Kind, SlotType
    from whydown.text import Span


@dataclass(frozen=True, slots=True)
class Slot:
    """A variable part: an event field, `_` (one word, thrown away) or `*` (anything, thrown away).

    `type` is None for the field's own type; `words` are the allowed words of `${name:a|b}`; `local_type` names a
    type the grammar declares itself with `slot`.
    """

    name: str
    span: Span
    type: SlotType | None = None
    words: tuple[str, ...] = ()
    local_type: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """Text and slots in order, as written after `line`, `more`, `prefix` or a `data` key."""

    parts: tuple[str | Slot, ...]
    span: Span
    written: str
    provenance: Provenance | None = None  # None: not yet covered (a problem) or needs none (prefix)
    source: str = ""  # what `from` or `assumed` says


@dataclass(frozen=True, slots=True)
class Example:
    """A `try` with its `also` records and what they must give, or a `refuse`."""

    line: str
    span: Span
    also: tuple[str, ...] = ()
    gives: tuple[tuple[str, str], ...] = ()
    gives_span: Span | None = None
    spans_also: tuple[Span, ...] = ()
    gives_spans: tuple[Span, ...] = ()  # one per assignment of `gives`


@dataclass(frozen=True, slots=True)
class Turn:
    """A `becomes` or a `finds`: what the block is, or tells besides, when its fields have these values.

    `when` names a field with the values of which it must have one; no values: the field only has to be there.
    """

    kind: Kind
    direction: Direction
    when: tuple[tuple[str, tuple[str, ...]], ...]
    further: bool  # `finds`: an event besides the block's own, with the same fields
    span: Span


@dataclass(frozen=True, slots=True)
class EventBlock:
    """One `event` block: one message of one daemon, with all its wordings."""

    kind: Kind
    direction: Direction
    span: Span
    lines: tuple[Template, ...] = ()
    more: tuple[Template, ...] = ()
    data: tuple[tuple[str, Template], ...] = ()
    sets: tuple[tuple[str, str], ...] = ()
    set_spans: tuple[Span, ...] = ()  # one per assignment of `set`
    turns: tuple[Turn, ...] = ()
    tries: tuple[Example, ...] = ()
    refuses: tuple[Example, ...] = ()
    since: str = ""
    until: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class IgnoreBlock:
    """One `ignore` block: lines of the daemon that are known and say nothing about an SA's life."""

    name: str
    span: Span
    lines: tuple[Template, ...] = ()
    tries: tuple[Example, ...] = ()
    refuses: tuple[Example, ...] = ()
    note: str = ""


NO_PROGRAM = "-"  # an app that stands for a line which names no program


@dataclass(frozen=True, slots=True)
class Grammar:
    """One grammar file."""

    name: str
    path: str
    span: Span
    vendor: str = ""
    usually: str = ""  # "edge" or "peer": who mostly writes such logs, for the reader
    apps: tuple[str, ...] = ()  # program names in the log header
    marks: tuple[
        str, ...
    ] = ()  # literals, one of which stands in every raw line of it (default: the apps): the prefilter
    source: str = ""
    shape: str = "text"  # text | keyvalue
    any_case: bool = False  # `case any`: the writer's capitals vary, literal text matches in any case
    prefixes: tuple[Template, ...] = ()
    slots: tuple[tuple[str, str], ...] = ()  # local slot types: name, regular expression
    events: tuple[EventBlock, ...] = field(default=())
    ignores: tuple[IgnoreBlock, ...] = field(default=())
