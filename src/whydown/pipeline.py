"""The street from bytes to a report: the only module that knows every stage."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from whydown.diagnose.asked import DEFAULTS, Options
from whydown.diagnose.consequences import fold_consequences
from whydown.diagnose.coverage import supplies
from whydown.diagnose.diagnosis import tell
from whydown.diagnose.stock import take_stock
from whydown.diagnose.traces import trace
from whydown.dumps.reading import read_dump, written
from whydown.envelope import records
from whydown.envelope.record import Certainty
from whydown.envelope.traffic import Traffic
from whydown.envelope.watch import Watch
from whydown.grammar.library import PAUSE
from whydown.redact.making import plain, pseudonyms_for, redacted
from whydown.redact.names import Vocabulary
from whydown.redact.taken import Taken
from whydown.report.model import Report
from whydown.sessions.episodes import cut_episodes
from whydown.sessions.latest import latest, latest_sessions
from whydown.sessions.rebuild import rebuild_sessions
from whydown.sessions.strangers import find_strangers
from whydown.sessions.writers import gather_writers
from whydown.sources import files
from whydown.sources.bundles import Window
from whydown.sources.files import Input
from whydown.sources.line import Content, Side
from whydown.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from whydown.diagnose.coverage import Supply
    from whydown.diagnose.incident import Incident
    from whydown.diagnose.inventory import Inventory
    from whydown.diagnose.knowledge import Knowledge
    from whydown.diagnose.traces import Trace
    from whydown.grammar.event import Event
    from whydown.grammar.library import Library
    from whydown.redact.making import Redacted
    from whydown.redact.pseudonyms import Book
    from whydown.sessions.model import Heard, Session
    from whydown.sources.cutting import Place


_SESSIONS = 10_000  # that are looked into: more than a Manager's Edges have; it takes some ten seconds


def read_events(  # noqa: PLR0913 - all but the first are keywords
    inputs: Sequence[Input],
    *,
    library: Library,
    tally: Tally,
    options: Options = DEFAULTS,
    taken: Taken | None = None,
    watch: Watch | None = None,
    traffic: Traffic | None = None,
    rest: Callable[[], None] | None = None,
) -> Iterator[Event]:
    """Yield the typed events of all inputs, those of state dumps last; every line is accounted for in `tally`.

    Events whose year the log does not bear come after the others: only when all was read is it known. Raises InputError
    when there is no line to read at all; a side without any is only noted, for silence tells too.

    `taken` keeps the lines that matter. `watch` knows in the end how the times of each log were read; it takes the place
    of the options' zones and year. With `traffic` every line is read, also of other programs, and counted there.
    With `rest` events come as soon as nothing more waits in a pipe, also those of no year, and it is called then.
    """
    watch = watch or _watch(tally, options)
    stated: list[Event] = []

    def aside(place: Place, blocks: Iterator[bytes]) -> None:
        blocks = taken.dump(place, blocks, written(place, tally)) if taken else blocks
        found = read_dump(place, blocks, tally, zone=options.zone_of(place.side or Side.EDGE))
        for event in found:
            if event.certainty is not Certainty.UNTIMED:
                watch.hear(place.source, event.at)
        stated.extend(found)

    window = Window(options.since, options.until)
    lines = files.batches(inputs, tally, () if traffic else library.marks, aside=aside, window=window, rest=rest)
    if taken:
        taken.given = frozenset(i.side for i in inputs if i.side)
        lines = taken.batches(lines)
    passing = records.batches(lines, tally, watch=watch)
    found = traffic.watch(passing) if traffic else passing
    read = library.parts(found, tally, watch=taken.watch if taken else None)
    for event in chain(_settled(read, watch, options.most), _now(stated)):
        if taken:
            taken.event(event)
        if _inside(event.at, options):
            yield event


def _settled(parts: Iterable[Sequence[Event]], watch: Watch, most: int) -> Iterator[Event]:
    """Yield events; those whose year was only guessed at the end, in the year that is known then.

    So many are held back at most; of more, the first come in the year that was guessed. So do all in a pause of the
    input: who writes it now writes of this year.
    """
    yearless: deque[Event] = deque()
    for part in parts:
        if part is PAUSE:
            yield from yearless
            yearless.clear()
        for event in part:
            if event.certainty is not Certainty.YEAR_ASSUMED:
                yield event
                continue
            yearless.append(event)
            if len(yearless) > most:
                yield yearless.popleft()
    for event in yearless:
        first = event.origins[0]
        at = watch.settled(first.source, first.member, event.at)
        yield event if at == event.at else event._replace(at=at)


def _now(stated: list[Event]) -> Iterator[Event]:
    """Yield what is in the list when it is asked for."""
    yield from stated


def _inside(at: int, options: Options) -> bool:
    return (options.since is None or at >= options.since) and (options.until is None or at <= options.until)


def _watch(tally: Tally, options: Options) -> Watch:
    zones = {Side.EDGE: options.edge_zone, Side.PEER: options.peer_zone}
    return Watch(tally, options.zone, zones, options.year)


def _sessions(
    events: Iterable[Event], inputs: Sequence[Input], options: Options, tally: Tally
) -> tuple[tuple[Session, ...], tuple[Heard, ...]]:
    """Rebuild the sessions of events that were read from these inputs, with what was heard at all."""
    given = frozenset(i.side for i in inputs if i.side) | {Side(side) for side in tally.sides}
    zoned = frozenset(side for side in Side if options.zone_of(side))
    return rebuild_sessions(events, given, tally, zoned)


def take_inventory(
    inputs: Sequence[Input],
    *,
    library: Library,
    knowledge: Knowledge,
    options: Options = DEFAULTS,
    tally: Tally | None = None,
) -> Inventory:
    """Read everything and say what was found, and what is missing to tell why a session is down."""
    tally = tally if tally is not None else Tally()
    watch, traffic = _watch(tally, options), Traffic(library.marks, tally)
    read = read_events(inputs, library=library, tally=tally, options=options, watch=watch, traffic=traffic)
    events = list(read)
    sessions, _ = _sessions(events, inputs, options, tally)
    return take_stock(traffic.logs.values(), gather_writers(events), sessions, watch, knowledge.commands, tally)


def analyze(  # noqa: PLR0913 - all but the first are keywords
    inputs: Sequence[Input],
    *,
    library: Library,
    knowledge: Knowledge,
    options: Options = DEFAULTS,
    tally: Tally | None = None,
    taken: Taken | None = None,
) -> Report:
    """Read the logs of one or both gateways and say why sessions and tunnels went down.

    `tally` may be watched; `taken` keeps the lines that matter.
    """
    tally = tally if tally is not None else Tally()
    events = read_events(inputs, library=library, tally=tally, options=options, taken=taken)
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
    kept = latest(events, options.most, tally)  # read first: names of files tell sides, too, once they are read
    sessions, heard = _sessions(kept, inputs, options, tally)
    able = _able(library)
    sessions = latest_sessions(_without_strangers(sessions, tally), _SESSIONS, tally)
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


def _without_strangers(sessions: tuple[Session, ...], tally: Tally) -> tuple[Session, ...]:
    """Leave out who only knocked, and note it: no session of the gateway is down for that."""
    strangers = find_strangers(sessions)
    for session in strangers:
        said = "asked for an IKE SA for which no connection is configured, beside sessions that are up; taken for a stranger"
        tally.notice(session.name.name, said)
    gone = set(map(id, strangers))
    return tuple(s for s in sessions if id(s) not in gone)


@lru_cache(maxsize=2)
def _able(library: Library) -> dict[str, Supply]:
    """Return what each vendor's grammars can make, found out once for many cases."""
    return supplies(library.grammars)


@dataclass(frozen=True, slots=True)
class Shared:
    """What may be given away: the lines that matter as files, and the report on them; and the report on the logs."""

    report: Report
    files: tuple[Redacted, ...]
    original: Report
    book: Book | None


def share(  # noqa: PLR0913 - all but the first are keywords
    inputs: Sequence[Input],
    *,
    library: Library,
    knowledge: Knowledge,
    options: Options = DEFAULTS,
    tally: Tally | None = None,
    book: Book | None = None,
) -> Shared:
    """Take the lines that matter out of the logs, without secrets, and say why sessions went down by these alone.

    With a `book`, names and addresses become the pseudonyms in it, and the book is given back with what was added.
    """
    taken = Taken()
    original = analyze(inputs, library=library, knowledge=knowledge, options=options, tally=tally, taken=taken)
    events = [event for session in original.sessions for event in session.events]
    if book is None:
        files = plain(taken, events)
    else:
        vocabulary = Vocabulary(library.grammars)
        book = pseudonyms_for(taken, book, vocabulary)
        files = redacted(taken, events, book, vocabulary)
    given = [Input(f.name, f.side, Content(f.data, f.written)) for f in sorted(files, key=lambda f: f.name)]
    report = analyze(given, library=library, knowledge=knowledge, options=options)
    if original.tally.damaged:
        report.tally.notice("input", "some of it is damaged or missing", damaged=True)
    return Shared(report, tuple(files), original, book)
