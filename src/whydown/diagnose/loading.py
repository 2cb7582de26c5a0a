"""Read what is known of reasons and causes from the same folders as the grammars, and check it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from whydown.diagnose import model, tables
from whydown.diagnose.kind_sets import filled_in
from whydown.diagnose.knowledge import Knowledge, Reading
from whydown.errors import KnowledgeError
from whydown.grammar.cache import Cache
from whydown.grammar.places import CAUSES, folders
from whydown.grammar.vocabulary import Direction, Kind
from whydown.text import Problem, render_problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from whydown.diagnose.model import Cause, KindSet, Reason
    from whydown.diagnose.tables import Commands, Status

    _Block = Reason | Cause | Status | Commands | KindSet

_B = TypeVar("_B", bound="Reason | Cause | Status | Commands | KindSet")
_READINGS = Cache(
    Reading,
    (
        model.Role,
        model.How,
        model.Ref,
        model.Literal,
        model.Call,
        model.Sum,
        model.Condition,
        model.Window,
        model.Likeness,
        model.Pattern,
        model.ReasonPattern,
        model.Want,
        model.Where,
        model.Let,
        model.Text,
        model.Differs,
        model.Trial,
        model.Named,
        model.Reason,
        model.Cause,
        model.KindSet,
        tables.State,
        tables.Possible,
        tables.Status,
        tables.Commands,
        Direction,
        Kind,
    ),
    (Path(__file__).parent,),
)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the files hold, every problem of them, and their texts by path, so that problems can be drawn."""

    knowledge: Knowledge
    problems: tuple[Problem, ...]
    sources: Mapping[str, str]


def load(further: Sequence[Path] = (), *, shipped: bool = True) -> Knowledge:
    """Read all reasons and causes; KnowledgeError with every problem of every file when one does not read.

    A block of a folder that counts more takes the place of one with the same name in a folder that counts less, so a
    site can put its own in place of a shipped one.
    """
    found = gather(further, shipped=shipped)
    if found.problems:
        troubles = (render_problem(p, found.sources.get(p.span.path, "")) for p in found.problems)
        raise KnowledgeError("\n\n".join(troubles), "Run 'whydown grammar check' on the file.")
    return found.knowledge


def gather(further: Sequence[Path] = (), *, shipped: bool = True) -> Gathered:
    """Read and check all reasons and causes; KnowledgeError where a file or folder is not there or is no text."""
    from whydown.diagnose.check import check  # noqa: PLC0415 - only where something is loaded

    sources: dict[str, str] = {}
    by_folder = [
        tuple(_read(path, sources) for path in knowledge_files(place)) for place in folders(further, shipped=shipped)
    ]
    unread = [p for readings in by_folder for r in readings for p in r.problems]
    twice = [p for readings in by_folder for p in doubles(readings)]
    knowledge = combine(by_folder)
    return Gathered(knowledge, (*unread, *check(knowledge, twice=twice)), sources)


def knowledge_files(folder: Path) -> tuple[Path, ...]:
    """Return a folder's files of everything but grammars, in the order in which they are read."""
    patterns = (*(f"*{suffix}" for suffix in CAUSES), "causes/*.causes")
    found = {p for pattern in patterns for p in folder.glob(pattern)}
    return tuple(sorted(found, key=lambda p: (p.suffix != ".reasons", str(p))))


def combine(by_folder: Iterable[Iterable[Reading]]) -> Knowledge:
    """Join what files say, with the kinds of every set in the clauses that name it; folders that count more come first."""
    readings = [reading for folder in by_folder for reading in folder]
    return filled_in(
        Knowledge(
            _first(b for r in readings for b in r.reasons),
            _first(b for r in readings for b in r.causes),
            _first(b for r in readings for b in r.statuses),
            _first(b for r in readings for b in r.commands),
            _first(b for r in readings for b in r.kind_sets),
        )
    )


def _first(found: Iterable[_B]) -> tuple[_B, ...]:
    """Return the first block of each name."""
    blocks: dict[str, _B] = {}
    for block in found:
        blocks.setdefault(block.name, block)
    return tuple(blocks.values())


def doubles(readings: Iterable[Reading]) -> Iterator[Problem]:
    """Yield a problem for each block of one folder whose name is taken."""
    seen: dict[tuple[str, str], _Block] = {}
    for reading in readings:
        blocks: list[tuple[str, _Block]] = [("reason", block) for block in reading.reasons]
        blocks += [("cause", block) for block in reading.causes]
        blocks += [("status", block) for block in reading.statuses]
        blocks += [("commands", block) for block in reading.commands]
        blocks += [("kinds", block) for block in reading.kind_sets]
        for word, block in blocks:
            first = seen.setdefault((word, block.name), block)
            if first is not block:
                where = f"{first.span.path}:{first.span.line}"
                yield Problem(
                    "C021", f"there are two blocks '{word} {block.name}'", block.span, f"the first stands at {where}"
                )


def _read(path: Path, sources: dict[str, str]) -> Reading:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise KnowledgeError(f"{path} cannot be read: {err}.", "Mend or remove it.") from err
    sources[str(path)] = text
    return _READINGS.find(text, str(path)) or _parsed(text, str(path))


def _parsed(text: str, path: str) -> Reading:
    from whydown.diagnose.syntax import read_causes  # noqa: PLC0415 - loads pyparsing: only where a file is new

    reading = read_causes(text, path)
    if not reading.problems:
        _READINGS.keep(text, path, reading)
    return reading
