"""The cases of `sample_logs`, read once, for the tests that ask each of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from whydown.diagnose.coverage import Supply, supplies
from whydown.diagnose.diagnosis import tell
from whydown.diagnose.loading import load as load_knowledge
from whydown.grammar.library import Library
from whydown.grammar.library import load as load_library
from whydown.pipeline import read_events
from whydown.sessions.episodes import cut_episodes
from whydown.sessions.rebuild import rebuild_sessions
from whydown.sources.files import Input
from whydown.sources.line import Side
from whydown.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.diagnose.incident import Incident
    from whydown.diagnose.knowledge import Knowledge
    from whydown.grammar.event import Event

SAMPLES = Path(__file__).parents[1] / "sample_logs"
CASES = tuple(sorted({str(p.parent.relative_to(SAMPLES)) for p in SAMPLES.glob("*/*/*.log")}))
LEVELS = ("none", "possible", "probable", "confirmed")
GIVEN = frozenset(Side)
_LOGS = {Side.EDGE: "edge.log", Side.PEER: "peer.log"}


@cache
def knowledge() -> Knowledge:
    """Return the shipped reasons and causes."""
    return load_knowledge()


@cache
def library() -> Library:
    """Return the shipped grammars."""
    return load_library()


@cache
def supply() -> dict[str, Supply]:
    """Return what each vendor's grammars can make."""
    return supplies(library().grammars)


@cache
def events(case: str) -> tuple[Event, ...]:
    """Return the events of a case, both sides."""
    inputs = [Input(str(SAMPLES / case / _LOGS[side]), side) for side in _LOGS if side in given(case)]
    return tuple(read_events(inputs, library=library(), tally=Tally()))


def given(case: str) -> frozenset[Side]:
    """Return the sides whose log a case has."""
    return frozenset(side for side, name in _LOGS.items() if (SAMPLES / case / name).exists())


def incidents(found: Sequence[Event], sides: frozenset[Side] = GIVEN) -> tuple[Incident, ...]:
    """Return what is said about events, the logs of these sides being given."""
    tally = Tally()
    sessions, _ = rebuild_sessions(found, sides, tally)
    return tuple(i for s in sessions for i, _ in tell(s, cut_episodes(s), knowledge(), tally, supply()))


@cache
def told(case: str) -> tuple[Incident, ...]:
    """Return what is said about a case."""
    return incidents(events(case), given(case))


def level_of(cause: str, said: Sequence[Incident]) -> str:
    """Return the highest confidence with which any incident names a cause; `none` where none does."""
    named = [i.confidence.value for i in said if i.cause and i.cause.name == cause]
    named += [a.confidence.value for i in said for a in i.alternatives if a.name == cause]
    return max(named, key=LEVELS.index, default="none")
