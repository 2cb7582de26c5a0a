from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.episodes import event
from whydown.sessions.writers import gather_writers
from whydown.sources.line import Side

if TYPE_CHECKING:
    from whydown.grammar.event import Event


def unsided(made: Event, host: str, vendor: str = "strongSwan") -> Event:
    return made._replace(side=None, host=host, vendor=vendor)


def sides(*events: Event) -> dict[str, str]:
    writers = gather_writers(events)
    return {w.host: w.side.value for w in writers}


def test_the_users_word_settles_the_side_of_any_daemon() -> None:
    assert sides(event("edge ike.up", at=0)._replace(vendor="strongSwan")) == {"edge-01": "edge"}


def test_nsx_is_the_edge_when_nobody_says() -> None:
    a = unsided(event("peer ike.up", at=0), "gw-b")
    b = unsided(event("edge ike.up", at=1), "edge-01", "VMware NSX")
    assert sides(a, b) == {"gw-b": "peer", "edge-01": "edge"}


def test_of_two_unknown_gateways_the_first_by_name_stands_in_the_edges_place_in_any_order() -> None:
    a, b = unsided(event("peer ike.up", at=0), "gw-a"), unsided(event("peer ike.up", at=1), "gw-b")
    writers = gather_writers([b, a])
    assert {w.host: w.side for w in writers} == {"gw-a": Side.EDGE, "gw-b": Side.PEER}
    assert writers[0].why == "taken for it, BY NAME ONLY"


def test_a_single_gateway_that_is_no_edge_is_the_peer() -> None:
    assert sides(unsided(event("peer ike.up", at=0), "gw-a")) == {"gw-a": "peer"}


def test_a_writers_events_come_in_the_order_of_time() -> None:
    late, early = event("edge ike.up", at=9), event("edge ike.start out", at=1)
    writers = gather_writers([late, early])
    assert writers[0].events == (early, late)
