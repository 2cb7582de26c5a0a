"""Matches to events: blocks of several records become one event, repeats are folded, every line is counted.

A block is an opening record and further ones (`more`) of the same host, program, process and thread within one second
(`opened.py`). Only a record that opens another block ends it, if the two are not mixed. The order of the input is kept:
an event that stands behind a block which is still open waits for it. All state is bounded.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from itertools import chain, compress
from operator import itemgetter, ne, not_
from typing import TYPE_CHECKING, Any, TypeAlias

from whydown.envelope.record import Records
from whydown.grammar.events import Events, event_of
from whydown.grammar.gist import gist, shape_of
from whydown.grammar.matches import Matches
from whydown.grammar.opened import Opened, Stretch
from whydown.grammar.pairs import key_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from whydown.envelope.record import Record
    from whydown.grammar.compile import Block, Change, CompiledGrammar, Shape
    from whydown.grammar.event import Event, Rule
    from whydown.grammar.matches import Match
    from whydown.tally import Tally

SECOND = 1_000_000  # microseconds: records further apart belong to no common block, and are no repeats
_NSX = "NSX"  # the program of which every line of an Edge is
_WAITING = 512  # events held back by open blocks
_WRITERS = 1024  # host, program and process whose last record is remembered
_SHAPES = 5000  # different shapes of unknown lines that are told apart
_REST = "(further shapes)"

_MIXED = "(row of one of several blocks written at once) "

_Writer: TypeAlias = tuple[str, str, str]  # host, program, process
_Thread: TypeAlias = tuple[str, str, str, str]

_SEVERAL = 16  # records that are worth doing at once


class Assembler:
    """Turns matches into events; feed it batches in order, and `finish` at the end of the input."""

    def __init__(self, tally: Tally) -> None:
        """Count what becomes of each record in `tally`."""
        self._tally = tally
        self._last: dict[_Writer, Record] = {}
        self._open: dict[_Thread, Stretch] = {}
        self._waiting: deque[Event | Opened] = deque()

    def feed(self, records: Sequence[Record], matches: Sequence[Match | None]) -> list[Event]:
        """Return the events that a batch completes."""
        return list(chain.from_iterable(self.parts(records, matches)))

    def parts(self, records: Sequence[Record], matches: Sequence[Match | None]) -> list[Sequence[Event]]:
        """Return the events that a batch completes; those of a long stretch where no block is open come as columns."""
        rows, known = Records.of(records), Matches.of(matches)
        if not all(known.grammars):
            spoken = [grammar is not None for grammar in known.grammars]
            self._tally.other += spoken.count(False)
            rows, known = rows.where(spoken), known.where(spoken)
        self._note_sides(rows, known)
        parts: list[Sequence[Event]] = []
        events: list[Event] = []
        place = 0
        for opener in [*_openers(known), len(known)]:
            while place < opener:
                if self._open or opener - place < _SEVERAL:
                    events += self._one(rows[place], known.match(place))
                    place += 1
                else:
                    whole = opener - place == len(known)
                    parts += [
                        events,
                        *self._at_once(*((rows, known) if whole else (rows[place:opener], known[place:opener]))),
                    ]
                    events = []
                    place = opener
            if opener < len(known):
                events += self._one(rows[opener], known.match(opener))
                place = opener + 1
        return [*parts, events]

    def _note_sides(self, records: Records, matches: Matches) -> None:
        """Note whose IKE daemon wrote at all: one whose lines tell nothing runs all the same."""
        sides, spoke = records.sides, self._tally.spoke
        unheard = {side for side in set(sides) - spoke if side is not None}
        if not unheard or set(map(itemgetter(1), records.headers)) <= {_NSX}:
            return
        for side in unheard:
            rows = zip(sides, records.headers, matches.grammars, strict=True)
            if any(s is side and _is_daemon(header[1], grammar) for s, header, grammar in rows):
                spoke.add(side)

    def _one(self, record: Record, match: Match) -> Iterable[Event]:
        """Return the events that a record completes."""
        writer = record[2:5]
        if not self._is_fresh(record, writer):
            self._tally.repeated += 1
            if self._open and (stretch := self._open.get(_thread(record))) is not None:
                again = stretch.take_again(record, match)
                self._waiting += () if again is None else (again,)
            return ()
        shape = match[1]
        if self._open or shape is None or shape.block is None or not shape.block.plain:
            return self._take(record, match)
        self._tally.events += 1
        return (event_of(record, match, shape),)

    def _at_once(self, records: Records, matches: Matches) -> list[Sequence[Event]]:
        """Return the events of records none of which opens a block, or comes while one is open."""
        fresh = self._fresh(records)
        if not all(fresh):
            self._tally.repeated += fresh.count(False)
            records, matches = records.where(fresh), matches.where(fresh)
        fate = {shape: _fate(shape) for shape in set(matches.shapes)}
        fates = list(map(fate.__getitem__, matches.shapes))
        if None not in fate.values() and all(fate.values()):
            self._tally.events += len(matches)
            return [Events(records, matches, range(len(matches)))]
        odd: list[tuple[int, Sequence[Event]]] = []
        for place in [place for place, known in enumerate(fates) if known is None] if None in fate.values() else ():
            block = _block(matches.shapes[place])
            if block is not None and not _changing(block, matches.fields[place]):
                fates[place] = True
            else:
                odd.append((place, self._told(records[place], matches.match(place))))
        places = list(compress(range(len(fates)), fates))
        events = Events(records, matches, places)
        self._tally.events += len(events)
        self._tally.ignored += fates.count(False)
        parts: list[Sequence[Event]] = []
        begin = 0
        for place, told in odd:
            if told:
                end = bisect_left(places, place)
                parts += [events[begin:end], told]
                begin = end
        return [*parts, events[begin:]]

    def _told(self, record: Record, match: Match) -> Sequence[Event]:
        """Return the events of a record that no wording fits, or that turns into something else."""
        block = _block(match.shape)
        if block is None or match.shape is None:
            event = self._unknown(record, match)
            return () if event is None else (event,)
        self._tally.events += 1
        return Opened(block, match.grammar.vendor, match.shape.rule, [record], match.fields).events()

    def _fresh(self, records: Records) -> list[bool]:
        """Say of each record whether it is none that its writer wrote just before."""
        headers, texts = records.headers, records.texts
        writers = {header: header[:3] for header in records.unlike()}
        if len(set(writers.values())) == 1:
            return self._fresh_of(next(iter(writers.values())), records, texts, range(len(texts)))
        places: dict[_Writer, list[int]] = defaultdict(list)
        for place, header in enumerate(headers):
            places[writers[header]].append(place)
        if len(self._last) + len(places) > _WRITERS:
            return [self._is_fresh(record, record[2:5]) for record in records]
        fresh = [True] * len(texts)
        for writer, own in places.items():
            found = self._fresh_of(writer, records, list(map(texts.__getitem__, own)), own)
            deque(map(fresh.__setitem__, own, found), 0)
        return fresh

    def _fresh_of(self, writer: _Writer, records: Records, texts: Sequence[str], places: Sequence[int]) -> list[bool]:
        """Say it of what one writer wrote, which stands at some places."""
        fresh = [self._is_fresh(records[places[0]], writer), *map(ne, texts[1:], texts)]
        for nth in compress(range(1, len(fresh)), map(not_, fresh[1:])):
            fresh[nth] = not _repeats(records[places[nth]], records[places[nth - 1]])
        self._last[writer] = records[places[-1]]
        return fresh

    def _is_fresh(self, record: Record, writer: _Writer) -> bool:
        """Whether a record is not the one that its writer wrote just before."""
        last = self._last
        before = last.get(writer)
        last[writer] = record
        if before is None:
            if len(last) > _WRITERS:
                last.clear()
            return True
        return before[7] != record[7] or not _repeats(record, before)

    def _take(self, record: Record, match: Match) -> Iterator[Event]:
        """Yield the events that a record completes which is no plain event, or comes while a block is open."""
        tally, shape = self._tally, match.shape
        if self._open:
            self._pass_time(record)
        event: Event | None = None
        if self._open and self._continues(record, match):
            tally.continued += 1
        elif shape is None:
            event = self._unknown(record, match)
        elif shape.block is None:
            tally.ignored += 1
        else:
            self._begin(record, match, shape.block, shape.rule)
        if self._waiting:
            if event is not None:
                self._waiting.append(event)
            yield from self._ready()
        elif event is not None:
            yield event

    def finish(self) -> list[Event]:
        """Return what still waits: there will be no more records."""
        for thread in list(self._open):
            self._close(thread)
        return list(self._ready())

    def _unknown(self, record: Record, match: Match) -> Event | None:
        """Count a record that no wording fits, and return what it plainly says."""
        tally = self._tally
        if not match.text:
            tally.blank += 1
            return None
        if record.app == _NSX and not is_of_vpn(record):
            tally.other += 1
            return None
        self._count_unknown(record, match.grammar.name, shape_of(match.text))
        event = gist(record, match) if match.grammar.of_ike else None
        if event is not None:
            tally.gists += 1
        return event

    def _count_unknown(self, record: Record, grammar: str, shape: str) -> None:
        """Count a record that is not understood, by what it looks like."""
        tally = self._tally
        tally.unknown += 1
        key = (grammar, shape)
        if key not in tally.unknown_shapes:
            if len(tally.unknown_shapes) >= _SHAPES:
                key = (grammar, _REST)
            tally.unknown_examples.setdefault(key, str(record.origin))
        tally.unknown_shapes[key] += 1

    def _begin(self, record: Record, match: Match, block: Block, rule: Rule) -> None:
        """Open the block of an event that may get further records or turn into something else."""
        self._tally.events += 1
        opened = Opened(block, match.grammar.vendor, rule, [record], match.fields)
        if block.more:
            thread = _thread(record)
            stretch = self._open.get(thread)
            if stretch is None or not stretch.has_room(record):
                self._close(thread)
                stretch = self._open[thread] = Stretch()
            stretch.blocks.append(opened)
        else:
            opened.closed = True
        self._waiting.append(opened)

    def _continues(self, record: Record, match: Match) -> bool:
        """Whether a record is a further one of its thread's open blocks; if so it is added."""
        stretch = self._open.get(_thread(record))
        return stretch is not None and stretch.take(record, match)

    def _close(self, thread: _Thread) -> None:
        """Close a thread's blocks; rows of which nothing tells whose they are count as unknown."""
        stretch = self._open.pop(thread, None)
        if stretch is None:
            return
        lost, heads, rows = stretch.settle()
        tally = self._tally
        tally.events += heads
        tally.continued += rows - len(lost)
        tally.repeated -= heads + rows
        for record, match in lost:
            self._count_unknown(record, stretch.grammar, _MIXED + shape_of(match.text))

    def _pass_time(self, record: Record) -> None:
        """Close the blocks of the record's host that are over by its clock."""
        for thread, stretch in list(self._open.items()):
            if thread[0] == record.host and not -SECOND <= record.at - stretch.at <= SECOND:
                self._close(thread)

    def _ready(self) -> Iterator[Event]:
        """Yield what need wait no longer; too much waiting ends the oldest block."""
        waiting = self._waiting
        while waiting:
            first = waiting[0]
            if isinstance(first, Opened):
                if not first.closed and len(waiting) <= _WAITING:
                    return
                for thread in [thread for thread, stretch in self._open.items() if first in stretch.blocks]:
                    self._close(thread)
                waiting.popleft()
                yield from first.events()
            else:
                waiting.popleft()
                yield first


def _thread(record: Record) -> _Thread:
    """Return who wrote a record, to the thread where the record names it."""
    pairs = key_values(record.data) if " t" in record.data else {}
    return (*record[2:5], pairs.get("tid", pairs.get("tname", "")))


def _openers(matches: Matches) -> list[int]:
    """Return the places of records that begin an event which may get further records."""
    openers = {shape for shape in set(matches.shapes) if (block := _block(shape)) is not None and block.more}
    return [place for place, shape in enumerate(matches.shapes) if shape in openers] if openers else []


def _block(shape: Shape | None) -> Block | None:
    return None if shape is None else shape.block


def _fate(shape: Shape | None) -> bool | None:
    """Say what becomes of a record: an event, nothing (False: ignored), or what only the record tells (None)."""
    if shape is None or (shape.block is not None and not shape.block.plain):
        return None
    return shape.block is not None


def _changing(block: Block, fields: dict[str, Any]) -> list[Change]:
    """Return what an event with these fields becomes, or tells besides."""
    whole = {**fields, **block.sets} if block.sets else fields
    return [change for change in block.changes if change.holds(whole)]


def _repeats(record: Record, before: Record) -> bool:
    """Whether a record is the one before again: charon writes what matters to two facilities."""
    same = record.text == before.text and record.data == before.data
    return same and record.text != "" and -SECOND <= record.at - before.at <= SECOND


def is_of_daemon(app: str, match: Match) -> bool:
    """Whether an IKE daemon wrote a record, whatever it says."""
    return bool(match.text) and _is_daemon(app, match.grammar)


def _is_daemon(app: str, grammar: CompiledGrammar | None) -> bool:
    """Whether a program is an IKE daemon; as `NSX` an Edge's others write as well."""
    return grammar is not None and grammar.of_ike and app != _NSX


def is_of_vpn(record: Record) -> bool:
    """Whether an NSX record is of the IPsec VPN: its IKE daemon's, or of message ID VPN."""
    return record.msgid == "VPN" or key_values(record.data).get("subcomp") == "iked"
