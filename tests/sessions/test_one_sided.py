"""A session that one gateway has up to the end of its log, and the other has not, is trouble though nothing went down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from diagnose.episodes import BASE, SECOND, episode, event
from whydown.sessions.episodes import cut_episodes

if TYPE_CHECKING:
    from whydown.grammar.event import Event
    from whydown.sessions.model import Episode

PEER_BEGINS = event("peer ike.start out", at=0.0, ike_id=7, remote="198.51.100.14")
EDGE_UP = event("edge ike.up", at=1.0, ike_id=4, remote="203.0.113.25")
PEER_UP = event("peer ike.up", at=1.2, ike_id=7, remote="198.51.100.14")
PEER_GIVES_UP = event("peer ike.timeout", at=16.0, ike_id=7)
PEER_STOPS = event("peer daemon.stop", at=20.0)
EDGE_GOES_ON = event("edge dpd.sent out", at=30.0, ike_id=4)


def troubles(*events: Event) -> list[Episode]:
    return [e for e in cut_episodes(episode(*events).session) if e.layer == "session" and not e.flaps]


def test_a_negotiation_that_only_the_responder_takes_for_done_is_trouble() -> None:
    (trouble,) = troubles(PEER_BEGINS, EDGE_UP, PEER_GIVES_UP, EDGE_GOES_ON)
    assert (trouble.began, trouble.was_up) == (BASE + 16 * SECOND, True)


def test_a_daemon_that_stops_without_a_word_leaves_the_other_side_up() -> None:
    (trouble,) = troubles(PEER_BEGINS, EDGE_UP, PEER_UP, PEER_STOPS, EDGE_GOES_ON)
    assert trouble.began == BASE + 20 * SECOND


@pytest.mark.parametrize(
    "events",
    [
        (PEER_BEGINS, EDGE_UP, PEER_UP, EDGE_GOES_ON),
        (PEER_BEGINS, PEER_GIVES_UP, EDGE_GOES_ON),  # the edge has no session, either
        (PEER_BEGINS, PEER_GIVES_UP, event("edge ike.up", at=17.0, ike_id=4), EDGE_GOES_ON),  # not of that negotiation
        (EDGE_UP, PEER_UP, PEER_STOPS),  # the edge was not heard any more
        (EDGE_UP, PEER_UP, PEER_STOPS, event("edge ike.delete in", at=20.5, ike_id=4), EDGE_GOES_ON),
        (EDGE_UP, PEER_UP, PEER_STOPS, event("peer ike.up", at=25.0, ike_id=1), EDGE_GOES_ON),
        (EDGE_UP, PEER_UP, PEER_STOPS, event("peer ike.delete out", at=20.5, ike_id=7), EDGE_GOES_ON),
        (PEER_BEGINS, EDGE_UP, event("peer message.garbled in", at=2.0), EDGE_GOES_ON),  # the next may be in order
    ],
)
def test_where_the_other_side_may_have_the_session_there_is_none(events: tuple[Event, ...]) -> None:
    assert troubles(*events) == []
