"""Notifies that nothing protects bring no session down, and what is written of them is no malformed message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from diagnose.episodes import SECOND, episode, event
from whydown.grammar.vocabulary import Kind
from whydown.sessions.episodes import cut_episodes
from whydown.sessions.unprotected import pass_over

if TYPE_CHECKING:
    from whydown.grammar.event import Event
    from whydown.sessions.model import Episode

UP = (event("edge ike.start out", at=0.0, ike_id=1), event("edge ike.up", at=1.0, ike_id=1))


def stray(at: float, payloads: str = "NOTIFY", thread: str = "07") -> Event:
    return event("edge message.dropped in", at=at, cause="unprotected", payloads=payloads, thread=thread)


def sessions(*events: Event) -> list[Episode]:
    return [e for e in cut_episodes(episode(*events).session) if e.layer == "session"]


def test_a_session_that_outlives_an_unprotected_notify_only_ails() -> None:
    (ailment,) = sessions(*UP, stray(9.0), stray(11.0))
    assert (ailment.flaps, ailment.was_up, ailment.one_sided) == (0, True, False)
    assert (ailment.ended or 0) - ailment.began == 2 * SECOND


@pytest.mark.parametrize(
    "events",
    [
        (*UP, stray(9.0, "N(INVAL_HASH)")),  # of something else than an SPI
        (*UP, stray(9.0, "IDr")),
        (stray(0.5), *UP),  # before the session is up
    ],
)
def test_other_unprotected_messages_are_nobodys_trouble(events: tuple[Event, ...]) -> None:
    assert sessions(*events) == []


def test_a_session_that_goes_down_soon_is_told_as_down_only() -> None:
    (down,) = sessions(
        *UP, stray(9.0), event("edge dpd.dead", at=12.0, ike_id=1), event("edge ike.gone", at=12.1, ike_id=1)
    )
    assert down.flaps == 1


def test_what_a_thread_complains_of_after_an_ignored_notify_is_that_notify() -> None:
    message = event(
        "edge ike.message in", at=5.0, exchange="INFORMATIONAL_V1", payloads="N(INVAL_IKE_SPI)", thread="07"
    )
    ignored = event("edge message.dropped in", at=5.1, cause="unprotected", thread="07")
    echo = event("edge message.malformed in", at=5.2, cause="content", thread="07")
    told = list(pass_over([message, ignored, echo]))
    assert [e.kind for e in told] == [Kind.IKE_MESSAGE, Kind.MESSAGE_DROPPED, Kind.MESSAGE_DROPPED]
    assert told[1].get("payloads") == "N(INVAL_IKE_SPI)"


@pytest.mark.parametrize(
    ("payloads", "thread", "at"),
    [
        ("HASH N(AUTH_FAILED)", "07", 5.2),  # it should be encrypted, and is not: that is malformed
        ("HASH_V1", "07", 5.2),
        ("NOTIFY", "08", 5.2),  # of another message
        ("NOTIFY", "07", 7.0),
    ],
)
def test_any_other_complaint_stays_what_it_is(payloads: str, thread: str, at: float) -> None:
    echo = event("edge message.garbled in", at=at, thread=thread)
    assert list(pass_over([stray(5.1, payloads), echo]))[1] is echo


def unknown(at: float) -> Event:
    return event("edge ike.unknown_spi in", at=at, remote="203.0.113.40", exchange="INFORMATIONAL")


def test_a_message_of_another_sa_while_the_only_one_is_up_ails() -> None:
    (ailment,) = sessions(*UP, unknown(30.0))
    assert ailment.flaps == 0


@pytest.mark.parametrize("replaced", ["ike.rekey", "ike.delete", "ike.gone"])
def test_a_late_message_of_the_sa_before_is_life(replaced: str) -> None:
    again = event("edge ike.up", at=20.0, ike_id=2)
    assert all(e.flaps for e in sessions(*UP, event(f"edge {replaced}", at=19.0, ike_id=1), again, unknown(30.0)))
