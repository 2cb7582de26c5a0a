"""What records for other systems share: how a kind of event ended, who began, and which texts are addresses."""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from whydown.grammar.vocabulary import AUTH_REFUSALS, Direction, Kind
from whydown.report.phrases import value_text

if TYPE_CHECKING:
    from whydown.grammar.event import Event


class Turn(Enum):
    """What an event is in the life of an SA, session or tunnel."""

    OPENED = auto()
    CLOSED = auto()
    RENEWED = auto()
    REFUSED = auto()
    FAILED = auto()  # without a refusal: nobody answered, something broke
    WENT_WELL = auto()
    OTHER = auto()


_TURNS: dict[Turn, tuple[Kind, ...]] = {
    Turn.OPENED: (Kind.IKE_UP, Kind.CHILD_UP, Kind.SESSION_UP, Kind.TUNNEL_UP),
    Turn.CLOSED: (
        Kind.IKE_DELETE,
        Kind.IKE_GONE,
        Kind.IKE_EXPIRED,
        Kind.CHILD_DELETE,
        Kind.CHILD_GONE,
        Kind.CHILD_EXPIRED,
        Kind.SESSION_DOWN,
        Kind.TUNNEL_DOWN,
    ),
    Turn.RENEWED: (Kind.IKE_REKEY, Kind.CHILD_REKEY),
    Turn.REFUSED: (
        Kind.IKE_FAILED,
        Kind.CHILD_FAILED,
        Kind.PROPOSALS_MISMATCH,
        Kind.TS_MISMATCH,
        Kind.CONFIG_UNMATCHED,
        *AUTH_REFUSALS,
        Kind.VERSION_MISMATCH,
        Kind.BGP_REFUSED,
    ),
    Turn.FAILED: (
        Kind.IKE_TIMEOUT,
        Kind.IKE_HALF_OPEN_TIMEOUT,
        Kind.IKE_UNKNOWN_SPI,
        Kind.CHILD_REKEY_FAILED,
        Kind.CHILD_UNKNOWN_SPI,
        Kind.ESP_UNKNOWN_SPI,
        Kind.ESP_ERROR,
        Kind.MESSAGE_GARBLED,
        Kind.MESSAGE_MALFORMED,
        Kind.MESSAGE_DROPPED,
        Kind.DPD_DEAD,
        Kind.NET_ERROR,
        Kind.NET_UNREACHABLE,
        Kind.DNS_FAILED,
        Kind.DAEMON_CRASH,
        Kind.CONFIG_FAILED,
        Kind.KERNEL_ERROR,
    ),
    Turn.WENT_WELL: (
        Kind.AUTH_OK,
        Kind.PROPOSALS_SELECTED,
        Kind.DPD_ANSWERED,
        Kind.DAEMON_START,
        Kind.CONFIG_LOADED,
        Kind.SERVICE_UP,
        Kind.BFD_UP,
        Kind.BGP_UP,
        Kind.INTERFACE_UP,
    ),
}
_TURN_OF = {kind: turn for turn, kinds in _TURNS.items() for kind in kinds}
_BEGINS = (Kind.IKE_START, Kind.CHILD_START, Kind.IKE_REKEY_START, Kind.CHILD_REKEY_START)


def turn(event: Event) -> Turn:
    """Return what an event is in the life of an SA, session or tunnel."""
    return _TURN_OF.get(event.kind, Turn.OTHER)


def went_well(event: Event) -> bool | None:
    """Whether what was tried succeeded; None where nothing was tried, or the line does not tell."""
    if turn(event) in (Turn.REFUSED, Turn.FAILED):
        return False
    return True if turn(event) in (Turn.OPENED, Turn.RENEWED, Turn.WENT_WELL) else None


def writer_began(event: Event) -> bool | None:
    """Whether the event's writer began the negotiation or exchange it is about; None where the line does not tell."""
    role, out = event.get("role"), event.direction is Direction.OUT
    if role in ("initiator", "responder"):
        return bool(role == "initiator")
    if event.direction is Direction.LOCAL:
        return None
    if role in ("request", "response"):
        return out is (role == "request")
    return out if event.kind in _BEGINS else None


def address(text: Any) -> str | None:
    """Return the text of an IP address in its usual form; None for what is none, such as a masked one."""
    with suppress(ValueError):
        return str(ipaddress.ip_address(str(text)))
    return None


def process_id(event: Event) -> int | None:
    """Return the writer's process, where its header names one by number."""
    return int(event.pid) if event.pid.isascii() and event.pid.isdigit() and len(event.pid) <= 9 else None


def plain(value: Any) -> Any:
    """Return a field's value as a number or text."""
    return value if isinstance(value, int | float | str) else value_text(value)


def told(value: Any) -> Any:
    """Return a record without the parts of which the logs tell nothing."""
    if isinstance(value, dict):
        parts = {key: told(item) for key, item in value.items()}
        return {key: item for key, item in parts.items() if item not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [kept for item in value if (kept := told(item)) not in (None, "", [], {})]
    return value
