"""The facts of an incident: which session, between whom, since when, by whose word, and what came with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.diagnose.incident import Layer
from whydown.envelope.record import Certainty
from whydown.report.document import Pairs, Section
from whydown.report.ladder import labels, place
from whydown.report.layout import clock, day, duration, many, stamp, stamps
from whydown.report.phrases import phrase
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.diagnose.incident import Incident
    from whydown.sessions.model import Heard
    from whydown.sessions.names import Gateway


def facts(incident: Incident, followers: Sequence[Incident], heard: Sequence[Heard]) -> Section:
    """Return the section of what is down, between whom, since when, and by whose word."""
    session = incident.session
    stated = "stated by NSX" if incident.basis == "stated" else "inferred from the lines; NSX states none in these logs"
    before = ""
    if incident.trigger is not None:
        step = incident.trigger
        time = "" if step.event.certainty is Certainty.UNTIMED else f"{_moment(step.at, incident.began)} "
        named = labels([one.event for one in (*incident.timeline, *incident.evidence)])
        before = f"{time}{step.event.side or ''}: {phrase(step.event)}"
        before += f" ({place(step.event, named)}), a probable trigger"
    rows = (
        ("session", " ".join(dict.fromkeys(part for part in (session.name, _uuid(session.id)) if part))),
        ("edge", _gateway(session.edge, Side.EDGE, heard)),
        ("peer", _gateway(session.peer, Side.PEER, heard)),
        ("tunnel", incident.tunnel if incident.layer is Layer.TUNNEL else ""),
        ("neighbour", incident.tunnel if incident.layer is Layer.BGP else ""),
        (incident.state if incident.state in ("flapping", "degraded") else "down", _when(incident)),
        ("reason", f"{stated}. {incident.reason_means}".strip()),
        *(("with it", f"tunnel {f.tunnel}".strip() + f": {f.reason}") for f in followers),
        ("before", before),
        *(("then", text) for text in incident.consequences),
        ("incident", incident.id if incident.revision == 1 else f"{incident.id}, revision {incident.revision}"),
    )
    return Section("facts", "", (Pairs(rows),))


def _uuid(identity: str) -> str:
    """Return NSX's own name of a session; one that was made up from the logs helps nobody to find it."""
    return identity if identity.count("-") == 4 else ""


def _gateway(gateway: Gateway, side: Side, heard: Sequence[Heard]) -> str:
    listened = gateway.heard or any(h.side is side for h in heard)
    identity = gateway.identity if gateway.identity not in (gateway.address, "%any") else ""
    names = [gateway.host, gateway.address, f"ID {identity}" if identity else ""]
    shown = " ".join(name for name in names if name) or "name and address not in the logs"
    return f"{shown}, {gateway.vendor or 'vendor not known'}" if listened else f"{shown} - NO LOG GIVEN"


def _when(incident: Incident) -> str:
    """Say since when, until when or still, and how often."""
    text = f"since {stamp(incident.began)}"
    if incident.certainty is Certainty.UNTIMED:
        stated = any(step.event.of_dump and step.at == incident.began for step in incident.timeline)
        text = f"in a state dump of {stamp(incident.began)}, by its file's time" if stated else "the lines bear no time"
        text += "; up again in the end" if incident.state == "recovered" else ""
    elif incident.ended is not None and incident.state == "degraded" and incident.ended - incident.began < 1_000_000:
        text = f"at {stamp(incident.began)}"
    elif incident.ended is not None:
        text = f"{stamps(incident.began, incident.ended)}, {duration(incident.ended - incident.began)}"
    elif incident.last_seen is not None and incident.last_seen > incident.began + 1_000_000:
        still = "last" if incident.state == "flapping" else "still down" if _is_quiet(incident) else "still failing"
        text += f", {still} {_moment(incident.last_seen, incident.began)}Z"
    if incident.downs > 1:
        text += f", down {incident.downs} times"
    if incident.attempts > 1:
        text += f", {many(incident.attempts, 'failed attempt')}"
    doubts = {1: "; year and zone assumed", 2: "; zone assumed"}
    return text + doubts.get(int(incident.certainty), "")


def _is_quiet(incident: Incident) -> bool:
    """Whether nobody tried to bring the session or the tunnel up again."""
    return incident.layer is not Layer.BGP and not incident.attempts


def _moment(at: int, near: int) -> str:
    return clock(at, millis=False) if day(at) == day(near) else stamp(at).removesuffix("Z")
