"""Every reason by every way in which NSX states it: the line or the dump is read, and its reason stands to the letter.

Forms: KB 424813 and VMWARE-NSX-MIB (alarms), the NSX CLI guide (`get ipsecvpn session`), public scripts over support
bundles (`edge/vpn-session`), the NSX REST API (status of a session, alarms).
"""

from __future__ import annotations

import json
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import pytest

from alarm_reasons import SESSION, TUNNEL
from dumps.given import HEAD, LOCAL, POLICY, REMOTE, UUID, report, session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FURTHER = ("IKE SA timer expired", "Timed out", "Peer not reachable")  # of the session, printed by the command line
EVERY = [*(("session", r) for r in (*SESSION, *FURTHER)), *(("tunnel", r) for r in TUNNEL)]
AT = 1_777_882_400_000  # milliseconds
EVENT = (
    '2026-05-04T08:13:20.001Z edge-01 NSX 1 - [nsx@6876 comp="nsx-edge" subcomp="nsx-edge-agent" '
    's2comp="nsx-monitoring" entId="{uuid}" tid="1" level="WARN" eventState="On" eventFeatureName="vpn" '
    'eventSev="warning" eventType="ipsec_{kind}_down"] Context report: {report}\n'
)
MANAGER = (
    '2026-05-04T08:13:21.417Z nsx-manager-1 NSX 4131 MONITORING [nsx@6876 comp="nsx-manager" entId="{uuid}" '
    'eventFeatureName="vpn" eventSev="MEDIUM" eventState="On" eventType="ipsec_{kind}_down" level="WARNING" '
    'subcomp="monitoring"] {text}\n'
)
STATUS = "/infra/tier-0s/t0/ipsec-vpn-services/vpn/sessions/to-branch"


def alarm_sentence(layer: str, reason: str) -> str:
    what = "session" if layer == "session" else "tunnel in session"
    return f"The route based IPsec VPN {what} {UUID} is down. Reason: {reason}."


def alarm_event(layer: str, reason: str) -> str:
    told = json.dumps({"entity_id": UUID, f"{layer}_down_reason": reason}, separators=(",", ":"))
    return EVENT.format(uuid=UUID, kind=f"route_based_{layer}", report=told)


def alarm_of_the_manager(layer: str, reason: str) -> str:
    return MANAGER.format(uuid=UUID, kind=f"route_based_{layer}", text=alarm_sentence(layer, reason))


def alarm_of_the_api(layer: str, reason: str) -> str:
    alarm = {
        "feature_name": "vpn",
        "event_type": f"ipsec_route_based_{layer}_down",
        "entity_id": UUID,
        "description": alarm_sentence(layer, reason),
        "status": "OPEN",
        "last_reported_time": AT,
    }
    return json.dumps({"results": [alarm]})


def session_text(layer: str, reason: str) -> str:
    if layer == "session":
        return HEAD.format(what="down") + session("Down", reason)
    return HEAD.format(what="down") + session("Up", "", "Down", reason)


def session_history(layer: str, reason: str) -> str:
    before = session("Down").partition("Session Status")[0]
    rows = "04-May-2026 08:13:20 : {0}_STATUS_DOWN ({1})\n  04-May-2026 07:40:00 : {0}_STATUS_UP\n"
    text = HEAD.format(what="history") + before + "Session Status History\n  "
    if layer == "session":
        return text + rows.format("IKE", reason)
    head = f"Policy Rules\n    Policy UUID        : {POLICY}\n    Tunnel Status History\n  "
    return text + "04-May-2026 07:39:59 : IKE_STATUS_UP\n" + head + rows.format("IPSEC", reason)


def session_summary(_: str, reason: str) -> str:
    head = "Version SID Compliance Suite Type Auth Status Local IP Peer IP Down Reason\n"
    return (
        HEAD.format(what="summary") + head + f"IKEv2   3   NONE    Policy   PSK   Down  {LOCAL}  {REMOTE}  {reason}\n"
    )


def vpn_session(layer: str, reason: str) -> str:
    up = layer == "tunnel"
    told = {
        "id": UUID,
        "Type": "Policy",
        "Session_Status": "UP" if up else "DOWN",
        "Session_Down_Reason": "" if up else reason,
        "Local_Endpoint_Profile": {"Local_Address": {"ipv4": int(IPv4Address(LOCAL))}},
        "Peer_Endpoint_Profile": {"Peer_Address": REMOTE},
        "Policy": [
            {"id": POLICY, "Tunnel_Status": "DOWN", "Tunnel_Down_Reason": reason if up else "IKE SA down"},
        ],
    }
    return json.dumps([told], indent=1)


def api_status(layer: str, reason: str) -> str:
    told = (
        {"ike_status": {"ike_session_state": "DOWN", "fail_reason": reason}}
        if layer == "session"
        else {"policy_statistics": [{"tunnel_statistics": [{"tunnel_status": "DOWN", "tunnel_down_reason": reason}]}]}
    )
    row = {"display_name": "to-branch", **told, "last_update_timestamp": AT}
    return json.dumps({"intent_path": STATUS, "results": [row]})


Way = tuple["Callable[[str, str], str]", str]  # what writes it, and a name for its file
WAYS: dict[str, Way] = {
    "the Edge's alarm event": (alarm_event, "syslog"),
    "the Manager's alarm in its syslog": (alarm_of_the_manager, "syslog"),
    "an alarm's sentence": (alarm_sentence, "ticket.txt"),
    "an alarm of the API": (alarm_of_the_api, "alarms.json"),
    "get ipsecvpn session": (session_text, "session.txt"),
    "get ipsecvpn session history": (session_history, "history.txt"),
    "get ipsecvpn session summary": (session_summary, "summary.txt"),
    "edge/vpn-session": (vpn_session, "vpn-session"),
    "the API's status": (api_status, "status.json"),
}
NOT_THERE = {
    ("tunnel", "get ipsecvpn session summary"): "its table has a row for a session, and no column for tunnels",
}
REACHED = [(layer, reason, way) for layer, reason in EVERY for way in WAYS if (layer, way) not in NOT_THERE]


@pytest.mark.parametrize(("layer", "reason", "way"), REACHED)
def test_a_reason_is_read_wherever_nsx_states_it(tmp_path: Path, layer: str, reason: str, way: str) -> None:
    write, name = WAYS[way]
    path = tmp_path / name
    path.write_text(write(layer, reason))
    told = [i for i in report(path).incidents if (i.layer.value, i.reason, i.basis) == (layer, reason, "stated")]
    assert len(told) == 1
    assert any(reason in str(step.event.get("reason")) for step in told[0].evidence), "the statement is shown"


@pytest.mark.parametrize(
    ("kind", "layer"),
    [("policy_based_tunnel", "tunnel"), ("policy_based_session", "session"), ("route_based_session", "session")],
)
def test_an_alarm_without_a_reason_is_an_incident_all_the_same(tmp_path: Path, kind: str, layer: str) -> None:
    path = tmp_path / "syslog"
    path.write_text(EVENT.format(uuid=UUID, kind=kind, report=json.dumps({"entity_id": UUID})))
    first = report(path).incidents[0]
    assert (first.layer.value, first.reason, first.basis, first.cause) == (layer, "No reason stated", "stated", None)
    assert "get ipsecvpn session history" in {m.command for m in first.missing}


def test_a_tunnels_alarm_without_a_reason_follows_its_session(tmp_path: Path) -> None:
    path = tmp_path / "syslog"
    nameless = EVENT.format(uuid=UUID, kind="policy_based_tunnel", report=json.dumps({"entity_id": UUID}))
    path.write_text(alarm_event("session", "Peer sent delete") + nameless)
    told = [(i.layer.value, i.reason) for i in report(path).incidents]
    assert told == [("session", "Peer sent delete"), ("tunnel", "IKE SA down")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("state.txt", HEAD.format(what="service state") + "IKE Service Status : DOWN\nHA State           : Active\n"),
        ("alarm.json", '{"event_type": "ipsec_service_down", "entity_id": "s", "description": "x", "status": "OPEN"}'),
        ("off.json", '{"resource_type": "IPSecVpnService", "id": "vpn", "enabled": false}'),
        (
            "error.json",
            (
                '{"error_code": 110199, "module_name": "VPN", "error_message": '
                f'"VPN service s1 associated with the session {UUID} is disabled. Can not get the realization status."}}'
            ),
        ),
    ],
)
def test_a_service_that_nsx_says_is_down_or_off_is_stated(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    first = report(path).incidents[0]
    assert (first.reason, first.basis) == ("IPsec service not enabled", "stated")
    assert first.cause
    assert first.cause.name == (
        "service-disabled" if "off" in name or "error" in name else "local-service-stopped/down"
    )
    assert first.confidence.value == "probable"
    assert first.session.id == (UUID if name == "error.json" else first.session.id)


def test_without_any_log_the_page_says_that_none_was_given(tmp_path: Path) -> None:
    path = tmp_path / "session.txt"
    path.write_text(session_text("session", "Peer not responding"))
    told = report(path).incidents[0]
    assert (told.cause, told.confidence_why) == (None, "no log was given, only what NSX states")
