"""Grammars ready to match: each wording with the expression of its template, what it opens and what its slots become."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import call
from typing import TYPE_CHECKING, Any, NamedTuple

from whydown.grammar.event import Provenance, Rule
from whydown.grammar.expressions import compiled
from whydown.grammar.fields import Fields, Unread
from whydown.grammar.mixed import Step
from whydown.grammar.model import EventBlock, Slot, Template
from whydown.grammar.patterns import Pattern, pattern
from whydown.grammar.slots import MASKED, converter
from whydown.grammar.vocabulary import FIELDS, Direction, SlotType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from whydown.grammar.model import Grammar, IgnoreBlock
    from whydown.grammar.vocabulary import Kind

_SEVERAL = ("reason",)  # what a row says of which a block may have several
JOINT = "; "  # between the texts that several rows of a block gave for one field
_BLANKS = re.compile(" +")
_BEYOND_LINE = re.compile(r"\\[DWs]")  # classes that hold line feeds; `[^...]` is kept from that
_PROPOSALS = frozenset(name for name, known in FIELDS.items() if known.type is SlotType.PROPOSALS)
_SPIS = frozenset(name for name, known in FIELDS.items() if known.type in (SlotType.SPI32, SlotType.SPI64))


class Change(NamedTuple):
    """A `becomes` or `finds`: what an event is, or tells besides, whose fields have these values (none: any)."""

    kind: Kind
    direction: Direction
    when: tuple[tuple[str, frozenset[Any]], ...]
    further: bool

    def holds(self, fields: Mapping[str, Any]) -> bool:
        """Whether the fields have the values; of a text that several rows gave, any row's will do."""
        return all(name in fields and (not values or _among(fields[name], values)) for name, values in self.when)


def _step(written: Pattern, number: int) -> Step:
    return Step(number, many=written.names == _SEVERAL, announces=not any(isinstance(p, Slot) for p in written.parts))


def _among(value: Any, values: frozenset[Any]) -> bool:
    return value in values or (isinstance(value, str) and not values.isdisjoint(value.split(JOINT)))


@dataclass(frozen=True, eq=False)
class Block:
    """One `event` block, compiled."""

    kind: Kind
    direction: Direction
    sets: dict[str, Any]
    more: tuple[Shape, ...] = ()
    changes: tuple[Change, ...] = ()
    plain: bool = field(init=False)  # one record is one event of this kind, always
    steps: tuple[Step, ...] = field(init=False)  # of each `more`: which row it is; wordings that begin alike are one

    def __post_init__(self) -> None:
        """Tell once whether there is anything to wait for or to decide, and in which order."""
        firsts = list(dict.fromkeys(shape.pattern.first.strip() for shape in self.more))
        object.__setattr__(
            self, "steps", tuple(_step(s.pattern, firsts.index(s.pattern.first.strip())) for s in self.more)
        )
        object.__setattr__(self, "plain", not self.more and not self.changes)


@dataclass(frozen=True, eq=False)
class Shape:
    """One wording, ready to match: a template of an event or ignore block, with what it yields.

    Expressions are compiled when they are first needed: most templates never meet a line.
    """

    pattern: Pattern
    rule: Rule
    flags: re.RegexFlag
    block: Block | None = None  # the event it opens; None: to be ignored (or a `more`, `data` or prefix wording)
    data: tuple[tuple[str, Shape], ...] = ()  # what must hold on the record's structured data besides
    names: tuple[str, ...] = field(init=False)
    has_proposals: bool = field(init=False)  # these are read on demand
    has_spis: bool = field(init=False)  # these may be masked
    converters: tuple[Callable[[str], Any], ...] = field(init=False)
    completes: bool = field(init=False)  # `completed` has something to do

    def __post_init__(self) -> None:
        """Look up the converters of the slots once."""
        object.__setattr__(self, "names", self.pattern.names)
        words = dict(self.pattern.words) if self.flags & re.IGNORECASE else {}
        found = [_spelt(name, words[name]) if name in words else converter(name) for name in self.names]
        converters = [Unread if n in _PROPOSALS else c or str for n, c in zip(self.names, found, strict=True)]
        object.__setattr__(self, "converters", tuple(converters))
        object.__setattr__(self, "has_proposals", not _PROPOSALS.isdisjoint(self.names))
        object.__setattr__(self, "has_spis", not _SPIS.isdisjoint(self.names))
        block = self.block
        object.__setattr__(self, "completes", block is not None and (bool(block.sets) or self.has_proposals))

    @cached_property
    def tight(self) -> Callable[[str], re.Match[str] | None]:
        """Match a whole text in which no two blanks stand together."""
        return self._tight.fullmatch

    @cached_property
    def loose(self) -> Callable[[str], re.Match[str] | None]:
        """Match a whole text."""
        return self._loose.fullmatch

    def groups(self, texts: str, *, tight: bool) -> list[Any]:
        """Return the groups of each line of a text that this wording is; `tight`: no two blanks stand together."""
        return (self._tight if tight else self._loose).findall(texts)

    @cached_property
    def stays_within_lines(self) -> bool:
        """Whether no slot can go on beyond the end of a line."""
        return not _BEYOND_LINE.search(self.pattern.tight.replace(r"[^\s", ""))

    @cached_property
    def _tight(self) -> re.Pattern[str]:
        return self._line(self.pattern.tight)

    @cached_property
    def _loose(self) -> re.Pattern[str]:
        return self._line(self.pattern.expression)

    def _line(self, expression: str) -> re.Pattern[str]:
        within = expression.replace("[^", r"[^\n")
        return compiled(rf"^(?:{within})$", self.flags & ~re.DOTALL | re.MULTILINE)

    @cached_property
    def head(self) -> Callable[[str], re.Match[str] | None]:
        """Match the beginning of a text, with the blanks that follow; a slot at its end ends there."""
        return compiled(self.head_expression, self.flags).match

    @property
    def head_expression(self) -> str:
        """The regular expression of `head`."""
        after = "(?: +|\\Z)" if self.pattern.open_end else " *"
        return rf"(?:{self.pattern.expression}){after}"

    def read(self, text: str) -> dict[str, Any] | None:
        """Return the typed fields when this wording is the whole of `text` (no blanks around it), else None."""
        found = self.loose(text) if "  " in text else self.tight(text)
        return None if found is None else self.fields(found.groups())

    def completed(self, fields: dict[str, Any]) -> Mapping[str, Any]:
        """Return the fields of a match as an event has them: with what the block sets."""
        whole = {**fields, **self.block.sets} if self.block and self.block.sets else fields
        return Fields(whole) if self.has_proposals else whole

    @cached_property
    def told(self) -> tuple[Kind | None, Direction | None, Rule]:
        """The kind and direction of what it opens, and the rule that says so."""
        return (self.block.kind, self.block.direction, self.rule) if self.block else (None, None, self.rule)

    def fields(self, groups: Sequence[str]) -> dict[str, Any] | None:
        """Return the typed fields of a match; None when a converter refuses a value."""
        try:
            fields = dict(zip(self.names, map(call, self.converters, groups)))  # noqa: B905 - as many as groups
        except ValueError:
            return None
        return unmasked(fields) if self.has_spis else fields


def any_head(prefixes: Sequence[Shape]) -> Callable[[str], re.Match[str] | None]:
    """Return what matches the beginning of a text as the first of these shapes that fits does."""
    if not prefixes:
        return lambda _: None
    return compiled("|".join(prefix.head_expression for prefix in prefixes), prefixes[0].flags).match


def unmasked(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields without those whose value was made unreadable."""
    return {n: v for n, v in fields.items() if v != MASKED} if MASKED in fields.values() else fields


@dataclass(frozen=True, eq=False)
class CompiledGrammar:
    """A grammar, ready to match; `shapes` are in the order of the file, the first that matches wins."""

    name: str
    vendor: str
    apps: tuple[str, ...]
    of_ike: bool  # an IKE program's: its unknown lines may yield gists
    any_case: bool
    keyed: bool  # key=value records: `data` is read from the text
    prefixes: tuple[Shape, ...]
    shapes: tuple[Shape, ...]


def compile_grammar(grammar: Grammar) -> CompiledGrammar:
    """Return the grammar's wordings ready to match."""
    flags = re.DOTALL | (re.IGNORECASE | re.ASCII if grammar.any_case else re.NOFLAG)
    local_types = dict(grammar.slots)

    def shape(template: Template, block: Block | None = None, data: tuple[tuple[str, Shape], ...] = ()) -> Shape:
        provenance = template.provenance or Provenance.ASSUMED
        rule = Rule(grammar.name, template.span.line, provenance)
        return Shape(pattern(template, local_types), rule, flags, block, data)

    def event(written: EventBlock) -> list[Shape]:
        more = tuple(shape(template) for template in written.more)
        sets = {name: _set(name, value) for name, value in written.sets}
        changes = tuple(
            Change(t.kind, t.direction, tuple((n, frozenset(_set(n, v) for v in vs)) for n, vs in t.when), t.further)
            for t in written.turns
        )
        block = Block(written.kind, written.direction, sets, more, changes)
        data = tuple((key, shape(template)) for key, template in written.data)
        lines = written.lines or (_anything(written),)
        return [shape(template, block, data) for template in lines]

    def ignored(written: IgnoreBlock) -> list[Shape]:
        return [shape(template) for template in written.lines]

    placed = [(b.span.line, event(b)) for b in grammar.events] + [(b.span.line, ignored(b)) for b in grammar.ignores]
    shapes = [s for _, found in sorted(placed, key=lambda place: place[0]) for s in found]
    return CompiledGrammar(
        name=grammar.name,
        vendor=grammar.vendor,
        apps=grammar.apps,
        of_ike=any(b.kind.startswith(("ike.", "child.")) for b in grammar.events),
        any_case=grammar.any_case,
        keyed=grammar.shape == "keyvalue",
        prefixes=tuple(shape(template) for template in grammar.prefixes),
        shapes=tuple(shapes),
    )


def joined(grammars: Sequence[CompiledGrammar]) -> tuple[CompiledGrammar, ...]:
    """Return the grammars of one program with those made one that read alike: same vendor, prefixes, case and shape.

    A daemon's messages may stand in several files; matched as one, a line costs as much as with a single file.
    """
    alike: dict[tuple[object, ...], list[CompiledGrammar]] = {}
    for grammar in grammars:
        prefixes = tuple(prefix.pattern.expression for prefix in grammar.prefixes)
        flags = grammar.shapes[0].flags if grammar.shapes else None
        alike.setdefault((grammar.vendor, grammar.keyed, prefixes, flags), []).append(grammar)
    return tuple(_joined(same) for same in alike.values())


def _joined(grammars: Sequence[CompiledGrammar]) -> CompiledGrammar:
    first = min(grammars, key=lambda grammar: len(grammar.name))  # `strongswan`, not `strongswan-child`
    return replace(
        first,
        of_ike=any(grammar.of_ike for grammar in grammars),
        shapes=tuple(shape for grammar in grammars for shape in grammar.shapes),
    )


def _anything(written: EventBlock) -> Template:
    """Return the text template of an event that has `data` alone; its rule is that of the first `data` clause."""
    first = written.data[0][1]
    return Template((Slot("*", first.span),), first.span, "$*", first.provenance, first.source)


def _spelt(name: str, words: tuple[str, ...]) -> Callable[[str], Any]:
    """Return a converter to the word as the grammar spells it, whatever capitals and blanks the writer used."""
    spelt = {_BLANKS.sub(" ", word).casefold(): _set(name, word) for word in words}
    return lambda text: spelt[_BLANKS.sub(" ", text).casefold()]


def _set(name: str, value: str) -> Any:
    convert = converter(name)
    return convert(value) if convert else value
