"""What records are to the grammars of their programs, column by column."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple, cast, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from whydown.grammar.compile import CompiledGrammar, Shape


class Match(NamedTuple):
    """What a record is to its program's grammar; `shape` is None where no wording fits."""

    grammar: CompiledGrammar
    shape: Shape | None
    fields: dict[str, Any]  # of the prefix and of the wording; not what `set` adds
    text: str  # the message without prefix, and without blanks around it


# NamedTuple's own constructor is a Python function; tuple's is C, and a log has millions of lines.
_match = cast(
    "Callable[[tuple[CompiledGrammar, Shape | None, dict[str, Any], str]], Match]", partial(tuple.__new__, Match)
)


class Matches(Sequence["Match | None"]):
    """Matches column by column; a `Match` is made when somebody asks for it, None where no grammar is given."""

    __slots__ = ("fields", "grammars", "shapes", "texts")

    def __init__(
        self,
        grammars: Sequence[CompiledGrammar | None],
        shapes: Sequence[Shape | None],
        fields: Sequence[dict[str, Any]],
        texts: Sequence[str],
    ) -> None:
        """Take the columns, all of one length."""
        self.grammars = grammars
        self.shapes = shapes
        self.fields = fields
        self.texts = texts

    @classmethod
    def of(cls, matches: Iterable[Match | None]) -> Matches:
        """Take matches that are at hand."""
        if isinstance(matches, Matches):
            return matches
        rows = [(None, None, {}, "") if match is None else match for match in matches]
        return cls(*(zip(*rows, strict=True) if rows else ((),) * 4))

    @classmethod
    def none(cls, count: int) -> Matches:
        """Return so many matches to be put in, of which none is there yet."""
        return cls([None] * count, [None] * count, [{}] * count, [""] * count)

    def put(self, places: Sequence[int], matches: Matches) -> None:
        """Put in what was found for some places."""
        for own, column in zip(self.columns(), matches.columns(), strict=True):
            deque(map(cast("list[Any]", own).__setitem__, places, column), 0)

    def columns(self) -> tuple[Sequence[Any], ...]:
        """Return all columns, in the order in which `Matches` takes them."""
        return self.grammars, self.shapes, self.fields, self.texts

    def where(self, keep: Sequence[bool]) -> Matches:
        """Return the matches for which that is so."""
        return Matches(*(list(compress(column, keep)) for column in self.columns()))

    def __len__(self) -> int:
        return len(self.shapes)

    def __iter__(self) -> Iterator[Match | None]:
        for row in zip(*self.columns(), strict=True):
            yield _match(row) if row[0] is not None else None

    @overload
    def __getitem__(self, place: int) -> Match | None: ...
    @overload
    def __getitem__(self, place: slice) -> Matches: ...
    def __getitem__(self, place: int | slice) -> Match | Matches | None:
        if isinstance(place, slice):
            return Matches(*(column[place] for column in self.columns()))
        return None if self.grammars[place] is None else self.match(place)

    def match(self, place: int) -> Match:
        """Return the match at a place where there is one."""
        grammar = cast("CompiledGrammar", self.grammars[place])
        return _match((grammar, self.shapes[place], self.fields[place], self.texts[place]))
