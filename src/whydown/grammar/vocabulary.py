"""The closed words that grammars and causes share: kinds of events, directions, fields and their types.

A new wording never needs a change here; a new kind of thing that can happen does, and is reviewed as such.
Directions are from the writer's point of view: `in` came from the other gateway, `out` went to it, `local` is the
writer's own doing or finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """From the writer's point of view."""

    IN = "in"
    OUT = "out"
    LOCAL = "local"


class Kind(StrEnum):
    """What can happen in the life of an IPsec VPN; `KIND_MEANINGS` says each in a sentence."""

    # IKE SA (phase 1, NSX: session)
    IKE_START = "ike.start"
    IKE_MESSAGE = "ike.message"
    IKE_PROGRESS = "ike.progress"
    IKE_UP = "ike.up"
    IKE_REKEY = "ike.rekey"
    IKE_REKEY_START = "ike.rekey_start"
    IKE_FAILED = "ike.failed"
    IKE_TIMEOUT = "ike.timeout"
    IKE_HALF_OPEN_TIMEOUT = "ike.half_open_timeout"
    IKE_DELETE = "ike.delete"
    IKE_GONE = "ike.gone"
    IKE_EXPIRED = "ike.expired"
    IKE_LIFETIME = "ike.lifetime"
    IKE_RETRY = "ike.retry"
    IKE_COLLISION = "ike.collision"
    IKE_REDIRECT = "ike.redirect"
    IKE_UNKNOWN_SPI = "ike.unknown_spi"
    # CHILD_SA (phase 2, NSX: tunnel)
    CHILD_START = "child.start"
    CHILD_UP = "child.up"
    CHILD_REKEY = "child.rekey"
    CHILD_REKEY_START = "child.rekey_start"
    CHILD_REKEY_FAILED = "child.rekey_failed"
    CHILD_FAILED = "child.failed"
    CHILD_DELETE = "child.delete"
    CHILD_GONE = "child.gone"
    CHILD_EXPIRED = "child.expired"
    CHILD_LIFETIME = "child.lifetime"
    CHILD_COLLISION = "child.collision"
    CHILD_UNKNOWN_SPI = "child.unknown_spi"
    ESP_UNKNOWN_SPI = "esp.unknown_spi"
    ESP_ERROR = "esp.error"
    # negotiation in detail
    PROPOSALS_RECEIVED = "proposals.received"
    PROPOSALS_CONFIGURED = "proposals.configured"
    PROPOSALS_SELECTED = "proposals.selected"
    PROPOSALS_MISMATCH = "proposals.mismatch"
    KE_INVALID = "ke.invalid"
    TS_RECEIVED = "ts.received"
    TS_CONFIGURED = "ts.configured"
    TS_MISMATCH = "ts.mismatch"
    TS_NARROWED = "ts.narrowed"
    CONFIG_UNMATCHED = "config.unmatched"
    AUTH_OK = "auth.ok"
    AUTH_LOOKUP = "auth.lookup"
    AUTH_KEY_MISMATCH = "auth.key_mismatch"
    AUTH_NO_KEY = "auth.no_key"
    AUTH_ID_MISMATCH = "auth.id_mismatch"
    AUTH_METHOD_MISMATCH = "auth.method_mismatch"
    AUTH_CERT_INVALID = "auth.cert_invalid"
    AUTH_FAILED = "auth.failed"
    NOTIFY = "notify"
    NOTIFY_IGNORED = "notify.ignored"
    VERSION_MISMATCH = "version.mismatch"
    MESSAGE_GARBLED = "message.garbled"
    MESSAGE_MALFORMED = "message.malformed"
    MESSAGE_DROPPED = "message.dropped"
    MESSAGE_FRAGMENT = "message.fragment"
    # transport
    PACKET = "packet"
    RETRANSMIT = "retransmit"
    RETRANSMIT_SEEN = "retransmit.seen"
    DPD_SENT = "dpd.sent"
    DPD_ANSWERED = "dpd.answered"
    DPD_DEAD = "dpd.dead"
    NAT_DETECTED = "nat.detected"
    NET_ERROR = "net.error"
    NET_UNREACHABLE = "net.unreachable"
    NET_MOVED = "net.moved"
    DNS_FAILED = "dns.failed"
    # the gateway itself
    DAEMON_START = "daemon.start"
    DAEMON_STOP = "daemon.stop"
    DAEMON_CRASH = "daemon.crash"
    DAEMON_IMPAIRED = "daemon.impaired"
    CONFIG_LOADED = "config.loaded"
    CONFIG_UNLOADED = "config.unloaded"
    CONFIG_FAILED = "config.failed"
    ADMIN_INITIATE = "admin.initiate"
    ADMIN_TERMINATE = "admin.terminate"
    KERNEL_ERROR = "kernel.error"
    CLOCK_STEP = "clock.step"
    # what NSX itself states
    SESSION_UP = "session.up"
    SESSION_NEGOTIATING = "session.negotiating"
    SESSION_DOWN = "session.down"
    TUNNEL_UP = "tunnel.up"
    TUNNEL_DOWN = "tunnel.down"
    SERVICE_UP = "service.up"
    SERVICE_DOWN = "service.down"
    HA_STATE = "ha.state"
    HA_FAILOVER = "ha.failover"
    # routing over the tunnel
    BFD_UP = "bfd.up"
    BFD_DOWN = "bfd.down"
    BGP_UP = "bgp.up"
    BGP_DOWN = "bgp.down"
    BGP_NOTIFICATION = "bgp.notification"
    BGP_STATE = "bgp.state"
    BGP_REFUSED = "bgp.refused"
    BGP_ROUTES = "bgp.routes"
    INTERFACE_UP = "interface.up"
    INTERFACE_DOWN = "interface.down"
    # a line of an IKE program that no template knows, and what it plainly says
    GIST = "gist"


# What says that the other side was not authenticated.
AUTH_REFUSALS = frozenset(
    {
        Kind.AUTH_KEY_MISMATCH,
        Kind.AUTH_NO_KEY,
        Kind.AUTH_ID_MISMATCH,
        Kind.AUTH_METHOD_MISMATCH,
        Kind.AUTH_CERT_INVALID,
        Kind.AUTH_FAILED,
    }
)

KIND_MEANINGS: dict[Kind, str] = {
    Kind.IKE_START: "a negotiation of an IKE SA begins; `out`: we initiate, `in`: the other side does",
    Kind.IKE_MESSAGE: "an IKE message was sent (`out`) or read (`in`): exchange, role request or response, payloads",
    Kind.IKE_PROGRESS: "a negotiation reached a further state",
    Kind.IKE_UP: "an IKE SA is established",
    Kind.IKE_REKEY: "an IKE SA was replaced by a new one, as planned (rekey or reauthentication)",
    Kind.IKE_REKEY_START: "the replacement of an IKE SA begins",
    Kind.IKE_FAILED: "an IKE SA negotiation failed; `in`: the other side refused, `out`: we refused it, `local`: neither told",
    Kind.IKE_TIMEOUT: "no answer came and the writer gave up (after retransmits)",
    Kind.IKE_HALF_OPEN_TIMEOUT: "a responder gave up a negotiation whose initiator went silent",
    Kind.IKE_DELETE: "a DELETE for an IKE SA was sent or received",
    Kind.IKE_GONE: "an IKE SA was removed locally",
    Kind.IKE_EXPIRED: "an IKE SA reached its lifetime",
    Kind.IKE_LIFETIME: "the lifetime of an IKE SA is announced, in seconds",
    Kind.IKE_RETRY: "the daemon will try again by itself (revival, next keying try)",
    Kind.IKE_COLLISION: "both sides initiated or rekeyed at the same time; handled as the RFC says",
    Kind.IKE_REDIRECT: "the other side redirects to another gateway",
    Kind.IKE_UNKNOWN_SPI: "an IKE message came for an IKE SA (cookie pair) nobody knows, or INVALID_IKE_SPI / INVALID_COOKIE did",
    Kind.CHILD_START: "a negotiation of a CHILD_SA begins",
    Kind.CHILD_UP: "a CHILD_SA is established",
    Kind.CHILD_REKEY: "a CHILD_SA was replaced by a new one, as planned",
    Kind.CHILD_REKEY_START: "the replacement of a CHILD_SA begins",
    Kind.CHILD_REKEY_FAILED: "the replacement of a CHILD_SA failed (the old one may live on until it expires)",
    Kind.CHILD_FAILED: "a CHILD_SA negotiation failed; directions as for ike.failed",
    Kind.CHILD_DELETE: "a DELETE for a CHILD_SA was sent or received",
    Kind.CHILD_GONE: "a CHILD_SA was removed locally",
    Kind.CHILD_EXPIRED: "a CHILD_SA reached its lifetime",
    Kind.CHILD_LIFETIME: "the lifetime of a CHILD_SA is announced or compared, in seconds",
    Kind.CHILD_COLLISION: "both sides created or rekeyed a CHILD_SA at the same time; handled as the RFC says",
    Kind.CHILD_UNKNOWN_SPI: "a DELETE or rekey named a CHILD_SA that is not there (CHILD_SA_NOT_FOUND)",
    Kind.ESP_UNKNOWN_SPI: "an ESP packet or an INVALID_SPI notify named an SPI that is not there",
    Kind.ESP_ERROR: "an ESP packet was dropped for another reason (replay, integrity)",
    Kind.PROPOSALS_RECEIVED: "the proposals the other side offered",
    Kind.PROPOSALS_CONFIGURED: "the proposals configured here",
    Kind.PROPOSALS_SELECTED: "the proposal that was agreed",
    Kind.PROPOSALS_MISMATCH: "the writer compared proposals and found none acceptable",
    Kind.KE_INVALID: "INVALID_KE_PAYLOAD: the guessed DH group is not the wanted one; alone it is benign (RFC 7296 1.2)",
    Kind.TS_RECEIVED: "the traffic selectors the other side proposed",
    Kind.TS_CONFIGURED: "the traffic selectors configured here",
    Kind.TS_MISMATCH: "the writer compared traffic selectors and found none acceptable",
    Kind.TS_NARROWED: "traffic selectors were narrowed to a smaller set",
    Kind.CONFIG_UNMATCHED: "no connection is configured for this peer, address pair or version",
    Kind.AUTH_OK: "the other side's authentication was verified",
    Kind.AUTH_LOOKUP: "the IDs by which a connection is looked for",
    Kind.AUTH_KEY_MISMATCH: "the computed AUTH or HASH differs: the pre-shared keys differ",
    Kind.AUTH_NO_KEY: "no key is configured for these IDs",
    Kind.AUTH_ID_MISMATCH: "the other side's ID (or the one it asks for) is not the configured one",
    Kind.AUTH_METHOD_MISMATCH: "the authentication methods differ",
    Kind.AUTH_CERT_INVALID: "a certificate is expired, revoked, untrusted, or does not name the ID",
    Kind.AUTH_FAILED: "authentication failed for a reason the line does not tell",
    Kind.NOTIFY: "a notify was sent or received outside what the other kinds say",
    Kind.NOTIFY_IGNORED: "a notify was received and deliberately not acted on (unauthenticated)",
    Kind.VERSION_MISMATCH: "the IKE versions (or exchange modes) differ",
    Kind.MESSAGE_GARBLED: "an encrypted message did not decrypt to sense: wrong key, or corruption",
    Kind.MESSAGE_MALFORMED: "a message breaks the syntax of the protocol",
    Kind.MESSAGE_DROPPED: "a message was dropped unprocessed for another reason",
    Kind.MESSAGE_FRAGMENT: "an IKE message went or came in fragments (RFC 7383); one that is missing stops the exchange",
    Kind.PACKET: "a UDP packet was sent or received",
    Kind.RETRANSMIT: "an unanswered message was sent again",
    Kind.RETRANSMIT_SEEN: "the other side sent a message again",
    Kind.DPD_SENT: "a liveness probe was sent",
    Kind.DPD_ANSWERED: "a liveness probe was answered",
    Kind.DPD_DEAD: "the other side is taken for dead",
    Kind.NAT_DETECTED: "a NAT stands between the gateways, or NAT traversal starts",
    Kind.NET_ERROR: "sending failed on this gateway",
    Kind.NET_UNREACHABLE: "the network said that the other side cannot be reached (ICMP)",
    Kind.NET_MOVED: "the address or port of a gateway changed (NAT mapping, MOBIKE)",
    Kind.DNS_FAILED: "the other side's name did not resolve",
    Kind.DAEMON_START: "the IKE daemon started",
    Kind.DAEMON_STOP: "the IKE daemon was stopped",
    Kind.DAEMON_CRASH: "the IKE daemon died",
    Kind.DAEMON_IMPAIRED: "the IKE daemon breaks the protocol because a test switch tells it to",
    Kind.CONFIG_LOADED: "a connection was loaded or changed",
    Kind.CONFIG_UNLOADED: "a connection was removed",
    Kind.CONFIG_FAILED: "a connection could not be loaded or realised",
    Kind.ADMIN_INITIATE: "somebody started the connection by hand or by configuration",
    Kind.ADMIN_TERMINATE: "somebody ended the connection",
    Kind.KERNEL_ERROR: "the kernel or datapath refused an SA or policy",
    Kind.CLOCK_STEP: "the gateway's clock jumped",
    Kind.SESSION_UP: "NSX states that the session is up",
    Kind.SESSION_NEGOTIATING: "NSX states that the session negotiates",
    Kind.SESSION_DOWN: "NSX states that the session is down, mostly with a reason",
    Kind.TUNNEL_UP: "NSX states that a tunnel is up",
    Kind.TUNNEL_DOWN: "NSX states that a tunnel is down, mostly with a reason",
    Kind.SERVICE_UP: "the IPsec service is up",
    Kind.SERVICE_DOWN: "the IPsec service is down or disabled",
    Kind.HA_STATE: "the high-availability state of a gateway",
    Kind.HA_FAILOVER: "a gateway failed over",
    Kind.BFD_UP: "a BFD session came up",
    Kind.BFD_DOWN: "a BFD session went down",
    Kind.BGP_UP: "a BGP neighbour is established",
    Kind.BGP_DOWN: "a BGP neighbour went down",
    Kind.BGP_NOTIFICATION: "a BGP NOTIFICATION was sent or received",
    Kind.BGP_STATE: "a BGP neighbour changed state otherwise",
    Kind.BGP_REFUSED: "a BGP connection was refused or could not be made",
    Kind.BGP_ROUTES: "something about routes: filtered, limit reached, next hop unresolved",
    Kind.INTERFACE_UP: "an interface came up",
    Kind.INTERFACE_DOWN: "an interface went down",
    Kind.GIST: "a line no template knows, but which plainly says this (a notify name, DELETE, an SPI, an address)",
}


class SlotType(StrEnum):
    """How the text of a slot reads and what it becomes; patterns are in `slots.py`."""

    WORD = "word"  # no blanks
    NAME = "name"  # a connection's name: no blanks, quotes or brackets
    INT = "int"
    SPI32 = "spi32"  # ESP SPI, to 0x + 8 hex digits
    SPI64 = "spi64"  # IKE SPI or cookie, to 0x + 16 hex digits
    IP = "ip"
    PORT = "port"
    IDENT = "ident"  # an IKE identity: may hold blanks (distinguished names)
    TEXT = "text"
    PROPOSALS = "proposals"  # to a tuple of Proposal, algorithm names as IANA has them
    NOTIFY = "notify"  # a notify's name in any spelling, to the RFC's spelling
    GROUP = "group"  # a DH group in any spelling, to its IANA number
    TS = "ts"  # traffic selectors in any spelling, to a tuple of CIDR, range or address texts
    SECONDS = "seconds"  # a duration, to float seconds


@dataclass(frozen=True, slots=True)
class Field:
    """A fact an event may carry: its type, and what it means."""

    type: SlotType
    meaning: str


_T = SlotType

FIELDS: dict[str, Field] = {
    # who
    "local": Field(_T.IP, "the writer's outside address"),
    "remote": Field(_T.IP, "the other gateway's outside address"),
    "local_port": Field(_T.PORT, "the writer's UDP port"),
    "remote_port": Field(_T.PORT, "the other gateway's UDP port"),
    "src": Field(_T.IP, "the sender's address of a packet"),
    "dst": Field(_T.IP, "the receiver's address of a packet"),
    "src_port": Field(_T.PORT, "the sender's port of a packet"),
    "dst_port": Field(_T.PORT, "the receiver's port of a packet"),
    "local_id": Field(_T.IDENT, "the IKE identity of the writer"),
    "remote_id": Field(_T.IDENT, "the IKE identity of the other gateway"),
    "wanted_id": Field(_T.IDENT, "the IKE identity that was required instead"),
    "conn": Field(_T.NAME, "the connection's (or policy's, gateway's) name on the writer"),
    "child": Field(_T.NAME, "the CHILD_SA's configuration name on the writer"),
    "ike_id": Field(_T.INT, "the daemon's running number of the IKE SA"),
    "child_id": Field(_T.INT, "the daemon's running number of the CHILD_SA"),
    "old_id": Field(_T.INT, "the running number of the SA that is being replaced"),
    "instance": Field(_T.INT, "the instance of a connection template"),
    "thread": Field(_T.WORD, "the daemon's thread: ties lines of one piece of work together"),
    "subsystem": Field(_T.WORD, "the daemon's subsystem"),
    "session": Field(_T.WORD, "the NSX UUID of the session"),
    "session_name": Field(_T.TEXT, "the session's display name"),
    "tunnel": Field(_T.WORD, "the NSX UUID of the tunnel's policy or VTI"),
    "target": Field(_T.TEXT, "what an administrator's order was about"),
    # SAs
    "spi_i": Field(_T.SPI64, "the initiator's IKE SPI (IKEv1: cookie)"),
    "spi_r": Field(_T.SPI64, "the responder's IKE SPI (IKEv1: cookie)"),
    "spi_in": Field(_T.SPI32, "the ESP SPI the writer receives on"),
    "spi_out": Field(_T.SPI32, "the ESP SPI the writer sends to"),
    "spi": Field(_T.SPI32, "an ESP SPI whose direction is not told"),
    "version": Field(_T.INT, "the IKE version, 1 or 2"),
    "role": Field(_T.WORD, "the writer's role: initiator or responder; for ike.message: request or response"),
    "exchange": Field(
        _T.WORD,
        "the exchange type: IKE_SA_INIT, IKE_AUTH, CREATE_CHILD_SA, INFORMATIONAL, ID_PROT, AGGRESSIVE, QUICK_MODE ...",
    ),
    "protocol": Field(_T.WORD, "what the SA that was negotiated is for: IKE, ESP or AH"),
    "message_id": Field(_T.INT, "the IKE message ID"),
    "payloads": Field(_T.TEXT, "the payloads of a message, in the daemon's short names"),
    "state": Field(_T.TEXT, "a state's name"),
    "old_state": Field(_T.TEXT, "the state before"),
    "method": Field(_T.TEXT, "the authentication method"),
    "lifetime": Field(_T.SECONDS, "a lifetime in seconds"),
    "seconds": Field(_T.SECONDS, "another duration in seconds"),
    # negotiation
    "notify": Field(_T.NOTIFY, "the notify message type in RFC 7296 (or RFC 2408) spelling"),
    "notify_code": Field(_T.INT, "the notify message type's number"),
    "reason": Field(_T.TEXT, "the reason as the line words it"),
    "proposals": Field(_T.PROPOSALS, "proposals as offered, configured or agreed"),
    "group": Field(_T.GROUP, "the DH group (key exchange method) that was used or offered"),
    "wanted_group": Field(_T.GROUP, "the DH group that was asked for instead"),
    "ts_local": Field(_T.TS, "the writer's traffic selectors"),
    "ts_remote": Field(_T.TS, "the other side's traffic selectors"),
    "cipher": Field(_T.TEXT, "the agreed algorithms as one text"),
    "mode": Field(_T.WORD, "tunnel or transport; main or aggressive"),
    # counts and the rest
    "tries": Field(_T.INT, "how many tries or retransmits"),
    "count": Field(_T.INT, "a count"),
    "bytes": Field(_T.INT, "a number of bytes"),
    "bytes_in": Field(_T.INT, "bytes received by an SA"),
    "bytes_out": Field(_T.INT, "bytes sent by an SA"),
    "signal": Field(_T.WORD, "the signal that stopped a process"),
    "error": Field(_T.TEXT, "an error as the line words it"),
    "error_code": Field(_T.WORD, "the product's error code"),
    "daemon": Field(_T.TEXT, "the daemon's name and version"),
    "where": Field(_T.WORD, "which side something was found on: local, remote or both"),
    "cause": Field(_T.WORD, "why, in one word a template sets: lifetime, admin, reload, dpd, replaced, revive ..."),
    "alarm": Field(_T.WORD, "the NSX event type"),
    "alarm_state": Field(_T.WORD, "On or Off"),
    "service": Field(_T.WORD, "the NSX UUID or name of a service"),
    "node": Field(_T.WORD, "a node or service router"),
    # routing
    "neighbor": Field(_T.IP, "the BGP neighbour's address"),
    "asn": Field(_T.INT, "an autonomous system number"),
    "wanted_asn": Field(_T.INT, "the autonomous system number that was expected"),
    "vrf": Field(_T.WORD, "the VRF"),
    "code": Field(_T.INT, "the BGP error code (RFC 4271 section 4.5)"),
    "subcode": Field(_T.INT, "the BGP error subcode"),
    "data_hex": Field(_T.TEXT, "the data of a BGP NOTIFICATION in hex"),
    "interface": Field(_T.WORD, "an interface's name"),
    "prefix": Field(_T.WORD, "a route's prefix"),
}
