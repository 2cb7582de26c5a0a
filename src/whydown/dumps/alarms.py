"""NSX Manager's VPN alarms: as objects of its API, and their sentences pasted as text.

Event types and sentences: VMWARE-NSX-MIB and the event catalogue; keys: NSX REST API, type Alarm.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from whydown.dumps.statements import Statement, epoch_ms, reason, session_field
from whydown.grammar.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whydown.dumps.objects import Node
    from whydown.dumps.statements import Page

FORM = "nsx-alarm"
KEYS = frozenset(
    {"feature_name", "event_type", "entity_id", "description", "status", "last_reported_time", "resolved_time"}
)
_TYPES = {
    "ipsec_policy_based_session_down": (Kind.SESSION_DOWN, Kind.SESSION_UP),
    "ipsec_route_based_session_down": (Kind.SESSION_DOWN, Kind.SESSION_UP),
    "ipsec_policy_based_tunnel_down": (Kind.TUNNEL_DOWN, Kind.TUNNEL_UP),
    "ipsec_route_based_tunnel_down": (Kind.TUNNEL_DOWN, Kind.TUNNEL_UP),
    "ipsec_service_down": (Kind.SERVICE_DOWN, Kind.SERVICE_UP),
}
_REASON = re.compile(r"is down\.\s{0,4}Reason:\s{0,4}([^.\n]{1,200})")
_SENTENCE = re.compile(
    rb"(?P<what>(?:policy|route) based IPsec VPN session|based IPsec VPN tunnels? in session|IPsec service)"
    rb"\s{1,8}(?P<id>[\w-]{1,64})\s{1,8}(?:is|are)\s{1,8}(?P<state>down|up)\.(?:\s{1,8}Reason:\s{0,8}(?P<reason>[^.\n]{1,200}))?",
    re.IGNORECASE,
)


def is_alarm(value: Node) -> bool:
    """Whether an object is one of the VPN's alarms."""
    return str(value.get("event_type", "")).rpartition(".")[2] in _TYPES


def read(page: Page, value: Node) -> Iterator[Statement]:
    """Read an alarm of the Manager's API: when it was raised and, where it is resolved, when that was."""
    event_type = str(value.get("event_type")).rpartition(".")[2]
    down, up = _TYPES[event_type]
    entity, told = str(value.get("entity_id", "")), str(value.get("description", ""))
    fields = {"alarm": event_type, **_entity(down, entity)}
    match = _REASON.search(told)
    why = {"reason": reason(match[1])} if match else {}
    raised = epoch_ms(value.get("last_reported_time")) or page.written
    place = value.place("description" if told else "event_type")
    yield Statement(place, raised, down, {**fields, **why, "alarm_state": "On"}, told or event_type, FORM)
    resolved = epoch_ms(value.get("resolved_time"))
    if str(value.get("status", "")).upper() == "RESOLVED" and resolved and resolved.at > raised.at:
        text = f"{event_type}: RESOLVED"
        yield Statement(value.place("resolved_time"), resolved, up, {**fields, "alarm_state": "Off"}, text, FORM)


def sentences(page: Page) -> Iterator[Statement]:
    """Read the alarms' sentences in a text; they bear no time of their own."""
    for match in _SENTENCE.finditer(page.data):
        what = match["what"].lower()
        kinds = _TYPES["ipsec_service_down"]
        if b"tunnel" in what:
            kinds = _TYPES["ipsec_route_based_tunnel_down"]
        elif b"session" in what:
            kinds = _TYPES["ipsec_route_based_session_down"]
        kind = kinds[match["state"].lower() == b"up"]
        fields = _entity(kinds[0], match["id"].decode())
        if match["reason"]:
            fields["reason"] = reason(match["reason"].decode(errors="surrogateescape"))
        text = " ".join(match[0].decode(errors="surrogateescape").split())
        yield Statement(match.start(), page.written, kind, fields, text, FORM)


def _entity(kind: Kind, entity: str) -> dict[str, str]:
    return {"service": entity} if kind is Kind.SERVICE_DOWN else session_field(entity)
