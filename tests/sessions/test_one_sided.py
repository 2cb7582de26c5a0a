"""An IKE SA that one gateway has to the end of its log, while the other one has lost it."""

from __future__ import annotations

import pytest

from diagnose.episodes import episode, event
from whydown.sessions.episodes import cut_episodes

UP = (
    event("edge ike.up", at=1.0, ike_id=1),
    event("peer ike.up", at=1.1, ike_id=1),
    event("edge ike.message in", at=20.0, exchange="INFORMATIONAL", message_id=2),
)


@pytest.mark.parametrize("kind", ["ike.timeout", "dpd.dead"])
@pytest.mark.parametrize("at", [15.0, 30.0], ids=["in the edge's window", "after it"])
def test_a_peer_that_gave_the_session_up_alone_is_trouble_of_it(kind: str, at: float) -> None:
    (found,) = cut_episodes(episode(*UP, event(f"peer {kind}", at=at, ike_id=1)).session)
    assert (found.layer, found.one_sided, found.was_up) == ("session", True, True)
    assert [e.kind for e in found.events if e.at == found.began] == [kind]


def test_a_peer_that_has_it_up_again_has_given_nothing_up() -> None:
    again = event("peer ike.up", at=16.0, ike_id=2)
    assert cut_episodes(episode(*UP, event("peer ike.timeout", at=15.0, ike_id=1), again).session) == ()


def test_a_peer_that_stops_when_the_edges_log_has_ended_may_do_so_because_the_edge_did() -> None:
    (found,) = cut_episodes(episode(*UP, event("peer daemon.stop", at=15.0)).session)
    assert found.one_sided
    assert cut_episodes(episode(*UP, event("peer daemon.stop", at=30.0)).session) == ()
