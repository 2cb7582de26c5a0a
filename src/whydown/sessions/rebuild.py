"""Events of all logs to sessions, each on the edge's clock."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING

from whydown.grammar.event import in_time
from whydown.grammar.vocabulary import Kind
from whydown.sessions.align import align, shift
from whydown.sessions.hearing import hear, silence
from whydown.sessions.model import Hearing, Session
from whydown.sessions.names import NO_CLOCKS
from whydown.sessions.protocols import tell_protocols
from whydown.sessions.resolve import Joined, name_session, resolve
from whydown.sessions.sas import ACTIVE
from whydown.sessions.sides import GIVEN
from whydown.sessions.unprotected import pass_over
from whydown.sessions.writers import gather_writers
from whydown.sessions.zones import find_zones, put_right
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from whydown.grammar.event import Event
    from whydown.sessions.model import Heard, Writer
    from whydown.tally import Tally

NOT_ACTIVE = "SR state is not Active"
_TOLD = 20  # gateways whose sides a note names
_HA = frozenset({Kind.HA_STATE, Kind.HA_FAILOVER})  # of no session but those that the Edge logs, if any does
_STATES = frozenset({Kind.SESSION_UP, Kind.SESSION_DOWN, Kind.SESSION_NEGOTIATING})


def rebuild_sessions(
    events: Iterable[Event], given: frozenset[Side], tally: Tally, zoned: frozenset[Side] = frozenset()
) -> tuple[tuple[Session, ...], tuple[Heard, ...]]:
    """Join the events of all logs to sessions; the second value is every gateway that was heard.

    `given` are the sides whose logs the user gave: one that is given and holds no line of an IKE daemon was silent,
    which is not the same as unheard. One whose daemon wrote, and nothing that tells anything, is unheard. `zoned` are the sides whose zone the user gave, for stamps that name none.
    """
    writers = gather_writers(events)
    if len(writers) > 1 and any(w.why != GIVEN for w in writers):
        sides = ", ".join(f"{w.host or 'unnamed'} is the {w.side} ({w.why})" for w in writers[:_TOLD])
        sides += f", and {len(writers) - _TOLD} more" if len(writers) > _TOLD else ""
        tally.notice("sides", f"not all sides were given with --edge and --peer; taken from the logs: {sides}")
    silent = tuple(silence(side) for side in sorted(given - {w.side for w in writers} - tally.spoke))
    found = resolve(writers)
    if zones := find_zones(found, zoned):
        writers = put_right(writers, zones, tally)
        found = resolve(writers)
    logging: dict[tuple[Side | None, str], list[int]] = defaultdict(list)  # by what the first event says of itself
    for number, writer in enumerate(writers):
        if writer.logs:
            logging[writer.events[0].side, writer.events[0].host].append(number)
    sessions = tuple(_session(joined, writers, logging, silent) for joined in found)
    return sessions, tuple(hear(w, NO_CLOCKS) for w in writers if w.logs)


def _session(
    joined: Joined,
    writers: Sequence[Writer],
    logging: Mapping[tuple[Side | None, str], Sequence[int]],
    silent: tuple[Heard, ...],
) -> Session:
    mine = _of_active([e for link in joined.links for e in link.events])
    routers = {str(e.fields["node"]) for e in mine if "node" in e.fields}
    edges = {e.host for e in mine if e.side is Side.EDGE and not e.of_dump}
    edges = edges or {e.host for e in mine if e.side is Side.EDGE}
    whole = [e for e in joined.whole if e.kind not in _HA or not edges or e.host in edges]
    whole = _handed_over([e for e in whole if not _of_other_router(e, routers)], edges)
    logged = [e for e in mine if not e.of_dump]  # a dump's times are whole seconds: no clock is set by them
    by_side = {side: sorted((e for e in logged if e.side is side), key=in_time) for side in Side}
    clocks = align(by_side[Side.EDGE], by_side[Side.PEER]) if all(by_side.values()) else NO_CLOCKS
    events = list(pass_over(tell_protocols(sorted(shift([*mine, *whole], clocks), key=in_time))))
    hosts = {(e.side, e.host) for e in events}
    heard = tuple(hear(writers[n], clocks) for n in sorted(chain.from_iterable(logging.get(h, ()) for h in hosts)))
    return Session(name_session(joined, writers), tuple(events), Hearing((*heard, *silent)), clocks)


def _of_active(events: list[Event]) -> list[Event]:
    """Leave out what the dumps of a pair's standby state where the active Edge states or logs the same session.

    That "SR state is not Active" there is how it should be; only where each of them says so, nobody has the session.
    """
    last = {e.host: e for e in sorted(events, key=in_time) if e.of_dump and e.kind in _STATES}
    standby = {host for host, said in last.items() if said.get("reason") == NOT_ACTIVE}
    if not standby or standby.issuperset(e.host for e in events if e.side is Side.EDGE):
        return events
    return [e for e in events if not (e.of_dump and e.host in standby)]


def _handed_over(whole: Sequence[Event], hosts: set[str]) -> list[Event]:
    """Leave out what dumps state of an Edge that stood by all the time, where another one (of `hosts`) has the session.

    That it is not active is as it should be; that it was, and then no more, is a hand-over and may be the trouble.
    """
    was_active: set[str] = set()
    kept = []
    for event in sorted(whole, key=in_time):
        if event.of_dump and event.kind is Kind.HA_STATE:
            active = str(event.get("state", "")).casefold() in ACTIVE
            if not active and event.host not in was_active and hosts - {event.host}:
                continue
            (was_active.add if active else was_active.discard)(event.host)
        kept.append(event)
    return kept


def _of_other_router(event: Event, routers: set[str]) -> bool:
    """Whether an event is of a service router none of these is: an Edge has many, and each is active for itself.

    `edge/logical_topology` shortens a UUID to its ends, `4e42.*2c09`.
    """
    named = str(event.get("node", ""))
    if not (named and routers and (event.kind is Kind.HA_FAILOVER or (event.of_dump and event.kind is Kind.HA_STATE))):
        return False
    begin, _, end = named.partition(".*")
    return not any(router.startswith(begin) and router.endswith(end) for router in routers)
