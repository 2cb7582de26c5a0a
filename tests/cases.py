"""The cases of `sample_logs`, read once, for the tests that ask each of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from whydown.diagnose.diagnosis import diagnose
from whydown.diagnose.knowledge import Knowledge
from whydown.diagnose.knowledge import load as load_knowledge
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
    from whydown.grammar.event import Event

SAMPLES = Path(__file__).parents[1] / "sample_logs"
CASES = tuple(sorted(str(p.parent.relative_to(SAMPLES)) for p in SAMPLES.glob("*/*/edge.log")))
LEVELS = ("none", "possible", "probable", "confirmed")
GIVEN = frozenset(Side)


@cache
def knowledge() -> Knowledge:
    """Return the shipped reasons and causes."""
    return load_knowledge()


@cache
def library() -> Library:
    """Return the shipped grammars."""
    return load_library()


@cache
def events(case: str) -> tuple[Event, ...]:
    """Return the events of a case, both sides."""
    folder = SAMPLES / case
    sides = {Side.EDGE: folder / "edge.log", Side.PEER: folder / "peer.log"}
    inputs = [Input(str(path), side) for side, path in sides.items() if path.exists()]
    return tuple(read_events(inputs, library=library(), tally=Tally()))


def incidents(found: Sequence[Event]) -> tuple[Incident, ...]:
    """Return what is said about events, both sides' logs being given."""
    tally = Tally()
    sessions, _ = rebuild_sessions(found, GIVEN, tally)
    return tuple(i for s in sessions for i in diagnose(s, cut_episodes(s), knowledge(), tally))


def level_of(cause: str, told: Sequence[Incident]) -> str:
    """Return the highest confidence with which any incident names a cause; `none` where none does."""
    named = [i.confidence.value for i in told if i.cause and i.cause.name == cause]
    named += [a.confidence.value for i in told for a in i.alternatives if a.name == cause]
    return max(named, key=LEVELS.index, default="none")
