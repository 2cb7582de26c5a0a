"""Every reason that NSX documents, to the letter: kept, explained, and reached by each way that there is.

The names are those of the tables "Alarms When an IPsec VPN Session or Tunnel Is Down" (VMware Cloud Foundation 9.0), and
of the Edge's command line. A reason is *stated* where a line of NSX says it; it is *inferred* from what the Edge's own
daemon wrote, or, where the peer can know, from the peer's log alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from alarm_reasons import SESSION, TUNNEL
from cases import knowledge
from diagnose.episodes import episode, event
from whydown.diagnose.diagnosis import tell
from whydown.report.explain import explain
from whydown.sessions.episodes import cut_episodes
from whydown.tally import Tally

if TYPE_CHECKING:
    from whydown.diagnose.incident import Incident
    from whydown.diagnose.model import Reason
    from whydown.grammar.event import Event

NONE_OF_NSX = "No documented reason"  # what is said, in so many words, where the tables hold none
FURTHER = ("IKE SA timer expired", "Timed out", "Peer not reachable")
EVERY = [
    *(("session", name) for name in SESSION),
    *(("tunnel", name) for name in TUNNEL),
    *(("session", name) for name in FURTHER),
]
ALARM_PAGE = "alarms-when-an-ipsec-vpn-session-is-down.html"


def reason(layer: str, wording: str) -> Reason:
    (found,) = [r for r in knowledge().reasons if (r.layer, r.wording) == (layer, wording)]
    return found


def incidents(*events: Event, sides: str = "edge peer") -> list[Incident]:
    session = episode(*events, sides=sides).session
    return [i for i, _ in tell(session, cut_episodes(session), knowledge(), Tally())]


def told(*events: Event, sides: str = "edge peer") -> list[tuple[str, str, str]]:
    return [(i.layer.value, i.reason, i.basis) for i in incidents(*events, sides=sides)]


# --------------------------------------------------------------------------------------------------- what is there


def test_every_documented_reason_is_there_to_the_letter_and_nothing_that_is_none() -> None:
    for layer, names in (("session", (*SESSION, *FURTHER)), ("tunnel", (*TUNNEL, NONE_OF_NSX))):
        assert sorted(r.wording for r in knowledge().reasons if r.layer == layer) == sorted(names)


@pytest.mark.parametrize(("layer", "wording"), EVERY)
def test_every_reason_has_a_meaning_actions_and_a_page(layer: str, wording: str) -> None:
    found = reason(layer, wording)
    assert len(found.means.split()) >= 6
    assert found.do
    assert all(len(action.split()) >= 4 for action in found.do)
    assert found.link.startswith("https://")
    if wording not in FURTHER:
        assert found.link.endswith(ALARM_PAGE)


@pytest.mark.parametrize("wording", ["No reason stated", "No reason shown", NONE_OF_NSX])
def test_a_title_that_is_none_of_nsx_is_explained_too(wording: str) -> None:
    page = explain(wording, knowledge())
    assert page.startswith(f"# IPsec {'tunnel' if wording == NONE_OF_NSX else 'session'} down: {wording}\n")
    assert "NSX" in page


@pytest.mark.parametrize("wording", sorted({*SESSION, *TUNNEL, *FURTHER}))
def test_a_name_that_two_layers_share_is_explained_for_both(wording: str) -> None:
    page = explain(wording, knowledge())
    for layer in [layer for layer, name in EVERY if name == wording]:
        assert f"# IPsec {layer} down: {wording}\n" in page
        assert reason(layer, wording).link in page


@pytest.mark.parametrize(("layer", "wording"), EVERY)
def test_some_cause_is_known_behind_every_reason_but_the_tunnels_own_consequence(layer: str, wording: str) -> None:
    found = reason(layer, wording)
    causes = [c.name for c in knowledge().causes if found.asked in {n.name for n in c.explains}]
    assert causes or wording in ("IKE SA down", "No IKE peers"), "a tunnel's reason that only repeats the session's"


@pytest.mark.parametrize("wording", ["Timed out", "Peer not reachable"])
def test_an_older_wording_has_the_causes_of_the_one_it_is_now(wording: str) -> None:
    assert reason("session", wording).asked == "session/peer-not-responding"


# ------------------------------------------------------------------------------------------------ stated by NSX

UP = (event("edge ike.up", at=-600.0), event("edge child.up", at=-599.0, child="net", child_id=1))


@pytest.mark.parametrize(("layer", "wording"), EVERY)
@pytest.mark.parametrize("before", [(), UP], ids=["never up", "was up"])
def test_a_reason_that_nsx_states_is_the_incidents(layer: str, wording: str, before: tuple[Event, ...]) -> None:
    assert (layer, wording, "stated") in told(*before, event(f"edge {layer}.down", reason=wording))


@pytest.mark.parametrize(("layer", "wording"), EVERY)
def test_what_nsx_states_stands_against_what_the_lines_would_show(layer: str, wording: str) -> None:
    garbled = event("peer message.malformed", at=-1.0)
    assert (layer, wording, "stated") in told(garbled, event(f"edge {layer}.down", reason=wording))


# ----------------------------------------------------------------------- inferred from what the Edge's daemon wrote


def at(seconds: float, written: str, **fields: Any) -> Event:
    return event(written, at=seconds, **fields)


START = at(0, "edge ike.start out")
CHILD = at(0.5, "edge child.start out", child="net")
IKE_UP = at(-60, "edge ike.up")
CHILD_UP = at(-59, "edge child.up", child="net", child_id=1, spi_in="c0000001", spi_out="c0000002")

FROM_THE_EDGE: dict[tuple[str, str], tuple[Event, ...]] = {
    ("session", "Authentication failed"): (START, at(1, "edge ike.failed in", notify="AUTHENTICATION_FAILED")),
    ("session", "No proposal chosen"): (START, at(1, "edge ike.failed in", notify="NO_PROPOSAL_CHOSEN")),
    ("session", "Peer sent delete"): (IKE_UP, at(0, "edge ike.delete in")),
    ("session", "Peer not responding"): (START, at(30, "edge ike.timeout")),
    ("session", "Invalid syntax"): (START, at(1, "edge ike.failed in", notify="INVALID_SYNTAX")),
    ("session", "Invalid spi"): (START, at(1, "edge ike.failed in", notify="INVALID_IKE_SPI")),
    ("session", "Configuration failed"): (at(0, "edge config.failed", error="no such certificate"),),
    ("session", "Negotiation not started"): (at(0, "edge daemon.start"), at(1, "edge config.loaded", conn="net")),
    ("session", "IPsec service not enabled"): (IKE_UP, at(0, "edge service.down")),
    ("session", "Session not enabled"): (
        IKE_UP,
        at(0, "edge admin.terminate"),
        at(0.1, "edge ike.delete out"),
    ),
    ("session", "SR state is not Active"): (IKE_UP, at(0, "edge ha.failover", old_state="Active", state="Down")),
    ("session", "IKE SA timer expired"): (IKE_UP, at(0, "edge ike.expired")),
    ("tunnel", "Peer sent delete"): (
        IKE_UP,
        CHILD_UP,
        at(0, "edge child.delete in", child="net", child_id=1, spi_in="c0000001"),
    ),
    ("tunnel", "No proposal chosen"): (IKE_UP, CHILD, at(1, "edge child.failed in", notify="NO_PROPOSAL_CHOSEN")),
    ("tunnel", "TS unacceptable"): (IKE_UP, CHILD, at(1, "edge child.failed in", notify="TS_UNACCEPTABLE")),
    ("tunnel", "IKE SA down"): (IKE_UP, CHILD_UP, at(0, "edge ike.delete in")),
    ("tunnel", "Invalid syntax"): (IKE_UP, CHILD, at(1, "edge child.failed in", notify="INVALID_SYNTAX")),
    ("tunnel", "Invalid spi"): (IKE_UP, CHILD_UP, at(0, "edge esp.unknown_spi", spi="c0000009")),
    ("tunnel", "No IKE peers"): (IKE_UP, CHILD_UP, at(0, "edge dpd.dead")),
    ("tunnel", "IPsec negotiation not started"): (at(0, "edge daemon.start"), at(1, "edge config.loaded", conn="net")),
}


@pytest.mark.parametrize(("layer", "wording"), FROM_THE_EDGE)
@pytest.mark.parametrize("sides", ["edge", "edge peer"])
def test_a_reason_is_inferred_from_what_the_edges_daemon_wrote(layer: str, wording: str, sides: str) -> None:
    assert (layer, wording, "inferred") in told(*FROM_THE_EDGE[layer, wording], sides=sides)


def test_every_documented_reason_can_be_inferred_from_the_edges_side() -> None:
    assert set(EVERY) - set(FROM_THE_EDGE) == {("session", "Timed out"), ("session", "Peer not reachable")}


# ------------------------------------------------------------------------------- inferred from the peer's log alone

THEIR_START = at(0, "peer ike.start in")
THEIR_UP = at(-60, "peer ike.up")
THEIR_CHILD = at(-59, "peer child.up", child="net", child_id=1, spi_in="c0000002", spi_out="c0000001")

FROM_THE_PEER: dict[tuple[str, str], tuple[Event, ...]] = {
    ("session", "Authentication failed"): (THEIR_START, at(1, "peer auth.key_mismatch")),
    ("session", "No proposal chosen"): (THEIR_START, at(1, "peer proposals.mismatch")),
    ("session", "Peer sent delete"): (THEIR_UP, at(0, "peer ike.delete out")),
    ("session", "Peer not responding"): (THEIR_UP, at(0, "peer dpd.dead")),
    ("session", "Invalid syntax"): (THEIR_START, at(1, "peer message.malformed")),
    ("session", "Session not enabled"): (THEIR_UP, at(0, "peer ike.delete in")),
    ("tunnel", "Peer sent delete"): (
        THEIR_UP,
        THEIR_CHILD,
        at(0, "peer child.delete out", child="net", child_id=1, spi_in="c0000002"),
    ),
    ("tunnel", "No proposal chosen"): (THEIR_UP, at(1, "peer child.failed out", notify="NO_PROPOSAL_CHOSEN")),
    ("tunnel", "TS unacceptable"): (THEIR_UP, at(1, "peer ts.mismatch")),
    ("tunnel", "IKE SA down"): (THEIR_UP, THEIR_CHILD, at(0, "peer ike.delete out")),
    ("tunnel", "Invalid syntax"): (THEIR_UP, at(1, "peer child.failed out", notify="INVALID_SYNTAX")),
    ("tunnel", "No IKE peers"): (THEIR_UP, THEIR_CHILD, at(0, "peer dpd.dead")),
}
# Why no peer's log can show the rest.
ITS_OWN_NAME = "another wording for a peer that does not answer, which is inferred under its present name"
ONLY_THE_EDGE = {
    (
        "session",
        "Invalid spi",
    ): "what a peer answers to an SPI it does not know proves nothing, so the Edge may ignore it",
    ("session", "Configuration failed"): "it fails before the Edge sends anything",
    ("session", "Negotiation not started"): "to the peer an Edge that waits is an Edge that is not there",
    ("session", "IPsec service not enabled"): "to the peer it is a DELETE, or silence",
    ("session", "SR state is not Active"): "to the peer it is silence, or the same address on another node",
    ("session", "IKE SA timer expired"): "to the peer it is a DELETE, or silence",
    ("session", "Timed out"): ITS_OWN_NAME,
    ("session", "Peer not reachable"): ITS_OWN_NAME,
    ("tunnel", "Invalid spi"): "only the Edge knows which SPIs it has",
    ("tunnel", "IPsec negotiation not started"): "it follows from a session that has not begun",
}


@pytest.mark.parametrize(("layer", "wording"), FROM_THE_PEER)
def test_a_reason_is_inferred_from_the_peers_log_alone(layer: str, wording: str) -> None:
    assert (layer, wording, "inferred") in told(*FROM_THE_PEER[layer, wording], sides="peer")


def test_every_reason_is_either_inferred_from_the_peers_log_or_the_edges_own() -> None:
    assert FROM_THE_PEER.keys() | ONLY_THE_EDGE.keys() == set(EVERY)
    assert not FROM_THE_PEER.keys() & ONLY_THE_EDGE.keys()


# --------------------------------------------------------------------------------------- a tunnel's own consequence


@pytest.mark.parametrize(
    ("session", "tunnel"),
    [
        ("Peer sent delete", "IKE SA down"),
        ("No proposal chosen", "IKE SA down"),
        ("Peer not responding", "No IKE peers"),
        ("Timed out", "No IKE peers"),
        ("Negotiation not started", "IPsec negotiation not started"),
        ("Configuration failed", "IPsec negotiation not started"),
    ],
)
def test_a_tunnel_that_only_follows_leads_to_its_sessions_cause(session: str, tunnel: str) -> None:
    found = incidents(*UP, event("edge session.down", reason=session))
    assert [(i.layer.value, i.reason) for i in found] == [("session", session), ("tunnel", tunnel)]
    assert found[1].follows == found[0].id
    assert found[1].cause == found[0].cause


@pytest.mark.parametrize("name", [cause.name for cause in knowledge().causes])
def test_every_cause_has_a_page_in_plain_words(name: str) -> None:
    page = explain(name, knowledge())
    pages = [line for line in page.splitlines() if line.startswith("# ") and not line.split(" down: ")[1:]]
    assert pages[0].endswith(f"({name})")
    for heading in ("stands behind", "## Do this", "known from"):
        assert heading in page
    assert not re.search(r"<(?:other)?side>|<at>|<\w+_\w+>|\$\w", page), "a place is named in words"
