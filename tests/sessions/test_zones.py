from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.episodes import BASE, SECOND, event
from whydown.envelope.record import Certainty
from whydown.grammar.event import Provenance, Rule
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


def dated(at: float, **fields: Any) -> Event:
    """Make what a state dump with a zone states of an SA."""
    made = event("edge child.up", at=at, **ENDS, **fields)
    return made._replace(rule=Rule("dump:nsx-cli", 0, Provenance.SEEN), vendor="VMware NSX")


@pytest.mark.parametrize("ahead", [-5 * 3600, 2 * 3600, 20_700])
def test_the_edges_own_dump_tells_the_zone_of_its_log(ahead: int) -> None:
    sas = [
        event("edge child.up", at=ahead + 60.0 * n + 0.6, spi_in=f"0a{n}bd1f2", **ENDS)._replace(
            certainty=Certainty.ZONE_ASSUMED
        )
        for n in range(1, 4)
    ]
    dump = [dated(60.0 * n, spi_in=f"0a{n}bd1f2") for n in (2, 3)]
    tally = Tally()
    ((session,), _) = rebuild_sessions([*sas, *dump], frozenset(), tally)
    logged = [e for e in session.events if not e.of_dump]
    assert [round((e.at - BASE) / SECOND, 1) for e in logged] == [60.6, 120.6, 180.6]
    assert {e.certainty for e in logged} == {Certainty.STAMPED}
    assert any("is found from 2 SAs that its own state dump dates with a zone" in n.message for n in tally.notices)


@pytest.mark.parametrize(
    ("dumped", "certainty", "off"),
    [
        ({"spi_in": "99999999"}, Certainty.STAMPED, 7200.0),  # another SA
        ({"spi_in": "0a1bd1f2"}, Certainty.ZONE_ASSUMED, 7200.0),  # the dump names no zone either
        ({"spi_in": "0a1bd1f2"}, Certainty.STAMPED, 7000.0),  # no zone explains it
        ({"spi_in": "0a1bd1f2"}, Certainty.STAMPED, 24 * 3600.0),
    ],
)
def test_a_dump_that_does_not_tell_the_zone_moves_nothing(
    dumped: dict[str, str], certainty: Certainty, off: float
) -> None:
    sa = event("edge child.up", at=off, spi_in="0a1bd1f2", **ENDS)._replace(certainty=Certainty.ZONE_ASSUMED)
    found, _ = rebuild_sessions([sa, dated(0, **dumped)._replace(certainty=certainty)], frozenset(), Tally())
    assert [e.at for s in found for e in s.events if not e.of_dump] == [sa.at]


def test_a_zone_that_the_user_gave_is_left_alone_by_a_dump() -> None:
    sa = event("edge child.up", at=7200.0, spi_in="0a1bd1f2", **ENDS)._replace(certainty=Certainty.ZONE_ASSUMED)
    given_zone = frozenset({Side.EDGE})
    found, _ = rebuild_sessions([sa, dated(0, spi_in="0a1bd1f2")], frozenset(), Tally(), given_zone)
    assert [e.at for s in found for e in s.events if not e.of_dump] == [sa.at]
