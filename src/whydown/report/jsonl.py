"""The report as JSON lines: an object an incident, then one summary; the contract is `wire`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import whydown
from whydown.diagnose.incident import Layer
from whydown.report.quote import wire
from whydown.report.wire import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from whydown.diagnose.incident import Evidence, Incident, Missing
    from whydown.grammar.event import Event
    from whydown.report.layout import Style
    from whydown.report.model import Report
    from whydown.report.wire import (
        CauseWire,
        ClocksWire,
        EventWire,
        GatewayWire,
        IncidentWire,
        MissingWire,
        SessionWire,
        StepWire,
        SummaryWire,
    )
    from whydown.sessions.names import Clocks, Gateway, SessionName

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_SHAPES = 100


def render(report: Report) -> str:
    """Write the report as JSON lines: `incident` objects in the report's order, then one `summary`.

    The text is ASCII and every line a JSON object by itself; no secret is in it.
    """
    return "".join(f"{line}\n" for line in lines(report))


def parts(report: Report, _style: Style) -> Iterator[str]:
    """Write the report as the formats of a report are written."""
    return (f"{line}\n" for line in lines(report))


def lines(report: Report) -> Iterator[str]:
    """Write the report's JSON lines one by one, without line feeds."""
    for incident in report.incidents:
        yield json_line(incident_wire(incident))
    yield json_line(summary_wire(report))


def event_line(event: Event) -> str:
    """Write a typed event as a line of JSON, without a line feed."""
    return json_line(event_wire(event))


def event_parts(events: Iterable[Event]) -> Iterator[str]:
    """Write events, a line each."""
    return (f"{event_line(event)}\n" for event in events)


def json_line(value: object) -> str:
    """Write a value as a line of JSON, ASCII alone, without a line feed and without a secret."""
    return json.dumps(written(value))


def event_wire(event: Event) -> EventWire:
    """Return an event as the contract has it."""
    return {
        "type": "event",
        "schema": SCHEMA,
        "id": event.id,
        "at": iso(event.at),
        "certainty": cast("Any", event.certainty.name.lower()),
        "side": cast("Any", event.side),
        "host": event.host,
        "app": event.app,
        "pid": event.pid,
        "vendor": event.vendor,
        "kind": event.kind,
        "direction": cast("Any", event.direction),
        "fields": dict(event.fields),
        "rule": {
            "grammar": event.rule.grammar,
            "line": event.rule.line,
            "provenance": cast("Any", event.rule.provenance),
        },
        "origins": [cast("Any", origin._asdict()) for origin in event.origins],
        "text": event.text,
    }


def iso(at: int) -> str:
    """Write microseconds since 1970 as ISO 8601 UTC with `Z`: milliseconds, or microseconds where there are any."""
    moment = _EPOCH + timedelta(microseconds=at)
    part = f"{moment.microsecond:06d}" if moment.microsecond % 1000 else f"{moment.microsecond // 1000:03d}"
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{part}Z"


def incident_wire(incident: Incident) -> IncidentWire:
    """Return an incident as the contract has it."""
    return {
        "type": "incident",
        "schema": SCHEMA,
        "id": incident.id,
        "revision": incident.revision,
        "layer": cast("Any", str(incident.layer)),
        "state": cast("Any", incident.state),
        "began": iso(incident.began),
        "ended": _iso_or_none(incident.ended),
        "last_seen": _iso_or_none(incident.last_seen),
        "certainty": cast("Any", incident.certainty.name.lower()),
        "session": _session(incident.session),
        "tunnel": None if incident.layer is Layer.SESSION else incident.tunnel,
        "reason": {
            "name": incident.reason,
            "basis": cast("Any", incident.basis),
            "means": incident.reason_means,
            "link": incident.link,
        },
        "cause": _cause(incident),
        "confidence": cast("Any", str(incident.confidence)),
        "confidence_why": incident.confidence_why,
        "alternatives": [
            {
                "name": other.name,
                "title": other.title,
                "confidence": cast("Any", str(other.confidence)),
                "would_settle": other.would_settle,
            }
            for other in incident.alternatives
        ],
        "differs": [{"parameter": d.parameter, "edge": d.edge, "peer": d.peer} for d in incident.differs],
        "agrees": [{"parameter": a.parameter, "value": a.value} for a in incident.agrees],
        "actions": list(incident.actions),
        "evidence": [_step(step) for step in incident.evidence],
        "timeline": [_step(step) for step in incident.timeline],
        "trigger": None if incident.trigger is None else _step(incident.trigger),
        "contradictions": list(incident.contradictions),
        "ruled_out": list(incident.ruled_out),
        "possible_problems": [
            {
                "row": p.row,
                "problem": p.problem,
                "verdict": cast("Any", p.verdict),
                "causes": list(p.causes),
                "tip": p.tip,
            }
            for p in incident.possible_problems
        ],
        "missing": [_missing(item) for item in incident.missing],
        "consequences": list(incident.consequences),
        "attempts": incident.attempts,
        "downs": incident.downs,
        "clocks": _clocks(incident.clocks),
        "follows": incident.follows or None,
    }


def summary_wire(report: Report) -> SummaryWire:
    """Return what became of every line, what was heard, and what wrote the report."""
    tally = report.tally
    return {
        "type": "summary",
        "schema": SCHEMA,
        "lines": tally.lines,
        "other": tally.other,
        "events": tally.events,
        "continued": tally.continued,
        "ignored": tally.ignored,
        "unknown": tally.unknown,
        "gists": tally.gists,
        "repeated": tally.repeated,
        "blank": tally.blank,
        "cut": tally.cut,
        "undecodable": tally.undecodable,
        "unfolded": tally.unfolded,
        "folded": tally.folded,
        "damaged": tally.damaged,
        "by_source": dict(sorted(tally.by_source.items())),
        "unknown_shapes": [
            {"grammar": grammar, "shape": shape, "count": count}
            for (grammar, shape), count in sorted(tally.unknown_shapes.items(), key=lambda item: (-item[1], item[0]))[
                :_MOST_SHAPES
            ]
        ],
        "notices": [{"where": notice.where, "message": notice.message} for notice in tally.notices],
        "incidents": len(report.incidents),
        "sessions": [_session(session.name) for session in report.sessions],
        "heard": [
            {
                "side": cast("Any", str(log.side)),
                "host": log.host,
                "vendor": log.vendor,
                "begin": iso(log.begin),
                "end": iso(log.end),
                "events": log.events,
                "sources": list(log.sources),
            }
            for log in report.listening()
        ],
        "made_by": {"whydown": whydown.__version__, "grammars": report.grammars},
    }


def written(value: Any) -> Any:
    """Return a value with every text in it fit for the wire, enums as their text."""
    if isinstance(value, str):
        return wire(str(value))
    if isinstance(value, dict):
        return {_key(key): written(item) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return written(value._asdict())
    if isinstance(value, list | tuple):
        return [written(item) for item in value]
    return value


@lru_cache(maxsize=1024)
def _key(name: str) -> str:
    """Return a key as it stands on the wire; there are few of them."""
    return wire(str(name))


def _iso_or_none(at: int | None) -> str | None:
    return None if at is None else iso(at)


def _session(name: SessionName) -> SessionWire:
    return {"name": name.name, "id": name.id, "edge": _gateway(name.edge), "peer": _gateway(name.peer)}


def _gateway(gateway: Gateway) -> GatewayWire:
    return {
        "host": gateway.host,
        "address": gateway.address,
        "vendor": gateway.vendor,
        "identity": gateway.identity,
        "heard": gateway.heard,
    }


def _cause(incident: Incident) -> CauseWire | None:
    cause = incident.cause
    if cause is None:
        return None
    return {
        "name": cause.name,
        "title": cause.title,
        "says": cause.says,
        "fault_side": cast("Any", cause.fault_side),
    }


def _step(step: Evidence) -> StepWire:
    event, origin = step.event, step.event.origins[0]
    return {
        "side": cast("Any", None if event.side is None else str(event.side)),
        "source": origin.source,
        "member": origin.member,
        "line": origin.line,
        "at": iso(step.at),
        "role": step.role,
        "kind": str(event.kind),
        "direction": cast("Any", str(event.direction)),
        "text": event.text,
        "provenance": cast("Any", str(event.rule.provenance)),
    }


def _missing(item: Missing) -> MissingWire:
    return {
        "side": cast("Any", str(item.side)),
        "from": _iso_or_none(item.begin),
        "to": _iso_or_none(item.end),
        "what": item.what,
        "command": item.command,
        "level": item.level,
        "after": item.after,
    }


def _clocks(clocks: Clocks) -> ClocksWire:
    return {"offset_s": clocks.offset_s, "spread_s": clocks.spread_s, "votes": clocks.votes}
