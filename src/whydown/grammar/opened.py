"""Blocks that may still get further records, and what becomes of them: events.

A process writes one block after the other, as a rule. So a row is of the latest block, until one comes that cannot be:
it stands there already, or before the rows that came. Then several blocks were written at once, and when the last of
their rows has come all are given out anew (`mixed.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from whydown.grammar.compile import JOINT
from whydown.grammar.event import Event, Provenance
from whydown.grammar.fields import readable
from whydown.grammar.mixed import Row, Step, places_of
from whydown.grammar.vocabulary import FIELDS, SlotType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.envelope.record import Record
    from whydown.grammar.compile import Block, Shape
    from whydown.grammar.event import Rule
    from whydown.grammar.matches import Match

_ROWS = 64  # records of one block, or of several that are mixed
_BLOCKS = 8  # of one process that may be mixed
_AT_ONCE = 20_000  # microseconds: what is further apart was not written at once


class _Reading(NamedTuple):
    """A row as a block reads it."""

    number: int  # of the `more` wording
    step: Step
    shape: Shape
    fields: dict[str, Any]


@dataclass(slots=True, eq=False)
class Opened:
    """A block that may get further records."""

    block: Block
    vendor: str
    rule: Rule
    records: list[Record]
    fields: dict[str, Any]
    again: bool = False  # its first record is the one before once more: a block only if its rows turn out others
    closed: bool = False
    _used: set[int] = field(default_factory=set)  # which `more` wordings it has had
    _steps: list[Step] = field(default_factory=list)
    _head: tuple[Rule, dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        """Remember what the first record says."""
        self._head = (self.rule, dict(self.fields))

    @property
    def head(self) -> tuple[object, ...]:
        """What the block begins with; equal for blocks that nothing tells apart so far."""
        return (id(self.block), self._head[0], sorted(self._head[1].items(), key=str))

    def read(self, match: Match) -> _Reading | None:
        """Return a row as this block reads it, None where it can be none of its rows."""
        if any(self._clash(name, value) for name, value in match.fields.items()):
            return None
        for number, shape in enumerate(self.block.more):
            fields = shape.read(match.text)
            if fields is not None:
                return _Reading(number, self.block.steps[number], shape, fields)
        return None

    def clashes(self, reading: _Reading) -> bool:
        """Whether a row says something else than the block."""
        return any(self._clash(name, value) for name, value in reading.fields.items())

    def had(self, reading: _Reading) -> bool:
        """Whether it has had a row of that wording."""
        return reading.number in self._used

    def has(self, step: Step) -> bool:
        """Whether it has a row of that step."""
        return step in self._steps

    def awaits(self, reading: _Reading) -> bool:
        """Whether a row may be the block's next one."""
        last = self._steps[-1] if self._steps else None
        in_turn = last is None or last.number < reading.step.number or (last == reading.step and last.many)
        return in_turn and not self.clashes(reading)

    def add(self, record: Record, reading: _Reading) -> None:
        """Add a further record; the block is as sure as the least sure of its wordings."""
        self.records.append(record)
        self._used.add(reading.number)
        self._steps.append(reading.step)
        if reading.shape.rule.provenance is Provenance.ASSUMED:
            self.rule = self.rule._replace(provenance=Provenance.ASSUMED)
        for name, value in reading.fields.items():
            before = self.fields.setdefault(name, value)
            if before != value and _is_text(name):
                self.fields[name] = f"{before}{JOINT}{value}"  # a second `Reason:` row

    def clear(self) -> None:
        """Forget all rows but the first."""
        del self.records[1:]
        self.rule, self.fields = self._head[0], dict(self._head[1])
        self._used.clear()
        self._steps.clear()

    @property
    def says(self) -> tuple[str, ...]:
        """The texts of its records."""
        return tuple(record.text for record in self.records)

    def events(self) -> tuple[Event, ...]:
        """Return the block's own event, and what it finds besides."""
        if self.again:
            return ()
        first, block = self.records[0], self.block
        event = Event(
            first.at,
            first.certainty,
            first.side,
            first.host,
            first.app,
            first.pid,
            self.vendor,
            block.kind,
            block.direction,
            {**self.fields, **block.sets},
            self.rule,
            tuple(record.origin for record in self.records),
            "\n".join(record.text for record in self.records),
        )
        return _turned(event, block)

    def _clash(self, name: str, value: Any) -> bool:
        return self.fields.get(name, value) != value and not _is_text(name)


def _is_text(name: str) -> bool:
    return name in FIELDS and FIELDS[name].type is SlotType.TEXT


def _turned(event: Event, block: Block) -> tuple[Event, ...]:
    """Return an event as what it becomes by its fields, and what it finds besides."""
    holding = [change for change in block.changes if change.holds(event.fields)]
    own = next((change for change in holding if not change.further), None)
    if own is not None:
        event = event._replace(kind=own.kind, direction=own.direction)
    event = event._replace(fields=readable(dict(event.fields)))
    return (event, *(event._replace(kind=c.kind, direction=c.direction) for c in holding if c.further))


class _Told(NamedTuple):
    """A further record as it came."""

    record: Record
    match: Match
    blocks: int  # how many blocks were open by then
    again: bool = False  # it says what the record before says


class Settled(NamedTuple):
    """What is to be counted anew when mixed blocks were told apart."""

    lost: Sequence[tuple[Record, Match]] = ()  # rows of which nothing tells whose they are
    heads: int = 0  # records that say what the one before says, and yet open a block
    rows: int = 0  # others such that are a row of a block


class Stretch:
    """The blocks that one process has open, the latest last."""

    __slots__ = ("_mixed", "_told", "blocks")

    def __init__(self) -> None:
        """Begin without a block."""
        self.blocks: list[Opened] = []
        self._told: list[_Told] = []
        self._mixed = False

    @property
    def grammar(self) -> str:
        """The name of the grammar that its blocks are of."""
        return self.blocks[0].rule.grammar

    @property
    def at(self) -> int:
        """The time of its last record."""
        told = self._told[-1:]
        last = self.blocks[-1].records[0].at
        return told[0].record.at if told and told[0].blocks == len(self.blocks) else last

    def has_room(self, record: Record) -> bool:
        """Whether a block that a record begins may be mixed with these."""
        return len(self.blocks) < _BLOCKS and len(self._told) < _ROWS and abs(record.at - self.at) <= _AT_ONCE

    def take(self, record: Record, match: Match) -> bool:
        """Take a record that is a further one of these blocks; say whether it is."""
        if len(self._told) >= _ROWS:
            return False
        latest = self._latest
        reading = None if self._mixed else latest.read(match)
        if reading is not None and latest.awaits(reading) and not self._is_doubtful(match, reading):
            latest.add(record, reading)
        elif self._mixed or self._shows_mixing(match, reading):
            self._mix()
            if not self._is_row(match):
                return False
        elif reading is None or (_opens(match) and (latest.clashes(reading) or latest.had(reading))):
            return False  # of another block, written in the same second
        else:
            latest.add(record, reading)
        self._told.append(_Told(record, match, len(self.blocks)))
        return True

    def take_again(self, record: Record, match: Match) -> Opened | None:
        """Take a record that says what the one before says: a copy of it, or a row of another block.

        Return the block that it opens, if it does.
        """
        if len(self._told) >= _ROWS or len(self.blocks) >= _BLOCKS:
            return None
        if self._told and self._told[-1].blocks == len(self.blocks):
            if self._told[-1].record.text == record.text:
                self._told.append(_Told(record, match, len(self.blocks), again=True))
            return None
        last = self.blocks[-1]
        if last.records[0].text != record.text:
            return None
        again = Opened(last.block, last.vendor, last.rule, [record], dict(last.fields), again=True)
        self.blocks.append(again)
        return again

    def settle(self) -> Settled:
        """Close the blocks, each with its own rows, and say what came of records that were counted before."""
        for block in self.blocks:
            block.closed = True
        if not self._mixed:
            return Settled()
        readings = [[block.read(told.match) for block in self.blocks[: told.blocks]] for told in self._told]
        rows = [
            Row(
                told.record.text,
                {place: r.step for place, r in enumerate(read) if r and not self.blocks[place].clashes(r)},
            )
            for told, read in zip(self._told, readings, strict=True)
        ]
        lost: list[tuple[Record, Match]] = []
        placed: list[tuple[Opened, _Told]] = []
        places = places_of([block.head for block in self.blocks], rows)
        for told, read, place in zip(self._told, readings, places, strict=True):
            reading = None if place is None else read[place]
            if place is None or reading is None:
                lost += [] if told.again else [(told.record, told.match)]
            else:
                self.blocks[place].add(told.record, reading)
                placed.append((self.blocks[place], told))
        seen = [block.says for block in self.blocks if not block.again]
        heads = [block for block in self.blocks if block.again and block.says not in seen]
        for block in heads:
            block.again = False
        return Settled(lost, len(heads), sum(told.again and not block.again for block, told in placed))

    @property
    def _latest(self) -> Opened:
        return next(block for block in reversed(self.blocks) if not block.again)

    def _is_doubtful(self, match: Match, reading: _Reading) -> bool:
        """Whether a row is a second reason of the latest block, or the first of another that has none."""
        if not self._latest.has(reading.step):
            return False
        before = [block for block in self.blocks if block is not self._latest and not block.again]
        others = [(block, block.read(match)) for block in before]
        return any(other and block.awaits(other) and not block.has(other.step) for block, other in others)

    def _mix(self) -> None:
        """Leave the further records without a block until all have come."""
        if not self._mixed:
            self._mixed = True
            for block in self.blocks:
                block.clear()

    def _shows_mixing(self, match: Match, reading: _Reading | None) -> bool:
        """Whether a row that the latest block does not await tells that several blocks were written at once."""
        latest = self._latest
        others = [block for block in self.blocks if block is not latest]
        if any((other := block.read(match)) is not None and block.awaits(other) for block in others):
            return True
        if reading is None:
            return False
        if latest.clashes(reading) and not _opens(match):
            return True  # the beginning of another block is lost
        passed = [told.match for told in self._told if told.blocks == len(self.blocks) and not told.again]
        early = [
            one for one in passed if (own := latest.read(one)) is not None and own.step.number > reading.step.number
        ]
        return any((other := block.read(one)) is not None and block.awaits(other) for block in others for one in early)

    def _is_row(self, match: Match) -> bool:
        """Whether one of the blocks, now mixed, may still get a row; one that can open a block as well is else a head."""
        steps = [(place, r.step) for place, b in enumerate(self.blocks) if (r := b.read(match)) is not None]
        if not steps or not _opens(match):
            return bool(steps)
        place, step = steps[0]
        same = [t for t in self._told if (r := self.blocks[place].read(t.match)) is not None and r.step == step]
        return len(same) < len(steps)


def _opens(match: Match) -> bool:
    """Whether a record is the beginning of a block, were it not a further one of another."""
    return match.shape is not None and match.shape.block is not None
