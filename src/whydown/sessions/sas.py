"""Which SAs one gateway has alive: the ups and downs of a session and its tunnels, as that gateway saw them."""

from __future__ import annotations

from bisect import bisect_left
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from whydown.grammar.vocabulary import Direction, Kind
from whydown.sessions.alive import CHILD_UPS, IKE_UPS, RESTARTS, UNSEEN, Live, child_names, ike_names, tunnel_name
from whydown.sessions.lived_on import acts, acts_on, alive_still, lost_children, lost_ike
from whydown.sessions.protocols import is_of_child

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from whydown.grammar.event import Event
    from whydown.sessions.lived_on import Act, Lost

_IKE_DOWN = frozenset({Kind.IKE_DELETE, Kind.IKE_GONE, Kind.IKE_EXPIRED})
_CHILD_DOWN = frozenset({Kind.CHILD_DELETE, Kind.CHILD_GONE, Kind.CHILD_EXPIRED})
_SHOWS_UP = CHILD_UPS | {Kind.SESSION_UP, Kind.TUNNEL_UP}
_BEGINNINGS = IKE_UPS | {Kind.IKE_START, Kind.DAEMON_START, Kind.ADMIN_INITIATE, Kind.IKE_FAILED, Kind.IKE_TIMEOUT}
_STATED_DOWN = frozenset({Kind.SESSION_DOWN, Kind.SERVICE_DOWN, Kind.HA_FAILOVER})
ACTIVE = frozenset({"active", "up"})  # what a service router becomes that takes over
_LATE = 30_000_000  # microseconds: an alarm is written some seconds after what it tells of

# What happens only under an IKE SA that is up, and what does so if it is of a CHILD_SA.
_UNDER_IKE = frozenset({Kind.CHILD_FAILED, Kind.CHILD_REKEY_START, Kind.CHILD_REKEY_FAILED, Kind.TS_MISMATCH})
_PERHAPS_UNDER_IKE = frozenset({Kind.IKE_MESSAGE, Kind.PROPOSALS_MISMATCH, Kind.NOTIFY, Kind.KE_INVALID})
_ANYWHERE = frozenset({"INFORMATIONAL", "INFORMATIONAL_V1", None})
_LIFE = IKE_UPS | _IKE_DOWN | CHILD_UPS | _CHILD_DOWN | {Kind.IKE_START, Kind.DPD_DEAD}

_ANEW = frozenset({Kind.IKE_START, Kind.IKE_UP})

_FATAL = frozenset({"INVALID_SYNTAX", "UNSUPPORTED_CRITICAL_PAYLOAD"})
_FATAL_SHORT = ("N(INVAL_SYN)", "N(CRIT)")
_STARTED = frozenset({*IKE_UPS, Kind.IKE_FAILED, Kind.IKE_TIMEOUT, Kind.IKE_HALF_OPEN_TIMEOUT, *RESTARTS})
# Events of any other kind change nothing of what is alive.
_TELLING = (
    _LIFE
    | _SHOWS_UP
    | _BEGINNINGS
    | _STARTED
    | _STATED_DOWN
    | {Kind.IKE_MESSAGE, Kind.TUNNEL_DOWN, Kind.CHILD_REKEY_FAILED, Kind.SESSION_NEGOTIATING}
)
_at = attrgetter("at")
SESSION = "session"
TUNNEL = "tunnel"
BGP = "bgp"


class Turn(NamedTuple):
    """The session or one tunnel came up or went down on one gateway; `event` shows it."""

    at: int
    layer: str
    tunnel: str
    up: bool
    event: Event


def turns(events: Sequence[Event]) -> Iterator[Turn]:
    """Follow one gateway's events, in time order, and yield each change of its session and tunnels.

    Of two hosts (a pair that fails over) the one that dealt with the SAs last has them; what the other's daemon does
    is of no matter then.
    """
    ike = Live()
    children: dict[str, Live] = {}
    begun: Event | None = None  # of a negotiation that is under way beside what is up
    since = 0  # when the session came up last
    answered = ""  # the connection of the SA that came up last, where the other side began it
    fresh = True  # nothing yet tells whether the log began in the middle of an SA's life
    host = ""
    lost = lost_ike(events), lost_children(events)
    done = acts(events)
    if _began_up(e for e in events if not e.of_dump):
        first = next(e for e in events if not e.of_dump)
        ike.add(set(UNSEEN))
        yield Turn(first.at, SESSION, "", up=True, event=first)
    for event in _at_work([e for e in events if e.kind in _TELLING]):
        kind = event.kind
        host = _take_over(event, host, (ike, *children.values()))
        if fresh and not ike.sas and _ends_the_unseen(event):
            ike.add(set(UNSEEN))
        fresh = fresh and kind not in _BEGINNINGS and kind not in _IKE_DOWN
        ike.sole |= _is_first_contact(event) or _is_begun_anew(event, answered)
        answered = _answered(event, answered)
        named = ike_names(event)
        if kind in IKE_UPS or (kind in _SHOWS_UP and (named or not ike.sas)):
            # A CHILD_SA without its IKE SA: the log begins in the middle, or the IKE SA's own line was lost.
            was = bool(ike.sas)
            ike.add(named if kind in IKE_UPS else named or set(UNSEEN))
            if not was:
                since = event.at
                yield Turn(event.at, SESSION, "", up=True, event=event)
        if kind in CHILD_UPS:
            yield from _child_up(event, children)
        elif kind in (Kind.TUNNEL_UP, Kind.TUNNEL_DOWN):
            yield from _stated_tunnel(event, children)
        elif _ends_child(event):
            yield from _child_down(event, children, lost[1])
        elif _ends_ike(event, starting=begun is not None) or _is_stated_down(event, since):
            yield from _ike_down(event, ike, {} if _is_handed_on(begun) else children, lost[0], done)
        begun = _under_way(event, begun)


def _is_first_contact(event: Event) -> bool:
    """Whether the other side tells that it has no other IKE SA with this one (RFC 7296 section 2.4).

    Pluto drops its older ones then, and does not log that it does.
    """
    if event.kind is not Kind.IKE_MESSAGE or event.direction is not Direction.IN or event.get("exchange") != "IKE_AUTH":
        return False
    payloads = event.get("payloads", "")
    return "N(INITIAL_CONTACT)" in payloads or "N(INIT_CONTACT)" in payloads


def _answered(event: Event, before: str) -> str:
    """Return the connection of the IKE SA that came up last, if the other side began it."""
    if event.kind is not Kind.IKE_UP:
        return before
    return str(event.get("conn", "")) if event.get("role") == "responder" else ""


def _is_begun_anew(event: Event, answered: str) -> bool:
    """Whether the other side began one IKE SA after another: it has not, or not any more, the one before.

    So it is where the responder's answer came too late. Pluto keeps the one before and says no word of it.
    """
    return event.kind is Kind.IKE_UP and answered != "" and _answered(event, "") == answered


def _at_work(events: Sequence[Event]) -> Iterator[Event]:
    """Yield all events but those of a host that does not have the SAs, or hands them on to another as they are."""
    host = ""
    life = [e for e in events if e.kind in _LIFE]
    for event in events:
        if event.kind in _LIFE:
            host = event.host
        if event.kind in RESTARTS and host not in ("", event.host):
            continue
        if _stands_by(event):
            heir = next((e for e in life[bisect_left(life, event.at, key=_at) :] if e.host != event.host), None)
            # SAs are kept in step between the two: who has to negotiate anew has lost them.
            if heir is not None and not (event.host == host and heir.kind in _ANEW):
                continue
        yield event


def _stands_by(event: Event) -> bool:
    """Whether a host tells that it is not the active one of its pair."""
    stated = event.kind is Kind.SESSION_DOWN and event.get("reason") == "SR state is not Active"
    return stated or event.kind is Kind.HA_FAILOVER


def _take_over(event: Event, host: str, lives: Iterable[Live]) -> str:
    """Return the host that has the SAs after this event; another one calls them by other numbers."""
    if event.kind not in _LIFE or event.host == host:
        return host
    for live in lives:
        live.move()
    return event.host


def _under_way(event: Event, begun: Event | None) -> Event | None:
    """Return the beginning of the negotiation of an IKE SA that is under way after this event."""
    if event.kind is Kind.IKE_START:
        return event
    return None if event.kind in _STARTED else begun


def _is_handed_on(begun: Event | None) -> bool:
    """Whether tunnels outlive the IKE SA that ends: in IKEv1 they are not its children, and a new one is begun."""
    return begun is not None and begun.get("version") == 1


def _ends_child(event: Event) -> bool:
    """Whether the event can end a CHILD_SA that was up; a failed rekey does so when the peer has lost the SA."""
    lost = event.kind is Kind.CHILD_REKEY_FAILED and event.get("notify") == "CHILD_SA_NOT_FOUND"
    return lost or event.kind in _CHILD_DOWN


def _is_fatal(event: Event) -> bool:
    """Whether the event is an error that ends an IKE SA that is up (RFC 7296 sections 2.21.2 and 2.21.3)."""
    if event.kind is Kind.IKE_FAILED:
        return event.get("notify") in _FATAL
    payloads = event.get("payloads", "")
    return event.kind is Kind.IKE_MESSAGE and any(name in payloads for name in _FATAL_SHORT)


def _ends_ike(event: Event, *, starting: bool) -> bool:
    """Whether the event can end an IKE SA that was up; a time-out may be only a negotiation's."""
    if event.kind is Kind.IKE_TIMEOUT:
        return event.get("cause") != "establish" and not (starting and not ike_names(event))
    if event.kind in _IKE_DOWN or event.kind in RESTARTS or event.kind is Kind.DPD_DEAD:
        return True
    return not starting and _is_fatal(event)


def _is_stated_down(event: Event, since: int) -> bool:
    """Whether NSX states that the session is down on this gateway, or what it lives on: its service, its router.

    An alarm that is as late as this may be of the down before the session came up (`since`); a dump tells the time.
    """
    if event.of_dump:
        return event.kind in (Kind.SESSION_DOWN, Kind.SESSION_NEGOTIATING, Kind.SERVICE_DOWN)
    if event.at - since <= _LATE:
        return False
    if event.kind is Kind.HA_FAILOVER:
        return str(event.get("state", "")).casefold() not in ACTIVE
    return event.kind in _STATED_DOWN


def _began_up(events: Iterable[Event]) -> bool:
    """Whether the first event that tells of an IKE SA can only be of one that is up: a CHILD_SA is negotiated under it."""
    for event in events:
        kind, exchange = event.kind, event.get("exchange")
        if kind in _UNDER_IKE or (kind in _PERHAPS_UNDER_IKE and is_of_child(event)):
            return True
        if kind in _BEGINNINGS or kind in _IKE_DOWN or (kind is Kind.IKE_MESSAGE and exchange not in _ANYWHERE):
            return False
    return False


def _ends_the_unseen(event: Event) -> bool:
    """Whether the event ends an SA, so that there was one before the log began."""
    if event.kind is Kind.IKE_GONE:
        return "established" in str(event.get("state", "")).lower()
    return event.kind in (Kind.DPD_DEAD, Kind.IKE_DELETE)


def _child_up(event: Event, children: dict[str, Live]) -> Iterator[Turn]:
    live = children.setdefault(tunnel_name(event), Live())
    was = bool(live.sas)
    live.add(child_names(event))
    if not was:
        yield Turn(event.at, TUNNEL, tunnel_name(event), up=True, event=event)


def _stated_tunnel(event: Event, children: dict[str, Live]) -> Iterator[Turn]:
    """Follow what NSX states of a tunnel; without a name it is the only one there is, or nothing is known of which."""
    named = tunnel_name(event)
    known = [tunnel for tunnel in children if named in ("", tunnel)]
    if len(known) > 1 or (event.kind is Kind.TUNNEL_DOWN and not known):
        return
    tunnel = known[0] if known else named
    live, up = children.setdefault(tunnel, Live()), event.kind is Kind.TUNNEL_UP
    if bool(live.sas) is up:
        return
    live.sas = [set(UNSEEN)] if up else []
    yield Turn(event.at, TUNNEL, tunnel, up=up, event=event)


def _child_down(event: Event, children: dict[str, Live], unseen: Mapping[str, Sequence[Lost]]) -> Iterator[Turn]:
    lost = event.kind is Kind.CHILD_REKEY_FAILED  # the peer no longer has the SA that was to be rekeyed
    names = child_names(event)
    if not names and not lost:  # the completion of a removal that named its SA
        return
    for tunnel, live in children.items():
        if not live.sas:
            continue
        if lost and tunnel_name(event) in ("", tunnel) and len(live.sas) == 1:
            live.sas.clear()
        if (lost or live.remove(set(names))) and not live.sas:
            if still := alive_still(unseen, event, tunnel):
                live.add(still)
                continue
            yield Turn(event.at, TUNNEL, tunnel, up=False, event=event)


def _ike_down(
    event: Event,
    ike: Live,
    children: dict[str, Live],
    unseen: Mapping[str, Sequence[Lost]],
    done: Mapping[str, Sequence[Act]],
) -> Iterator[Turn]:
    if not ike.sas:
        return
    whole = event.kind in RESTARTS or (event.kind not in _IKE_DOWN and not ike_names(event))
    if whole:
        ike.sas.clear()
        ike.closing = []
    else:
        ike.remove(ike_names(event))
        if not ike.sas and (still := alive_still(unseen, event) or (UNSEEN if acts_on(done, event) else None)):
            ike.add(set(still))
    if ike.sas:
        return
    yield Turn(event.at, SESSION, "", up=False, event=event)
    for tunnel, live in children.items():
        if live.sas:
            live.sas.clear()
            yield Turn(event.at, TUNNEL, tunnel, up=False, event=event)
