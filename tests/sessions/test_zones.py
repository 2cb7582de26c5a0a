from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.episodes import BASE, SECOND, event
from whydown.envelope.record import Certainty
from whydown.sessions.rebuild import rebuild_sessions
from whydown.sources.line import Side
from whydown.tally import Tally

if TYPE_CHECKING:
    from whydown.grammar.event import Event

QUARTER = 900
ENDS: dict[str, Any] = {"local": "192.0.2.1", "remote": "198.51.100.7"}
BACK: dict[str, Any] = {"local": "198.51.100.7", "remote": "192.0.2.1"}


def told(ahead: int, skew: float = 0.0, certainty: Certainty = Certainty.YEAR_ASSUMED) -> list[Event]:
    """Make the two logs of three exchanges; the peer's stamps name no zone and are so many seconds ahead."""
    made = []
    for number, at in enumerate((0.0, 7.0, 61.0)):
        ike: dict[str, Any] = {"exchange": "IKE_SA_INIT", "message_id": number}
        made.append(event("edge ike.message out", at=at, role="request", **ike, **ENDS))
        made.append(event("edge ike.message in", at=at + 0.04, role="response", **ike, **ENDS))
        far = at + ahead + skew
        peer = [
            event("peer ike.message in", at=far + 0.02, role="request", **ike, **BACK),
            event("peer ike.message out", at=far + 0.03, role="response", **ike, **BACK),
        ]
        made += [e._replace(certainty=certainty) for e in peer]
    return made


def peers(events: list[Event], tally: Tally, zoned: frozenset[Side] = frozenset()) -> list[Event]:
    sessions, _ = rebuild_sessions(events, frozenset(Side), tally, zoned)
    return [e for s in sessions for e in s.events if e.side is Side.PEER]


@settings(max_examples=60)
@given(st.integers(-48, 56).map(lambda quarters: quarters * QUARTER), st.floats(-30, 30))
def test_a_zone_that_the_stamps_leave_out_is_found_from_the_exchanges(ahead: int, skew: float) -> None:
    found = peers(told(ahead, skew), Tally())
    assert abs(found[0].at - BASE) <= SECOND
    assert {e.certainty for e in found} == {Certainty.STAMPED}


def test_the_zone_and_what_it_rests_on_is_told() -> None:
    tally = Tally()
    peers(told(2 * 3600), tally)
    assert [n.message for n in tally.notices if "zone" in n.message] == [
        "no zone in the stamps: UTC+02:00 is found from 6 exchanges that the other gateway logged too"
    ]


def test_the_users_zone_is_not_put_right() -> None:
    tally = Tally()
    found = peers(told(3600), tally, frozenset({Side.PEER}))
    assert {e.certainty for e in found} == {Certainty.YEAR_ASSUMED}
    assert not any("zone" in n.message for n in tally.notices)


def test_a_complete_stamp_is_never_moved_into_another_zone() -> None:
    tally = Tally()
    found = peers(told(3600, certainty=Certainty.STAMPED), tally)
    assert abs(found[0].at - BASE) <= SECOND  # the clocks' offset does that, and is shown as one
    assert not any("zone" in n.message for n in tally.notices)


def test_an_offset_that_no_zone_has_is_a_wrong_clock() -> None:
    tally = Tally()
    peers(told(400), tally)
    assert not any("zone in the stamps: UTC" in n.message for n in tally.notices)


def test_an_edge_without_zones_is_put_right_by_its_peer() -> None:
    swapped = [e._replace(side=e.side.other, host=f"{e.side.other}-01") for e in told(-5 * 3600) if e.side is not None]
    sessions, _ = rebuild_sessions(swapped, frozenset(Side), Tally())
    edge = [e for s in sessions for e in s.events if e.side is Side.EDGE]
    assert abs(edge[0].at - BASE) <= SECOND
    assert {e.certainty for e in edge} == {Certainty.STAMPED}


def test_too_few_exchanges_still_tell_the_zone_but_set_no_clock() -> None:
    tally = Tally()
    found = peers(told(3600)[:4], tally)
    assert abs(found[0].at - BASE) <= SECOND
    assert any("UTC+01:00 is found from 2 exchanges" in n.message for n in tally.notices)
