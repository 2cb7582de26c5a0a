"""An IKE SA is up only where both gateways take it for up, as far as one log can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from diagnose.episodes import BASE, SECOND, episode, event
from whydown.sessions.episodes import cut_episodes

if TYPE_CHECKING:
    from whydown.grammar.event import Event
    from whydown.sessions.model import Episode

ANSWERED = (
    event("peer ike.start in", at=0.0, ike_id=1, remote="198.51.100.14"),
    event("peer ike.up", at=1.0, ike_id=1, remote="198.51.100.14"),
)
AGAIN = (event("peer retransmit.seen in", at=3.0), event("peer retransmit.seen in", at=7.0))
SENSELESS = event("peer message.garbled in", at=3.5)


def downs(*events: Event, sides: str = "peer") -> list[Episode]:
    return [e for e in cut_episodes(episode(*events, sides=sides).session) if e.layer == "session"]


def test_an_initiator_that_repeats_itself_and_makes_no_sense_has_not_taken_the_session_up() -> None:
    (down,) = downs(*ANSWERED, *AGAIN, SENSELESS)
    assert (down.began, down.ended, down.was_up) == (BASE, None, False)


@pytest.mark.parametrize(
    "after",
    [
        (),
        AGAIN,  # a lost answer
        (AGAIN[0], SENSELESS),  # once more only
        (*AGAIN, SENSELESS, event("peer child.up", at=8.0, child="net")),
    ],
)
def test_what_a_lost_answer_explains_leaves_the_session_up(after: tuple[Event, ...]) -> None:
    assert downs(*ANSWERED, *after) == []


def test_repeats_long_after_are_of_something_else() -> None:
    late = [
        event(f"peer {kind} in", at=70.0 + n) for n, kind in enumerate(["retransmit.seen"] * 2 + ["message.garbled"])
    ]
    assert downs(*ANSWERED, *late) == []


def test_the_down_of_an_sa_that_was_never_taken_up_is_no_further_one() -> None:
    gone = event("peer ike.delete out", at=20.0, ike_id=1)
    (down,) = downs(*ANSWERED, *AGAIN, SENSELESS, gone)
    assert (down.began, down.flaps) == (BASE, 1)
    assert not down.was_up


def test_the_edges_log_alone_tells_it_of_a_peer_that_began() -> None:
    answered = [event(f"edge {kind}", at=n, ike_id=1) for n, kind in enumerate(["ike.start in", "ike.up"])]
    again = [
        event(f"edge {kind} in", at=3.0 + n) for n, kind in enumerate(["retransmit.seen"] * 2 + ["message.garbled"])
    ]
    (down,) = downs(*answered, *again, sides="edge")
    assert (down.began, down.ended, down.was_up) == (BASE, None, False)


def test_the_edges_own_word_stands() -> None:
    on_the_edge = event("edge ike.up", at=1.0, ike_id=4, remote="203.0.113.25")
    ended = downs(on_the_edge, *ANSWERED, *AGAIN, SENSELESS, sides="edge peer")
    assert all(e.ended is not None and e.ended <= BASE + SECOND for e in ended)
