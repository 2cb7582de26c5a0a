"""Many messages at once: those that look alike are read by one expression, in one call.

Messages that are the same but for their digits are mostly of one wording. Which one is remembered by their look, and
is only a guess: all messages of a guess are joined to one text, which the wording's expression must read line for
line, and no wording that comes before it in the grammar may fit any of them. Where that does not hold, the messages
are left to be read one by one. So a guess costs or saves time and changes nothing else.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from itertools import repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, overload

from whydown.grammar.compile import unmasked
from whydown.grammar.slots import MASKED, convert_all

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from whydown.grammar.compile import Shape

_SEVERAL = 16  # texts that are worth one search for all
_FEW = 4  # messages that are read one by one as quickly
_BEGIN = 4  # letters by which wordings are told apart at first
_LOOKS = 50_000  # looks that are remembered
_VARYING = b"0123456789abcdef.:"  # what a look leaves out: addresses, numbers, identifiers
_BLANKS = re.compile("  +")

Fields: TypeAlias = dict[str, Any]


class Wording(NamedTuple):
    """A shape in its grammar: texts all of which stand in what it fits, and the words it begins and ends with."""

    shape: Shape
    needed: frozenset[str]
    first: str
    last: str


class Together(NamedTuple):
    """Messages of one wording: their places, and what they yield, column by column."""

    shape: Shape
    places: list[int]
    names: tuple[str, ...]
    columns: list[Sequence[Any]]

    def fields(self) -> list[Fields]:
        """Return what each message yields, without what was made unreadable."""
        if not self.names:
            return [{} for _ in self.places]
        fields = _dicts(self.names, self.columns)
        if self.shape.has_spis and any(MASKED in column for column in self.columns):
            return list(map(unmasked, fields))
        return fields


class Rows(Sequence[Fields]):
    """What messages yield, some read alone and some together; the rows of these are made when somebody asks."""

    __slots__ = ("_alone", "_heads", "_together")

    def __init__(self, alone: list[Any], together: list[Together], heads: Sequence[Fields]) -> None:
        """Take what those read alone yield, with None for the others, and what their prefixes yield, if there are any."""
        self._alone = alone
        self._together = together
        self._heads = heads

    def _all(self) -> list[Fields]:
        """Return all rows, made once."""
        heads, rows = self._heads, self._alone
        for some in self._together:
            own = some.fields()
            if heads:
                own = [{**heads[place], **more} for place, more in zip(some.places, own, strict=True)]
            deque(map(rows.__setitem__, some.places, own), 0)
        self._together = []
        return rows

    def __len__(self) -> int:
        return len(self._alone)

    def __iter__(self) -> Iterator[Fields]:
        return iter(self._all())

    @overload
    def __getitem__(self, place: int) -> Fields: ...
    @overload
    def __getitem__(self, place: slice) -> list[Fields]: ...
    def __getitem__(self, place: int | slice) -> Fields | list[Fields]:
        if isinstance(place, slice):
            return self._all()[place]
        row: Fields | None = self._alone[place]
        return self._all()[place] if row is None else row


class Index(NamedTuple):
    """What the reader of a grammar knows of its wordings, in the order in which they are tried."""

    wordings: Sequence[Wording]
    folded: bool  # texts are looked for in lower case
    search: Callable[[str], Sequence[str]]  # all looked-for texts that stand in a text
    holds: Callable[[Shape, str], bool]  # whether what a wording asks of the structured data holds


class Bulk:
    """Guesses wordings by look, and reads messages of one guess together."""

    def __init__(self, index: Index) -> None:
        """Begin without any guess."""
        self._index = index
        self._places = {id(wording.shape): place for place, wording in enumerate(index.wordings)}
        self._guesses: dict[int, _Group | None] = {}  # by look; None: several wordings look so, or none
        self._groups: dict[int, _Group] = {}  # by wording
        self._alike: dict[str, list[int]] = defaultdict(list)  # places of wordings, by the letters that they begin with
        self._short: list[int] = []  # places of those that begin with fewer
        for place, wording in enumerate(index.wordings):
            (self._alike[wording.first[:_BEGIN]] if len(wording.first) >= _BEGIN else self._short).append(place)

    def read(
        self, texts: Sequence[str], data_at: Callable[[int], str], alone: Callable[[int], Shape | None]
    ) -> list[Together]:
        """Return the messages that could be read together; `alone` reads the one at a place, and is asked for the others.

        Of those that look alike for the first time, one is read alone.
        """
        looks = looks_of(texts)
        by_guess: dict[_Group | None, list[int]] = defaultdict(list)
        for place, guess in enumerate(map(self._guesses.get, looks, repeat(_UNSEEN))):
            by_guess[guess].append(place)
        for place in by_guess.pop(_UNSEEN, ()):
            if looks[place] in self._guesses:
                by_guess[self._guesses[looks[place]]].append(place)
            else:
                self._learn(looks[place], alone(place))
        found: list[Together] = []
        left: list[int] = []
        for group, places in by_guess.items():
            columns = None
            if group is not None and len(places) >= _FEW:
                given = set(map(data_at, places)) if group.asks_data else ()
                columns = group.read(itemgetter(*places)(texts), given)
            if group is None or columns is None:
                left += places
            else:
                found.append(Together(group.shape, places, group.shape.names, columns))
        for place in left:
            self._learn(looks[place], alone(place))
        return found

    def _learn(self, look: int, shape: Shape | None) -> None:
        """Remember which wording a message of this look was; None: none."""
        group = None if shape is None else self._group(shape)
        if self._guesses.setdefault(look, group) is not group:
            self._guesses[look] = None
        elif len(self._guesses) > _LOOKS:
            self._guesses.clear()

    def _group(self, shape: Shape) -> _Group | None:
        if id(shape) not in self._groups:
            self._groups[id(shape)] = _Group(shape, self._rivals(self._places[id(shape)]), self._index)
        group = self._groups[id(shape)]
        return group if group.able else None

    def _rivals(self, place: int) -> tuple[Wording, ...]:
        """Return the wordings that come before the one at a place, and may fit the same text."""
        wordings = self._index.wordings
        own = wordings[place]
        near = self._alike.get(own.first[:_BEGIN], ()) if len(own.first) >= _BEGIN else range(place)
        before = [at for at in {*near, *self._short} if at < place and _may_fit_both(wordings[at], own)]
        return tuple(wordings[at] for at in sorted(before))


def _may_fit_both(one: Wording, other: Wording) -> bool:
    """Whether a text may begin and end as both wordings do."""
    return (one.first.startswith(other.first) or other.first.startswith(one.first)) and (
        one.last.endswith(other.last) or other.last.endswith(one.last)
    )


def looks_of(texts: Sequence[str]) -> list[int]:
    """Return for each text a number that is the same for those which differ in digits alone."""
    joined = "\n".join(texts).encode(errors="surrogateescape")
    looks = list(map(hash, joined.translate(None, _VARYING).split(b"\n")))
    return looks if len(looks) == len(texts) else [0] * len(texts)  # line feeds in a text: it is not worth more


class _Group:
    """One wording, with those that come before it and might fit the same text."""

    def __init__(self, shape: Shape, rivals: tuple[Wording, ...], index: Index) -> None:
        self.shape = shape
        self.able = not shape.data and shape.stays_within_lines
        self.asks_data = any(rival.shape.data for rival in rivals)
        self._rivals = rivals
        self._index = index

    def read(self, texts: Sequence[str], datas: Collection[str]) -> list[Sequence[Any]] | None:
        """Return the fields, one column each; None where not each text is of this wording, or that is not certain."""
        joined = "\n".join(texts)
        spaced = "  " in joined
        rows = self.shape.groups(joined, tight=not spaced)
        if len(rows) != len(texts) or self._fits_before(texts, joined, datas, spaced=spaced):
            return None
        names = self.shape.names
        if not names:
            return []
        written: Iterable[Sequence[str]] = zip(*rows, strict=True) if len(names) > 1 else [rows]
        try:
            return list(map(convert_all, self.shape.converters, written))
        except ValueError:  # a converter refuses
            return None

    def _fits_before(self, texts: Sequence[str], joined: str, datas: Collection[str], *, spaced: bool) -> bool:
        """Whether a wording that comes before fits one of the texts."""
        plain = _BLANKS.sub(" ", joined) if spaced else joined
        if self._index.folded:
            plain = plain.lower()
        found = frozenset(self._index.search(plain)) if len(self._rivals) > _SEVERAL else None
        for rival, needed, _, _ in self._rivals:
            if not (all(map(plain.__contains__, needed)) if found is None else needed <= found):
                continue
            if rival.data and not any(map(self._index.holds, repeat(rival), datas)):
                continue
            if any(map(rival.loose if spaced else rival.tight, texts)):
                return True
        return False


def _dicts(names: tuple[str, ...], columns: Sequence[Iterable[Any]]) -> list[Fields]:
    """Return a mapping of the names for each row; written out for few names, since that is three times as fast."""
    match names:
        case (a,):
            return [{a: x} for x in columns[0]]
        case (a, b):
            return [{a: x, b: y} for x, y in zip(*columns, strict=True)]
        case (a, b, c):
            return [{a: x, b: y, c: z} for x, y, z in zip(*columns, strict=True)]
        case _:
            return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


_UNSEEN: Any = object()  # stands for the guess of a look that was never seen
