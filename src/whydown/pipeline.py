"""The street from bytes to a report: the only module that knows every stage."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from whydown.diagnose.consequences import fold_consequences
from whydown.diagnose.coverage import supplies
from whydown.diagnose.diagnosis import tell
from whydown.diagnose.traces import trace
from whydown.dumps.reading import read_dump
from whydown.envelope import records
from whydown.report.model import Report
from whydown.sessions.episodes import cut_episodes
from whydown.sessions.rebuild import rebuild_sessions
from whydown.sources import files
from whydown.sources.line import Side
from whydown.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import tzinfo

    from whydown.diagnose.incident import Incident
    from whydown.diagnose.knowledge import Knowledge
    from whydown.diagnose.traces import Trace
    from whydown.grammar.event import Event
    from whydown.grammar.library import Library
    from whydown.sources.cutting import Place
    from whydown.sources.files import Input


@dataclass(frozen=True, slots=True)
class Options:
    """How to read times, and which of them matter; `since` and `until` in microseconds UTC."""

    zone: tzinfo | None = None  # of stamps that name none
    edge_zone: tzinfo | None = None
    peer_zone: tzinfo | None = None
    year: int | None = None
    since: int | None = None
    until: int | None = None
    why_not: tuple[str, ...] = ()  # causes by name: for each incident, why each of them was not chosen


DEFAULTS = Options()
_ZONES = 26 * 3_600_000_000  # microseconds by which a stamp of unknown zone may lie behind the time of its writing


def read_events(
    inputs: Sequence[Input], *, library: Library, tally: Tally, options: Options = DEFAULTS
) -> Iterator[Event]:
    """Yield the typed events of all inputs, those of state dumps last; every line is accounted for in `tally`.

    Logs with complete stamps come first, whichever side's: they tell the year of those without. Raises InputError when
    there is no line to read at all; a side without any is only noted, for silence tells too.
    """
    zones = {Side.EDGE: options.edge_zone, Side.PEER: options.peer_zone}
    stated: list[Event] = []

    def aside(place: Place, blocks: Iterator[bytes]) -> None:
        stated.extend(read_dump(place, blocks, tally, zone=zones[place.side or Side.EDGE] or options.zone))

    since = None if options.since is None else options.since - _ZONES
    lines = files.batches(inputs, tally, library.marks, aside=aside, since=since)
    found = records.batches(lines, tally, zone=options.zone, zones=zones, year=options.year)
    for event in library.events(chain.from_iterable(found), tally):
        if _inside(event.at, options):
            yield event
    yield from (event for event in stated if _inside(event.at, options))


def _inside(at: int, options: Options) -> bool:
    return (options.since is None or at >= options.since) and (options.until is None or at <= options.until)


def analyze(
    inputs: Sequence[Input],
    *,
    library: Library,
    knowledge: Knowledge,
    options: Options = DEFAULTS,
    tally: Tally | None = None,
) -> Report:
    """Read the logs of one or both gateways and say why sessions and tunnels went down; `tally` may be watched."""
    tally = tally if tally is not None else Tally()
    events = read_events(inputs, library=library, tally=tally, options=options)
    return conclude(events, inputs, library=library, knowledge=knowledge, options=options, tally=tally)


def conclude(  # noqa: PLR0913 - what an analysis is made of
    events: Iterable[Event],
    inputs: Sequence[Input],
    *,
    library: Library,
    knowledge: Knowledge,
    options: Options,
    tally: Tally,
) -> Report:
    """Say why sessions and tunnels went down, of events that `read_events` read from these inputs."""
    given = frozenset(i.side for i in inputs if i.side)
    sessions, heard = rebuild_sessions(events, given, tally)
    able = supplies(library.grammars)
    incidents: list[Incident] = []
    traces: list[Trace] = []
    asked = [c for c in knowledge.causes if c.name in options.why_not]
    for session in sessions:
        for incident, told in tell(session, cut_episodes(session), knowledge, tally, able):
            incidents.append(incident)
            traces += trace(told, asked, knowledge.reasons) if told else ()
    incidents.sort(key=lambda i: (i.began, i.layer, i.id))
    folded = fold_consequences(incidents)
    return Report(incidents=folded, tally=tally, sessions=sessions, heard=heard, traces=tuple(traces))
