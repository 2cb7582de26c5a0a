"""A negotiation that the responder answered and that stops there, at the end of its log, is no session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from diagnose.episodes import BASE, episode, event
from whydown.sessions.episodes import cut_episodes

if TYPE_CHECKING:
    from whydown.grammar.event import Event
    from whydown.sessions.model import Episode


def answer(at: float, exchange: str = "IKE_SA_INIT", **fields: Any) -> Event:
    return event("peer ike.message out", at=at, exchange=exchange, role="response", remote="198.51.100.14", **fields)


def downs(*events: Event, sides: str = "peer") -> list[Episode]:
    return [e for e in cut_episodes(episode(*events, sides=sides).session) if e.layer == "session"]


@pytest.mark.parametrize(
    "answered",
    [
        answer(0.0),  # Libreswan names no payloads
        answer(0.0, payloads="SA KE No N(NATD_S_IP) N(NATD_D_IP)"),
        answer(0.0, exchange="ID_PROT", payloads="KE No NAT-D NAT-D"),
    ],
)
def test_an_answer_that_is_the_last_line_shows_a_session_that_did_not_come_up(answered: Event) -> None:
    sent = event("peer packet out", at=0.001, remote="198.51.100.14")
    (down,) = downs(answered, sent)
    assert (down.began, down.ended, down.was_up) == (BASE, None, False)


@pytest.mark.parametrize(
    "events",
    [
        (answer(0.0, payloads="N(NO_PROP)"),),  # a refusal is another story
        (answer(0.0, payloads="N(COOKIE)"),),
        (answer(0.0, exchange="IKE_AUTH"),),
        (answer(0.0), event("peer packet in", at=0.1, remote="198.51.100.14")),
        (answer(0.0), event("peer dpd.sent out", at=9.0)),  # of another SA
        (event("peer ike.up", at=-60.0, ike_id=1, remote="198.51.100.14"), answer(0.0)),  # beside one that is up
        (event("edge ike.message out", at=0.0, exchange="IKE_SA_INIT", role="request"),),
    ],
)
def test_what_goes_on_or_stands_beside_a_session_shows_nothing(events: tuple[Event, ...]) -> None:
    assert downs(*events) == []
