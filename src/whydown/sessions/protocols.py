"""Whether a refusal that says neither is about the IKE SA or about a CHILD_SA: what its writer's lines before it tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from whydown.grammar.names import ERRORS
from whydown.grammar.vocabulary import Direction, Kind
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from whydown.grammar.event import Event

PHASE1 = frozenset({"IKE_SA_INIT", "ID_PROT", "AGGRESSIVE"})  # exchanges that begin an IKE SA
CHILD_EXCHANGES = frozenset({"QUICK_MODE", "CREATE_CHILD_SA"})  # protected by an IKE SA that is up
_PHASES = PHASE1 | CHILD_EXCHANGES | {"IKE_AUTH"}
_CHILD_PROTOCOLS = frozenset({"ESP", "AH"})
_REFUSALS = ("N(NO_PROP)", "N(INVAL_ID)", "N(AUTH_FAILED)", "N(INVAL_HASH)")


@dataclass(slots=True)
class _Writer:
    """What one daemon has written so far."""

    offered: Event | None = None  # the last list of proposals it compared
    exchange: str = ""  # of its last message that negotiates
    informational: Event | None = None  # its last IKEv1 informational message


def is_of_child(event: Event) -> bool:
    """Whether an event is about a CHILD_SA by what it says itself."""
    fields = event.fields
    return (
        "child_id" in fields or fields.get("protocol") in _CHILD_PROTOCOLS or fields.get("exchange") in CHILD_EXCHANGES
    )


def tell_protocols(events: Iterable[Event]) -> Iterator[Event]:
    """Yield all events, in time order as they come; a refusal gets the field `protocol` where it can be told.

    Proposals are of the protocol of the list that was compared just before. An IKEv1 error notify travels alone: in
    clear text before phase 1 has keys (RFC 2409 section 5), protected by a HASH afterwards; the exchange before it tells
    which negotiation it ends. What an answer to IKE_AUTH does not choose is of the CHILD_SA: the gateway that answers has
    its IKE SA by then (RFC 7296 section 1.2), and keeps it even where its peer, as OpenIKED does, drops both.
    """
    writers: dict[tuple[Any, str], _Writer] = {}
    for event in events:
        kind = event.kind
        if kind is Kind.PROPOSALS_RECEIVED:
            writers.setdefault((event.side, event.host), _Writer()).offered = event
        elif kind is Kind.IKE_MESSAGE:
            writer = writers.setdefault((event.side, event.host), _Writer())
            exchange = event.get("exchange")
            if exchange in _PHASES:
                writer.exchange = exchange
            elif exchange == "INFORMATIONAL_V1":
                writer.informational = told = _with(event, _of_notify(event, writer))
                yield told
                continue
        elif kind is Kind.IKE_FAILED and event.side is Side.PEER and event.get("notify") == "NO_PROPOSAL_CHOSEN":
            writer = writers.get((event.side, event.host), _Writer())
            yield _with(event, "ESP" if writer.exchange == "IKE_AUTH" and event.direction is Direction.IN else "")
            continue
        elif kind in (Kind.PROPOSALS_MISMATCH, Kind.NOTIFY) and not _says(event):
            writer = writers.get((event.side, event.host), _Writer())
            yield _with(
                event, _of_proposals(event, writer) if kind is Kind.PROPOSALS_MISMATCH else _told(event, writer)
            )
            continue
        yield event


def _says(event: Event) -> bool:
    return "protocol" in event.fields or "exchange" in event.fields or is_of_child(event)


def _with(event: Event, protocol: str) -> Event:
    return event._replace(fields={**event.fields, "protocol": protocol}) if protocol else event


def _same_work(event: Event, other: Event) -> bool:
    """Whether two lines of one writer can be of one piece of work: of one thread, where the lines name threads."""
    return bool(event.get("thread", other.get("thread")) == other.get("thread", event.get("thread")))


def _of_proposals(event: Event, writer: _Writer) -> str:
    offered = writer.offered
    if offered is None or not _same_work(event, offered) or "proposals" in event.fields:
        return ""
    proposals = offered.get("proposals") or ()
    return proposals[0].protocol if proposals else ""


def _told(event: Event, writer: _Writer) -> str:
    """Return what the notify of an informational message is about; its message stands just before."""
    message = writer.informational
    if message is None or event.get("notify") not in ERRORS or not _same_work(event, message):
        return ""
    return str(message.get("protocol", ""))


def _of_notify(message: Event, writer: _Writer) -> str:
    """Return what an IKEv1 informational message that refuses is about."""
    payloads = message.get("payloads", "")
    if not any(name in payloads for name in _REFUSALS):
        return ""
    if "HASH" not in payloads.split("N(")[0]:
        return "IKE"
    if writer.exchange in CHILD_EXCHANGES:
        return "ESP"
    return "IKE" if writer.exchange in PHASE1 else ""
