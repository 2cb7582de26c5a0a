"""What the logs say of the problems that a console's status table names for an incident."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from diagnose.episodes import episode, event
from whydown.diagnose.coverage import Supply, supplies
from whydown.diagnose.diagnosis import tell
from whydown.diagnose.loading import load
from whydown.grammar.library import load as load_library
from whydown.sessions.model import Hearing
from whydown.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Mapping

    from whydown.diagnose.incident import Incident
    from whydown.diagnose.knowledge import Knowledge
    from whydown.grammar.event import Event

PEER_ABSENT = "The remote peer is not set up, or does not run"
KEYS = "The pre-shared keys differ"
FIREWALL = "A firewall drops IPsec"

SILENT = (
    event("edge daemon.start", at=-20.0),
    event("edge ike.start out", at=0.0),
    event("edge packet out", at=0.1, dst_port="500"),
    *(event("edge retransmit", at=4.0 * n) for n in range(1, 5)),
    event("edge ike.timeout", at=30.0),
)


@cache
def known() -> Knowledge:
    return load()


@cache
def able() -> Mapping[str, Supply]:
    return supplies(load_library().grammars)


def incident(*events: Event, sides: str = "edge peer", vendor: str = "strongSwan", layer: str = "session") -> Incident:
    made = episode(*events, sides=sides, was_up=False, layer=layer)
    logs = tuple(replace(h, vendor=vendor) for h in made.session.hearing.heard)
    session = replace(made.session, hearing=Hearing(logs))
    return next(i for i, _ in tell(session, [replace(made, session=session)], known(), Tally(), able()))


def verdicts(found: Incident) -> dict[str, str]:
    return {p.problem: p.verdict for p in found.possible_problems}


def test_what_a_probable_cause_is_is_supported_and_what_it_excludes_ruled_out() -> None:
    alive = (
        event("peer daemon.start", at=-10.0),
        event("peer config.loaded", at=-9.0),
        event("peer config.loaded", at=9.0),
    )
    found = incident(*SILENT, *alive)
    assert found.reason == "Peer not responding"
    assert found.cause is not None
    assert found.cause.name.startswith("firewall-ike")
    assert verdicts(found)[FIREWALL] == "supported"
    supported = next(p for p in found.possible_problems if p.verdict == "supported")
    assert found.cause.name in supported.causes
    assert {p.row for p in found.possible_problems} == {"Down / Negotiating / Down (IPsec negotiation not started)"}


def test_what_both_logs_would_show_and_do_not_is_ruled_out() -> None:
    alive = event("peer daemon.start", at=-10.0), event("peer config.loaded", at=-9.0)
    assert verdicts(incident(*SILENT, *alive))[KEYS] == "ruled out"


def test_a_log_whose_vendor_cannot_show_it_rules_nothing_out() -> None:
    alive = event("peer daemon.start", at=-10.0), event("peer config.loaded", at=-9.0)
    assert verdicts(incident(*SILENT, *alive, vendor="VMware NSX"))[KEYS] == "open"
    assert verdicts(incident(*SILENT, *alive, vendor="Brand X"))[KEYS] == "open"


def test_one_gateways_log_rules_nothing_out_by_silence() -> None:
    assert set(verdicts(incident(*SILENT, sides="edge")).values()) == {"open"}


def test_different_keys_are_supported_where_a_log_names_them() -> None:
    refused = incident(
        event("edge ike.start out", at=0.0),
        event("edge ike.failed in", at=1.0, notify="NO_PROPOSAL_CHOSEN"),
        event(
            "peer proposals.received in",
            at=0.9,
            proposals="IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048",
        ),
        event(
            "peer proposals.configured",
            at=0.9,
            line=901,
            proposals="IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/ECP_384",
        ),
        event("peer proposals.mismatch", at=0.9, line=902),
    )
    assert verdicts(refused) == {
        "The IKE versions differ": "ruled out",
        "The phase 1 algorithms or DH groups differ": "supported",
    }


def test_an_incident_that_is_no_row_has_no_list() -> None:
    found = incident(
        event("edge ike.up", at=-60.0), event("edge ike.delete in", at=0.0), event("peer ike.delete out", at=0.0)
    )
    assert found.reason == "Peer sent delete"
    assert found.possible_problems == ()


def test_a_tunnel_that_is_stated_alone_is_the_row_too_with_the_tables_tip() -> None:
    found = incident(event("edge tunnel.down", reason="IPsec negotiation not started"), sides="edge", layer="tunnel")
    assert {p.row for p in found.possible_problems} == {"Down / Negotiating / Down (IPsec negotiation not started)"}
    assert set(verdicts(found)) == {PEER_ABSENT, KEYS, FIREWALL}
    assert all("disable the VPN and enable it again" in p.tip for p in found.possible_problems)


def test_every_row_of_the_console_has_the_tip_and_a_row_of_bgp_says_so() -> None:
    rows = {row.name: row for row in known().statuses}
    assert all("disable the VPN and enable it again" in " ".join(row.do) for row in rows.values())
    assert str(rows["bgp-no-routes"]) == "BGP Up"


def test_different_keys_are_the_row_whatever_the_log_calls_them() -> None:
    wrong_key = (
        event("edge ike.start out", at=0.0),
        event("edge auth.key_mismatch", at=1.0, version="2"),
        event("edge ike.failed out", at=1.1, notify="AUTHENTICATION_FAILED"),
        event("peer ike.failed in", at=1.2, notify="AUTHENTICATION_FAILED"),
    )
    found = incident(*wrong_key)
    assert (found.reason, found.cause and found.cause.name) == ("Authentication failed", "psk-mismatch/computed")
    assert verdicts(found)[KEYS] == "supported"


def test_a_failed_authentication_for_another_cause_is_no_row() -> None:
    found = incident(
        event("edge ike.start out", at=0.0),
        event("edge auth.id_mismatch", at=1.0, wanted_id="a.example", remote_id="b.example"),
        event("edge ike.failed out", at=1.1, notify="AUTHENTICATION_FAILED"),
    )
    assert found.cause
    assert found.cause.name.startswith("id-mismatch")
    assert found.possible_problems == ()
