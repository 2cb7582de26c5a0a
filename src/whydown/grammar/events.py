"""Events of one record each, column by column: what reads a log makes no event that nobody asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import repeat
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, cast, overload

from whydown.grammar.event import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from whydown.envelope.record import Record, Records
    from whydown.grammar.compile import Shape
    from whydown.grammar.matches import Match, Matches
    from whydown.grammar.vocabulary import Kind

_host, _app, _pid = map(itemgetter, range(3))  # of a header
_kind, _direction, _rule = map(itemgetter, range(3))  # of what a shape tells
_vendor, _told, _completes = attrgetter("vendor"), attrgetter("told"), attrgetter("completes")  # of grammar and shape
# NamedTuple's own constructor is a Python function; tuple's is C, and a log has millions of lines.
_event = cast("Callable[[tuple[Any, ...]], Event]", partial(tuple.__new__, Event))


class Events(Sequence[Event]):
    """The events that some of many records are; an `Event` is made when somebody asks for it."""

    __slots__ = ("_matches", "_places", "_records")

    def __init__(self, records: Records, matches: Matches, places: Sequence[int]) -> None:
        """Take records with their matches, and the places, in order, of those that are an event."""
        self._records = records
        self._matches = matches
        self._places = places

    @property
    def ats(self) -> Sequence[int]:
        """The times of the events."""
        return _at(self._records.ats, self._places)

    @property
    def kinds(self) -> Sequence[Kind]:
        """The kinds of the events."""
        return [cast("Kind", shape.told[0]) for shape in self._shapes()]

    @property
    def fields(self) -> Sequence[Mapping[str, Any]]:
        """The typed fields of the events."""
        shapes, found = self._shapes(), _at(self._matches.fields, self._places)
        if any(map(_completes, set(shapes))):
            return [shape.completed(own) for shape, own in zip(shapes, found, strict=True)]
        return found

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Event]:
        records = self._records
        headers, shapes = _at(records.headers, self._places), self._shapes()
        writers: Iterable[Iterable[str]] = (map(part, headers) for part in (_host, _app, _pid))
        if headers and headers.count(headers[0]) == len(headers):
            writers = map(repeat, headers[0][:3], repeat(len(headers)))
        certainties, sides, origins, texts = (
            _at(column, self._places) for column in (records.certainties, records.sides, records.origins, records.texts)
        )
        told = list(map(_told, shapes))
        who = sides, *writers, map(_vendor, _at(self._matches.grammars, self._places))
        what = map(_kind, told), map(_direction, told), self.fields, map(_rule, told)
        return map(_event, zip(self.ats, certainties, *who, *what, zip(origins, strict=True), texts, strict=True))

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> Events: ...
    def __getitem__(self, place: int | slice) -> Event | Events:
        if isinstance(place, slice):
            return Events(self._records, self._matches, self._places[place])
        (event,) = Events(self._records, self._matches, [self._places[place]])
        return event

    def _shapes(self) -> Sequence[Shape]:
        return _at(cast("Sequence[Shape]", self._matches.shapes), self._places)


def event_of(record: Record, match: Match, shape: Shape) -> Event:
    """Return the event that a record is which is one by itself."""
    kind, direction, rule = shape.told
    at, certainty, host, app, pid, _, _, text, origin, side = record
    fields = shape.completed(match[2]) if shape.completes else match[2]
    vendor = match[0].vendor
    return _event((at, certainty, side, host, app, pid, vendor, kind, direction, fields, rule, (origin,), text))


def _at(column: Sequence[Any], places: Sequence[int]) -> Sequence[Any]:
    """Return what stands at some places, in order; the column itself where these are all."""
    return column if len(places) == len(column) else list(map(column.__getitem__, places))
