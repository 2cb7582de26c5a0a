"""The library: all grammars at hand, read once, and the way from records to events."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from whydown.envelope import record
from whydown.envelope.record import Records
from whydown.errors import KnowledgeError
from whydown.grammar import expressions
from whydown.grammar.assemble import Assembler
from whydown.grammar.cache import GRAMMARS
from whydown.grammar.events import Events
from whydown.grammar.match import Matcher
from whydown.grammar.matches import Matches
from whydown.text import render_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from whydown.envelope.record import Record
    from whydown.grammar.compile import CompiledGrammar
    from whydown.grammar.event import Event
    from whydown.grammar.matches import Match
    from whydown.grammar.model import Grammar
    from whydown.tally import Tally
    from whydown.text import Problem

    Watch = Callable[[Sequence[Record], Sequence[Match | None]], None]

BATCH = 8192  # records matched at once; 1 where records must become events as they come
_STEP = 512  # records of a stream that are taken at once
_ROOM = 4 << 20  # characters that are matched at once
PAUSE: Final = Events(Records.of(()), Matches.of(()), ())  # what `record.PAUSE` is for events


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """Grammars in the order in which they are tried; one is the same as no other, so that it can be a key."""

    grammars: tuple[Grammar, ...]
    _compiled: dict[int, CompiledGrammar] = field(default_factory=dict, init=False, repr=False)  # for all readings

    @property
    def marks(self) -> tuple[str, ...]:
        """Literal texts, one of which stands in every raw line that any grammar speaks of."""
        marks = (mark for grammar in self.grammars for mark in (grammar.marks or grammar.apps))
        return tuple(dict.fromkeys(marks))

    def events(
        self, records: Iterable[Record], tally: Tally, *, batch: int = BATCH, watch: Watch | None = None
    ) -> Iterator[Event]:
        """Yield the events of a stream of records, as `read` does."""
        return self.read(_parts(records, min(_STEP, batch)), tally, batch=batch, watch=watch)

    def read(
        self, batches: Iterable[Records], tally: Tally, *, batch: int = BATCH, watch: Watch | None = None
    ) -> Iterator[Event]:
        """Yield the events of batches of records one by one, as `parts` does."""
        return chain.from_iterable(self.parts(batches, tally, batch=batch, watch=watch))

    def parts(
        self, batches: Iterable[Records], tally: Tally, *, batch: int = BATCH, watch: Watch | None = None
    ) -> Iterator[Sequence[Event]]:
        """Yield the events of batches of records in their order, most of them as columns; each record is counted.

        Batches are put together to so many records, or some more. `watch` is shown these with their matches, before the
        events that they complete. In a pause the events so far are yielded, and then `PAUSE`.
        """
        matcher, assembler = Matcher(self.grammars, self._compiled), Assembler(tally)
        for taken in _gathered(batches, batch):
            if taken is record.PAUSE:
                yield PAUSE
                continue
            matches = matcher.match(taken)
            if watch is not None:
                watch(taken, matches)
            yield from assembler.parts(taken, matches)
        yield assembler.finish()
        expressions.keep()


def _gathered(batches: Iterable[Records], most: int) -> Iterator[Records]:
    """Put batches together until they are so many records, or much text, or until a pause comes."""
    parts: list[Records] = []
    count, room = 0, _ROOM
    for batch in batches:
        if batch is record.PAUSE:
            if count:
                yield Records.joined(parts)
                parts, count, room = [], 0, _ROOM
            yield batch
            continue
        parts.append(batch)
        count += len(batch)
        room -= sum(map(len, batch.texts))
        if count >= most or room <= 0:
            yield Records.joined(parts)
            parts, count, room = [], 0, _ROOM
    if count:
        yield Records.joined(parts)


def _parts(records: Iterable[Record], most: int) -> Iterator[Records]:
    """Cut a stream of records into batches."""
    stream = iter(records)
    while part := Records.of(islice(stream, most)):
        yield part


def folders(further: Sequence[Path] = (), *, shipped: bool = True) -> tuple[Path, ...]:
    """Return the folders of knowledge in the order in which they count: given, $WHYDOWN_GRAMMARS, user's, shipped."""
    named = [Path(part) for part in os.environ.get("WHYDOWN_GRAMMARS", "").split(os.pathsep) if part]
    own = _config_home() / "whydown" / "grammars"
    found = [*further, *named, *([own] if own.is_dir() else []), *([shipped_folder()] if shipped else [])]
    return tuple(dict.fromkeys(found))


def _config_home() -> Path:
    given = os.environ.get("XDG_CONFIG_HOME", "")
    return Path(given) if given else Path("~/.config").expanduser()


def shipped_folder() -> Path:
    """Return the folder that comes with whydown: inside the package when installed, beside `src` in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "grammars"
    return inside if inside.is_dir() else package.parents[1] / "grammars"


def load(further: Sequence[Path] = (), *, shipped: bool = True) -> Library:
    """Read all grammars of the folders; KnowledgeError with every problem of every file when one does not read."""
    grammars: list[Grammar] = []
    troubles: list[str] = []
    for path in _files(folders(further, shipped=shipped)):
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as err:
            raise KnowledgeError(
                f"{path} cannot be read: {err.strerror or err}.", "Make it readable or remove it."
            ) from err
        except UnicodeDecodeError as err:
            raise KnowledgeError(f"{path} is not UTF-8 (byte {err.start}).", "Save it as UTF-8 or remove it.") from err
        grammar = GRAMMARS.find(text, str(path))
        if grammar is None:
            grammar, problems = _read(text, path)
            troubles += [render_problem(problem, text) for problem in problems]
        if grammar is not None:
            grammars.append(grammar)
    if troubles:
        count = f"{len(troubles)} problem{'s' * (len(troubles) > 1)} in the grammars (see 'whydown grammar check'):"
        raise KnowledgeError("\n\n".join([count, *troubles]))
    return Library(tuple(grammars))


def _read(text: str, path: Path) -> tuple[Grammar | None, tuple[Problem, ...]]:
    from whydown.grammar.syntax import read_grammar  # noqa: PLC0415 - loads pyparsing: only where a file is new

    grammar, problems = read_grammar(text, str(path))
    if grammar is not None and not problems:
        GRAMMARS.keep(text, str(path), grammar)
    return grammar, problems


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        if not place.is_dir():
            raise KnowledgeError(f"The grammar folder {place} is not there.", "Name a folder of .grammar files.")
        yield from sorted({*place.glob("*.grammar"), *place.glob("messages/*.grammar")})
