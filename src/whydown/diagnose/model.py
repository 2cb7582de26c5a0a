"""What reason and cause files say, as frozen values: the reader makes them, the checks and the engine take them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whydown.grammar.vocabulary import Direction, Kind
    from whydown.text import Span


class Role(StrEnum):
    """Whose log a pattern looks into; `either` is the side the cause is tried for, `other` the one across."""

    EDGE = "edge"
    PEER = "peer"
    EITHER = "either"
    OTHER = "other"

    def meant(self, either: Side) -> Side:
        """Return whose log that is where `either` is this side."""
        if self is Role.EITHER:
            return either
        if self is Role.OTHER:
            return either.other
        return Side.EDGE if self is Role.EDGE else Side.PEER


class How(StrEnum):
    """What a pattern's being found, or not found, means for the block."""

    IF = "if"  # must be bound
    HELPS = "helps"  # binds if it can
    UNLESS = "unless"  # vetoes
    NEVER = "never"  # must be absent, and somebody must have listened


@dataclass(frozen=True, slots=True)
class Ref:
    """`name`, or `name.field`: a bound event, a field of it, or a computed value."""

    name: str
    field: str  # empty: the name itself
    span: Span


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as written; durations in seconds, `nothing` as None."""

    value: str | float | bool | None


@dataclass(frozen=True, slots=True)
class Call:
    """A registered function and what it is given."""

    function: str
    arguments: tuple[Term, ...]
    span: Span


Term = Ref | Literal | Call


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms added up; `signs` holds +1 or -1 for each."""

    terms: tuple[Term, ...]
    signs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """`FIELD=VALUE|VALUE`: `wanted` is ready to be compared (see `values.plain`), None stands for `nothing`."""

    field: str
    op: str  # "=", "!=" or "~"
    wanted: tuple[str | None, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Window:
    """Where in time an event must lie, seen from a bound one; `length` in microseconds, None for any distance."""

    way: str  # "of", "before" or "after"
    length: int | None
    anchor: Ref


@dataclass(frozen=True, slots=True)
class Likeness:
    """This event's `here` is the bound event's `there`; `crossed`: and the other way round, where both hold it."""

    here: str
    there: str
    crossed: bool
    anchor: Ref


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which events a clause means: whose, what kind, in which direction, with which fields, when."""

    role: Role
    kinds: tuple[Kind, ...]
    directions: tuple[Direction, ...]  # empty: any
    conditions: tuple[Condition, ...]
    windows: tuple[Window, ...]
    likenesses: tuple[Likeness, ...]
    at_least: int
    name: str  # empty: not named
    span: Span
    written: str
    sets: tuple[Named, ...] = ()  # the sets of kinds that are named beside `kinds`, or instead; see `kind_sets`

    def anchors(self) -> Iterator[Ref]:
        """Yield every bound name the pattern leans on."""
        for window in self.windows:
            yield window.anchor
        for likeness in self.likenesses:
            yield likeness.anchor


@dataclass(frozen=True, slots=True)
class ReasonPattern:
    """`reason LAYER/NAME as NAME`: the reason the episode was found to have; no names for any the cause explains."""

    reasons: tuple[str, ...]
    name: str
    span: Span
    written: str


@dataclass(frozen=True, slots=True)
class Want:
    """A clause over events: the first of its patterns that binds counts."""

    how: How
    patterns: tuple[Pattern | ReasonPattern, ...]
    span: Span

    @property
    def written(self) -> str:
        """The clause as its author wrote it, on one line."""
        return f"{self.how} " + " or ".join(p.written for p in self.patterns)


@dataclass(frozen=True, slots=True)
class Where:
    """A comparison that must hold; `slack` in seconds for `~ ... +- slack`, None for "contains"."""

    left: Sum
    op: str
    rights: tuple[Sum, ...]
    slack: float | None
    span: Span
    written: str


@dataclass(frozen=True, slots=True)
class Let:
    """A computed value."""

    name: str
    call: Call
    span: Span
    written: str


Step = Want | Where | Let


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence with places to fill in."""

    parts: tuple[str | Ref, ...]
    span: Span

    def refs(self) -> tuple[Ref, ...]:
        """Return the places to fill in."""
        return tuple(p for p in self.parts if isinstance(p, Ref))


@dataclass(frozen=True, slots=True)
class Differs:
    """A row of the table of parameters, or with `gap` all rows of a computed gap.

    Of a row, `first` is the edge's value and `second` the peer's (of `either` and `other` in a cause that has them).
    Of a gap, `roles` say who gave the first list and who the second.
    """

    parameter: str | Call
    first: Sum | None
    second: Sum | None
    gap: Ref | None
    roles: tuple[Role, Role] | None
    span: Span


@dataclass(frozen=True, slots=True)
class Trial:
    """`try CASE => LEVEL`: the recorded or written case that shows the block at work, and how sure it must be."""

    case: str
    level: str  # confirmed, probable, possible or none
    span: Span


@dataclass(frozen=True, slots=True)
class Named:
    """A name that refers to another block."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class KindSet:
    """Kinds of events that many clauses mean together, under one name."""

    name: str
    title: str
    span: Span
    kinds: tuple[Kind, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """A documented reason: its wording to the letter, how it shows in the logs, what its page says."""

    layer: str  # session, tunnel or bgp
    name: str  # LAYER/NAME
    wording: str
    span: Span
    ways: tuple[tuple[Step, ...], ...]
    rank: int = 50
    means: str = ""
    do: tuple[str, ...] = ()
    link: str = ""
    note: str = ""
    sources: tuple[str, ...] = ()
    tries: tuple[Trial, ...] = ()
    loose: frozenset[str] = frozenset()  # names that a clause which did not read may have bound
    like: Named | None = None  # the reason whose causes stand behind this one, too

    @property
    def asked(self) -> str:
        """The reason by which its causes are found: its own name, or that of the reason it is like."""
        return self.like.name if self.like else self.name


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause behind reasons: what must be seen, what is then said, and what is to be done about it."""

    name: str
    title: str
    span: Span
    explains: tuple[Named, ...]
    steps: tuple[Step, ...]
    misleads: tuple[Named, ...] = ()
    fault: str = "unknown"
    differs: tuple[Differs, ...] = ()
    says: tuple[Text, ...] = ()
    do: tuple[Text, ...] = ()
    rules_out: tuple[Named, ...] = ()
    settles: Text | None = None
    alike: tuple[Named, ...] = ()  # causes that leave the same lines
    note: str = ""
    sources: tuple[str, ...] = ()
    tries: tuple[Trial, ...] = ()
    loose: frozenset[str] = frozenset()

    @property
    def reasons(self) -> frozenset[str]:
        """Every reason it can stand behind, the misleading ones included."""
        return frozenset(n.name for n in (*self.explains, *self.misleads))

    @property
    def two_sided(self) -> bool:
        """Whether it is written with `either` and must be tried for both sides."""
        roles = (Role.EITHER, Role.OTHER)
        return any(
            isinstance(p, Pattern) and p.role in roles for s in self.steps if isinstance(s, Want) for p in s.patterns
        )

    def silences(self, name: str) -> bool:
        """Whether it rules out the cause called `name` (or a coarser one that `name` refines)."""
        return name != self.name and any(name == n.name or name.startswith(n.name + "/") for n in self.rules_out)
