"""The report and events as records of the Elastic Common Schema, a JSON object a line.

Field names and types are ECS 9.4.0's. ECS knows nothing of VPNs: what an IKE line holds beyond it stands under `ipsec`,
what whydown says of it under `whydown`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import whydown
from whydown.diagnose.incident import Layer
from whydown.grammar.vocabulary import Direction
from whydown.report.headline import title
from whydown.report.jsonl import incident_wire, iso, json_line
from whydown.report.phrases import phrase
from whydown.report.siem import Turn, address, plain, process_id, told, turn, went_well, writer_began

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from whydown.diagnose.incident import Incident
    from whydown.grammar.event import Event
    from whydown.report.layout import Style
    from whydown.report.model import Report

VERSION = "9.4.0"

_TYPES = {Turn.OPENED: ["start"], Turn.CLOSED: ["end"], Turn.REFUSED: ["connection", "denied"]}
_OUTCOMES = {True: "success", False: "failure", None: "unknown"}
_ACTIONS = {Layer.SESSION: "ipsec-session-down", Layer.TUNNEL: "ipsec-tunnel-down", Layer.BGP: "bgp-neighbor-down"}
_PROCESS, _CONFIGURATION = ("daemon.",), ("config.",)
_TRANSPORT = {"bgp": ("bgp", "tcp"), "bfd": ("bfd", "udp"), "esp": ("esp", ""), "interface": ("", ""), "dns": ("", "")}
_PLACED = {  # fields of a line that have a place in ECS
    *("local", "remote", "local_port", "remote_port", "src", "dst", "src_port", "dst_port"),
    *("notify_code", "error_code", "reason", "error"),
}
_OF_THE_WIRE = (  # what of an incident is kept as the JSON lines have it
    *("layer", "state", "certainty", "session", "tunnel", "cause", "confidence", "confidence_why", "alternatives"),
    *("differs", "actions", "evidence", "contradictions", "ruled_out", "missing", "consequences", "attempts"),
    *("downs", "clocks", "follows"),
)


def parts(report: Report, _style: Style) -> Iterator[str]:
    """Write the report's incidents, a line each."""
    return (json_line(incident_record(incident, report.grammars)) + "\n" for incident in report.incidents)


def event_parts(events: Iterable[Event]) -> Iterator[str]:
    """Write events, a line each."""
    return (json_line(event_record(event)) + "\n" for event in events)


def incident_record(incident: Incident, grammars: str = "") -> dict[str, Any]:
    """Return an incident as an alert that whydown raised."""
    wire = incident_wire(incident)
    gateways = (incident.session.edge, incident.session.peer)
    cause, ended = incident.cause, incident.ended
    record = {
        "@timestamp": iso(incident.began),
        "ecs": {"version": VERSION},
        "message": f"{title(incident)}{f': {cause.title}' if cause else ''} ({incident.confidence})",
        "event": {
            "kind": "alert",
            "category": ["network"],
            "type": ["info"],
            "action": _ACTIONS[incident.layer],
            "outcome": "failure",
            "module": "whydown",
            "dataset": "whydown.incident",
            "id": incident.id,
            "sequence": incident.revision,
            "start": iso(incident.began),
            "end": None if ended is None else iso(ended),
            "duration": None if ended is None else (ended - incident.began) * 1000,
            "reason": incident.reason,
            "reference": incident.link,
        },
        "rule": {
            "id": cause.name if cause else None,
            "name": cause.title if cause else None,
            "description": cause.says if cause else None,
            "version": grammars,
        },
        "observer": {"product": "whydown", "version": whydown.__version__},
        "log": {"file": {"path": incident.evidence[0].event.origins[0].path if incident.evidence else None}},
        "network": {"protocol": "bgp" if incident.layer is Layer.BGP else "ike"},
        "related": {
            "ip": sorted({found for gateway in gateways if (found := address(gateway.address))}),
            "hosts": sorted({gateway.host for gateway in gateways if gateway.host}),
        },
        "whydown": {name: wire[name] for name in _OF_THE_WIRE} | {"basis": incident.basis},  # type: ignore[literal-required]
    }
    return told(record)  # type: ignore[no-any-return]


def event_record(event: Event) -> dict[str, Any]:
    """Return an event as the gateway's that wrote it; source is who began, or who sent, destination the other."""
    first = event.origins[0]
    protocol, transport = _TRANSPORT.get(event.kind.partition(".")[0], ("ike", "udp"))
    if event.kind.startswith((*_PROCESS, *_CONFIGURATION)):
        protocol = transport = ""
    source, destination = _ends(event)
    record = {
        "@timestamp": iso(event.at),
        "ecs": {"version": VERSION},
        "message": phrase(event),
        "event": {
            "kind": "event",
            **_classes(event),
            "action": f"{event.kind}-{event.direction}".replace(".", "-").replace("_", "-"),
            "outcome": _OUTCOMES[went_well(event)],
            "module": "whydown",
            "dataset": "whydown.event",
            "id": event.id,
            "sequence": first.line,
            "code": _text(event.get("error_code") or event.get("notify_code")),
            "reason": _text(event.get("reason") or event.get("notify")),
            "original": event.text,
        },
        "error": {"message": _text(event.get("error"))},
        "source": source,
        "destination": destination,
        "network": {
            "protocol": protocol,
            "transport": transport,
            "type": "ipsec" if protocol == "esp" else None,
        },
        "observer": {
            "hostname": event.host,
            "vendor": event.vendor,
            "type": "vpn",
            "ip": [found] if (found := address(event.get("local"))) else [],
        },
        "process": {"name": event.app, "pid": process_id(event)},
        "log": {"file": {"path": first.path}, "syslog": {"appname": event.app, "procid": event.pid}},
        "related": {
            "ip": sorted({end["ip"] for end in (source, destination) if end["ip"]}),
            "hosts": [event.host] if event.host else [],
        },
        "ipsec": {name: plain(value) for name, value in event.fields.items() if name not in _PLACED},
        "whydown": {
            "kind": str(event.kind),
            "direction": str(event.direction),
            "side": event.side and str(event.side),
            "certainty": event.certainty.name.lower(),
            "place": str(first),
            "offset": first.offset,
            "rule": {
                "grammar": event.rule.grammar,
                "line": event.rule.line,
                "provenance": str(event.rule.provenance),
            },
        },
    }
    return told(record)  # type: ignore[no-any-return]


def _classes(event: Event) -> dict[str, list[str]]:
    """Return ECS's category and type; of a type only what ECS expects in that category."""
    found = turn(event)
    if event.kind.startswith(_PROCESS):
        return {"category": ["process"], "type": ["start" if found is Turn.WENT_WELL else "end"]}
    if event.kind.startswith(_CONFIGURATION) and found is not Turn.REFUSED:
        return {"category": ["configuration"], "type": ["info" if found is Turn.FAILED else "change"]}
    category = ["network", "session"] if found in (Turn.OPENED, Turn.CLOSED) else ["network"]
    return {"category": category, "type": _TYPES.get(found, ["info"])}


def _ends(event: Event) -> tuple[dict[str, Any], dict[str, Any]]:
    if event.get("src") or event.get("dst"):
        return _end(event, "src"), _end(event, "dst")
    began = writer_began(event)
    if began is None:
        began = event.direction is not Direction.IN
    local, remote = _end(event, "local"), _end(event, "remote")
    return (local, remote) if began else (remote, local)


def _end(event: Event, name: str) -> dict[str, Any]:
    given = event.get(name)
    return {"address": _text(given), "ip": address(given), "port": event.get(f"{name}_port")}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
