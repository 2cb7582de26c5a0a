"""What two reports must have in common for one to stand for the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from whydown.report.model import Report

Verdict: TypeAlias = tuple[object, ...]


def verdicts(report: Report) -> list[Verdict]:
    """Return of each incident what is said of it, without any name or address."""
    return sorted(
        (
            (
                str(incident.layer),
                incident.state,
                incident.began,
                incident.ended or 0,
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
