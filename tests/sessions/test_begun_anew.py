"""A responder's session is up only if the initiator takes it up: one that begins it anew each time does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from diagnose.episodes import BASE, episode, event
from whydown.sessions.episodes import cut_episodes

if TYPE_CHECKING:
    from whydown.grammar.event import Event
    from whydown.sessions.model import Episode


def up(at: float, number: int, conn: str = "gw-a", remote_id: str = "@edge", role: str = "responder") -> Event:
    return event("peer ike.up", at=at, ike_id=number, role=role, conn=conn, remote_id=remote_id, remote="198.51.100.14")


FIRST, SECOND_UP, THIRD = up(0.0, 1), up(5.0, 3), up(15.0, 5)


def downs(*events: Event, sides: str = "peer") -> list[Episode]:
    return [e for e in cut_episodes(episode(*events, sides=sides).session) if e.layer == "session"]


def test_an_initiator_that_begins_a_third_time_without_ending_anything_has_taken_nothing_up() -> None:
    (down,) = downs(FIRST, SECOND_UP, THIRD)
    assert (down.began, down.ended, down.was_up) == (BASE, None, False)


def test_a_session_that_was_up_long_before_is_down_since_it_was_begun_anew() -> None:
    (down,) = downs(up(-7200.0, 9), FIRST, SECOND_UP, THIRD)
    assert (down.began, down.ended, down.was_up) == (BASE, None, True)


@pytest.mark.parametrize(
    "events",
    [
        (FIRST, SECOND_UP),  # a restart, or a beginning at both ends
        (FIRST, SECOND_UP, up(15.0, 5, conn="gw-c")),
        (FIRST, SECOND_UP, up(15.0, 5, remote_id="@other")),  # another client behind one address
        (FIRST, SECOND_UP, up(15.0, 5, role="initiator")),
        (FIRST, SECOND_UP, up(900.0, 5)),  # each had its time
        (FIRST, SECOND_UP, event("peer ike.start out", at=14.0), THIRD),  # this side wants another one itself
        (FIRST, SECOND_UP, event("peer child.start in", at=9.0), THIRD),
        (FIRST, SECOND_UP, event("peer ike.message in", at=9.0, exchange="INFORMATIONAL"), THIRD),
        (FIRST, SECOND_UP, THIRD, event("peer ike.message in", at=20.0, exchange="INFORMATIONAL")),
        (FIRST, SECOND_UP, THIRD, event("peer dpd.sent out", at=80.0)),  # no further one came
    ],
)
def test_what_a_restart_or_a_use_explains_leaves_the_session_up(events: tuple[Event, ...]) -> None:
    assert downs(*events) == []


def test_an_initiator_that_waits_longer_each_time_is_waited_for() -> None:
    (down,) = downs(FIRST, up(40.0, 3), up(120.0, 5), event("peer dpd.sent out", at=270.0))
    assert down.ended is None
    assert downs(FIRST, up(40.0, 3), up(120.0, 5), event("peer dpd.sent out", at=290.0)) == []


def test_the_edges_own_word_stands() -> None:
    on_the_edge = event("edge ike.up", at=0.1, ike_id=4, remote="203.0.113.25")
    assert downs(FIRST, on_the_edge, SECOND_UP, THIRD, sides="edge peer") == []
