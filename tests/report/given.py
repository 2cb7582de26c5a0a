"""Incidents made by hand, for the formats: a DH group that differs, seen from both sides and from one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from whydown.diagnose.incident import (
    Agreement,
    Alternative,
    Cause,
    Confidence,
    Difference,
    Evidence,
    Incident,
    Layer,
    Missing,
)
from whydown.envelope.record import Certainty
from whydown.grammar.event import Event, Provenance, Rule
from whydown.grammar.vocabulary import Direction, Kind
from whydown.report.model import Report
from whydown.sessions.model import Heard, Hearing, Session
from whydown.sessions.names import NO_CLOCKS, Clocks, Gateway, SessionName
from whydown.sources.line import Origin, Side
from whydown.tally import Tally

T0 = 1_772_621_716_290_000  # 2026-03-04 10:55:16.290 UTC
SECOND = 1_000_000
EDGE_LOG, PEER_LOG = "bundle/edge-01/syslog", "logs/from-branch-12/charon.log"
EDGE, PEER = Side.EDGE, Side.PEER
IN, OUT, LOCAL = Direction.IN, Direction.OUT, Direction.LOCAL


def an_event(
    side: Side,
    kind: Kind,
    direction: Direction = LOCAL,
    *,
    at: int = T0,
    line: int = 1,
    text: str = "a line",
    provenance: Provenance = Provenance.SEEN,
    **fields: Any,
) -> Event:
    source, vendor, host = (EDGE_LOG, "nsx-edge", "edge-01") if side is EDGE else (PEER_LOG, "strongswan", "gw-b")
    return Event(
        at=at,
        certainty=Certainty.STAMPED,
        side=side,
        host=host,
        app="iked" if side is EDGE else "charon",
        pid="1",
        vendor=vendor,
        kind=kind,
        direction=direction,
        fields=fields,
        rule=Rule(vendor, 12, provenance),
        origins=(Origin(source, "", line, line * 80),),
        text=text,
    )


def step(event: Event, role: str = "why") -> Evidence:
    return Evidence(event, role, event.at)


ASKED = an_event(EDGE, Kind.IKE_MESSAGE, OUT, line=48211, exchange="IKE_SA_INIT", role="request", text="IKE_SA_INIT #0")
OFFERED = an_event(
    PEER,
    Kind.PROPOSALS_RECEIVED,
    IN,
    at=T0 + 11_000,
    line=90112,
    text="received proposals: IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048",
    reason="AES_CBC_256/SHA2_256/MODP_2048",
)
ACCEPTED = an_event(
    PEER,
    Kind.PROPOSALS_CONFIGURED,
    at=T0 + 11_200,
    line=90113,
    text="configured proposals: IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/ECP_384",
    reason="AES_CBC_256/SHA2_256/ECP_384",
)
REFUSED = an_event(
    PEER, Kind.IKE_FAILED, OUT, at=T0 + 12_000, line=90115, text="no proposal found", notify="NO_PROPOSAL_CHOSEN"
)
TOLD = an_event(
    EDGE,
    Kind.IKE_FAILED,
    IN,
    at=T0 + 40_000,
    line=48215,
    text="IKE SA negotiation failed\nMessage: No proposal chosen (14)",
    provenance=Provenance.ASSUMED,
    notify="NO_PROPOSAL_CHOSEN",
)
ALARM = an_event(
    EDGE,
    Kind.SESSION_DOWN,
    at=T0 + 44_000,
    line=48216,
    text='{"event_type": "vmwNSXVpnIkeSessionStatus"}',
    reason="No proposal chosen",
)
LOADED = an_event(
    PEER, Kind.CONFIG_LOADED, at=T0 - 369 * SECOND, line=89770, conn="nsx", text="loaded connection 'nsx'"
)

NAME = SessionName(
    "254d755e-8a52-4e28-b2f5-3b2e1f1a9b6c",
    "to-branch-12",
    Gateway("edge-01", "192.0.2.1", "nsx-edge", "192.0.2.1", heard=True),
    Gateway("gw-b", "198.51.100.7", "strongswan", "gw-b.example.net", heard=True),
)
HEARD_EDGE = Heard(
    EDGE,
    "edge-01",
    "nsx-edge",
    T0 - 600 * SECOND,
    T0 + 2700 * SECOND,
    frozenset({Kind.IKE_FAILED}),
    212,
    (EDGE_LOG,),
)
HEARD_PEER = Heard(
    PEER,
    "gw-b",
    "strongswan",
    T0 - 7200 * SECOND,
    T0 + 2710 * SECOND,
    frozenset({Kind.IKE_FAILED}),
    198,
    (PEER_LOG,),
)


def both_sides() -> Incident:
    return Incident(
        id="7f3a01c2d4e5",
        revision=1,
        layer=Layer.SESSION,
        state="down",
        began=T0,
        ended=None,
        certainty=Certainty.STAMPED,
        session=NAME,
        tunnel="",
        reason="No proposal chosen",
        basis="stated",
        reason_means="The gateways have no IKE proposal in common.",
        cause=Cause(
            "dh-group-mismatch",
            "the DH groups differ",
            "The Edge offers DH group 14 (MODP_2048); the peer accepts only 20 (ECP_384).",
            "both",
        ),
        confidence=Confidence.CONFIRMED,
        confidence_why="Both sides logged the same exchange, and the peer's log holds both proposals.",
        differs=(Difference("DH group", "MODP_2048", "ECP_384"),),
        agrees=(Agreement("Encryption", "AES_CBC_256"), Agreement("Integrity", "SHA2_256_128"), Agreement("IDs", "")),
        actions=(
            "Set the same DH group on both sides: add 20 to the IKE profile on NSX, or modp2048 to the peer's proposals.",
            "Check the PFS group too: phase 2 was not reached yet.",
        ),
        evidence=(
            step(OFFERED, "offered"),
            step(ACCEPTED, "accepted"),
            step(REFUSED, "refused"),
            step(TOLD),
            step(ALARM),
        ),
        timeline=tuple(step(e) for e in (ASKED, OFFERED, ACCEPTED, REFUSED, TOLD, ALARM)),
        trigger=step(LOADED),
        ruled_out=("authentication: not reached", "peer not responding: it answered after 12 ms"),
        consequences=("BGP neighbour 169.254.12.2 went down at 10:55:46",),
        attempts=41,
        last_seen=T0 + 2686 * SECOND,
        clocks=Clocks(2.31, 0.02, 12),
        link="https://techdocs.broadcom.com/us/en/vmware-cis/vcf/alarms-when-an-ipsec-vpn-session-is-down.html",
    )


def edge_alone() -> Incident:
    whole = both_sides()
    return replace(
        whole,
        session=replace(NAME, peer=Gateway("", "198.51.100.7")),
        cause=None,
        confidence=Confidence.POSSIBLE,
        confidence_why="Only the Edge's log was given. It is the initiator, and initiators are not told which "
        "transform was refused.",
        differs=(),
        agrees=(),
        actions=(
            "Compare DH groups, encryption and digest algorithms of the IKE profile with the peer's configuration.",
        ),
        alternatives=(
            Alternative(
                "dh-group-mismatch",
                "the DH groups differ",
                Confidence.POSSIBLE,
                "the peer's list of received and configured proposals",
            ),
            Alternative(
                "ike-proposal-mismatch",
                "an encryption or digest algorithm differs",
                Confidence.POSSIBLE,
                "the peer's list of received and configured proposals",
            ),
        ),
        evidence=(step(TOLD), step(ALARM)),
        timeline=(step(ASKED), step(TOLD), step(ALARM)),
        trigger=None,
        ruled_out=(),
        missing=(
            Missing(
                PEER,
                T0 - 300 * SECOND,
                T0 + 300 * SECOND,
                "the lines with 'received proposals' and 'configured proposals'; strongSwan writes them at log "
                "level cfg 2 or when they do not match",
                "journalctl -u strongswan --since '2026-03-04 10:50' --until '2026-03-04 11:01'",
            ),
        ),
        clocks=NO_CLOCKS,
    )


def tunnel_below() -> Incident:
    return replace(
        both_sides(),
        id="aa3a01c2d4e5",
        follows="7f3a01c2d4e5",
        layer=Layer.TUNNEL,
        tunnel="10.1.0.0/24 === 10.2.0.0/24",
        reason="IKE SA down",
        cause=None,
        evidence=(),
        timeline=(),
    )


def a_tally() -> Tally:
    return Tally(lines=5000, other=4588, events=400, continued=9, unknown=3)


def a_session(*events: Event) -> Session:
    return Session(NAME, events, Hearing((HEARD_EDGE, HEARD_PEER)), Clocks(2.31, 0.02, 12))


def a_report(*incidents: Incident, peer: bool = True) -> Report:
    heard = (HEARD_EDGE, HEARD_PEER) if peer else (HEARD_EDGE,)
    return Report(incidents=incidents, tally=a_tally(), heard=heard, grammars="0123456789ab")
