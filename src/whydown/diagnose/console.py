"""The rows of a console's status table: which of them somebody means, and what an incident's logs say of their problems."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from whydown.diagnose.tables import State, Status

_ALIKE = 0.8  # how much of two texts agrees where one is the other misspelt


class Near(NamedTuple):
    """A row that shows something else than was asked for: in these columns."""

    row: Status
    differs: tuple[str, ...]


def find_rows(statuses: Iterable[Status], asked: Mapping[str, str]) -> tuple[tuple[Status, ...], tuple[Near, ...]]:
    """Return the rows that show what was asked for by column, and those that nearly do, the nearest first.

    Case, punctuation and small misspellings do not count, and of a state with an error message either is enough. A
    column of which a row tells nothing speaks neither for it nor against it.
    """
    judged = []
    for row in statuses:
        columns = [column for column in asked if column in row.states]
        differs = tuple(column for column in columns if not _means(asked[column], row.states[column]))
        judged.append((row, len(columns) - len(differs), differs))
    most = max((agreed for _, agreed, differs in judged if not differs), default=0)
    found = tuple(row for row, agreed, differs in judged if agreed == most > 0 and not differs)
    near = sorted((j for j in judged if j[1] and j[2]), key=lambda j: (len(j[2]), -j[1]))
    return found, tuple(Near(row, differs) for row, _, differs in near)


def _means(asked: str, state: State) -> bool:
    """Whether somebody who writes `asked` means this state."""
    words = [*state.words, *([state.message] if state.message else [])]
    words += [f"{word} {state.message}" for word in state.words if state.message]
    wanted = _fold(asked)
    return any(wanted == known or SequenceMatcher(None, wanted, known).ratio() >= _ALIKE for known in map(_fold, words))


def _fold(text: str) -> str:
    """Return a text for comparing: lower case, no punctuation, without the console's own "Error Message"."""
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"error message", " ", text.lower())).strip()
