"""What the words of a grammar file mean: kinds, fields, slot types; and the problems that are found on the way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from whydown.grammar import clauses
from whydown.grammar.model import Slot, Template
from whydown.grammar.structure import value_problem
from whydown.grammar.vocabulary import FIELDS, Direction, Kind, SlotType
from whydown.text import Problem, Span, suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from whydown.grammar.blocks import Block, Clause

HEADER = ("vendor", "usually", "app", "mark", "source", "shape", "case", "prefix", "slot")
EVENT = (
    "line",
    "more",
    "data",
    "set",
    "becomes",
    "finds",
    "from",
    "assumed",
    "since",
    "until",
    "note",
    "try",
    "also",
    "gives",
    "refuse",
)
IGNORE = ("line", "from", "assumed", "note", "try", "refuse")
_ONCE = frozenset({"vendor", "usually", "app", "source", "shape", "case", "since", "until"})
_PLACES: Mapping[str, tuple[str, ...]] = {"grammar": HEADER, "event": EVENT, "ignore": IGNORE}

_TYPE_NAME = re.compile(r"[a-z][a-z0-9_]*")  # a single word after ':' that looks so is a type, any other is a word
_KINDS = tuple(str(kind) for kind in Kind if kind is not Kind.GIST)  # a gist is what no template says

_Value = TypeVar("_Value")


class Lookup:
    """Looks words up; holds the local slot types of the file and all its problems."""

    def __init__(self, problems: list[Problem]) -> None:
        """Begin with the problems of the layout."""
        self.problems = problems
        self.local_types: dict[str, str] = {}

    def clauses_of(self, block: Block, allowed: tuple[str, ...], failed: set[str]) -> Iterable[Clause]:
        """Yield the clauses that may stand in this block, once each unless they may be repeated.

        A misspelt one counts as `failed` under the names it may have meant.
        """
        first: dict[str, Clause] = {}
        for clause in block.clauses:
            if clause.keyword not in allowed:
                hint = suggest(clause.keyword, allowed) or _elsewhere(clause.keyword, block.keyword)
                failed.update(word for word in allowed if repr(word) in hint)
                self.tell("G008", f"unknown clause '{clause.keyword}' in '{block.keyword}'", clause.span, hint)
            elif clause.keyword in first and clause.keyword in _ONCE:
                line = first[clause.keyword].span.line
                self.tell("G012", f"a second '{clause.keyword}': the first stands in line {line}", clause.span)
            else:
                first[clause.keyword] = clause
                yield clause

    def got(self, found: _Value | Problem) -> _Value | None:
        """Return what was read, or keep the problem."""
        if isinstance(found, Problem):
            self.problems.append(found)
            return None
        return found

    def tell(self, code: str, message: str, span: Span, way_out: str = "", label: str = "") -> None:
        """Keep a problem."""
        self.problems.append(Problem(code, message, span, way_out, label))

    def kind(self, written: Block | Clause, kind: clauses.Word, direction: clauses.Word) -> tuple[Kind, Direction]:
        """Look up a kind and a direction."""
        if kind.text not in _KINDS:
            hint = suggest(kind.text, _KINDS) or "'whydown grammar kinds' lists them"
            self.tell("G010", f"unknown event kind '{kind.text}'", written.at(kind.start, kind.end), hint)
        if direction.text not in set(Direction):
            hint = suggest(direction.text, list(Direction)) or "from the writer's point of view: 'in', 'out' or 'local'"
            self.tell("G011", f"unknown direction '{direction.text}'", written.at(direction.start, direction.end), hint)
        return (
            Kind(kind.text) if kind.text in _KINDS else Kind.GIST,
            Direction(direction.text) if direction.text in set(Direction) else Direction.LOCAL,
        )

    def templates(self, clause: Clause) -> list[Template]:
        """Read one template, or none if it does not read."""
        found = self.template(clause)
        return [] if found is None else [found]

    def template(self, clause: Clause) -> Template | None:
        """Read one template and look up its slots."""
        raw = self.got(clauses.template(clause))
        if raw is None:
            return None
        return Template(self.parts(clause, raw), clause.payload_span, clause.payload)

    def data(self, clause: Clause) -> list[tuple[str, Template]]:
        """Read the KEY=TEMPLATE pairs of a `data` clause."""
        return [
            (p.key, Template(self.parts(clause, p.parts), clause.at(p.start, p.end), clause.payload[p.start : p.end]))
            for p in self.got(clauses.data(clause)) or ()
        ]

    def parts(self, clause: Clause, raw: tuple[str | clauses.RawSlot, ...]) -> tuple[str | Slot, ...]:
        """Look up the slots of a template."""
        return tuple(part if isinstance(part, str) else self.slot(clause, part) for part in raw)

    def slot(self, clause: Clause, raw: clauses.RawSlot) -> Slot:
        """Look up the field and the type a slot names."""
        span = clause.at(raw.start, raw.end)
        if raw.name not in FIELDS and raw.name not in {"_", "*"}:
            hint = suggest(raw.name, FIELDS) or "a slot is a field of the event; 'whydown grammar fields' lists them"
            if raw.name.startswith("_"):
                hint = f"'$_' is one word that is thrown away; before other letters write ${{_}}{raw.name[1:]}"
            self.tell("G020", f"unknown slot '{raw.name}'", span, hint)
        if len(raw.words) != 1 or not _TYPE_NAME.fullmatch(raw.words[0]):
            return Slot(raw.name, span, words=raw.words)
        word = raw.words[0]
        if word in self.local_types:
            return Slot(raw.name, span, local_type=word)
        if word in set(SlotType):
            return Slot(raw.name, span, type=SlotType(word))
        hint = suggest(word, [*SlotType, *self.local_types])
        if not hint:
            return Slot(raw.name, span, words=raw.words)  # the one word that may stand here
        self.tell("G021", f"unknown slot type '{word}'", span, hint)
        return Slot(raw.name, span)

    def values(self, clause: Clause) -> list[tuple[str, str, Span]]:
        """Read FIELD=VALUE pairs and look up the fields."""
        found = self.looked_up(clause, self.got(clauses.assignments(clause)) or ())
        self.problems += [p for name, value, span in found if (p := value_problem(name, value, span))]
        return found

    def looked_up(self, clause: Clause, written: Iterable[clauses.Assignment]) -> list[tuple[str, str, Span]]:
        """Look up the fields of FIELD=VALUE pairs; the values stay as written."""
        found: list[tuple[str, str, Span]] = []
        for a in written:
            if a.field in FIELDS:
                found.append((a.field, a.value, clause.at(a.start, a.end)))
            else:
                hint = suggest(a.field, FIELDS) or "'whydown grammar fields' lists them"
                self.tell("G020", f"unknown field '{a.field}'", clause.at(a.start, a.start + len(a.field)), hint)
        return found


def _elsewhere(clause: str, block: str) -> str:
    """Say where a clause that is out of place belongs, or what may stand here."""
    homes = [name for name, allowed in _PLACES.items() if clause in allowed]
    if homes:
        return f"'{clause}' belongs in {' or '.join(repr(h) for h in homes)}"
    return "here may stand " + ", ".join(_PLACES[block])
