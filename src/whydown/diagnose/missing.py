"""What evidence is missing, and the command that gets it: by side and by the daemon that side runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.diagnose.incident import Missing
from whydown.grammar.vocabulary import Kind
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable

    from whydown.diagnose.scene import Unheard
    from whydown.sessions.names import SessionName

_AROUND = 120_000_000  # microseconds asked for on either side of the gap

_PROPOSALS = frozenset({Kind.PROPOSALS_RECEIVED, Kind.PROPOSALS_CONFIGURED, Kind.PROPOSALS_MISMATCH})
_AUTH = frozenset(k for k in Kind if k.startswith("auth."))
_SELECTORS = frozenset(k for k in Kind if k.startswith("ts."))
_ORDERS = frozenset({Kind.ADMIN_TERMINATE, Kind.DAEMON_STOP, Kind.DAEMON_START, Kind.CONFIG_UNLOADED})
_PACKETS = frozenset({Kind.PACKET, Kind.IKE_MESSAGE, Kind.IKE_START, Kind.RETRANSMIT})

# Which lines to ask for, by what was to be heard; the first set that shares a kind is taken.
_WHAT = (
    (_PROPOSALS, "the lines that compare proposals (received and configured)"),
    (_AUTH, "the lines about authentication: keys, IDs, certificates"),
    (_SELECTORS, "the lines that compare traffic selectors"),
    (_ORDERS, "why it acted then: operator's order, restart, lifetime, DPD"),
    (_PACKETS, "whether the IKE packets arrived and were answered"),
)
_ELSE = "its IKE log of that time"

# How to get a log in enough detail, by vendor of the gateway that would write it.
_COMMANDS = {
    "VMware NSX": "get support-bundle file FILE.tgz log-age 7   (var/log/syslog*; or from the syslog collector)",
    "strongSwan": "charon log with 'ike = 1, cfg = 2' (strongswan.conf filelog), or: journalctl -u strongswan -o short-iso-precise",
    "Libreswan": "journalctl -u ipsec -o short-iso-precise   (plutodebug=base for more)",
    "OpenIKED": "the daemon's syslog, iked -v",
}
_ANY = {
    Side.EDGE: "get support-bundle file FILE.tgz log-age 7 on the Edge (var/log/syslog*)",
    Side.PEER: "the peer gateway's IKE log with time zone, at a level that shows proposals and IDs",
}


def name_missing(unheard: Iterable[Unheard], session: SessionName, offset_us: int) -> tuple[Missing, ...]:
    """Turn clauses nobody could judge into requests: one per side and kind of lines, with a window and a command.

    `offset_us` is the peer's clock minus the edge's: a request speaks in the clock of the gateway it is for.
    """
    wanted: dict[tuple[Side, str], list[Unheard]] = {}
    for one in unheard:
        what = next((text for kinds, text in _WHAT if kinds & set(one.kinds)), _ELSE)
        wanted.setdefault((one.side, what), []).append(one)
    requests = []
    for (side, what), ones in wanted.items():
        gateway = session.edge if side is Side.EDGE else session.peer
        shift = offset_us if side is Side.PEER else 0
        requests.append(
            Missing(
                side=side,
                begin=min(u.begin for u in ones) - _AROUND + shift,
                end=max(u.end for u in ones) + _AROUND + shift,
                what=what,
                command=_COMMANDS.get(gateway.vendor, _ANY[side]),
            )
        )
    return tuple(requests)
