"""The report and events as records of the Open Cybersecurity Schema Framework, a JSON object a line.

Version 1.8.0. An event is a Tunnel Activity (4014), an incident a Detection Finding (2004): an Incident Finding (2005)
must name who it is assigned to, which no log tells. What OCSF has no attribute for stands under `unmapped`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import whydown
from whydown.diagnose.incident import Confidence
from whydown.report.headline import title
from whydown.report.jsonl import incident_wire, iso, json_line
from whydown.report.phrases import phrase
from whydown.report.siem import Turn, address, plain, process_id, told, turn, went_well, writer_began

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from whydown.diagnose.incident import Evidence, Incident
    from whydown.grammar.event import Event
    from whydown.report.layout import Style
    from whydown.report.model import Report

VERSION = "1.8.0"

_TUNNEL_ACTIVITY, _DETECTION_FINDING = 4014, 2004
_ACTIVITIES = {Turn.OPENED: (1, "Open"), Turn.CLOSED: (2, "Close"), Turn.RENEWED: (3, "Renew")}
_STATUSES = {True: (1, "Success"), False: (2, "Failure"), None: (0, "Unknown")}
_SURENESS = {Confidence.POSSIBLE: (1, "Low"), Confidence.PROBABLE: (2, "Medium"), Confidence.CONFIRMED: (3, "High")}
_INFORMATIONAL, _LOW, _MEDIUM, _HIGH = (1, "Informational"), (2, "Low"), (3, "Medium"), (4, "High")
_SEVERITIES = {"down": _HIGH, "flapping": _HIGH, "degraded": _MEDIUM, "recovered": _LOW}
_UNKNOWN_DIRECTION, _INBOUND, _OUTBOUND = 0, 1, 2
_OTHER, _GATEWAY = 99, "VPN gateway"
_AFFECTED, _RELATED = (3, "Affected"), (4, "Related")
_IP_ADDRESS = 2
_RULE = 1
_OF_THE_WIRE = (  # what of an incident is kept as the JSON lines have it
    *("layer", "state", "certainty", "tunnel", "reason", "cause", "confidence_why", "alternatives", "differs"),
    *("contradictions", "ruled_out", "missing", "consequences", "attempts", "downs", "clocks", "follows"),
)


def parts(report: Report, _style: Style) -> Iterator[str]:
    """Write the report's incidents, a line each."""
    return (json_line(incident_record(incident, report.grammars)) + "\n" for incident in report.incidents)


def event_parts(events: Iterable[Event]) -> Iterator[str]:
    """Write events, a line each."""
    return (json_line(event_record(event)) + "\n" for event in events)


def incident_record(incident: Incident, grammars: str = "") -> dict[str, Any]:
    """Return an incident as a Detection Finding; `time` is when it began."""
    wire = incident_wire(incident)
    cause, ended, session = incident.cause, incident.ended, incident.session
    activity, named = (1, "Create") if incident.revision == 1 else (2, "Update")
    severity, how_severe = _SEVERITIES.get(incident.state, _HIGH)
    confidence, how_sure = _SURENESS[incident.confidence]
    status, standing = (1, "New") if ended is None else (4, "Resolved")
    record = {
        **_classified("Detection Finding", _DETECTION_FINDING, activity, named),
        "category_uid": 2,
        "category_name": "Findings",
        "time": _ms(incident.began),
        "start_time": _ms(incident.began),
        "end_time": None if ended is None else _ms(ended),
        "duration": None if ended is None else _ms(ended) - _ms(incident.began),
        "severity_id": severity,
        "severity": how_severe,
        "status_id": status,
        "status": standing,
        "status_detail": incident.reason,
        "confidence_id": confidence,
        "confidence": how_sure,
        "is_alert": True,
        "message": f"{title(incident)}{f': {cause.title}' if cause else ''}",
        "metadata": {
            "version": VERSION,
            "uid": incident.id,
            "original_time": iso(incident.began),
            "product": {"name": "whydown", "version": whydown.__version__},
        },
        "finding_info": {
            "uid": incident.id,
            "title": title(incident),
            "desc": cause.says if cause else incident.reason_means,
            "types": ["IPsec VPN"],
            "first_seen_time": _ms(incident.began),
            "last_seen_time": _ms(ended or incident.last_seen or incident.began),
            "data_sources": sorted({step.event.origins[0].path for step in incident.evidence}),
            "src_url": incident.link,
            "related_events": [{"uid": step.event.id} for step in incident.evidence],
            "analytic": {"type_id": _RULE, "type": "Rule", "uid": cause.name, "name": cause.title, "version": grammars}
            if cause
            else None,
        },
        "evidences": [_evidence(step) for step in incident.evidence],
        "resources": [
            {
                "uid": session.id,
                "name": session.name or incident.tunnel,
                "type": "IPsec session",
                **_role(_AFFECTED),
            },
            *(
                {
                    "name": gateway.host or gateway.address,
                    "hostname": gateway.host,
                    "ip": address(gateway.address),
                    "type": _GATEWAY,
                    **_role(_RELATED),
                }
                for gateway in (session.edge, session.peer)
            ),
        ],
        "remediation": {"desc": " ".join(incident.actions), "references": [incident.link]}
        if incident.actions
        else None,
        "unmapped": {name: wire[name] for name in _OF_THE_WIRE},  # type: ignore[literal-required]
    }
    record["resources"] = [r for r in record["resources"] if r.get("name") or r.get("uid")]
    return told(record)  # type: ignore[no-any-return]


def event_record(event: Event) -> dict[str, Any]:
    """Return an event as a Tunnel Activity; the ends are named only where the line tells who began."""
    activity, named = _ACTIVITIES.get(turn(event), (_OTHER, str(event.kind)))
    succeeded, began = went_well(event), writer_began(event)
    status, standing = _STATUSES[succeeded]
    severity, how_severe = _LOW if succeeded is False else _INFORMATIONAL
    local, remote = _endpoint(event, "local"), _endpoint(event, "remote")
    first, process = event.origins[0], process_id(event)
    record = {
        **_classified("Tunnel Activity", _TUNNEL_ACTIVITY, activity, named),
        "category_uid": 4,
        "category_name": "Network Activity",
        "time": _ms(event.at),
        "severity_id": severity,
        "severity": how_severe,
        "status_id": status,
        "status": standing,
        "status_code": _text(event.get("error_code") or event.get("notify_code")),
        "status_detail": _text(event.get("reason") or event.get("notify") or event.get("error")),
        "message": phrase(event),
        "protocol_name": "IPsec",
        "raw_data": event.text,
        "metadata": {
            "version": VERSION,
            "uid": event.id,
            "original_time": iso(event.at),
            "log_name": first.path,
            "log_source": str(first),
            "sequence": first.line,
            "product": {"name": event.app or event.vendor, "vendor_name": event.vendor},
            "profiles": ["host"],
        },
        "actor": {"process": {"name": event.app, "pid": process}} if process is not None else {"app_name": event.app},
        "device": {
            "hostname": event.host,
            "name": event.host or event.vendor,
            "ip": address(event.get("local")),
            "type_id": _OTHER,
            "type": _GATEWAY,
        },
        "connection_info": {
            "direction_id": {True: _OUTBOUND, False: _INBOUND, None: _UNKNOWN_DIRECTION}[began],
            "direction": {True: "Outbound", False: "Inbound", None: "Unknown"}[began],
        },
        "src_endpoint": {True: local, False: remote, None: None}[began],
        "dst_endpoint": {True: remote, False: local, None: None}[began],
        "session": {"uid": event.get("session") or event.get("spi_i"), "is_vpn": True},
        "observables": [
            {"name": f"unmapped.{name}", "type_id": _IP_ADDRESS, "type": "IP Address", "value": found}
            for name in ("local", "remote", "src", "dst")
            if (found := address(event.get(name)))
        ],
        "unmapped": {
            "kind": str(event.kind),
            "direction": str(event.direction),
            "side": event.side and str(event.side),
            "certainty": event.certainty.name.lower(),
            "rule": f"{event.rule.grammar}:{event.rule.line}",
            "provenance": str(event.rule.provenance),
            **{name: plain(v) for name, v in event.fields.items()},
        },
    }
    return told(record)  # type: ignore[no-any-return]


def _classified(name: str, uid: int, activity: int, named: str) -> dict[str, Any]:
    return {
        "class_uid": uid,
        "class_name": name,
        "activity_id": activity,
        "activity_name": named,
        "type_uid": uid * 100 + activity,
        "type_name": f"{name}: {named if activity != _OTHER else 'Other'}",
    }


def _evidence(step: Evidence) -> dict[str, Any]:
    event = step.event
    return {
        "uid": event.id,
        "name": str(event.origins[0]),
        "device": {"hostname": event.host, "name": event.host or event.vendor, "type_id": _OTHER, "type": _GATEWAY},
        "data": {
            "role": step.role,
            "side": event.side and str(event.side),
            "at": iso(step.at),
            "text": event.text,
            "provenance": str(event.rule.provenance),
        },
    }


def _endpoint(event: Event, name: str) -> dict[str, Any] | None:
    found = address(event.get(name))
    return {"ip": found, "port": event.get(f"{name}_port"), "type_id": _OTHER, "type": _GATEWAY} if found else None


def _role(role: tuple[int, str]) -> dict[str, Any]:
    return {"role_id": role[0], "role": role[1]}


def _ms(at: int) -> int:
    return at // 1000


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
