"""A gateway that hears one request again and again, and answers none of it, has no session with whoever sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from diagnose.episodes import BASE, SECOND, episode, event
from whydown.sessions.episodes import cut_episodes

if TYPE_CHECKING:
    from whydown.grammar.event import Event
    from whydown.sessions.model import Episode

SPI = "0xcf89a0e0200e3d32"


def message(way: str, at: float, number: int, role: str, spi: str = SPI) -> Event:
    kind = f"peer ike.message {way}"
    return event(kind, at=at, exchange="INFORMATIONAL", message_id=number, role=role, spi_i=spi, remote="198.51.100.14")


ANSWERED = (message("in", 0.0, 1, "request"), message("out", 0.1, 1, "response"))
UP = event("peer ike.up", at=0.2, spi_i=SPI, remote="198.51.100.14")
ASKED, AGAIN = message("in", 60.0, 2, "request"), message("in", 64.0, 2, "request")


def downs(*events: Event, sides: str = "peer") -> list[Episode]:
    return [e for e in cut_episodes(episode(*events, sides=sides).session) if e.layer == "session"]


def test_a_request_that_comes_again_without_an_answer_shows_the_session_down() -> None:
    (down,) = downs(*ANSWERED, UP, ASKED, AGAIN)
    assert (down.began, down.ended, down.was_up) == (BASE + 60 * SECOND, None, True)


@pytest.mark.parametrize(
    "events",
    [
        (*ANSWERED, UP, ASKED),  # the log may end before the answer
        (*ANSWERED, UP, ASKED, AGAIN, message("out", 64.1, 2, "response")),  # one answer was lost
        (*ANSWERED, UP, ASKED, message("in", 64.0, 3, "request")),
        (*ANSWERED, UP, ASKED, message("in", 60.2, 2, "request")),  # the answer may be on its way
        (UP, ASKED, AGAIN),  # this log has not shown that it shows answers
        (message("out", 0.1, 1, "response", "0x1122334455667788"), UP, ASKED, AGAIN),
    ],
)
def test_what_may_have_been_answered_shows_nothing(events: tuple[Event, ...]) -> None:
    assert downs(*events) == []


def test_the_edges_own_log_is_the_better_witness() -> None:
    edge_up = event("edge ike.up", at=0.2, spi_i=SPI, remote="203.0.113.25")
    assert downs(edge_up, *ANSWERED, UP, ASKED, AGAIN, sides="edge peer") == []


def repeat(at: float, **fields: Any) -> Event:
    return event("peer retransmit out", at=at, remote="198.51.100.14", **fields)


REPEATS = tuple(repeat(60.0 + n, role="request", message_id=3) for n in (4, 11, 24))
SHOWN = message("in", 30.0, 0, "response")


def test_a_request_of_its_own_that_goes_unanswered_to_the_end_shows_the_session_down() -> None:
    (down,) = downs(*ANSWERED, UP, SHOWN, *REPEATS)
    assert (down.began, down.ended, down.was_up) == (BASE + 64 * SECOND, None, True)


@pytest.mark.parametrize(
    "events",
    [
        (UP, *REPEATS),  # this log may not show answers: Libreswan's does not
        (UP, SHOWN, *REPEATS[:2]),
        (UP, SHOWN, *REPEATS, message("in", 84.1, 3, "response")),
        (UP, SHOWN, *REPEATS, message("in", 84.1, 2, "request")),  # the other side lives
        (UP, SHOWN, *REPEATS[:2], repeat(85.0, role="request", message_id=4)),
    ],
)
def test_repeats_that_may_be_answered_show_nothing(events: tuple[Event, ...]) -> None:
    assert downs(*events) == []


QUICK = tuple(repeat(60.0 + n, child_id=2, state="STATE_QUICK_R1") for n in (1, 3, 7))
GIVEN_UP = (
    event("peer child.failed", at=75.0, child_id=2, cause="timeout"),
    event("peer child.delete out", at=75.1, child_id=2),
    event("peer child.gone", at=75.2, child_id=2),
)
UP_V1 = event("peer ike.up", at=0.2, version=1, remote="198.51.100.14")


def test_a_tunnel_that_is_never_confirmed_by_one_who_says_nothing_more_shows_the_session_down() -> None:
    (down,) = downs(UP_V1, *QUICK, *GIVEN_UP)
    assert (down.began, down.ended) == (BASE + 61 * SECOND, None)


def test_who_goes_on_talking_has_the_session_though_not_the_tunnel() -> None:
    assert downs(UP_V1, *QUICK, *GIVEN_UP, event("peer child.start in", at=80.0, child_id=3)) == []


def test_in_ikev1_silence_may_refuse_the_first_message_of_a_tunnel() -> None:
    asked = [repeat(60.0 + n, child_id=2, state="STATE_QUICK_I1") for n in (1, 3, 7)]
    assert downs(UP_V1, *asked, *GIVEN_UP) == []
