"""A log record: the header's facts and the message. Many records are kept column by column."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from enum import IntEnum
from functools import partial
from itertools import chain, compress
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, cast, overload

from whydown.sources.line import Origin, Origins

if TYPE_CHECKING:
    from collections.abc import Callable

    from whydown.sources.line import Side

Header: TypeAlias = tuple[str, str, str, str, str]  # host, app, pid, msgid, structured data as written


class Certainty(IntEnum):
    """How well a time is known, best last."""

    UNTIMED = 0  # the line bears no time: its place in the file is all there is
    YEAR_ASSUMED = 1  # no year in the line (and then no zone either)
    ZONE_ASSUMED = 2
    STAMPED = 3


# at, certainty, host, app, pid, msgid, data, text: a record without its origin
Head: TypeAlias = tuple[int, Certainty, str, str, str, str, str, str]


class Record(NamedTuple):
    """One record: `at` in microseconds since 1970-01-01 UTC; `data` is the structured data as written."""

    at: int
    certainty: Certainty
    host: str
    app: str
    pid: str
    msgid: str
    data: str
    text: str
    origin: Origin
    side: Side | None


_header = itemgetter(slice(2, 7))  # of a record
# NamedTuple's own constructor is a Python function; tuple's is C, and a log has millions of lines.
_record = cast("Callable[[tuple[Any, ...]], Record]", partial(tuple.__new__, Record))


class Records(Sequence[Record]):
    """Records column by column; a `Record` is made when somebody asks for it. Those that begin alike share a header."""

    __slots__ = ("ats", "certainties", "headers", "origins", "sides", "texts")

    def __init__(  # noqa: PLR0913, PLR0917 - a record's columns
        self,
        ats: Sequence[int],
        certainties: Sequence[Certainty],
        headers: Sequence[Header],
        texts: Sequence[str],
        origins: Sequence[Origin],
        sides: Sequence[Side | None],
    ) -> None:
        """Take the columns, all of one length."""
        self.ats = ats
        self.certainties = certainties
        self.headers = headers
        self.texts = texts
        self.origins = origins
        self.sides = sides

    @classmethod
    def of(cls, records: Iterable[Record]) -> Records:
        """Take records that are at hand."""
        if isinstance(records, Records):
            return records
        rows = list(records)
        ats, certainties, _, _, _, _, _, texts, origins, sides = zip(*rows, strict=True) if rows else ((),) * 10
        return cls(ats, certainties, list(map(_header, rows)), texts, origins, sides)

    @classmethod
    def joined(cls, parts: Sequence[Records]) -> Records:
        """Put records behind one another."""
        if len(parts) == 1:
            return parts[0]
        ats, certainties, headers, texts, origins, sides = zip(*map(Records.columns, parts), strict=True)
        ats, certainties, headers, texts, sides = (
            list(chain.from_iterable(column)) for column in (ats, certainties, headers, texts, sides)
        )
        return cls(ats, certainties, headers, texts, Origins.joined(origins), sides)

    def unlike(self) -> Collection[Header]:
        """Return the headers that occur; mostly all records share one."""
        headers = self.headers
        return headers[:1] if headers and headers.count(headers[0]) == len(headers) else set(headers)

    def columns(self) -> tuple[Sequence[Any], ...]:
        """Return all columns, in the order in which `Records` takes them."""
        return self.ats, self.certainties, self.headers, self.texts, self.origins, self.sides

    def where(self, keep: Sequence[bool]) -> Records:
        """Return the records for which that is so."""
        origins = self.origins
        kept = origins.where(keep) if isinstance(origins, Origins) else list(compress(origins, keep))
        return self._picked(lambda column: list(compress(column, keep)), kept)

    def at(self, places: Sequence[int]) -> Records:
        """Return the records at some places."""
        origins = self.origins
        kept = origins.at(places) if isinstance(origins, Origins) else list(map(origins.__getitem__, places))
        return self._picked(lambda column: list(map(column.__getitem__, places)), kept)

    def _picked(self, pick: Callable[[Sequence[Any]], list[Any]], origins: Sequence[Origin]) -> Records:
        ats, certainties, headers, texts = map(pick, (self.ats, self.certainties, self.headers, self.texts))
        return Records(ats, certainties, headers, texts, origins, pick(self.sides))

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[Record]:
        for at, certainty, header, text, origin, side in zip(*self.columns(), strict=True):
            yield _record((at, certainty, *header, text, origin, side))

    @overload
    def __getitem__(self, place: int) -> Record: ...
    @overload
    def __getitem__(self, place: slice) -> Records: ...
    def __getitem__(self, place: int | slice) -> Record | Records:
        if isinstance(place, slice):
            return Records(*(column[place] for column in self.columns()))
        when = self.ats[place], self.certainties[place]
        return _record((*when, *self.headers[place], self.texts[place], self.origins[place], self.sides[place]))


PAUSE: Final = Records.of(())  # what `line.PAUSE` is for records
