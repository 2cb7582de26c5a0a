"""A session's time line cut into down times: one episode per trouble, however many retries it took."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING

from whydown.grammar.vocabulary import Kind
from whydown.sessions.alive import CHILD_UPS, tunnel_name
from whydown.sessions.attempts import failed_sessions, failed_tunnels, is_failing
from whydown.sessions.beside import refused_tunnels, told_of
from whydown.sessions.clues import BGP_KINDS, SECOND
from whydown.sessions.course import course_of
from whydown.sessions.crossing import crosses, refused_other_way
from whydown.sessions.model import Episode
from whydown.sessions.one_sided import signs_across
from whydown.sessions.protocols import is_of_child
from whydown.sessions.sas import BGP, SESSION, TUNNEL, Turn
from whydown.sessions.signs import AILING, BENIGN, CURED, EITHER, REFUSED, SIGNS, STANDING
from whydown.sessions.stretches import Stretch, cut_stretches, fallen_silent, fold, is_sign, never_begun
from whydown.sessions.unprotected import unheeded
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from whydown.grammar.event import Event
    from whydown.sessions.model import Session

_BEFORE = 60 * SECOND  # how far before the trouble its events are looked for
_CROSSING = 5 * SECOND  # two DELETEs of one SA that meet on the way
_LEFT_OVER = frozenset({Kind.CHILD_UNKNOWN_SPI, Kind.KERNEL_ERROR})  # what a removal that crosses a rekey leaves
_ASKED_FOR = EITHER | {Kind.CHILD_FAILED, Kind.TS_MISMATCH}  # refusals of a tunnel that is asked for
_EARLY = SECOND  # the other side may have begun what this one hears of by so much earlier
_at = attrgetter("at")


def cut_episodes(session: Session) -> tuple[Episode, ...]:
    """Cut a session's events into episodes of trouble, session layer first, each layer in time order."""
    side, alone, ups, of_tunnels = course_of(session)
    episodes = []
    events = tuple(e for e in session.events if e.kind not in BGP_KINDS)
    stretches = list(cut_stretches(events, ups, SESSION, side)) or never_begun(events, side)
    crossing = [s for s in stretches if crosses(s)]
    stretches = [s for s in stretches if s not in crossing]
    if alone and not any(s.ended is None for s in stretches):
        stretches += fallen_silent(events, ups, side)
    _count(session, SESSION, events, stretches)
    episodes += [_episode(session, SESSION, "", s) for s in fold(stretches)]
    for met in crossing:
        if refused := refused_other_way(met, events):
            episodes.append(replace(_ailment(session, SESSION, "", refused), crossing=True))
    episodes += _refused_beside(session, ups, side)
    if across := signs_across(events, side, ups):
        episodes.append(replace(_ailment(session, SESSION, "", across), one_sided=True))
    if strays := unheeded(events, ups):
        episodes.append(_ailment(session, SESSION, "", strays))
    beside = refused_tunnels(session.events, of_tunnels, side)
    for tunnel, signs in beside.items():
        stretch = Stretch(signs[0].at, was_up=False, trigger=None, last_seen=signs[-1].at, signs=signs)
        _count(session, TUNNEL, signs, [stretch])
        episodes.append(_episode(session, TUNNEL, tunnel, stretch))
    of_others = {id(e) for met in crossing for e in met.signs} | set(told_of(session.events, beside.values()))
    tunnels = {t.tunnel for t in of_tunnels}
    tunnels |= {tunnel_name(e) for e in session.events if e.kind is Kind.TUNNEL_DOWN}
    for tunnel in sorted(tunnels - {""}) or [""]:
        mine = [t for t in of_tunnels if t.tunnel == tunnel]
        near = [e for e in _of_tunnel(session.events, tunnel) if id(e) not in of_others]
        stretches = list(cut_stretches(near, mine, TUNNEL, side))
        _count(session, TUNNEL, near, stretches)
        episodes += [_episode(session, TUNNEL, tunnel, s) for s in fold(stretches)]
        episodes += _ailing(session, tunnel, mine, of_others | _of_downs(session.events, of_tunnels, tunnel))
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
        stretch = Stretch(signs[0].at, was_up=False, trigger=None, last_seen=signs[-1].at, signs=signs)
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
        yield from (_episode(session, BGP, neighbor, s) for s in fold(list(cut_stretches(events, told, BGP, side))))
        denied = [e for e in events if e.kind is Kind.BGP_ROUTES and (e.side is side or nameless)]
        if denied and not any(not t.up for t in told):
            yield _ailment(session, BGP, neighbor, denied)


def _is_collision(event: Event) -> bool:
    """Whether two BGP connections met and one was closed, as it should be (RFC 4271 section 6.8)."""
    return event.kind is Kind.BGP_NOTIFICATION and (event.get("code"), event.get("subcode")) == (6, 7)


def _of_tunnel(events: Iterable[Event], tunnel: str) -> list[Event]:
    return [e for e in events if tunnel_name(e) in ("", tunnel) or not tunnel or e.kind not in SIGNS[TUNNEL]]


def _count(session: Session, layer: str, events: Sequence[Event], stretches: Iterable[Stretch]) -> None:
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


def has_own_trouble(tunnel: Episode, session: Episode) -> bool:
    """Whether a tunnel was refused for itself: before its session went down, or after that had come up again."""
    for event in tunnel.events:
        named = tunnel_name(event) in ("", tunnel.tunnel) or not tunnel.tunnel
        if named and is_sign(event, TUNNEL) and (event.kind not in EITHER or is_of_child(event)):
            before = session.was_up and not tunnel.was_up and event.at < session.began
            if before or (session.ended is not None and event.at > session.ended):
                return True
    return False


def _episode(session: Session, layer: str, tunnel: str, stretch: Stretch) -> Episode:
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


def _of_downs(events: Iterable[Event], told: Iterable[Turn], tunnel: str) -> set[int]:
    """Return the identities of what names no tunnel while another one than `tunnel` is down that was up.

    It is of that one: a tunnel that is up has nothing to negotiate but its rekeys.
    """
    turn = {id(t.event): t for t in told if t.tunnel != tunnel}
    down: set[str] = set()
    found: set[int] = set()
    for event in events:
        change = turn.get(id(event))
        if change is not None:
            down = down - {change.tunnel} if change.up else down | {change.tunnel}
        elif down and event.kind in _ASKED_FOR and not tunnel_name(event):
            found.add(id(event))
    return found


def _ailing(session: Session, tunnel: str, told: Sequence[Turn], of_others: AbstractSet[int]) -> Iterator[Episode]:
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
        elif up and event.kind in CHILD_UPS:
            signs = [e for e in signs if e.kind not in CURED]  # the next rekey went well
        elif (
            up
            and id(event) not in of_others
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
