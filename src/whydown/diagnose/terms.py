"""Terms, comparisons and texts over bound events: what `where`, `let`, `differs` and `says` come to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from whydown.diagnose.functions import FUNCTIONS
from whydown.diagnose.model import Call, Literal, Ref
from whydown.diagnose.values import Moment, field_of, plain, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from whydown.diagnose.model import Sum, Term, Text, Where
    from whydown.grammar.event import Event
    from whydown.sessions.model import Episode


class NotBoundError(Exception):
    """A name the term mentions is not bound."""


@dataclass(frozen=True, slots=True)
class Bindings:
    """What the names stand for so far: events, how many of them, computed values, and words such as $side."""

    episode: Episode
    events: dict[str, Event] = field(default_factory=dict)
    counts: dict[str, Callable[[], int]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    def with_event(self, name: str, event: Event, count: Callable[[], int]) -> Bindings:
        """Return these bindings and one event more, `count` saying of how many; an empty name binds nothing."""
        if not name:
            return self
        return Bindings(self.episode, {**self.events, name: event}, {**self.counts, name: count}, self.values)

    def with_value(self, name: str, value: Any) -> Bindings:
        """Return these bindings and one value more."""
        return Bindings(self.episode, self.events, self.counts, {**self.values, name: value})

    def value(self, ref: Ref) -> Any:
        """Return what a reference stands for; None where the line does not hold it, NotBoundError for no such name."""
        if ref.name == "episode":
            return _of_episode(self.episode, ref.field)
        if ref.name in self.events and (ref.field or ref.name not in self.values):
            return field_of(self.events[ref.name], ref.field) if ref.field else self.events[ref.name]
        if ref.name in self.values:
            return self.values[ref.name]
        raise NotBoundError(ref.name)


def evaluate(term: Term, bindings: Bindings) -> Any:
    """Return a term's value, None where the line does not hold it; NotBoundError for a name that stands for nothing."""
    if isinstance(term, Literal):
        return term.value
    if isinstance(term, Ref):
        return bindings.value(term)
    if term.function == "count":
        ref = term.arguments[0]
        if not isinstance(ref, Ref) or ref.name not in bindings.counts:
            raise NotBoundError(getattr(ref, "name", "count"))
        return bindings.counts[ref.name]()
    return FUNCTIONS[term.function](*(evaluate(a, bindings) for a in term.arguments))


def total(terms: Sum, bindings: Bindings) -> Any:
    """Return a sum's value: times differ in seconds; None when a part is missing or no number."""
    values = [evaluate(t, bindings) for t in terms.terms]
    if len(values) == 1 and terms.signs[0] == 1:
        return values[0]
    if not all(isinstance(v, (int, float)) for v in values):
        return None
    seconds = [v / 1_000_000 if isinstance(v, Moment) else v for v in values]
    moments = [v for v in values if isinstance(v, Moment)]
    if len(moments) == 2 and len(values) == 2 and terms.signs[1] == -1:
        return (moments[0] - moments[1]) / 1_000_000  # exact
    return sum(sign * v for sign, v in zip(terms.signs, seconds, strict=True))


def compare(where: Where, bindings: Bindings) -> bool:
    """Return whether a comparison holds; NotBoundError when it mentions a name that is not bound.

    With a value that is not there it is false, except with the word `nothing`.
    """
    left = total(where.left, bindings)
    if where.op == "!=":
        return not any(_holds("=", left, r, bindings) for r in where.rights) and all(
            _comparable(left, r, bindings) for r in where.rights
        )
    return any(_holds(where.op, left, r, bindings, where.slack) for r in where.rights)


def _comparable(left: Any, right: Sum, bindings: Bindings) -> bool:
    return _is_nothing(right) or (left is not None and total(right, bindings) is not None)


def _is_nothing(terms: Sum) -> bool:
    return terms.terms == (Literal(None),)


def _holds(op: str, left: Any, terms: Sum, bindings: Bindings, slack: float | None = None) -> bool:
    """Whether one of the alternatives on the right holds."""
    right = total(terms, bindings)
    if op == "=" and _is_nothing(terms):
        return left is None
    if left is None or right is None:
        return False
    if op == "=" or slack is None:
        return _alike(op, left, right)
    if not isinstance(left, (int, float)) or not isinstance(right, (int, float)):
        return False
    return abs(_scaled(left) - _scaled(right)) <= slack


def _alike(op: str, left: Any, right: Any) -> bool:
    """Compare two values that are there."""
    if op in {"=", "~"}:
        return plain(left) == plain(right) if op == "=" else plain(right) in plain(left)
    if not isinstance(left, (int, float)) or not isinstance(right, (int, float)):
        return False
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[op]


def _scaled(value: float) -> float:
    return value / 1_000_000 if isinstance(value, Moment) else value


def fill(text: Text, bindings: Bindings) -> str | None:
    """Return a text with its places filled in; None when something it mentions is not bound or not there."""
    shown: list[str] = []
    for part in text.parts:
        if isinstance(part, str):
            shown.append(part)
            continue
        try:
            value = bindings.value(part)
        except NotBoundError:
            return None
        said = show(value)
        if not said:
            return None
        shown.append(said)
    return "".join(shown)


def names(term: Term) -> set[str]:
    """Return the names a term mentions."""
    if isinstance(term, Ref):
        return {term.name}
    if isinstance(term, Call):
        return {n for a in term.arguments for n in names(a)}
    return set()


def names_of_sum(terms: Sum | None) -> set[str]:
    """Return the names a sum mentions."""
    return {n for t in terms.terms for n in names(t)} if terms else set()


def _of_episode(episode: Episode, name: str) -> Any:
    if name == "duration":
        end = episode.ended if episode.ended is not None else episode.last_seen
        return (end - episode.began) / 1_000_000
    return getattr(episode, name, None)
