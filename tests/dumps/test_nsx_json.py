from __future__ import annotations

import io
import json
import tarfile
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any

import pytest

from dumps.given import LOCAL, POLICY, REMOTE, UUID, read, report
from whydown.envelope.record import Certainty
from whydown.grammar.event import Provenance
from whydown.grammar.vocabulary import Kind

if TYPE_CHECKING:
    from pathlib import Path

PATH = "/infra/tier-0s/t0/ipsec-vpn-services/vpn/sessions/to-branch"


def dumped(**further: Any) -> list[dict[str, Any]]:
    """Return `edge/vpn-session`, as an Edge's support bundle has it."""
    net = {"ipv4": int(IPv4Address("10.1.0.0")), "prefix_length": 24}
    far = {"ipv4": int(IPv4Address("10.2.0.0")), "prefix_length": 24}
    policy = {"id": POLICY, "Tunnel_Status": "DOWN", "Tunnel_Down_Reason": "IKE SA Down", "Enabled": True}
    whole = {
        "id": UUID,
        "Type": "Policy",
        "Session_Status": "DOWN",
        "Session_Down_Reason": "no proposal chosen",
        "Local_Endpoint_Profile": {"Local_Address": {"ipv4": int(IPv4Address(LOCAL))}},
        "Peer_Endpoint_Profile": {"Peer_Address": REMOTE},
        "Policy": [{**policy, "Local": {"IP_Address": [net]}, "Peer": {"IP_Address": [far]}}],
    }
    return [{**whole, **further}]


def test_the_vpn_session_dump_gives_addresses_from_numbers(tmp_path: Path) -> None:
    down, tunnel = read(tmp_path / "vpn-session", json.dumps(dumped(), indent=2))
    assert (down.kind, down.get("reason"), down.get("session")) == (Kind.SESSION_DOWN, "No proposal chosen", UUID)
    assert (down.get("local"), down.get("remote")) == (LOCAL, REMOTE)
    assert (tunnel.kind, tunnel.get("reason"), tunnel.get("ts_local")) == (
        Kind.TUNNEL_DOWN,
        "IKE SA down",
        ("10.1.0.0/24",),
    )
    assert (down.certainty, down.rule.provenance) == (Certainty.UNTIMED, Provenance.SEEN)


def test_a_statement_of_json_stands_at_its_key(tmp_path: Path) -> None:
    text = json.dumps(dumped(), indent=2)
    down = read(tmp_path / "vpn-session", text)[0]
    assert "no proposal chosen" in text.split("\n")[down.origins[0].line - 1]


def test_a_configuration_that_failed_says_why(tmp_path: Path) -> None:
    failed = dumped(
        Session_Down_Reason="Configuration failed", Session_Config_Fail_Reason="Overlapping subnets", Type="Route"
    )
    found = read(tmp_path / "vpn-session", json.dumps(failed))
    config = next(e for e in found if e.kind is Kind.CONFIG_FAILED)
    assert (config.get("error"), config.rule.provenance) == ("Overlapping subnets", Provenance.ASSUMED)
    assert {e.rule.provenance for e in found} == {Provenance.ASSUMED}
    told = [i for i in report(tmp_path / "vpn-session").incidents if i.layer.value == "session"]
    assert [(i.reason, i.basis) for i in told] == [("Configuration failed", "stated")]
    assert told[0].cause
    assert "Overlapping subnets" in told[0].cause.says


@pytest.mark.parametrize(
    ("status", "why"), [("UP", ""), ("DOWN", "Authentication failed"), ("NEGOTIATING", "Timed out")]
)
def test_a_configuration_that_failed_is_no_reason_of_what_is_up_or_down_for_another(
    tmp_path: Path, status: str, why: str
) -> None:
    other = dumped(Session_Status=status, Session_Down_Reason=why, Session_Config_Fail_Reason="Overlapping subnets")
    found = read(tmp_path / "vpn-session", json.dumps(other))
    assert Kind.CONFIG_FAILED not in {e.kind for e in found}
    told = [(i.reason, i.cause) for i in report(tmp_path / "vpn-session").incidents if i.layer.value == "session"]
    assert told == ([(why, None)] if why else [])


def test_a_session_that_is_up_has_no_incident(tmp_path: Path) -> None:
    policy = [{"id": POLICY, "Tunnel_Status": "UP"}]
    (tmp_path / "vpn-session").write_text(
        json.dumps(dumped(Session_Status="UP", Session_Down_Reason="", Policy=policy))
    )
    assert report(tmp_path / "vpn-session").incidents == ()


def test_a_member_of_a_bundle_is_read_as_a_dump(tmp_path: Path) -> None:
    data = json.dumps(dumped()).encode()
    with tarfile.open(tmp_path / "edge.tgz", "w:gz") as bundle:
        info = tarfile.TarInfo("edge/vpn-session")
        info.size, info.mtime = len(data), 1_777_882_400
        bundle.addfile(info, io.BytesIO(data))
    told = report(tmp_path / "edge.tgz").incidents
    assert [(i.reason, i.began) for i in told if i.layer.value == "session"] == [
        ("No proposal chosen", 1_777_882_400_000_000)
    ]


def test_the_policy_api_states_session_and_tunnels(tmp_path: Path) -> None:
    status = {
        "results": [
            {
                "resource_type": "IPSecVpnSessionStatusNsxT",
                "runtime_status": "DOWN",
                "last_update_timestamp": 1_777_882_400_123,
                "ike_status": {"ike_session_state": "DOWN", "fail_reason": "Peer not responding"},
                "policy_statistics": [
                    {
                        "tunnel_statistics": [
                            {
                                "tunnel_status": "DOWN",
                                "tunnel_down_reason": "IKE SA down",
                                "local_subnet": "10.1.0.0/24",
                                "peer_subnet": "10.2.0.0/24",
                            }
                        ]
                    }
                ],
            }
        ],
        "intent_path": PATH,
    }
    down, tunnel = read(tmp_path / "status.json", json.dumps(status, indent=1))
    assert (down.kind, down.get("reason"), down.get("conn"), down.at) == (
        Kind.SESSION_DOWN,
        "Peer not responding",
        "to-branch",
        1_777_882_400_123_000,
    )
    assert (tunnel.get("reason"), tunnel.get("ts_remote"), tunnel.get("conn")) == (
        "IKE SA down",
        ("10.2.0.0/24",),
        "to-branch",
    )
    told = [i for i in report(tmp_path / "status.json").incidents if i.layer.value == "session"]
    assert [(i.reason, i.basis, i.session.name) for i in told] == [("Peer not responding", "stated", "to-branch")]


def test_a_session_that_is_switched_off_is_not_enabled(tmp_path: Path) -> None:
    config = {
        "resource_type": "RouteBasedIPSecVpnSession",
        "id": "to-branch",
        "display_name": "To the branch",
        "path": PATH,
        "enabled": False,
        "peer_address": REMOTE,
        "_last_modified_time": 1_777_882_400_000,
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    told = [i for i in report(tmp_path / "config.json").incidents if i.layer.value == "session"]
    assert [(i.reason, i.basis, i.session.name) for i in told] == [("Session not enabled", "stated", "To the branch")]


def test_the_error_of_a_service_that_is_disabled(tmp_path: Path) -> None:
    error = {
        "httpStatus": "BAD_REQUEST",
        "error_code": 110199,
        "module_name": "VPN",
        "error_message": f"VPN service {POLICY} associated with the session {UUID} is disabled. Can not get the realization status.",
    }
    (down,) = read(tmp_path / "error.json", json.dumps(error))
    assert (down.kind, down.get("reason"), down.get("session")) == (
        Kind.SERVICE_DOWN,
        "IPsec service not enabled",
        UUID,
    )
    assert [i.reason for i in report(tmp_path / "error.json").incidents if i.layer.value == "session"] == [
        "IPsec service not enabled"
    ]


def alarm(event_type: str, description: str, **further: Any) -> dict[str, Any]:
    return {
        "feature_name": "vpn",
        "event_type": event_type,
        "entity_id": UUID,
        "description": description,
        "status": "OPEN",
        "last_reported_time": 1_777_882_400_000,
        **further,
    }


def test_an_alarm_of_the_manager_states_its_reason(tmp_path: Path) -> None:
    text = f"The route based IPsec VPN session {UUID} is down. Reason: Authentication failed."
    alarms = {"results": [alarm("ipsec_route_based_session_down", text)]}
    (down,) = read(tmp_path / "alarms.json", json.dumps(alarms))
    assert (down.kind, down.get("reason"), down.get("session"), down.get("alarm_state")) == (
        Kind.SESSION_DOWN,
        "Authentication failed",
        UUID,
        "On",
    )


def test_an_alarm_that_is_resolved_is_an_up_too(tmp_path: Path) -> None:
    done = alarm("ipsec_service_down", "", status="RESOLVED", resolved_time=1_777_882_500_000)
    down, up = read(tmp_path / "alarms.json", json.dumps([done]))
    assert [down.kind, up.kind] == [Kind.SERVICE_DOWN, Kind.SERVICE_UP]
    assert up.at - down.at == 100_000_000


@pytest.mark.parametrize(
    ("sentence", "kind", "reason"),
    [
        (f"The policy based IPsec VPN session {UUID} is down. Reason: Invalid spi.", Kind.SESSION_DOWN, "Invalid spi"),
        (f"The route based IPsec VPN session {UUID} is up.", Kind.SESSION_UP, None),
        (f"One or more policy based IPsec VPN tunnels in session {UUID} are down.", Kind.TUNNEL_DOWN, None),
        (
            f"The route based IPsec VPN tunnel in session {UUID} is down. Reason: No IKE peers.",
            Kind.TUNNEL_DOWN,
            "No IKE peers",
        ),
        (f"The IPsec service {UUID} is down. Reason: Disabled.", Kind.SERVICE_DOWN, "Disabled"),
    ],
)
def test_the_sentence_of_an_alarm_pasted_alone(tmp_path: Path, sentence: str, kind: Kind, reason: str | None) -> None:
    (event,) = read(tmp_path / "alarm.txt", sentence + "\n")
    assert (event.kind, event.get("reason")) == (kind, reason)
