"""BGP over a tunnel, told by the Edge's log, by the peer's, or by NSX's alarm alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cases import events as events_of
from cases import incidents
from whydown.grammar.vocabulary import Kind
from whydown.sources.line import Side

if TYPE_CHECKING:
    from whydown.diagnose.incident import Incident

BOTH, EDGE, PEER = frozenset(Side), frozenset({Side.EDGE}), frozenset({Side.PEER})


def bgp(case: str, sides: frozenset[Side]) -> list[Incident]:
    heard = [e for e in events_of(case) if e.side in sides]
    return [i for i in incidents(heard, sides) if i.layer == "bgp"]


@pytest.mark.parametrize("side", [EDGE, PEER], ids=["edge", "peer"])
@pytest.mark.parametrize(
    ("case", "cause"),
    [
        ("lab/bgp-local-as-wrong-frr-frr", "bgp-local-as-mismatch"),
        ("cases/bgp-remote-as-wrong", "bgp-remote-as-mismatch"),
        ("lab/bgp-too-many-prefixes-frr-frr", "bgp-max-prefix"),
        ("lab/bgp-neighbor-removed-frr-frr", "bgp-peer-deconfigured"),
        ("cases/bgp-neighbor-shut-down", "bgp-peer-shutdown"),
        ("lab/bgp-shut-down-on-the-edge-frr-frr", "bgp-local-shutdown"),
        ("cases/bgp-router-ids-equal", "bgp-router-id"),
    ],
)
def test_either_neighbours_log_alone_names_what_both_were_told(case: str, cause: str, side: frozenset[Side]) -> None:
    assert cause in {i.cause.name.partition("/")[0] for i in bgp(case, side) if i.cause}


def test_what_only_the_peers_log_tells_is_told_beside_the_edges() -> None:
    case = "cases/bgp-no-policy"
    assert bgp(case, EDGE) == []
    assert [i.cause.name for i in bgp(case, BOTH) if i.cause] == ["bgp-no-prefixes"]
    quiet = [e for e in events_of(case) if e.side is Side.PEER or not e.kind.startswith("bgp.")]
    told = [i for i in incidents(quiet, BOTH) if i.layer == "bgp"]
    assert [i.cause.name for i in told if i.cause] == ["bgp-no-prefixes"], "the Edge's log has no line of BGP"


def test_the_alarm_alone_leaves_the_rows_problems_open_and_is_stated() -> None:
    (found,) = bgp("cases/bgp-neighbor-unknown", EDGE)
    assert (found.reason, found.basis, found.cause) == ("Network or config error", "stated", None)
    assert {p.verdict for p in found.possible_problems} == {"open"}
    assert {p.row for p in found.possible_problems} == {"BGP Down"}


def test_hold_timers_that_run_out_before_bgp_ever_came_up_are_no_link_that_died() -> None:
    (found,) = bgp("lab/bgp-ttl-security-on-the-edge-frr-frr", BOTH)
    assert found.cause is not None
    assert (found.cause.name, found.confidence) == ("bgp-ttl", "probable")
    assert "bgp-interface-down" not in {a.name for a in found.alternatives}


def test_resets_of_connections_that_never_become_a_session_are_a_refusal() -> None:
    (found,) = bgp("lab/bgp-neighbor-unknown-on-the-edge-frr-frr", BOTH)
    assert found.cause is not None
    assert (found.reason, found.cause.name, found.confidence) == (
        "Connection rejected",
        "bgp-neighbor-address/reset",
        "probable",
    )


def test_a_reset_before_bgp_comes_up_is_life() -> None:
    heard = list(events_of("lab/bgp-neighbor-unknown-on-the-edge-frr-frr"))
    last = heard[-1]
    came_up = last._replace(kind=Kind.BGP_UP, fields={"neighbor": last.fields["neighbor"]}, at=last.at + 1)
    assert [i for i in incidents([*heard, came_up], BOTH) if i.layer == "bgp"] == []


@pytest.mark.parametrize("side", [Side.EDGE, Side.PEER])
@pytest.mark.parametrize(
    ("case", "reason", "fault"),
    [
        ("bgp-neighbor-deleted", "Peer de-configured", "writer"),
        ("bgp-reset-by-hand", "Administrative reset", "writer"),
        ("bgp-configuration-changed", "Configuration changed", "writer"),
        ("bgp-interface-down", "Interface down", "unknown"),
        ("bgp-update-malformed", "Message error", "other"),
        ("bgp-hold-time-refused", "OPEN refused", "both"),
    ],
)
def test_what_bgpd_says_of_its_own_doing_is_no_fault_of_the_neighbour(
    case: str, reason: str, fault: str, side: Side
) -> None:
    heard = [e._replace(side=side) for e in events_of(f"cases/{case}-edge-log-only")]
    (found,) = [i for i in incidents(heard, frozenset({side})) if i.layer == "bgp"]
    assert found.cause is not None
    assert (found.reason, found.basis) == (reason, "inferred")
    assert found.cause.fault_side == {"writer": str(side), "other": str(side.other)}.get(fault, fault)


def test_a_bad_peer_as_names_the_as_that_the_notification_bears() -> None:
    (found,) = bgp("cases/bgp-remote-as-wrong", EDGE)
    assert [(d.parameter, d.edge, d.peer) for d in found.differs] == [("AS of the neighbour", "", "65009")]
