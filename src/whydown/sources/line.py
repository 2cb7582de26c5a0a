"""A line of a log and where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import partial
from itertools import chain, compress, repeat
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast, overload

if TYPE_CHECKING:
    from collections.abc import Callable


class Side(StrEnum):
    """Whose log it is: a property of the input, never of the vendor."""

    EDGE = "edge"
    PEER = "peer"

    @property
    def other(self) -> Side:
        """The side across."""
        return Side.PEER if self is Side.EDGE else Side.EDGE


class Origin(NamedTuple):
    """Where a line stands: `line` counts from 1, `offset` is in bytes of the decompressed member."""

    source: str  # the path as the user gave it, "-" for standard input
    member: str  # the member of an archive (`edge.tgz!var/log/syslog`), "" where there is none
    line: int
    offset: int

    @property
    def path(self) -> str:
        """The file, and the member in it: `mgr.tar!edge.tgz!var/log/syslog`."""
        return f"{self.source}!{self.member}" if self.member else self.source

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


# NamedTuple's own constructor is a Python function; tuple's is C, and a log has millions of lines.
_origin = cast("Callable[[tuple[str, str, int, int]], Origin]", partial(tuple.__new__, Origin))


class Origins(Sequence[Origin]):
    """Where lines of one file or member stand, column by column; an `Origin` is made when somebody asks for it."""

    __slots__ = ("member", "numbers", "offsets", "source")

    def __init__(self, source: str, member: str, numbers: Sequence[int], offsets: Sequence[int]) -> None:
        """Take the file and the member with the numbers and the places of lines, as many of one as of the other."""
        self.source = source
        self.member = member
        self.numbers = numbers
        self.offsets = offsets

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[Origin]:
        return map(_origin, zip(repeat(self.source), repeat(self.member), self.numbers, self.offsets, strict=False))

    @overload
    def __getitem__(self, place: int) -> Origin: ...
    @overload
    def __getitem__(self, place: slice) -> Origins: ...
    def __getitem__(self, place: int | slice) -> Origin | Origins:
        if isinstance(place, slice):
            return Origins(self.source, self.member, self.numbers[place], self.offsets[place])
        return _origin((self.source, self.member, self.numbers[place], self.offsets[place]))

    @classmethod
    def joined(cls, parts: Sequence[Sequence[Origin]]) -> Sequence[Origin]:
        """Put columns behind one another; they stay columns where all are of one file or member."""
        own = [part for part in parts if isinstance(part, Origins)]
        if len(own) < len(parts) or len({(part.source, part.member) for part in own}) > 1:
            return list(chain.from_iterable(parts))
        numbers = list(chain.from_iterable(part.numbers for part in own))
        offsets = list(chain.from_iterable(part.offsets for part in own))
        return cls(own[0].source, own[0].member, numbers, offsets)

    def at(self, places: Sequence[int]) -> Origins:
        """Return those at some places."""
        numbers, offsets = (list(map(column.__getitem__, places)) for column in (self.numbers, self.offsets))
        return Origins(self.source, self.member, numbers, offsets)

    def where(self, keep: Sequence[bool]) -> Origins:
        """Return those for which that is so."""
        numbers, offsets = list(compress(self.numbers, keep)), list(compress(self.offsets, keep))
        return Origins(self.source, self.member, numbers, offsets)


class Content(NamedTuple):
    """A text that is at hand and need not be read from a file, and when it was written (microseconds UTC)."""

    data: bytes
    written: int | None = None


class Line(NamedTuple):
    """One line without its line feed; bytes that are no UTF-8 are kept as surrogates."""

    text: str
    origin: Origin
    side: Side | None  # as the user said with --edge or --peer; None: to be found out


# NamedTuple's own constructor is a Python function; tuple's is C, and a log has millions of lines.
_line = cast("Callable[[tuple[Any, ...]], Line]", partial(tuple.__new__, Line))


class Lines:
    """Lines of one file or member, column by column; a `Line` is made when somebody asks for it."""

    __slots__ = ("origins", "side", "texts")

    def __init__(self, texts: Sequence[str], origins: Sequence[Origin], side: Side | None) -> None:
        """Take texts with the places where they stand, one each, and whose log it is."""
        self.texts = texts
        self.origins = origins
        self.side = side

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Lines:
        """Take lines of one file or member that are at hand."""
        return cls([line.text for line in lines], [line.origin for line in lines], lines[0].side if lines else None)

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[Line]:
        return map(_line, zip(self.texts, self.origins, repeat(self.side), strict=False))

    def __getitem__(self, places: slice) -> Lines:
        return Lines(self.texts[places], self.origins[places], self.side)

    def where(self, keep: Sequence[bool]) -> Lines:
        """Return the lines for which that is so."""
        origins = self.origins
        kept = origins.where(keep) if isinstance(origins, Origins) else list(compress(origins, keep))
        return Lines(list(compress(self.texts, keep)), kept, self.side)


PAUSE: Final = Lines([], [], None)  # stands between batches where nothing more waits in the input
