"""What followed an incident is told with it; what came just before it is named as its trigger."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from cases import knowledge
from diagnose.episodes import SECOND, event
from whydown.diagnose.consequences import fold_consequences
from whydown.diagnose.diagnosis import tell
from whydown.diagnose.incident import Incident, Layer
from whydown.sessions.episodes import cut_episodes
from whydown.sessions.rebuild import rebuild_sessions
from whydown.sources.line import Side
from whydown.tally import Tally

if TYPE_CHECKING:
    from whydown.grammar.event import Event

EDGE, PEER, VTI = "192.0.2.1", "198.51.100.7", "169.254.10.2"
ENDS: dict[str, Any] = {"local": EDGE, "remote": PEER}


def incidents(*events: Event) -> list[Incident]:
    tally = Tally()
    sessions, _ = rebuild_sessions(events, frozenset({Side.EDGE}), tally)
    return [i for s in sessions for i, _ in tell(s, cut_episodes(s), knowledge(), tally)]


def lived(at: float = 0.0) -> list[Event]:
    return [
        event("edge ike.start out", at=at, ike_id=1, **ENDS),
        event("edge ike.up", at=at + 1, ike_id=1, **ENDS),
        event("edge child.up", at=at + 1, child="net", child_id=1, ike_id=1),
        event("edge bgp.up", at=at + 15, neighbor=VTI),
    ]


def cut(at: float, *, hold: float) -> list[Event]:
    """Return what an Edge logs when the path is cut: the hold timer runs out, and IKE gives up."""
    return [
        event("edge bgp.notification out", at=hold, neighbor=VTI, code=4, subcode=0),
        event("edge bgp.down", at=hold + 0.001, neighbor=VTI, reason="BGP Notification send"),
        event("edge ike.timeout", at=at, ike_id=1),
        event("edge ike.start out", at=at + 0.1, ike_id=2, **ENDS),
    ]


@pytest.mark.parametrize("hold", [600.0 - 150, 600.0 - 11, 600.0 + 90])
def test_bgp_that_loses_its_path_is_a_consequence_of_the_session(hold: float) -> None:
    told = fold_consequences(incidents(*lived(), *cut(600.0, hold=hold)))
    assert {i.layer for i in told} == {Layer.SESSION, Layer.TUNNEL}
    session = next(i for i in told if i.layer is Layer.SESSION)
    assert len(session.consequences) == 1
    assert session.consequences[0].startswith(f"BGP neighbour {VTI} went down at ")
    assert "(Hold timer expired)" in session.consequences[0]


def test_the_alarm_of_a_neighbour_whose_session_is_down_is_its_consequence() -> None:
    down = event("edge bgp.down", at=650.0, neighbor=VTI, reason="Network or config error", alarm="bgp_down")
    lost = [e for e in cut(600.0, hold=590.0) if not e.kind.startswith("bgp")]
    told = fold_consequences(incidents(*lived(), *lost, down))
    assert Layer.BGP not in {i.layer for i in told}
    assert "(Network or config error)" in next(i for i in told if i.layer is Layer.SESSION).consequences[0]


def test_bgp_that_was_lost_long_before_is_an_incident_of_its_own() -> None:
    told = fold_consequences(incidents(*lived(), *cut(2000.0, hold=600.0)))
    assert Layer.BGP in {i.layer for i in told}
    assert all(i.consequences == () for i in told)


def test_bgp_that_fails_by_itself_is_never_a_consequence() -> None:
    refused = event("edge bgp.notification in", at=590.0, neighbor=VTI, code=2, subcode=2)
    down = event("edge bgp.down", at=590.1, neighbor=VTI, reason="BGP Notification received")
    ended = event("edge ike.timeout", at=600.0, ike_id=1)
    told = fold_consequences(incidents(*lived(), refused, down, ended))
    assert [i.reason for i in told if i.layer is Layer.BGP] == ["Bad peer AS"]
    assert all(i.consequences == () for i in told)


def test_of_two_sessions_neither_is_blamed_for_a_neighbour_that_may_be_behind_either() -> None:
    found = incidents(*lived(), *cut(600.0, hold=590.0))
    session = next(i for i in found if i.layer is Layer.SESSION)
    bgp = next(i for i in found if i.layer is Layer.BGP)
    unknown = replace(
        bgp.session, id="n", peer=replace(bgp.session.peer, address=VTI), edge=replace(bgp.session.edge, address="")
    )
    apart = replace(bgp, session=unknown)
    other = replace(session, id="other", session=replace(session.session, id="s2"))
    assert apart in fold_consequences([session, other, apart])
    assert apart not in fold_consequences([session, apart])


TRIGGERS = [
    event("edge config.loaded", at=590, conn="to-branch", **ENDS),
    event("edge daemon.stop", at=590),
    event("edge ha.failover", at=590, old_state="Active", state="Down"),
    event("edge ha.state", at=590, state="Standby"),
    event("edge auth.cert_invalid", at=590, reason="Certificate was not valid in the time interval", **ENDS),
    event("edge interface.down", at=590, interface="vti0"),
    event("edge bfd.down", at=590, neighbor=VTI),
]


@pytest.mark.parametrize("before", TRIGGERS, ids=lambda e: str(e.kind))
def test_what_happened_just_before_is_named(before: Event) -> None:
    told = incidents(*lived(), before, event("edge dpd.dead", at=600, ike_id=1))
    session = next(i for i in told if i.layer is Layer.SESSION)
    named = {e.event.kind for e in session.evidence} | ({session.trigger.event.kind} if session.trigger else set())
    assert before.kind in named


def test_of_one_blow_the_first_is_named() -> None:
    blow = [event("edge interface.down", at=580, interface="vti0"), event("edge bfd.down", at=581, neighbor=VTI)]
    session = next(i for i in incidents(*lived(), *blow, event("edge dpd.dead", at=600, ike_id=1)))
    assert session.trigger is not None
    assert session.trigger.at == blow[0].at


def test_what_was_long_before_or_is_well_is_no_trigger() -> None:
    old = event("edge interface.down", at=100, interface="vti0")
    well = event("edge ha.state", at=595, state="Active")
    session = next(i for i in incidents(*lived(), old, well, event("edge dpd.dead", at=2000, ike_id=1)))
    assert session.trigger is None
    assert session.began == old.at + 1900 * SECOND


def test_what_was_survived_is_no_trigger() -> None:
    """It came up again after the restart, and went down minutes later."""
    restart = event("edge daemon.start", at=480)
    again = [event("edge ike.up", at=490, ike_id=2, **ENDS), event("edge child.up", at=490.5, ike_id=2, **ENDS)]
    session = next(
        i for i in incidents(*lived(), restart, *again, event("edge dpd.dead", at=600, ike_id=2)) if i.ended is None
    )
    assert session.layer is Layer.SESSION
    assert session.trigger is None
