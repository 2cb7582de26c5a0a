"""What lines of certain kinds tell, in words that one asks a colleague for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.grammar.vocabulary import KIND_MEANINGS, Kind

if TYPE_CHECKING:
    from collections.abc import Collection

_PROPOSALS = frozenset({Kind.PROPOSALS_RECEIVED, Kind.PROPOSALS_CONFIGURED, Kind.PROPOSALS_MISMATCH})
_AUTH = frozenset(k for k in Kind if k.startswith("auth."))
_SELECTORS = frozenset(k for k in Kind if k.startswith("ts."))
_ORDERS = frozenset({Kind.ADMIN_TERMINATE, Kind.DAEMON_STOP, Kind.DAEMON_START, Kind.CONFIG_UNLOADED})
_ENDS = frozenset({Kind.IKE_DELETE, Kind.CHILD_DELETE, Kind.IKE_EXPIRED, Kind.CHILD_EXPIRED, Kind.DPD_DEAD})
_PACKETS = frozenset({Kind.PACKET, Kind.IKE_MESSAGE, Kind.IKE_START, Kind.RETRANSMIT})
_BGP = frozenset(k for k in Kind if k.startswith(("bgp.", "bfd.", "interface.")))

# In the order of how much they tell.
_TOPICS = (
    (_PROPOSALS, "the proposals received and configured"),
    (_AUTH, "keys, IDs and certificates"),
    (_SELECTORS, "the traffic selectors"),
    (_BGP, "its BGP daemon's lines"),
    (_ORDERS | _ENDS, "why it acted then (an order, a restart, a lifetime, DPD)"),
    (_PACKETS, "whether IKE packets arrived and were answered"),
)


def topics(kinds: Collection[Kind]) -> tuple[str, ...]:
    """Return what lines of these kinds tell, what tells most first; nothing for kinds that are of no topic."""
    return tuple(text for of_topic, text in _TOPICS if of_topic & set(kinds))


def told(kinds: Collection[Kind]) -> tuple[str, ...]:
    """Return what lines of these kinds tell: their topics, or kind by kind where they are of none."""
    return topics(kinds) or tuple(f"whether {KIND_MEANINGS[k].split(';')[0].split(' (')[0]}" for k in kinds)
