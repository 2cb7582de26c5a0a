"""What NSX's JSON states: the Edge's `edge/vpn-session`, the Policy API's sessions and their state, the alarms.

Keys: NSX REST API (IPSecVpnSessionStatusNsxT, IPSecVpnIkeSessionStatus, IPSecVpnTunnelTrafficStatistics, Alarm); those
of `edge/vpn-session` as public scripts over support bundles read them. Session_Config_Fail_Reason is named by the
alarm tables of VCF 9.0; in which object it stands is assumed.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any

from whydown.dumps import alarms
from whydown.dumps.objects import Node
from whydown.dumps.statements import (
    SESSION_KINDS,
    TUNNEL_KINDS,
    Statement,
    When,
    epoch_ms,
    in_order,
    reason,
    session_field,
    state,
    stated,
)
from whydown.grammar.event import Provenance
from whydown.grammar.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from whydown.dumps.statements import Page

DUMP = "nsx-vpn-session"
API = "nsx-policy-api"
_DISABLED = 110199  # error code of VCF 9.0, "Check the Realized State of an IPSec VPN Session"
_SESSION_PATH = re.compile(r"/ipsec-vpn-services/[^/]{1,256}/sessions/([^/]{1,256})")
_CONFIGURATION = "Configuration failed"  # the down reason that Session_Config_Fail_Reason is the reason of
_SERVICE_IN_TEXT = re.compile(r"VPN service (\S{1,64}) associated with the session (\S{1,64}) is disabled")
_SESSION_TYPES = frozenset({"policybasedipsecvpnsession", "routebasedipsecvpnsession"})

KEYS = alarms.KEYS | {
    *("id", "type", "display_name", "path", "intent_path", "policy_path", "resource_type", "enabled"),
    *("session_status", "session_down_reason", "session_config_fail_reason", "tunnel_status", "tunnel_down_reason"),
    *("ipv4", "ipv6", "prefix_length", "peer_address", "local_address", "ip_address", "local_id", "peer_id"),
    *("ike_session_state", "fail_reason", "last_update_timestamp", "_last_modified_time"),
    *("local_subnet", "peer_subnet", "error_code", "error_message"),
}


def read(page: Page, roots: Iterable[Any]) -> Iterator[Statement]:
    """Yield what the values of a JSON text state."""
    for root in roots:
        yield from _walk(page, root, {}, None)


def _walk(page: Page, value: Any, around: Mapping[str, str], told: When | None) -> Iterator[Statement]:
    """Yield what a value and all inside it state; what is around it names the session and tells the time."""
    if isinstance(value, list):
        for one in value:
            yield from _walk(page, one, around, told)
    elif not isinstance(value, Node):
        return
    elif "session_status" in value or "session_config_fail_reason" in value:
        yield from in_order(_dumped(page, value))
    elif alarms.is_alarm(value):
        yield from alarms.read(page, value)
    else:
        named = {**around, **_named(value)}
        told = epoch_ms(value.get("last_update_timestamp")) or told
        yield from _object(page, value, named, told or page.written)
        for inner in value.values():
            yield from _walk(page, inner, named, told)


def _object(page: Page, value: Node, fields: Mapping[str, str], when: When) -> Iterator[Statement]:
    """Yield what one object of the Policy API states."""
    if "ike_session_state" in value:
        yield from _ike_status(value, fields, when)
    if "tunnel_status" in value:
        yield from _tunnel(value, fields, when, API)
    if value.get("error_code") == _DISABLED:
        yield from _service_disabled(value, when)
    if value.get("enabled") is False:
        yield from _not_enabled(page, value, fields)


def _named(value: Node) -> dict[str, str]:
    """Name the session an object of the Policy API is about: by its path, and as the Manager shows it."""
    found: dict[str, str] = {}
    for key in ("path", "intent_path", "policy_path"):
        if match := _SESSION_PATH.search(_text(value, key)):
            found |= session_field(match[1])
            break
    if found and _text(value, "display_name"):
        found["session_name"] = _text(value, "display_name")
    return found


def _ike_status(value: Node, fields: Mapping[str, str], when: When) -> Iterator[Statement]:
    """Read IPSecVpnIkeSessionStatus."""
    status, why = _text(value, "ike_session_state"), _text(value, "fail_reason")
    text = f"ike_session_state: {status}" + (f", fail_reason: {why}" if why else "")
    base = Statement(value.place("ike_session_state"), when, Kind.SESSION_DOWN, fields, text, API)
    yield from in_order(stated(status, why, (when, value.place("fail_reason")), SESSION_KINDS, base))


def _tunnel(value: Node, fields: Mapping[str, str], when: When, form: str) -> Iterator[Statement]:
    """Read the state of one tunnel, with its networks where they are told."""
    status, why = _text(value, "tunnel_status"), _text(value, "tunnel_down_reason")
    text = f"tunnel_status: {status}" + (f", tunnel_down_reason: {why}" if why else "")
    if form == DUMP:
        text = text.replace("tunnel_status", "Tunnel_Status").replace("tunnel_down_reason", "Tunnel_Down_Reason")
    nets = {"ts_local": _text(value, "local_subnet"), "ts_remote": _text(value, "peer_subnet")}
    own = {**{k: v for k, v in nets.items() if v}, **fields}
    place = value.place("tunnel_down_reason" if reason(why) else "tunnel_status")
    base = Statement(place, when, Kind.TUNNEL_DOWN, own, text, form)
    yield from stated(status, why, (when, place), TUNNEL_KINDS, base)


def _service_disabled(value: Node, when: When) -> Iterator[Statement]:
    """Read the error by which the API says that a session's service is switched off."""
    text = _text(value, "error_message")
    match = _SERVICE_IN_TEXT.search(text)
    fields = {"reason": "IPsec service not enabled"}
    if match:
        fields |= {"service": match[1], **session_field(match[2])}
    yield Statement(value.place("error_message"), when, Kind.SERVICE_DOWN, fields, text, API)


def _not_enabled(page: Page, value: Node, fields: Mapping[str, str]) -> Iterator[Statement]:
    """Read a session's or a service's configuration that is switched off; it holds since it was last changed."""
    kind = _text(value, "resource_type").casefold()
    when = epoch_ms(value.get("_last_modified_time")) or page.written
    place = value.place("enabled")
    if kind in _SESSION_TYPES:
        own = {**session_field(_text(value, "id")), **fields, "reason": "Session not enabled"}
        if address := _address(value.get("peer_address")):
            own["remote"] = address
        yield Statement(place, when, Kind.SESSION_DOWN, own, "enabled: false", API)
    elif kind == "ipsecvpnservice":
        own = {"service": _text(value, "id"), "reason": "IPsec service not enabled"}
        yield Statement(place, when, Kind.SERVICE_DOWN, own, "enabled: false", API)


def _dumped(page: Page, value: Node) -> Iterator[Statement]:
    """Read one session of `edge/vpn-session`."""
    local, peer = _inside(value, "local_endpoint_profile"), _inside(value, "peer_endpoint_profile")
    fields = {
        **session_field(_text(value, "id")),
        "local": _address(local.get("local_address")),
        "remote": _address(peer.get("peer_address")),
        "local_id": _text(local, "local_id"),
        "remote_id": _text(peer, "peer_id"),
    }
    # The public scripts read policy-based sessions; that a route-based one has the same keys is assumed.
    provenance = Provenance.SEEN if "policy" in _text(value, "type").casefold() else Provenance.ASSUMED
    status, why = _text(value, "session_status"), _text(value, "session_down_reason")
    refused = _text(value, "session_config_fail_reason")
    if reason(refused) and state(status) != "up" and reason(why) in ("", _CONFIGURATION):
        yield Statement(
            value.place("session_config_fail_reason"),
            page.written,
            Kind.CONFIG_FAILED,
            {**fields, "error": refused},
            f"Session_Config_Fail_Reason: {refused}",
            DUMP,
            provenance=Provenance.ASSUMED,
        )
    text = f"Session_Status: {status}" + (f", Session_Down_Reason: {why}" if why else "")
    place = value.place("session_down_reason" if why else "session_status")
    base = Statement(place, page.written, Kind.SESSION_DOWN, fields, text, DUMP, provenance=provenance)
    yield from stated(status, why, (page.written, place), SESSION_KINDS, base)
    policies = value.get("policy")
    for policy in policies if isinstance(policies, list) else [policies]:
        if not isinstance(policy, Node):
            continue
        own = {
            **fields,
            "tunnel": _text(policy, "id"),
            "ts_local": _networks(_inside(policy, "local").get("ip_address")),
            "ts_remote": _networks(_inside(policy, "peer").get("ip_address")),
        }
        for said in _tunnel(policy, own, page.written, DUMP):
            yield said._replace(provenance=provenance)


def _inside(value: Node, key: str) -> Node:
    found = value.get(key)
    return found if isinstance(found, Node) else Node(value.begin)


def _text(value: Node, key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else str(found) if isinstance(found, int) and key == "id" else ""


def _address(value: Any) -> str:
    """Read an address: as text, as IPv4's big-endian number, or either under its family's key, also in a list."""
    if isinstance(value, list):
        return next((found for one in value if (found := _address(one))), "")
    if isinstance(value, Node):
        return next((found for key in ("ipv4", "ipv6") if (found := _address(value.get(key)))), "")
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**32:
        return str(ipaddress.IPv4Address(value))
    if isinstance(value, str) and value.isascii() and value.isdigit() and 0 < int(value[:11]) < 2**32:
        return str(ipaddress.IPv4Address(int(value)))
    return value if isinstance(value, str) else ""


def _networks(value: Any) -> str:
    """Read a list of networks, each an address and its prefix's length."""
    found = []
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, Node):
            number, length = one.get("ipv4"), one.get("prefix_length")
            address = "0.0.0.0" if number == 0 else _address(one)  # noqa: S104 - the network of all addresses
            found.append(f"{address}/{length}" if address and isinstance(length, int) else address)
        elif isinstance(one, str):
            found.append(one)
    return ",".join(x for x in found if x)
