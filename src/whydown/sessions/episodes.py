"""A session's time line cut into down times: one episode per trouble, however many retries it took."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING

from whydown.envelope.record import Certainty
from whydown.grammar.names import ERRORS
from whydown.grammar.vocabulary import Direction, Kind
from whydown.sessions.attempts import failed_sessions, failed_tunnels, is_failing
from whydown.sessions.clues import BGP_KINDS, SECOND
from whydown.sessions.disowned import without_disowned
from whydown.sessions.half_up import taken_up
from whydown.sessions.model import Episode
from whydown.sessions.one_sided import signs_across
from whydown.sessions.protocols import is_of_child
from whydown.sessions.sas import BGP, SESSION, TUNNEL, Turn, tunnel_name, turns
from whydown.sessions.signs import (
    AILING,
    BENIGN,
    CURED,
    EITHER,
    REFUSED,
    SIGNS,
    STANDING,
    STARTS,
    TRIED,
    WEAK,
)
from whydown.sessions.unanswered import unanswered
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from whydown.grammar.event import Event
    from whydown.sessions.model import Session

_BEFORE = 60 * SECOND  # how far before the trouble its events are looked for
_FLAP_GAP = 15 * 60 * SECOND  # downs nearer than this to each other are one flapping
_FLAPS = 3  # so many downs make a flapping
_CROSSING = 5 * SECOND  # two DELETEs of one SA that meet on the way
_LEFT_OVER = frozenset({Kind.CHILD_UNKNOWN_SPI, Kind.KERNEL_ERROR})  # what a removal that crosses a rekey leaves
_PLANNED_GAP = 10 * SECOND  # a reauthentication that breaks before it makes is done by then
_EARLY = SECOND  # the other side may have begun what this one hears of by so much earlier
# Reasons that NSX states of whatever has not come up yet.
_NOT_YET = frozenset({"negotiation not started", "ipsec negotiation not started", "ike sa down"})
_REFUSALS = ERRORS - BENIGN


_at = attrgetter("at")


@dataclass(slots=True)
class _Stretch:
    """A down time while it is being put together."""

    began: int
    was_up: bool
    trigger: Event | None
    ended: int | None = None
    attempts: int = 0
    last_seen: int = 0
    signs: list[Event] = field(default_factory=list)
    flaps: int = 1
    planned: bool = False  # a reauthentication was begun right before


def cut_episodes(session: Session) -> tuple[Episode, ...]:
    """Cut a session's events into episodes of trouble, session layer first, each layer in time order.

    The edge's own log says when the session was up, but for what the peer refused thereupon; only where it was not
    given does the peer's. What NSX's state dumps say counts beside either.
    """
    hears = session.hearing.hears
    side = Side.EDGE if hears(Side.EDGE) or not hears(Side.PEER) else Side.PEER
    shared = without_disowned(session.events, side)
    told = list(turns([e for e in shared if e.side is side or (e.of_dump and e.side is Side.EDGE)]))
    episodes = []
    ups = [t for t in told if t.layer == SESSION]
    if side is Side.PEER:
        ups = taken_up(ups, session.events)
    events = tuple(e for e in session.events if e.kind not in BGP_KINDS)
    stretches = list(_stretches(events, ups, SESSION, side)) or _never_begun(events, side)
    if side is Side.PEER and not any(s.ended is None for s in stretches):
        stretches += _fallen_silent(events, ups, side)
    _count(session, SESSION, events, stretches)
    episodes += [_episode(session, SESSION, "", s) for s in _fold(stretches)]
    episodes += _refused_beside(session, ups, side)
    if across := signs_across(events, side, ups):
        episodes.append(_ailment(session, SESSION, "", across))
    tunnels = {t.tunnel for t in told if t.layer == TUNNEL}
    tunnels |= {tunnel_name(e) for e in session.events if e.kind is Kind.TUNNEL_DOWN}
    for tunnel in sorted(tunnels - {""}) or [""]:
        mine = [t for t in told if t.layer == TUNNEL and t.tunnel == tunnel]
        near = _of_tunnel(session.events, tunnel)
        stretches = list(_stretches(near, mine, TUNNEL, side))
        _count(session, TUNNEL, near, stretches)
        episodes += [_episode(session, TUNNEL, tunnel, s) for s in _fold(stretches)]
        episodes += _ailing(session, tunnel, mine)
    return (*episodes, *_bgp_episodes(session, side))


def _refused_beside(session: Session, ups: Sequence[Turn], side: Side) -> Iterator[Episode]:
    """Yield the down time of each further connection between the two gateways that is refused while another is up."""
    turn = {id(t.event): t for t in ups}
    came_up = {e.get("conn") for e in session.events if e.kind in (Kind.IKE_UP, Kind.IKE_REKEY)}
    up = False
    refused: dict[str, list[Event]] = {}
    for event in session.events:
        change = turn.get(id(event))
        up = up if change is None else change.up
        conn = event.get("conn")
        told = event.kind in REFUSED and (event.kind is not Kind.IKE_FAILED or "notify" in event.fields)
        if up and told and event.side is side and conn and conn not in came_up and not is_of_child(event):
            refused.setdefault(conn, []).append(event)
    for conn, signs in refused.items():
        stretch = _Stretch(signs[0].at, was_up=False, trigger=None, last_seen=signs[-1].at, signs=signs)
        _count(session, SESSION, [e for e in session.events if e.get("conn") == conn], [stretch])
        yield _episode(session, SESSION, conn, stretch)


def _bgp_episodes(session: Session, side: Side) -> Iterator[Episode]:
    """Yield the down times of each BGP neighbour of one side, and the trouble of one that stays up.

    Where that side's log tells of none, the other's does; what the other refuses is trouble of the only neighbour.
    """
    mine = [e for e in session.events if e.kind in BGP_KINDS and not _is_collision(e)]
    if not any(e.side is side and "neighbor" in e.fields for e in mine):
        side = side.other
    neighbors = sorted({e.fields["neighbor"] for e in mine if e.side is side and "neighbor" in e.fields})
    for neighbor in neighbors:
        # a line that names no neighbour can only be of the one there is
        nameless = neighbor if len(neighbors) == 1 else None
        events = [e for e in mine if e.side is not side or e.get("neighbor", nameless) == neighbor]
        told = [
            Turn(e.at, BGP, neighbor, up=e.kind is Kind.BGP_UP, event=e)
            for e in events
            if e.side is side and e.kind in (Kind.BGP_UP, Kind.BGP_DOWN)
        ]
        yield from (_episode(session, BGP, neighbor, s) for s in _fold(list(_stretches(events, told, BGP, side))))
        denied = [e for e in events if e.kind is Kind.BGP_ROUTES and (e.side is side or nameless)]
        if denied and not any(not t.up for t in told):
            yield _ailment(session, BGP, neighbor, denied)


def _is_collision(event: Event) -> bool:
    """Whether two BGP connections met and one was closed, as it should be (RFC 4271 section 6.8)."""
    return event.kind is Kind.BGP_NOTIFICATION and (event.get("code"), event.get("subcode")) == (6, 7)


def _of_tunnel(events: Iterable[Event], tunnel: str) -> list[Event]:
    return [e for e in events if tunnel_name(e) in ("", tunnel) or not tunnel or e.kind not in SIGNS[TUNNEL]]


def _stretches(events: Sequence[Event], told: Sequence[Turn], layer: str, side: Side) -> Iterator[_Stretch]:
    """Walk the events with the layer's ups and downs and yield each stretch in which it was not up."""
    turn = {id(t.event): t for t in told}
    up = False
    stretch: _Stretch | None = None
    renewed = -_PLANNED_GAP  # when a reauthentication was begun last
    for event in events:
        change = turn.get(id(event))
        if event.kind is Kind.IKE_REKEY_START and event.get("cause") == "reauth":
            renewed = event.at
        if change is not None:
            up = change.up
            if up and stretch:
                stretch.ended = event.at
                yield stretch
                stretch = None
            elif not up:
                stretch = _Stretch(event.at, was_up=True, trigger=event, last_seen=event.at, signs=[event])
                stretch.planned = event.at - renewed <= _PLANNED_GAP
            continue
        if up:
            continue
        if event.kind in STARTS[layer] and event.side is side:
            stretch = stretch or _Stretch(event.at, was_up=False, trigger=None)
            stretch.last_seen = event.at
        elif _is_sign(event, layer):
            stretch = stretch or _Stretch(event.at, was_up=False, trigger=None)
            stretch.last_seen = event.at
            stretch.signs.append(event)
    if stretch:
        yield stretch


def _count(session: Session, layer: str, events: Sequence[Event], stretches: Iterable[_Stretch]) -> None:
    """Note in each stretch how many negotiations failed in it; where only a refusal tells of one, one did."""
    counted = failed_sessions if layer == SESSION else failed_tunnels
    for stretch in stretches:
        begin = stretch.began - _EARLY if stretch.was_up else 0
        ended = stretch.ended is not None
        high = bisect_right(events, stretch.ended, key=_at) if stretch.ended is not None else len(events)
        near = events[bisect_left(events, begin, key=_at) : high]
        stretch.attempts = counted(near, session.hearing, stretch.began, stretch.last_seen, ended=ended)
        if not stretch.attempts and not stretch.was_up and any(map(is_failing, stretch.signs)):
            stretch.attempts = 1


def _is_sign(event: Event, layer: str) -> bool:
    """Whether an event shows that a negotiation of the layer, or the SA itself, failed."""
    if event.kind is Kind.NOTIFY:
        if event.get("notify") not in _REFUSALS:
            return False
    elif event.kind not in SIGNS[layer] and not (layer == TUNNEL and event.kind in EITHER and is_of_child(event)):
        return False
    if layer == SESSION:
        return not is_of_child(event)
    return layer != TUNNEL or event.get("protocol") != "IKE"


def _never_begun(events: Sequence[Event], side: Side) -> list[_Stretch]:
    """Return the stretch in which a gateway that is set up saw no negotiation at all, if it is so."""
    mine = [e for e in events if e.side is side]
    ready = [e for e in mine if e.kind in (Kind.CONFIG_LOADED, Kind.DAEMON_START)]
    if not ready or any(e.kind in TRIED for e in mine):
        return []
    return [_Stretch(ready[-1].at, was_up=False, trigger=None, last_seen=mine[-1].at)]


def _fallen_silent(events: Sequence[Event], ups: Sequence[Turn], side: Side) -> Iterator[_Stretch]:
    """Yield the stretch in which a gateway answers no more, if it is so: the other one cannot but give up."""
    if came := unanswered(events, side):
        was_up = bool(ups) and ups[-1].up
        yield _Stretch(came[0].at, was_up=was_up, trigger=None, last_seen=came[-1].at, signs=came)


def _fold(stretches: list[_Stretch]) -> list[_Stretch]:
    """Leave out what is life, and fold downs that follow each other closely into one flapping."""
    real = [s for s in stretches if not _is_life(s)]
    folded: list[_Stretch] = []
    runs: list[list[_Stretch]] = []
    for stretch in real:
        last = runs[-1][-1] if runs else None
        timed = stretch.trigger is None or stretch.trigger.certainty is not Certainty.UNTIMED
        if timed and last and last.ended is not None and stretch.began - last.ended <= _FLAP_GAP:
            runs[-1].append(stretch)
        else:
            runs.append([stretch])
    for run in runs:
        if len([s for s in run if s.was_up]) < _FLAPS:
            folded += run
            continue
        whole = replace(run[-1], began=run[0].began, was_up=True, trigger=run[0].trigger)
        whole.signs = [e for s in run for e in s.signs]
        whole.attempts = sum(s.attempts for s in run)
        whole.flaps = len([s for s in run if s.was_up])
        folded.append(whole)
    return folded


def has_own_trouble(tunnel: Episode, session: Episode) -> bool:
    """Whether a tunnel was refused for itself: before its session went down, or after that had come up again."""
    for event in tunnel.events:
        named = tunnel_name(event) in ("", tunnel.tunnel) or not tunnel.tunnel
        if named and _is_sign(event, TUNNEL) and (event.kind not in EITHER or is_of_child(event)):
            before = session.was_up and not tunnel.was_up and event.at < session.began
            if before or (session.ended is not None and event.at > session.ended):
                return True
    return False


def _is_life(stretch: _Stretch) -> bool:
    """Tell a first negotiation that went well, or a reauthentication that broke before it made."""
    if stretch.ended is None:
        return False
    serious = [e for e in stretch.signs if e is not stretch.trigger and not _is_weak(e)]
    if not stretch.was_up:
        return not serious
    brief = stretch.ended - stretch.began <= _PLANNED_GAP
    return brief and not serious and (stretch.planned or _planned(stretch.trigger))


def _is_weak(event: Event) -> bool:
    """Whether a sign of trouble proves nothing when the negotiation succeeds after all."""
    unexplained = event.kind is Kind.IKE_FAILED and event.direction is Direction.LOCAL and "notify" not in event.fields
    stated = event.kind in (Kind.SESSION_DOWN, Kind.TUNNEL_DOWN) and event.get("reason", "").casefold() in _NOT_YET
    return unexplained or stated or event.kind in WEAK


def _planned(event: Event | None) -> bool:
    """Whether an SA ended because it was to be replaced."""
    return event is not None and (
        event.kind in (Kind.IKE_EXPIRED, Kind.CHILD_EXPIRED) or event.get("cause") in ("reauth", "replaced", "rekey")
    )


def _episode(session: Session, layer: str, tunnel: str, stretch: _Stretch) -> Episode:
    end = stretch.ended if stretch.ended is not None else session.events[-1].at + 1
    return Episode(
        session=session,
        layer=layer,
        tunnel=tunnel,
        began=stretch.began,
        ended=stretch.ended,
        was_up=stretch.was_up,
        flaps=stretch.flaps,
        attempts=stretch.attempts,
        last_seen=stretch.last_seen or stretch.began,
        events=_with_standing(session.events, stretch.began - _BEFORE, end),
    )


def _with_standing(events: tuple[Event, ...], begin: int, end: int) -> tuple[Event, ...]:
    """Return the events from `begin` to `end`, and before them the last word on what still stands then."""
    low = bisect_left(events, begin, key=_at)
    high = bisect_right(events, end, key=_at)
    room = {(side, kind): most for side in Side for kind, most in STANDING.items()}
    speaking = {(e.side, e.host) for e in events[low:high] if not e.of_dump and e.kind is not Kind.HA_STATE}
    standing = []
    for event in reversed(events[:low]):
        if event.kind is Kind.HA_STATE and _speaks_for_another(event, speaking):
            continue
        if event.side and room.get((event.side, event.kind), 0) > 0:
            room[event.side, event.kind] -= 1
            standing.append(event)
    return (*reversed(standing), *events[low:high])


def _speaks_for_another(event: Event, speaking: AbstractSet[tuple[Side | None, str]]) -> bool:
    """Whether a gateway that is silent by now said it, while another one of its side speaks."""
    own = {host for side, host in speaking if side is event.side}
    return bool(own) and event.host not in own


def _ailing(session: Session, tunnel: str, told: Sequence[Turn]) -> Iterator[Episode]:
    """Yield one episode for the trouble of a tunnel that stays up: failing rekeys, narrowed selectors, stray SPIs.

    What a collision leaves behind is none: a rekey that is put off, a DELETE that crosses another.
    """
    turn = {id(t.event): t for t in told}
    up = False
    signs: list[Event] = []
    put_off = removed = -_BEFORE
    for event in (e for e in session.events if tunnel_name(e) in ("", tunnel)):
        change = turn.get(id(event))
        if change is not None:
            up = change.up
        elif event.get("notify") in BENIGN:
            put_off = event.at
        elif event.kind in (Kind.CHILD_DELETE, Kind.CHILD_GONE, Kind.IKE_DELETE):
            removed = event.at
        elif up and event.kind in (Kind.CHILD_UP, Kind.CHILD_REKEY):
            signs = [e for e in signs if e.kind not in CURED]  # the next rekey went well
        elif (
            up
            and (event.kind in AILING or (event.kind in EITHER and is_of_child(event)))
            and not (event.at - put_off <= SECOND or (event.kind in _LEFT_OVER and event.at - removed <= _CROSSING))
        ):
            signs.append(event)
    if signs:
        yield _ailment(session, TUNNEL, tunnel, signs)


def _ailment(session: Session, layer: str, tunnel: str, signs: Sequence[Event]) -> Episode:
    return Episode(
        session=session,
        layer=layer,
        tunnel=tunnel,
        began=signs[0].at,
        ended=signs[-1].at,
        was_up=True,
        flaps=0,
        attempts=failed_tunnels(signs, session.hearing, signs[0].at, signs[-1].at, ended=False),
        last_seen=signs[-1].at,
        events=_with_standing(session.events, signs[0].at - _BEFORE, signs[-1].at + _BEFORE),
    )
