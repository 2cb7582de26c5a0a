"""What came of a clause, in words: the rows of a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from whydown.diagnose.model import Want, Where
from whydown.diagnose.scene import NEVER, Unheard
from whydown.diagnose.terms import Bindings, total
from whydown.diagnose.values import show

if TYPE_CHECKING:
    from whydown.diagnose.model import Step
    from whydown.grammar.event import Event

NOT_FOUND = "not found; it would help"
ABSENT = "no such event, and somebody listened"
_WHY_UNHEARD = {
    "no log": "no log of that side covers the time",
    "too short": "the log of that side ends right there",
    "not written": "that log does not show such lines at all",
    NEVER: "no known message of that gateway says it",
    "clocks": "the clocks of the gateways are not aligned",
    "unbound": "what it leans on is not bound",
    "untimed": "a line bears no time, so nothing can be measured",
}
UNSAID = f"{_WHY_UNHEARD[NEVER]}, and no clause above speaks for it"


class Tried(NamedTuple):
    """One clause of a trace: what is written, what came of it, and whether it was the end."""

    written: str
    outcome: str
    failed: bool


def reach(trail: tuple[Tried, ...]) -> tuple[int, bool]:
    """Return how far a trail got, and whether nothing failed on it."""
    return len(trail), not any(t.failed for t in trail)


def written(step: Step) -> str:
    """Return a clause as its author wrote it, with its keyword."""
    return step.written if isinstance(step, Want) else f"{'where' if isinstance(step, Where) else 'let'} {step.written}"


def found(words: str, event: Event) -> str:
    """Say which event was found, and what that means."""
    return f"{words} {event.kind} {event.direction} at {event.origins[0]}"


def not_heard(unheard: Unheard) -> str:
    """Say why an absence cannot be believed."""
    return f"not heard: {_WHY_UNHEARD[unheard.why]}"


def not_bound(name: str) -> str:
    """Say that a name stands for nothing here."""
    return f"'{name}' is not bound"


def does_not_hold(step: Where, bindings: Bindings) -> str:
    """Say a comparison with the values that it failed with."""
    left = show(total(step.left, bindings)) or "nothing"
    rights = [show(total(r, bindings)) or "nothing" for r in step.rights]
    return f"does not hold: {left} {step.op} {' or '.join(rights)}"
