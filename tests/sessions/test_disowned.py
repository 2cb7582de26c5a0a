from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diagnose.episodes import event
from whydown.sessions.disowned import without_disowned
from whydown.sources.line import Side

if TYPE_CHECKING:
    from whydown.grammar.event import Event

UP: dict[str, Any] = {"local": "192.0.2.1", "remote": "198.51.100.7"}


def begun() -> Event:
    return event("peer ike.start out", at=0, ike_id=1)


def refused(at: float) -> Event:
    return event("peer auth.id_mismatch local", at=at, ike_id=1, wanted_id="gw-a.example")


def ups() -> list[Event]:
    return [
        event("edge ike.up", at=1, ike_id=4, **UP),
        event("edge child.up", at=1.1, child="net", child_id=5, ike_id=4),
    ]


def test_what_the_initiator_refuses_thereupon_was_never_up() -> None:
    assert without_disowned([begun(), *ups(), refused(2)], Side.EDGE) == [begun(), refused(2)]


def test_what_the_initiator_calls_up_stays_whatever_it_refuses_later() -> None:
    events = [begun(), *ups(), event("peer ike.up", at=1.2, ike_id=1), refused(2)]
    assert without_disowned(events, Side.EDGE) == events


def test_a_refusal_long_after_is_of_another_negotiation() -> None:
    events = [begun(), *ups(), refused(60)]
    assert without_disowned(events, Side.EDGE) == events


def test_what_the_responder_refuses_takes_nothing_from_the_initiator() -> None:
    events = [*ups(), refused(2)]
    assert without_disowned(events, Side.EDGE) == events


def unread(at: float) -> Event:
    return event("peer message.garbled in", at=at, ike_id=1)


def given_up(at: float) -> Event:
    return event("peer ike.timeout local", at=at, ike_id=1)


def test_what_the_initiator_cannot_read_and_gives_up_was_never_up() -> None:
    assert without_disowned([begun(), *ups(), unread(2), given_up(16)], Side.EDGE) == [begun(), unread(2), given_up(16)]


def test_what_the_initiator_reads_when_it_is_sent_again_is_up() -> None:
    events = [begun(), *ups(), unread(2), event("peer ike.up", at=3, ike_id=1), given_up(60)]
    assert without_disowned(events, Side.EDGE) == events


def test_what_the_initiator_only_waits_for_stays_as_the_responder_says() -> None:
    events = [begun(), *ups(), given_up(16)]
    assert without_disowned(events, Side.EDGE) == events
