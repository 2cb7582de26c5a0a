"""What the parts of a clause mean: kinds, fields and values are looked up, and told where they do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.diagnose import clauses
from whydown.diagnose.clauses import Part, RawReason
from whydown.diagnose.model import (
    Call,
    Condition,
    Likeness,
    Literal,
    Named,
    Pattern,
    ReasonPattern,
    Ref,
    Role,
    Sum,
    Term,
    Window,
)
from whydown.diagnose.values import wanted
from whydown.grammar.vocabulary import FIELDS, Direction, Kind
from whydown.text import Problem, suggest

if TYPE_CHECKING:
    from whydown.grammar.blocks import Clause
    from whydown.text import Span


class Meanings:
    """Reads patterns and sums, and keeps the problems found."""

    def __init__(self, problems: list[Problem]) -> None:
        """Add problems to `problems`."""
        self.problems = problems

    def tell(self, code: str, message: str, span: Span, hint: str = "") -> None:
        """Keep a problem."""
        self.problems.append(Problem(code, message, span, hint))

    def pattern(self, clause: Clause, block: str) -> Pattern | ReasonPattern | None:
        """Read one pattern; None if it does not read. Names are looked up by the checks."""
        raw = clauses.pattern(clause)
        if isinstance(raw, Problem):
            self.problems.append(raw)
            return None
        if isinstance(raw, RawReason):
            if block == "reason" or clause.keyword not in {"if", "and", "or"}:
                self.tell("C008", "'reason' stands in an 'if' of a cause only", clause.payload_span)
                return None
            name = raw.name.value if raw.name else ""
            return ReasonPattern(tuple(p.value for p in raw.reasons), name, clause.payload_span, clause.payload)
        told = len(self.problems)
        parts: dict[str, list[Part]] = {"name": [], "condition": [], "window": [], "likeness": []}
        for part in raw.relations:
            parts[part.what].append(part)
        for extra in parts["name"][1:]:
            self.tell("C009", "this pattern is named twice", clause.at(extra.start, extra.end), "one 'as' is enough")
        if raw.at_least < 1:
            self.tell("C001", "'0x' asks for nothing", clause.at(0, 2), "write 'never' for what must be absent")
        found = Pattern(
            Role(raw.role),
            tuple(k for p in raw.kinds if "-" not in p.value and (k := self.kind(p, clause))),
            tuple(d for p in raw.directions if (d := self.direction(p, clause))),
            tuple(c for p in parts["condition"] if (c := self.condition(p, clause))),
            tuple(self.window(p, clause) for p in parts["window"]),
            tuple(x for p in parts["likeness"] if (x := self.likeness(p, clause))),
            raw.at_least,
            parts["name"][0].value if parts["name"] else "",
            clause.payload_span,
            clause.payload,
            tuple(Named(p.value, clause.at(p.start, p.end)) for p in raw.kinds if "-" in p.value),
        )
        return found if len(self.problems) == told else None

    def window(self, part: Part, clause: Clause) -> Window:
        """Read a window; its length becomes microseconds."""
        way, seconds, anchor = part.value
        length = None if seconds is None else round(seconds * 1_000_000)
        return Window(way, length, Ref(anchor.value, "", clause.at(anchor.start, anchor.end)))

    def likeness(self, part: Part, clause: Clause) -> Likeness | None:
        """Read `same` and `cross`."""
        here, there, crossed, anchor = part.value
        known = [self.known_field(p, clause) for p in dict.fromkeys((here, there))]
        ref = Ref(anchor.value, "", clause.at(anchor.start, anchor.end))
        return Likeness(here.value, there.value, crossed, ref) if all(known) else None

    def kind(self, part: Part, clause: Clause) -> Kind | None:
        """Look a kind up."""
        try:
            return Kind(part.value)
        except ValueError:
            hint = suggest(part.value, list(Kind)) or "'whydown grammar kinds' lists them"
            self.tell("C010", f"unknown event kind '{part.value}'", clause.at(part.start, part.end), hint)
            return None

    def direction(self, part: Part, clause: Clause) -> Direction | None:
        """Look a direction up."""
        try:
            return Direction(part.value)
        except ValueError:
            hint = suggest(part.value, [*Direction, "as", "within", "before", "after", "same", "cross"])
            message = f"'{part.value}' is no direction: in, out or local"
            self.tell("C013", message, clause.at(part.start, part.end), hint)
            return None

    def known_field(self, part: Part, clause: Clause) -> bool:
        """Whether there is such a field."""
        if part.value in FIELDS:
            return True
        hint = suggest(part.value, FIELDS) or "'whydown grammar fields' lists them"
        self.tell("C012", f"unknown field '{part.value}'", clause.at(part.start, part.end), hint)
        return False

    def condition(self, part: Part, clause: Clause) -> Condition | None:
        """Read `FIELD=VALUE|VALUE`; values become what compares."""
        field_part, op, values = part.value
        if not self.known_field(field_part, clause):
            return None
        ready: list[str | None] = []
        for value in values:
            written = value.value.removeprefix('"').removesuffix('"') if value.value[0] == '"' else value.value
            if value.value == "nothing":
                ready.append(None)
            elif op == "~":
                ready.append(written.casefold())
            else:
                try:
                    ready.append(wanted(field_part.value, written))
                except ValueError:
                    kind = FIELDS[field_part.value].type
                    message = f"'{field_part.value}' can never be '{written}': it is of type {kind}"
                    self.tell("C016", message, clause.at(value.start, value.end))
        return Condition(field_part.value, op, tuple(ready), clause.at(part.start, part.end))

    def sum(self, part: Part, clause: Clause) -> Sum:
        """Read a sum."""
        terms = tuple(self.term(p, clause) for _, p in part.value)
        return Sum(terms, tuple(sign for sign, _ in part.value))

    def term(self, part: Part, clause: Clause) -> Term:
        """Read a value, a name or a function."""
        if part.what == "ref":
            return self.ref(part, clause)
        if part.what == "call":
            word, arguments = part.value
            span = clause.at(word.start, word.end)
            return Call(word.value, tuple(self.argument(a, clause) for a in arguments), span)
        return Literal(part.value)

    def argument(self, part: Part, clause: Clause) -> Term:
        """Read what a function is given."""
        if len(part.value) > 1:
            self.tell("C001", "an argument is one value, no sum", clause.at(part.start, part.end))
        return self.term(part.value[0][1], clause)

    def ref(self, part: Part, clause: Clause) -> Ref:
        """Read a name, with a field or without."""
        name, field_name = part.value
        return Ref(name, field_name, clause.at(part.start, part.end))
