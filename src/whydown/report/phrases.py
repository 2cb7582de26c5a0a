"""What an event says, in a few words for a timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whydown.grammar.names import GROUPS
from whydown.grammar.proposals import Proposal
from whydown.grammar.vocabulary import Kind
from whydown.report.quote import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.grammar.event import Event

PHRASES: dict[Kind, str] = {
    Kind.IKE_START: "begins an IKE SA",
    Kind.IKE_MESSAGE: "IKE message",
    Kind.IKE_PROGRESS: "IKE SA negotiates",
    Kind.IKE_UP: "IKE SA is up",
    Kind.IKE_REKEY: "IKE SA rekeyed",
    Kind.IKE_REKEY_START: "begins to rekey the IKE SA",
    Kind.IKE_FAILED: "IKE SA refused",
    Kind.IKE_TIMEOUT: "gives up: no answer",
    Kind.IKE_HALF_OPEN_TIMEOUT: "gives up a half-open IKE SA",
    Kind.IKE_DELETE: "DELETE of the IKE SA",
    Kind.IKE_GONE: "IKE SA removed",
    Kind.IKE_EXPIRED: "IKE SA expired",
    Kind.IKE_LIFETIME: "IKE lifetime",
    Kind.IKE_RETRY: "will try again",
    Kind.IKE_COLLISION: "both sides began at once",
    Kind.IKE_REDIRECT: "redirect to another gateway",
    Kind.IKE_UNKNOWN_SPI: "unknown IKE SPI",
    Kind.CHILD_START: "begins a CHILD_SA",
    Kind.CHILD_UP: "CHILD_SA is up",
    Kind.CHILD_REKEY: "CHILD_SA rekeyed",
    Kind.CHILD_REKEY_START: "begins to rekey the CHILD_SA",
    Kind.CHILD_REKEY_FAILED: "CHILD_SA rekey failed",
    Kind.CHILD_FAILED: "CHILD_SA refused",
    Kind.CHILD_DELETE: "DELETE of the CHILD_SA",
    Kind.CHILD_GONE: "CHILD_SA removed",
    Kind.CHILD_EXPIRED: "CHILD_SA expired",
    Kind.CHILD_LIFETIME: "CHILD_SA lifetime",
    Kind.CHILD_COLLISION: "both sides rekeyed at once",
    Kind.CHILD_UNKNOWN_SPI: "unknown CHILD_SA named",
    Kind.ESP_UNKNOWN_SPI: "unknown ESP SPI",
    Kind.ESP_ERROR: "ESP packet dropped",
    Kind.PROPOSALS_RECEIVED: "was offered",
    Kind.PROPOSALS_CONFIGURED: "is configured for",
    Kind.PROPOSALS_SELECTED: "agreed on",
    Kind.PROPOSALS_MISMATCH: "no proposal is acceptable",
    Kind.KE_INVALID: "other DH group wanted",
    Kind.TS_RECEIVED: "was offered selectors",
    Kind.TS_CONFIGURED: "has selectors",
    Kind.TS_MISMATCH: "no selector is acceptable",
    Kind.TS_NARROWED: "selectors narrowed",
    Kind.CONFIG_UNMATCHED: "no connection is configured for this",
    Kind.AUTH_OK: "authenticated the other side",
    Kind.AUTH_LOOKUP: "looks for a connection by ID",
    Kind.AUTH_KEY_MISMATCH: "pre-shared keys differ",
    Kind.AUTH_NO_KEY: "has no key for these IDs",
    Kind.AUTH_ID_MISMATCH: "ID is not the configured one",
    Kind.AUTH_METHOD_MISMATCH: "authentication methods differ",
    Kind.AUTH_CERT_INVALID: "certificate refused",
    Kind.AUTH_FAILED: "authentication failed",
    Kind.NOTIFY: "notify",
    Kind.NOTIFY_IGNORED: "notify not acted on",
    Kind.VERSION_MISMATCH: "IKE versions differ",
    Kind.MESSAGE_GARBLED: "message does not decrypt to sense",
    Kind.MESSAGE_MALFORMED: "malformed message",
    Kind.MESSAGE_DROPPED: "message dropped",
    Kind.MESSAGE_FRAGMENT: "message in fragments",
    Kind.PACKET: "packet",
    Kind.RETRANSMIT: "sends again, unanswered",
    Kind.RETRANSMIT_SEEN: "got the same message again",
    Kind.DPD_SENT: "liveness probe",
    Kind.DPD_ANSWERED: "liveness probe answered",
    Kind.DPD_DEAD: "takes the other side for dead",
    Kind.NAT_DETECTED: "NAT between the gateways",
    Kind.NET_ERROR: "sending failed",
    Kind.NET_UNREACHABLE: "network: not reachable",
    Kind.NET_MOVED: "address or port changed",
    Kind.DNS_FAILED: "name did not resolve",
    Kind.DAEMON_START: "IKE daemon starts",
    Kind.DAEMON_STOP: "IKE daemon stops",
    Kind.DAEMON_CRASH: "IKE daemon died",
    Kind.DAEMON_IMPAIRED: "breaks the protocol on purpose",
    Kind.CONFIG_LOADED: "connection loaded",
    Kind.CONFIG_UNLOADED: "connection removed",
    Kind.CONFIG_FAILED: "connection could not be loaded",
    Kind.ADMIN_INITIATE: "started by order",
    Kind.ADMIN_TERMINATE: "ended by order",
    Kind.KERNEL_ERROR: "kernel refused an SA or policy",
    Kind.CLOCK_STEP: "clock jumped",
    Kind.SESSION_UP: "NSX: session up",
    Kind.SESSION_NEGOTIATING: "NSX: session negotiating",
    Kind.SESSION_DOWN: "NSX: session down",
    Kind.TUNNEL_UP: "NSX: tunnel up",
    Kind.TUNNEL_DOWN: "NSX: tunnel down",
    Kind.SERVICE_UP: "IPsec service up",
    Kind.SERVICE_DOWN: "IPsec service down",
    Kind.HA_STATE: "HA state",
    Kind.HA_FAILOVER: "HA failover",
    Kind.BFD_UP: "BFD up",
    Kind.BFD_DOWN: "BFD down",
    Kind.BGP_UP: "BGP neighbour up",
    Kind.BGP_DOWN: "BGP neighbour down",
    Kind.BGP_NOTIFICATION: "BGP NOTIFICATION",
    Kind.BGP_STATE: "BGP state",
    Kind.BGP_REFUSED: "BGP connection refused",
    Kind.BGP_ROUTES: "BGP routes",
    Kind.INTERFACE_UP: "interface up",
    Kind.INTERFACE_DOWN: "interface down",
    Kind.GIST: "unknown wording",
}

# Which facts say more than the kind does, best first; the first of each group that the line holds is shown.
_FACTS: tuple[tuple[str, ...], ...] = (
    ("notify", "reason", "error", "cause"),
    ("proposals", "cipher"),
    ("wanted_id",),
    ("group",),
    ("wanted_group",),
    ("ts_local",),
    ("ts_remote",),
    ("lifetime",),
    ("tries",),
    ("signal",),
    ("neighbor",),
    ("interface",),
    ("target",),
)
_STATEFUL = frozenset(
    {Kind.HA_STATE, Kind.HA_FAILOVER, Kind.BGP_STATE, Kind.BGP_DOWN}
)  # the states of others are noise
_WORDED = {
    "wanted_id": "wanted {}",
    "group": "group {}",
    "wanted_group": "wanted {}",
    "ts_local": "local {}",
    "ts_remote": "remote {}",
    "lifetime": "{} s",
    "tries": "try {}",
    "signal": "signal {}",
}
# One-word causes that need more words.
_CAUSES = {
    "inner": "what was encrypted does not read",
    "content": "its content does not read",
    "critical": "a critical payload is unknown",
    "frame": "its frame",
    "missing": "payloads are missing",
    "spi": "its SPI",
    "unproposed": "none was proposed in full",
}
_LONGEST = 160
_SHORT = 30  # a longer list of payloads only says that the exchange went its usual way


def phrase(event: Event) -> str:
    """Say an event in a few words: what happened, then the facts that tell it from others of its kind."""
    facts = [fact for names in _FACTS if (fact := _first(event, names))]
    said = PHRASES.get(event.kind, str(event.kind))
    if event.kind is Kind.IKE_MESSAGE and event.get("exchange"):
        said = quote(f"{event.get('exchange')} {event.get('role') or ''}".strip())
        payloads = str(event.get("payloads") or "")
        if 0 < len(payloads) <= _SHORT:
            facts.append(f"[{quote(payloads)}]")
    elif event.kind in _STATEFUL and event.get("state"):
        facts.append(" to ".join(quote(str(event.get(n))) for n in ("old_state", "state") if event.get(n)))
    elif event.kind is Kind.CONFIG_LOADED and event.get("conn"):
        facts.insert(0, quote(str(event.get("conn"))))
    text = f"{said}: {', '.join(facts)}" if facts else said
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def value_text(value: Any) -> str:
    """Write a field's value on one line, proposals as their algorithms; nothing is escaped."""
    if isinstance(value, tuple):
        if value and all(isinstance(part, Proposal) for part in value):
            return proposals_text(value)
        return ", ".join(value_text(part) for part in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def proposals_text(proposals: Sequence[Proposal]) -> str:
    """Write proposals as their vendor spells them, `AES_CBC_256/SHA2_256/MODP_2048`, one after another."""
    return ", ".join(
        "/".join(transform.written or transform.name for transform in proposal.transforms) for proposal in proposals
    )


def _first(event: Event, names: tuple[str, ...]) -> str:
    for name in names:
        value = event.get(name)
        if name in ("group", "wanted_group") and value in GROUPS:
            value = f"{value} ({GROUPS[value]})"
        if name == "cause":
            value = _CAUSES.get(str(value), value)
        if value not in (None, "", ()):
            return _WORDED.get(name, "{}").format(quote(value_text(value)))
    return ""
