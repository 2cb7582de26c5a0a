"""What two reports must have in common for one to stand for the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from whydown.envelope.record import Certainty

if TYPE_CHECKING:
    from whydown.diagnose.incident import Incident
    from whydown.report.model import Report

Verdict: TypeAlias = tuple[object, ...]


def verdicts(report: Report) -> list[Verdict]:
    """Return of each incident what is said of it, without any name or address."""
    return sorted(
        (
            (
                str(incident.layer),
                incident.state,
                *_times(incident),
                incident.reason,
                incident.basis,
                incident.cause.name if incident.cause else "",
                incident.cause.fault_side if incident.cause else "",
                str(incident.confidence),
                tuple(sorted(difference.parameter for difference in incident.differs)),
                tuple(sorted(other.name for other in incident.alternatives)),
                incident.attempts,
            )
            for incident in report.incidents
        ),
        key=repr,
    )


def _times(incident: Incident) -> tuple[int, int]:
    """Return when it began and ended; where no line bears a time, only whether it ended: the rest is a line's number."""
    if incident.certainty is Certainty.UNTIMED:
        return 0, int(incident.ended is not None)
    return incident.began, incident.ended or 0
