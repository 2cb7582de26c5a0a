"""Matches to events: blocks of several records become one event, repeats are folded, every line is counted.

A block is an opening record and further ones (`more`) of the same host, program and process within one second. Blank
records, and records no template knows, do not end it. The order of the input is kept: an event that stands behind a
block which is still open waits for it. All state is bounded.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from whydown.grammar.event import Event, Provenance
from whydown.grammar.gist import gist, shape_of
from whydown.grammar.match import key_values
from whydown.grammar.vocabulary import FIELDS, SlotType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from whydown.envelope.record import Record
    from whydown.grammar.compile import Block, Shape
    from whydown.grammar.event import Rule
    from whydown.grammar.match import Match
    from whydown.tally import Tally

SECOND = 1_000_000  # microseconds: records further apart belong to no common block, and are no repeats
_ROWS = 64  # records of one block
_WAITING = 1024  # events held back by open blocks
_WRITERS = 4096  # host, program and process whose last record is remembered
_SHAPES = 5000  # different shapes of unknown lines that are told apart
_MANY = "(further shapes)"

_Writer = tuple[str, str, str]


@dataclass(slots=True)
class _Open:
    """A block that may get further records."""

    block: Block
    vendor: str
    rule: Rule
    records: list[Record]
    fields: dict[str, Any]
    used: set[int] = field(default_factory=set)  # which `more` wordings it has had
    closed: bool = False

    def add(self, record: Record, shape: Shape, fields: dict[str, Any]) -> None:
        """Add a further record; the block is as sure as the least sure of its wordings."""
        self.records.append(record)
        if shape.rule.provenance is Provenance.ASSUMED:
            self.rule = self.rule._replace(provenance=Provenance.ASSUMED)
        for name, value in fields.items():
            before = self.fields.setdefault(name, value)
            if before != value and name in FIELDS and FIELDS[name].type is SlotType.TEXT:
                self.fields[name] = f"{before}; {value}"  # a second `Reason:` row

    def event(self) -> Event:
        """Return the block as one event."""
        origins = tuple(record.origin for record in self.records)
        text = "\n".join(record.text for record in self.records)
        event = _event(self.records[0], self.vendor, self.block, {**self.fields, **self.block.sets}, self.rule)
        return event._replace(origins=origins, text=text)


def _event(record: Record, vendor: str, block: Block, fields: dict[str, Any], rule: Rule) -> Event:
    return Event(
        record.at,
        record.certainty,
        record.side,
        record.host,
        record.app,
        record.pid,
        vendor,
        block.kind,
        block.direction,
        fields,
        rule,
        (record.origin,),
        record.text,
    )


class Assembler:
    """Turns matches into events; feed it batches in order, and `finish` at the end of the input."""

    def __init__(self, tally: Tally) -> None:
        """Count what becomes of each record in `tally`."""
        self._tally = tally
        self._last: dict[_Writer, tuple[str, str, int]] = {}
        self._open: dict[_Writer, _Open] = {}
        self._waiting: deque[Event | _Open] = deque()

    def feed(self, records: Sequence[Record], matches: Sequence[Match | None]) -> Iterator[Event]:
        """Yield the events that a batch completes."""
        tally = self._tally
        for record, match in zip(records, matches, strict=True):
            if self._open:
                self._pass_time(record)
            if match is None:
                tally.other += 1
            elif not match.text:
                tally.blank += 1
            elif self._is_repeated(record):
                tally.repeated += 1
            else:
                event = self._take(record, match)
                if event is not None:
                    if not self._waiting:
                        yield event
                        continue
                    self._waiting.append(event)
            if self._waiting:
                yield from self._ready()

    def finish(self) -> Iterator[Event]:
        """Yield what still waits: there will be no more records."""
        for block in list(self._open.values()):
            block.closed = True
        self._open.clear()
        yield from self._ready()

    def _take(self, record: Record, match: Match) -> Event | None:
        """Return the event a record makes, if it makes one at once."""
        tally = self._tally
        if self._open and self._continues(record, match):
            tally.continued += 1
            return None
        shape = match.shape
        if shape is None:
            return self._unknown(record, match)
        block = shape.block
        if block is None:
            tally.ignored += 1
            return None
        tally.events += 1
        self._close(record)
        if block.more:
            opened = _Open(block, match.grammar.vendor, shape.rule, [record], dict(match.fields))
            self._open[record.host, record.app, record.pid] = opened
            self._waiting.append(opened)
            return None
        fields = {**match.fields, **block.sets} if block.sets else match.fields
        return _event(record, match.grammar.vendor, block, fields, shape.rule)

    def _unknown(self, record: Record, match: Match) -> Event | None:
        tally = self._tally
        if record.app == "NSX" and not _is_of_vpn(record):
            tally.other += 1
            return None
        tally.unknown += 1
        key = (match.grammar.name, shape_of(match.text))
        if key not in tally.unknown_shapes:
            if len(tally.unknown_shapes) >= _SHAPES:
                key = (match.grammar.name, _MANY)
            tally.unknown_examples.setdefault(key, str(record.origin))
        tally.unknown_shapes[key] += 1
        event = gist(record, match) if match.grammar.of_ike else None
        if event is not None:
            tally.gists += 1
        return event

    def _is_repeated(self, record: Record) -> bool:
        """Whether the same process just wrote the same text: charon does, to two facilities."""
        writer = (record.host, record.app, record.pid)
        before = self._last.get(writer)
        if len(self._last) >= _WRITERS and before is None:
            self._last.clear()
        self._last[writer] = (record.text, record.data, record.at)
        return (
            before is not None
            and before[0] == record.text
            and before[1] == record.data
            and -SECOND <= record.at - before[2] <= SECOND
        )

    # --- blocks ---

    def _close(self, record: Record) -> None:
        block = self._open.pop((record.host, record.app, record.pid), None)
        if block is not None:
            block.closed = True

    def _pass_time(self, record: Record) -> None:
        """Close the blocks of this host that are over by its clock."""
        for writer, block in list(self._open.items()):
            gone = record.at - block.records[-1].at
            if record.host == writer[0] and not -SECOND <= gone <= SECOND:
                block.closed = True
                del self._open[writer]

    def _continues(self, record: Record, match: Match) -> bool:
        """Whether a record is a further one of its writer's open block; if so it is added."""
        block = self._open.get((record.host, record.app, record.pid))
        if block is None or len(block.records) >= _ROWS:
            return False
        for number, shape in enumerate(block.block.more):
            fields = shape.read(match.text)
            if fields is None:
                continue
            clashes = any(block.fields.get(name, value) != value for name, value in fields.items())
            opens = match.shape is not None and match.shape.block is not None
            if opens and (clashes or number in block.used):
                return False  # the block of another negotiation, written in the same second
            block.used.add(number)
            block.add(record, shape, fields)
            return True
        return False

    def _ready(self) -> Iterator[Event]:
        waiting = self._waiting
        while waiting:
            first = waiting[0]
            if isinstance(first, _Open):
                if not first.closed and len(waiting) <= _WAITING:
                    return
                self._close(first.records[0])
                first = first.event()
            waiting.popleft()
            yield first


def _is_of_vpn(record: Record) -> bool:
    """Whether an NSX record is of the IPsec VPN: its IKE daemon's, or of message ID VPN."""
    return record.msgid == "VPN" or key_values(record.data).get("subcomp") == "iked"
