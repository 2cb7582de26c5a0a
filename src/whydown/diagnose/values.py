"""Values of fields: how they compare, and how a sentence shows them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from whydown.envelope.record import Certainty
from whydown.grammar.proposals import Proposal
from whydown.grammar.slots import convert
from whydown.grammar.vocabulary import FIELDS, SlotType
from whydown.text import printable

if TYPE_CHECKING:
    from whydown.diagnose.model import Condition
    from whydown.grammar.event import Event

_BY_MEANING = frozenset({SlotType.SPI32, SlotType.SPI64, SlotType.IP, SlotType.PORT, SlotType.INT, SlotType.SECONDS})
_BY_NAME = frozenset({SlotType.NOTIFY, SlotType.GROUP})
OF_EVENT = frozenset({"at", "text", "side", "host", "vendor", "kind", "direction", "app"})  # beside the fields
OF_EPISODE = frozenset({"was_up", "flaps", "attempts", "duration", "tunnel", "layer"})


def plain(value: object) -> str:
    """Return a value as text that compares: numbers without needless zeros, no capitals."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return show(value).casefold()


def wanted(field: str, written: str) -> str:
    """Return the comparable form of a value written in a rule; ValueError when the field can never hold it."""
    kind = FIELDS[field].type
    if kind in _BY_MEANING or kind in _BY_NAME:
        return plain(convert(kind, written))
    return written.casefold()


def holds(condition: Condition, event: Event) -> bool:
    """Whether an event fulfils a condition."""
    value = event.fields.get(condition.field)
    if value is None:
        found = None in condition.wanted
    elif condition.op == "~":
        text = [plain(v) for v in value] if isinstance(value, tuple) else [plain(value)]
        return any(w in t for w in condition.wanted if w is not None for t in text)
    elif isinstance(value, tuple):
        found = plain(value) in condition.wanted or any(plain(v) in condition.wanted for v in value)
    else:
        found = plain(value) in condition.wanted
    return found is (condition.op != "!=")


def field_of(event: Event, name: str) -> Any:
    """Return a field of an event, or one of the facts every event has; None where the line does not hold it."""
    if name == "at":
        return Place(event.at, event.origins[0].line) if event.certainty is Certainty.UNTIMED else Moment(event.at)
    if name in OF_EVENT:
        return getattr(event, name)
    return event.fields.get(name)


class Moment(int):
    """A time in microseconds UTC; two of them differ in seconds."""

    __slots__ = ()

    def __str__(self) -> str:
        moment = datetime.fromtimestamp(self // 1_000_000, UTC)
        return f"{moment:%H:%M:%S}.{self % 1_000_000 // 1000:03d}"


class Place(Moment):
    """Where a line stands that bears no time: it compares by its order and shows as its line."""

    line: int

    def __new__(cls, at: int, line: int) -> Self:
        """Take the order, as a time, and the line's number in its file."""
        made = super().__new__(cls, at)
        made.line = line
        return made

    def __str__(self) -> str:
        return f"line {self.line}"


def show(value: object) -> str:
    """Return a value as a sentence shows it; no terminal acts on it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, Proposal):
        return printable(f"{value.protocol}:" + "/".join(t.written for t in value.transforms))
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return ", ".join(show(v) for v in value)
    return printable(str(value))
