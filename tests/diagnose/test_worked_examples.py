"""The worked examples of the cause language: each cause over the few events that make it true, and over fewer."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagnose.episodes import episode, event
from whydown.diagnose.engine import Finding, find, reason_shown
from whydown.diagnose.incident import Agreement, Confidence, Difference
from whydown.diagnose.scene import Scene
from whydown.diagnose.syntax import read_causes
from whydown.grammar.event import Event, Provenance

FILE = Path(__file__).parent / "worked.causes"
READ = read_causes(FILE.read_text(), FILE.name)
REASONS = {r.name: r for r in READ.reasons}
CAUSES = {c.name: c for c in READ.causes}


def findings(*events: Event, **facts: object) -> dict[str, Finding]:
    """Return what is found, by cause, for the first reason that shows."""
    scene = Scene(episode(*events, **facts))  # type: ignore[arg-type]
    shown = next((s for r in REASONS.values() if (s := reason_shown(r, scene))), None)
    assert shown is not None, "no reason shows"
    causes = (c for c in CAUSES.values() if shown.reason.name in c.reasons)
    return {c.name: f for c in causes if (f := find(c, scene, shown))}


def levels(found: dict[str, Finding]) -> dict[str, str]:
    return {name: f.level.value for name, f in found.items()}


def test_the_file_reads() -> None:
    assert READ.problems == ()


DOWN = event("edge session.down", at=0.5, reason="Peer sent delete", provenance=Provenance.ASSUMED)
LIFETIME = (
    event("peer ike.up", at=-10800.0, ike_id=7),
    event("peer ike.lifetime", at=-10800.0, ike_id=7, lifetime="10800", line=-10799999),
    event("peer ike.delete out", at=0.01, ike_id=7),
    DOWN,
)
DAY = (-86400.0, 86400.0)


def test_a_peer_that_deletes_at_its_lifetime_is_told_by_arithmetic() -> None:
    found = findings(*LIFETIME, span=DAY)
    assert levels(found) == {"peer-deleted-ike/lifetime": "probable"}
    assert found["peer-deleted-ike/lifetime"].says.startswith("The peer's hard IKE lifetime of 10800 s ran out")


def test_without_an_assumed_line_the_same_is_confirmed() -> None:
    down = event("edge session.down", at=0.5, reason="Peer sent delete")
    assert levels(findings(*LIFETIME[:-1], down, span=DAY)) == {"peer-deleted-ike/lifetime": "confirmed"}


def test_a_delete_at_another_time_is_not_the_lifetime() -> None:
    moved = event("peer ike.up", at=-9000.0, ike_id=7)
    limit = event("peer ike.lifetime", at=-9000.0, ike_id=7, lifetime="10800", line=1)
    assert "peer-deleted-ike/lifetime" not in findings(moved, limit, *LIFETIME[2:], span=DAY)


def test_an_order_on_the_peer_rules_the_lifetime_out() -> None:
    order = event("peer admin.terminate", at=0.0, target="site-b")
    found = findings(*LIFETIME, order, span=DAY)
    assert levels(found) == {"peer-deleted-ike/admin": "probable"}
    assert found["peer-deleted-ike/admin"].says.startswith("Somebody took 'site-b' down on the peer at ")


def test_the_edge_alone_leaves_all_causes_of_a_delete_possible() -> None:
    found = findings(*LIFETIME, sides="edge", span=DAY)
    assert levels(found) == {
        "peer-deleted-ike/lifetime": "possible",
        "peer-deleted-ike/admin": "possible",
        "peer-deleted-ike/stopped": "possible",
        "peer-deleted-ike/dpd": "possible",
    }
    assert found["peer-deleted-ike/stopped"].settles == (
        "the peer's log of that time: why it acted then (an order, a restart, a lifetime, DPD)"
    )
    assert {u.why for f in found.values() for u in f.unheard} == {"no log"}


OFFER = "IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048"
WANT = "IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/ECP_256"
REFUSED = (
    event("peer proposals.received in", at=0.0, proposals=OFFER, ike_id=9),
    event("peer proposals.configured", at=0.0, proposals=WANT, ike_id=9, line=1),
    event("edge ike.failed", at=0.03, notify_code=14),
)


def test_the_peers_lists_name_the_parameter_that_differs() -> None:
    found = findings(*REFUSED)
    assert levels(found) == {"ike-proposal-mismatch": "confirmed"}
    finding = found["ike-proposal-mismatch"]
    assert "DH group: MODP_2048 / ECP_256" in finding.says
    assert finding.differs == (Difference("DH group", "MODP_2048", "ECP_256"),)
    assert Agreement("Encryption", "AES_CBC_256") in finding.agrees
    assert finding.fault == "both"


def test_the_lists_alone_are_not_tied_to_another_negotiation() -> None:
    late = event("edge ike.failed", at=60.0, notify_code=14)
    assert "ike-proposal-mismatch" not in findings(*REFUSED[:2], late)


def test_the_edge_as_responder_names_the_parameter_itself() -> None:
    own = event(
        "edge ike.failed",
        notify_code=14,
        role="Responder",
        reason="DH group mismatch",
        provenance=Provenance.ASSUMED,
    )
    found = findings(own, sides="edge")
    assert found["ike-proposal-mismatch/edge-refused"].level is Confidence.PROBABLE
    assert found["ike-proposal-mismatch/edge-refused"].says.endswith("says: DH group mismatch.")


def test_a_restart_without_a_delete_leaves_stale_spis() -> None:
    stray = event("edge tunnel.down", at=137.0, reason="Invalid spi")
    boot = event("peer daemon.start", at=0.0)
    again = event("peer ike.up", at=140.0)
    assert levels(findings(stray, boot)) == {"peer-restarted": "probable"}
    assert levels(findings(stray, boot, again)) == {"peer-restarted": "confirmed"}
    deleted = event("peer ike.delete out", at=-5.0)
    assert findings(stray, boot, again, deleted) == {}


NATT = (
    event("peer packet in", at=0.0, dst_port=500, src="192.0.2.1", dst="198.51.100.7"),
    event("peer packet out", at=0.01, src_port=500),
    event("edge ike.failed", at=30.0, notify="Timed out", remote_port=4500),
    event("peer ike.half_open_timeout", at=30.1),
)


def test_packets_on_500_and_none_on_4500_are_a_filter_between() -> None:
    found = findings(*NATT)
    assert levels(found) == {"firewall-natt": "confirmed"}
    assert (
        found["firewall-natt"].do[0].startswith("Open UDP 4500 in both directions between 192.0.2.1 and 198.51.100.7")
    )
    heard_it = event("peer packet in", at=1.0, dst_port=4500)
    assert findings(*NATT, heard_it) == {}


@pytest.mark.parametrize("sides", ["edge"])
def test_silence_proves_nothing_where_nobody_listened(sides: str) -> None:
    assert levels(findings(*NATT, sides=sides)) == {"firewall-natt": "possible"}
