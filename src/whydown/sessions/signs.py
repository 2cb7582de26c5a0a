"""Which kinds of events begin, fail, ail or cure a session, a tunnel or a BGP neighbour: tables for the episodes."""

from __future__ import annotations

from whydown.grammar.vocabulary import AUTH_REFUSALS, Kind
from whydown.sessions.sas import BGP, SESSION, TUNNEL

# A negotiation of the layer begins.
STARTS = {
    SESSION: frozenset({Kind.IKE_START, Kind.ADMIN_INITIATE, Kind.SESSION_NEGOTIATING}),
    TUNNEL: frozenset({Kind.CHILD_START}),
    BGP: frozenset[Kind](),
}
# A negotiation of the layer, or the SA itself, failed.
SIGNS = {
    SESSION: frozenset(
        {
            Kind.IKE_FAILED,
            Kind.IKE_TIMEOUT,
            Kind.IKE_HALF_OPEN_TIMEOUT,
            Kind.PROPOSALS_MISMATCH,
            Kind.CONFIG_UNMATCHED,
            Kind.CONFIG_FAILED,
            *AUTH_REFUSALS,
            Kind.VERSION_MISMATCH,
            Kind.MESSAGE_GARBLED,
            Kind.MESSAGE_MALFORMED,
            Kind.NOTIFY_IGNORED,
            Kind.IKE_UNKNOWN_SPI,
            Kind.KE_INVALID,
            Kind.DPD_DEAD,
            Kind.NET_ERROR,
            Kind.NET_UNREACHABLE,
            Kind.DNS_FAILED,
            Kind.RETRANSMIT,
            Kind.RETRANSMIT_SEEN,
            Kind.SESSION_DOWN,
            Kind.SERVICE_DOWN,
            Kind.HA_FAILOVER,
        }
    ),
    TUNNEL: frozenset(
        {
            Kind.CHILD_FAILED,
            Kind.CHILD_REKEY_FAILED,
            Kind.CHILD_UNKNOWN_SPI,
            Kind.TS_MISMATCH,
            Kind.PROPOSALS_MISMATCH,
            Kind.KERNEL_ERROR,
            Kind.TUNNEL_DOWN,
        }
    ),
    BGP: frozenset({Kind.BGP_NOTIFICATION, Kind.BGP_REFUSED, Kind.BGP_STATE}),
}
# Trouble of a tunnel that is up: it will show when the SA runs out, or shows only in its traffic.
AILING = frozenset(
    {
        Kind.CHILD_REKEY_FAILED,
        Kind.CHILD_FAILED,
        Kind.TS_NARROWED,
        Kind.ESP_UNKNOWN_SPI,
        Kind.CHILD_UNKNOWN_SPI,
        Kind.TS_MISMATCH,
        Kind.KERNEL_ERROR,
        Kind.CHILD_EXPIRED,
    }
)
# Refusals of an IKE SA that name their connection.
REFUSED = (AUTH_REFUSALS - {Kind.AUTH_FAILED}) | {Kind.IKE_FAILED}
# Refusals that may be of the IKE SA or of a CHILD_SA.
EITHER = frozenset({Kind.PROPOSALS_MISMATCH, Kind.KE_INVALID, Kind.NOTIFY})
CURED = EITHER | {Kind.CHILD_REKEY_FAILED, Kind.CHILD_FAILED, Kind.CHILD_UNKNOWN_SPI, Kind.KERNEL_ERROR}
# What holds until the next of its kind says otherwise, however long ago it was said; and how many of it.
STANDING = {
    Kind.DAEMON_START: 1,
    Kind.CONFIG_LOADED: 1,
    Kind.PROPOSALS_CONFIGURED: 8,
    Kind.IKE_UP: 1,
    Kind.IKE_REKEY: 1,
    Kind.CHILD_UP: 1,
    Kind.IKE_LIFETIME: 1,
    Kind.HA_STATE: 1,
}
# Signs of trouble that a negotiation which succeeds in the end may well have.
WEAK = frozenset(
    {
        Kind.RETRANSMIT,
        Kind.RETRANSMIT_SEEN,
        Kind.NOTIFY,
        Kind.NOTIFY_IGNORED,
        Kind.IKE_UNKNOWN_SPI,
        Kind.KE_INVALID,
        Kind.NET_ERROR,
        Kind.NET_UNREACHABLE,
        Kind.BGP_STATE,
    }
)
BENIGN = frozenset({"TEMPORARY_FAILURE", "NO_ADDITIONAL_SAS"})  # a collision or a limit, RFC 7296 section 2.25
# A negotiation was at least tried.
TRIED = frozenset({Kind.IKE_START, Kind.IKE_MESSAGE, Kind.PACKET, Kind.IKE_UP, Kind.IKE_PROGRESS, Kind.CHILD_UP})
