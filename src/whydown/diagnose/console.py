"""The rows of a console's status table: which of them somebody means, and what the logs say of a row's problems."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from whydown.diagnose.engine import find
from whydown.diagnose.incident import Confidence, PossibleProblem
from whydown.diagnose.model import How, Pattern, ReasonPattern, Role, Want
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from whydown.diagnose.coverage import Supply
    from whydown.diagnose.engine import Finding, Shown
    from whydown.diagnose.knowledge import Knowledge
    from whydown.diagnose.model import Cause
    from whydown.diagnose.scene import Scene
    from whydown.diagnose.tables import Possible, State, Status

_SIDES = {Role.EDGE: (Side.EDGE,), Role.PEER: (Side.PEER,)}  # any other role is tried as both
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


def judge_problems(
    knowledge: Knowledge,
    scene: Scene,
    shown: Shown,
    findings: Sequence[Finding],
    supplies: Mapping[str, Supply],
) -> tuple[PossibleProblem, ...]:
    """Return the problems of the row that an incident with this reason is, each with what the logs say of it.

    *supported*: a cause of it is probable or better; *ruled out*: what is probable excludes it, or every cause of it is
    false although the vendors heard (`supplies` says what each can write) would have shown it; otherwise *open*.
    """
    row = _row_of(knowledge.statuses, scene, shown, findings)
    if row is None:
        return ()
    told = []
    tip = " ".join(row.do)
    for problem in row.problems:
        causes = [c for c in knowledge.causes if _is_of(c.name, problem)]
        mine = [f for f in findings if _is_of(f.cause.name, problem)]
        sure = [f.cause.name for f in mine if f.level is not Confidence.POSSIBLE]
        if sure:
            told.append(PossibleProblem(str(row), problem.text, "supported", tuple(sure), tip))
        elif not mine and causes and _excluded(causes, scene, shown, findings, supplies):
            told.append(PossibleProblem(str(row), problem.text, "ruled out", (), tip))
        else:
            told.append(PossibleProblem(str(row), problem.text, "open", tuple(f.cause.name for f in mine), tip))
    return tuple(told)


def _row_of(statuses: Sequence[Status], scene: Scene, shown: Shown, findings: Sequence[Finding]) -> Status | None:
    """Return the row that shows the reason; for a session that never came up, or the one that names its cause.

    A console says "negotiation not started" of different keys, too, which a log calls a failed authentication.
    """
    row = next((s for s in statuses if any(n.name == shown.reason.asked for n in s.shows)), None)
    lead = findings[0] if findings else None
    named = shown.reason.layer == "session" and not scene.episode.was_up
    if row is None and named and lead is not None and lead.level is not Confidence.POSSIBLE:
        row = next((s for s in statuses if any(_is_of(lead.cause.name, p) for p in s.problems)), None)
    return row


def _is_of(cause: str, problem: Possible) -> bool:
    return any(cause == n.name or cause.startswith(n.name + "/") for n in problem.causes)


def _excluded(
    causes: Sequence[Cause],
    scene: Scene,
    shown: Shown,
    findings: Sequence[Finding],
    supplies: Mapping[str, Supply],
) -> bool:
    """Whether something probable silences all of these causes, or all are false and would have been seen."""
    speakers = [f.cause for f in findings if f.level is not Confidence.POSSIBLE]
    if all(any(s.silences(c.name) for s in speakers) for c in causes):
        return True
    return all(
        _can_be_asked(c, shown) and _would_show(c, scene, supplies) and find(c, scene, shown) is None for c in causes
    )


def _can_be_asked(cause: Cause, shown: Shown) -> bool:
    """Whether a cause says anything under this reason; one that asks for another reason does not."""
    patterns = [p for s in cause.steps if isinstance(s, Want) for p in s.patterns]
    return shown.reason.asked in cause.reasons or not any(isinstance(p, ReasonPattern) for p in patterns)


def _would_show(cause: Cause, scene: Scene, supplies: Mapping[str, Supply]) -> bool:
    """Whether each gateway was heard and its vendor can write what the cause looks for on its side."""
    for step in cause.steps:
        if not isinstance(step, Want) or step.how not in {How.IF, How.NEVER}:
            continue
        patterns = [p for p in step.patterns if isinstance(p, Pattern)]
        for side in {side for p in patterns for side in _SIDES.get(p.role, tuple(Side))}:
            wanted = [p for p in patterns if side in _SIDES.get(p.role, tuple(Side))]
            logs = [h for h in scene.hearing.heard if h.side is side]
            vendors = {h.vendor for h in logs if h.events}
            able = all(v in supplies and any(supplies[v].feeds(p) for p in wanted) for v in vendors)
            if not logs or not able:
                return False
    return True
