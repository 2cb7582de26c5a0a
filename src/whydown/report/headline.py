"""An incident in a line: what is down, the reason, and whether the answer is still open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.diagnose.incident import Confidence, Layer
from whydown.envelope.record import Certainty
from whydown.report.layout import stamp

if TYPE_CHECKING:
    from whydown.diagnose.incident import Incident

_LAYERS = {Layer.SESSION: "IPsec session", Layer.TUNNEL: "IPsec tunnel", Layer.BGP: "BGP neighbour"}
_STATES = {"down": "DOWN", "recovered": "was down, is up again", "flapping": "FLAPPING", "degraded": "DEGRADED"}
LOOKS = {"down": "bad", "recovered": "good", "flapping": "bad", "degraded": "doubt"}
# Reasons behind which one parameter differs: naming it is what the reader waits for.
_OF_A_PARAMETER = frozenset({"No proposal chosen", "TS unacceptable", "Authentication failed"})


def title(incident: Incident) -> str:
    """Say in a line what is down and the reason, and whether the answer is still open."""
    said = f"{what(incident)}: {incident.reason}"
    return f"{said} - {doubt}" if (doubt := open_question(incident)) else said


def what(incident: Incident) -> str:
    """Say what is down, or how it ails."""
    return f"{_LAYERS[incident.layer]} {_STATES.get(incident.state, incident.state)}"


def began(incident: Incident) -> str:
    """Say when it began, where the lines tell."""
    return stamp(incident.began) if incident.certainty is not Certainty.UNTIMED else "without a time"


def open_question(incident: Incident) -> str:
    """Name what the logs leave open; empty where the answer is given."""
    guess = incident.cause is None or incident.confidence is Confidence.POSSIBLE
    half = bool(incident.differs) and not any(d.edge and d.peer for d in incident.differs)
    if incident.reason in _OF_A_PARAMETER and (guess or (half and incident.confidence is not Confidence.CONFIRMED)):
        return "differing parameter UNKNOWN"
    if incident.cause is None:
        return "cause UNKNOWN"
    return "cause NOT SETTLED" if guess else ""
