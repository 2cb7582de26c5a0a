"""The zone of a log whose stamps name none: from exchanges that the other gateway logged with complete stamps, or its own dump."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from whydown.envelope.record import Certainty
from whydown.grammar.event import in_time
from whydown.grammar.vocabulary import Kind
from whydown.sessions.align import align, differences
from whydown.sessions.clues import SECOND, spis
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from whydown.grammar.event import Event
    from whydown.sessions.model import Writer
    from whydown.sessions.resolve import Joined
    from whydown.tally import Tally

_QUARTER = 900 * SECOND  # zones differ by quarters of an hour
_SKEW = 120 * SECOND  # and clocks that are set by nobody by so much beside
_RIGHT = 3 * SECOND  # a clock that is set by NTP, and a message on its way
_FARTHEST = 14 * 3600 * SECOND  # no zone is farther from UTC
_TWO = 2
_ASSUMED = (Certainty.YEAR_ASSUMED, Certainty.ZONE_ASSUMED)


_RISES = frozenset({Kind.IKE_UP, Kind.CHILD_UP})


class Found(NamedTuple):
    """How far a writer's stamps are ahead of UTC, by how many matched exchanges, or SAs that its own dump dates."""

    ahead: int  # microseconds, a multiple of a quarter of an hour
    votes: int
    dated: bool = False  # by its own state dump


def find_zones(sessions: Iterable[Joined], zoned: frozenset[Side]) -> dict[str, Found]:
    """Find the zones of writers whose stamps name none, by the writer's key; `zoned` are sides whose zone was given.

    Only a log with complete stamps across can tell it. Of several sessions the one with most exchanges counts.
    """
    found: dict[str, Found] = {}
    for session in sessions:
        writers = {link.writer.key: link.writer for link in session.links if link.writer.logs}
        sides = {side: [w for w in writers.values() if w.side is side] for side in Side}
        for side in Side:
            for writer in sides[side]:
                sure = {w.key for w in sides[side.other] if not _is_assumed(w, zoned)}
                if not _is_assumed(writer, zoned) or not sure:
                    continue
                own = [e for link in session.links if link.writer.key == writer.key for e in link.events]
                far = [e for link in session.links if link.writer.key in sure for e in link.events]
                told = _zone(own, far, side)
                if told and told.votes > found.get(writer.key, Found(0, 0)).votes:
                    found[writer.key] = told
        for writer in writers.values():  # its own word, on its own clock, goes before
            own = [e for link in session.links if link.writer.key == writer.key for e in link.events]
            if _is_assumed(writer, zoned) and (told := _of_dump(own)):
                found[writer.key] = told
    return found


def _of_dump(own: Sequence[Event]) -> Found | None:
    """Find the zone of a log by the SAs that a state dump of the same gateway dates with a zone, known by their SPIs."""
    dated: dict[str, int] = {}
    for event in own:
        if event.of_dump and event.kind in _RISES and event.certainty is Certainty.STAMPED:
            dated |= dict.fromkeys(spis(event), event.at)
    offs = [
        event.at - next(dated[spi] for spi in spis(event) if spi in dated)
        for event in own
        if not event.of_dump and event.kind in _RISES and event.certainty in _ASSUMED
        if any(spi in dated for spi in spis(event))
    ]
    aheads = Counter(round(off / _QUARTER) * _QUARTER for off in offs if _is_zones(off))
    return Found(*aheads.most_common(1)[0], dated=True) if len(aheads) == 1 else None


def _is_zones(off: int) -> bool:
    """Whether a zone alone explains how far the same moment differs: one clock wrote both, one of them whole seconds."""
    return abs(off - round(off / _QUARTER) * _QUARTER) <= _RIGHT and abs(off) <= _FARTHEST


def _is_assumed(writer: Writer, zoned: frozenset[Side]) -> bool:
    """Whether the zone of a writer's stamps was only assumed."""
    return writer.side not in zoned and writer.names_no_zone


def _zone(own: Iterable[Event], far: Iterable[Event], side: Side) -> Found | None:
    """Find the zone of one side's stamps by the lines of one session."""
    mine = sorted((e for e in own if e.certainty in _ASSUMED), key=in_time)
    theirs = sorted((e for e in far if e.certainty is Certainty.STAMPED and not e.of_dump), key=in_time)
    ends, sign = ((mine, theirs), -1) if side is Side.EDGE else ((theirs, mine), 1)
    clocks = align(*ends)
    if clocks.offset_s is None:
        return _most_likely([sign * d for d in differences(*ends)])
    off = round(clocks.offset_s * SECOND) * sign
    ahead = round(off / _QUARTER) * _QUARTER
    return Found(ahead, clocks.votes) if abs(off - ahead) <= _SKEW else None


def _most_likely(offs: Sequence[int]) -> Found | None:
    """Find a zone from too few exchanges to set a clock by: those that a zone alone explains, if they agree on one."""
    near = Counter(ahead for off in offs if abs(off - (ahead := round(off / _QUARTER) * _QUARTER)) <= _RIGHT)
    best, *others = near.most_common(2) or [(0, 0)]
    lonely = best[1] == len(offs) == 1
    if not lonely and (best[1] < _TWO or (others and others[0][1] == best[1])):
        return None
    return Found(*best)


def put_right(writers: Sequence[Writer], zones: dict[str, Found], tally: Tally) -> tuple[Writer, ...]:
    """Read the stamps of writers anew in the zones that were found, and say so."""
    right = []
    for writer in writers:
        zone = zones.get(writer.key)
        if zone is None:
            right.append(writer)
            continue
        tally.notice(writer.host or str(writer.side), f"no zone in the stamps: {in_words(zone)}")
        events = sorted((_moved(e, zone.ahead) for e in writer.events), key=in_time)
        right.append(replace(writer, events=tuple(events)))
    return tuple(right)


def in_words(zone: Found) -> str:
    """Say which zone was found, and from what."""
    hours, minutes = divmod(abs(zone.ahead) // (60 * SECOND), 60)
    name = f"UTC{'-' if zone.ahead < 0 else '+'}{hours:02}:{minutes:02}"
    if zone.dated:
        sas = "1 SA" if zone.votes == 1 else f"{zone.votes} SAs"
        return f"{name} is found from {sas} that its own state dump dates with a zone"
    exchanges = "1 exchange" if zone.votes == 1 else f"{zone.votes} exchanges"
    return f"{name} is found from {exchanges} that the other gateway logged too"


def _moved(event: Event, ahead: int) -> Event:
    """Return an event in the zone that was found; that the exchanges match proves its year, too."""
    if event.certainty not in _ASSUMED or event.of_dump:
        return event
    return event._replace(at=event.at - ahead, certainty=Certainty.STAMPED)
