"""No down time is passed over in silence: what the episodes hold, some incident tells of, known reason or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cases import CASES, GIVEN, events, given, knowledge, supply
from whydown.diagnose.diagnosis import tell
from whydown.sessions.episodes import cut_episodes
from whydown.sessions.rebuild import rebuild_sessions
from whydown.sources.line import Side
from whydown.tally import Tally

if TYPE_CHECKING:
    from whydown.grammar.event import Event

RECORDED = [case for case in CASES if case.startswith("lab/")]
WAYS = {
    "both": GIVEN,
    "the edge alone": frozenset({Side.EDGE}),
    "the peer alone": frozenset({Side.PEER}),
}


def exchanged(event: Event) -> Event:
    """Return the event as if the gateways stood in each other's place."""
    return event._replace(side=event.side.other if event.side else None)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", RECORDED)
def test_whatever_went_down_has_an_incident_in_whoevers_place_it_is_recorded(case: str, way: str) -> None:
    sides = WAYS[way] & frozenset(side.other for side in given(case))
    found = [e for e in map(exchanged, events(case)) if e.side in sides]
    sessions, _ = rebuild_sessions(found, sides, Tally())
    for session in sessions:
        episodes = cut_episodes(session)
        said = [incident for incident, _ in tell(session, episodes, knowledge(), Tally(), supply())]
        for episode in episodes:
            if not (episode.was_up and episode.flaps):
                continue
            last = max(e.at for e in session.events)
            meeting = [
                i for i in said if i.began <= (episode.ended or last) and (i.ended is None or i.ended >= episode.began)
            ]
            assert meeting, f"{episode.layer} {episode.tunnel}"
