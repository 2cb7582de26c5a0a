"""Why a cause was not chosen for an incident: clause by clause what was found, and what became of the cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from whydown.diagnose.engine import find, why_not
from whydown.diagnose.incident import Confidence
from whydown.diagnose.plan import plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from whydown.diagnose.diagnosis import Told
    from whydown.diagnose.incident import Incident
    from whydown.diagnose.model import Cause, Reason
    from whydown.diagnose.outcomes import Tried
    from whydown.sources.line import Side


@dataclass(frozen=True, slots=True)
class Trace:
    """One cause asked about one incident: what became of it, and each clause up to the first that failed."""

    incident: Incident
    cause: str
    title: str
    outcome: str  # a sentence
    either: Side | None  # the gateway that `either` stood for on the way that got furthest; None where it is not used
    clauses: tuple[Tried, ...]


def trace(told: Told, causes: Iterable[Cause], reasons: Iterable[Reason]) -> Iterator[Trace]:
    """Yield for each of the causes why it was, or was not, what is said of the incident."""
    wordings = {r.name: f"{r.layer} {r.wording}" for r in reasons}
    for cause in causes:
        ways = [(side, why_not(cause, told.scene, told.shown[0], side)) for side in plan(cause.steps).sides]
        side, clauses = max(ways, key=lambda way: (not any(c.failed for c in way[1]), len(way[1])))
        outcome = _outcome(told, cause, wordings)
        yield Trace(told.incident, cause.name, cause.title, outcome, side if cause.two_sided else None, clauses)


def _outcome(told: Told, cause: Cause, wordings: dict[str, str]) -> str:
    """Say what became of a cause."""
    lead = told.findings[0] if told.findings else None
    own = next((f for f in told.findings if f.cause.name == cause.name), None)
    if own is not None and lead is not None:
        if own is lead:
            return f"It is the leading cause ({own.level})."
        return f"It may be the cause as well ({own.level}); {lead.cause.name} ({lead.level}) comes first."
    shown = told.shown[0]
    if shown.reason.asked not in cause.reasons:
        known = ", ".join(f'"{wordings.get(name, name)}"' for name in sorted(cause.reasons))
        return (
            f'It was not asked: the reason is "{shown.reason.layer} {shown.reason.wording}", and it explains {known}.'
        )
    return _left_out(told, cause)


def _left_out(told: Told, cause: Cause) -> str:
    """Say why a cause of this reason is not among the findings."""
    finding = find(cause, told.scene, told.shown[0])
    if finding is None:
        return "It does not fit: a clause does not hold."
    if not finding.evidence:
        return "Nothing speaks for it: none of its clauses was found in the logs."
    speakers = [f for f in told.findings if f.level is not Confidence.POSSIBLE]
    silencing = next((f for f in speakers if f.cause.silences(cause.name)), None)
    if silencing is not None:
        return f"It fits ({finding.level}), but {silencing.cause.name} ({silencing.level}) rules it out."
    surer = speakers[0].cause.name if speakers else "a surer one"
    return f"It fits ({finding.level}), but {surer} leaves no doubt."
