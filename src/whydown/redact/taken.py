"""The lines that matter, kept as they are read: what the grammars know as events, and what they do not know."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from whydown.grammar.assemble import is_of_daemon, is_of_vpn
from whydown.grammar.pairs import key_values
from whydown.redact import names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from whydown.envelope.record import Record
    from whydown.grammar.event import Event
    from whydown.grammar.matches import Match
    from whydown.redact.names import Named
    from whydown.sources.cutting import Place
    from whydown.sources.line import Line, Lines, Origin, Side

_ASIDE = 64 * 1024  # lines that say nothing and may yet turn out to be a block's; more than are judged at once
_WRITERS = 1024  # host, program and process whose last record is remembered
_LIMIT = 64 * 1024 * 1024  # bytes of a dump that are kept, as many as are read


class Whence(NamedTuple):
    """The file or member that lines are of."""

    source: str
    member: str


@dataclass(slots=True)
class Log:
    """What is kept of one log."""

    side: Side | None
    lines: dict[int, str] = field(default_factory=dict)  # by number
    hosts: dict[int, str] = field(default_factory=dict)  # that wrote them
    names: set[Named] = field(default_factory=set)
    last: int = 0  # when its last line was written, microseconds UTC
    sign: int = 0  # the number of a line that only shows that an IKE daemon wrote; it gives way to any other


@dataclass(slots=True)
class Dump:
    """A state dump, whole."""

    place: Place
    pieces: list[bytes]
    written: int
    names: set[Named] = field(default_factory=set)


@dataclass(slots=True)
class _Writer:
    """What one process wrote last that matters, and the line after it that does not."""

    said: tuple[str, str]
    after: Origin | None = None


class Taken:
    """Keeps the lines that matter while they are read; hold it to `pipeline.read_events`.

    Kept are the lines of events with all of their blocks, and the lines of IKE programs that no grammar knows. A line
    that says nothing is kept where without it two equal ones would stand together and count as one, and where a log
    holds no other of an IKE daemon: it shows that the daemon ran.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.given: frozenset[Side] = frozenset()  # of which a log was given, if it was an empty one
        self.logs: dict[Whence, Log] = {}
        self.dumps: list[Dump] = []
        self._recent: dict[Origin, Line] = {}
        self._aside: dict[Origin, Line] = {}
        self._writers: dict[tuple[str, str, str], _Writer] = {}
        self._hosts: dict[Whence, set[str]] = defaultdict(set)

    def batches(self, read: Iterable[Lines]) -> Iterator[Lines]:
        """Pass lines on, and remember them until they are judged."""
        for lines in read:
            self._recent.update(zip(lines.origins, lines, strict=True))
            if len(lines):  # all of one log
                origin = lines.origins[0]
                self.logs.setdefault(Whence(origin.source, origin.member), Log(lines.side))
            yield lines

    def dump(self, place: Place, blocks: Iterable[bytes], written: int) -> Iterator[bytes]:
        """Pass a dump's blocks on, and keep them."""
        kept = Dump(place, [], written)
        self.dumps.append(kept)
        size = 0
        for block in blocks:
            kept.pieces.append(block[: max(0, _LIMIT - size)])
            size += len(block)
            yield block

    def watch(self, records: Sequence[Record], matches: Sequence[Match | None]) -> None:
        """Judge records by their matches."""
        for record, match in zip(records, matches, strict=True):
            if match is None:
                continue
            if _matters(record, match):
                self._keep_record(record)
            elif is_of_daemon(record.app, match) and not (log := self._log_of(record.origin)).lines:
                self._keep_record(record)
                log.sign = record.origin.line
            elif (line := self._recent.get(record.origin)) is not None:
                self._aside[record.origin] = line
                writer = self._writers.get((record.host, record.app, record.pid))
                if writer is not None:
                    writer.after = record.origin
        for origin in list(self._aside)[: max(0, len(self._aside) - _ASIDE)]:
            del self._aside[origin]
        last = records[-1].origin  # there may be more records of it, and lines after it that were read ahead
        for origin in list(self._recent):
            if origin == last:
                break
            del self._recent[origin]

    def event(self, event: Event) -> None:
        """Keep the lines of an event, and learn its names."""
        first = event.origins[0]
        if event.of_dump:
            for dump in self.dumps:
                if (dump.place.source, dump.place.member) == (first.source, first.member):
                    dump.names.update(names.of_event(event))
            return
        for origin in event.origins:
            self._keep(origin, event.host)
        self.logs[Whence(first.source, first.member)].names.update(names.of_event(event))

    def _keep_record(self, record: Record) -> None:
        key, said = (record.host, record.app, record.pid), (record.text, record.data)
        writer = self._writers.get(key)
        if writer is not None and writer.after is not None and writer.said == said:
            self._keep(writer.after, record.host)
        if len(self._writers) >= _WRITERS:
            self._writers.clear()
        self._writers[key] = _Writer(said)
        self._keep(record.origin, record.host)
        whence = Whence(record.origin.source, record.origin.member)
        log = self._log_of(record.origin)
        log.last = max(log.last, record.at)
        if record.host not in self._hosts[whence]:
            self._hosts[whence].add(record.host)
            log.names.update(names.of_host(record.host))
        if record.data:
            log.names.update(names.of_pairs(key_values(record.data)))

    def _keep(self, origin: Origin, host: str) -> None:
        line = self._recent.get(origin) or self._aside.pop(origin, None)
        if line is not None:
            log = self._log_of(origin)
            if log.sign:
                del log.lines[log.sign], log.hosts[log.sign]
                log.sign = 0
            log.lines[origin.line] = line.text
            log.hosts[origin.line] = host

    def _log_of(self, origin: Origin) -> Log:
        return self.logs[Whence(origin.source, origin.member)]


def _matters(record: Record, match: Match) -> bool:
    """Whether a record is an event's, or of an IKE program and not known."""
    if match.shape is not None:
        return match.shape.block is not None
    return bool(match.text) and match.grammar.of_ike and (record.app != "NSX" or is_of_vpn(record))
