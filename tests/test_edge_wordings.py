"""What stands behind each message of the Edge's own IKE daemon, where the peer's log is missing.

Wording: QuickSec's, in the header of Broadcom KB 434656; so nothing here may be called confirmed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cases import knowledge, library, told
from whydown.diagnose.asked import DEFAULTS
from whydown.pipeline import analyze
from whydown.sources.files import Input
from whydown.sources.line import Side

if TYPE_CHECKING:
    from pathlib import Path

    from whydown.diagnose.incident import Incident

_HEAD = (
    '2026-05-04T{time}Z edge-01 NSX 46794 VPN [nsx@6876 comp="nsx-edge" subcomp="iked" s2comp="ike-stack" '
    'level="ERROR" errorCode="EDG1000028"] '
)
_PEERS = (
    "  Local IKE peer  203.0.113.10:{port} routing instance 0 ID 203.0.113.10 (ipv4)",
    "  Remote IKE peer 198.51.100.20:{port} routing instance 0 ID 198.51.100.20 (ipv4)",
)


def block(time: str, head: str, message: str, *reasons: str, port: int = 500) -> str:
    """Return a failed negotiation as iked writes it: a record a row."""
    rows = ["", head, *(row.format(port=port) for row in _PEERS), f"  Message: {message}"]
    rows += ["  Reason:", *(f"    {reason}" for reason in reasons)] if reasons else []
    return "".join(f"{_HEAD.format(time=time)}{row}\n" for row in rows)


def incident(folder: Path, log: str, layer: str) -> Incident:
    """Return the one incident of a layer."""
    (folder / "edge.log").write_text(log, encoding="utf-8")
    inputs = [Input(str(folder / "edge.log"), Side.EDGE)]
    told = analyze(inputs, library=library(), knowledge=knowledge(), options=DEFAULTS).incidents
    (found,) = [i for i in told if i.layer.value == layer]
    return found


IKE, ESP = "IKEv2 SA [{}] negotiation failed:", "IPsec SA [{}] negotiation failed:"
FIRST, SECOND = "Initiator", "Responder"
WORDINGS = [  # head, role, message, reasons; the reason NSX would show, the cause, how sure
    (IKE, FIRST, "Authentication failed (24)", (), "Authentication failed", "psk-mismatch/told", "possible"),
    (IKE, SECOND, "Authentication failed (24)", (), "Authentication failed", "psk-mismatch/unsaid", "possible"),
    (
        *(IKE, FIRST, "Authentication failed (24)", ("Remote ID mismatch",)),
        *("Authentication failed", "id-mismatch/remote-id", "probable"),
    ),
    (
        *(IKE, SECOND, "Authentication failed (24)", ("Local ID mismatch",)),
        *("Authentication failed", "id-mismatch/asked-of-peer", "probable"),
    ),
    (
        *(IKE, SECOND, "Authentication failed (24)", ("Authentication method mismatch",)),
        *("Authentication failed", "auth-method-mismatch", "probable"),
    ),
    (
        IKE,
        FIRST,
        "Authentication failed (24)",
        ("CRL is too old",),
        *("Authentication failed", "certificate-invalid", "probable"),
    ),
    (IKE, FIRST, "No proposal chosen (14)", (), "No proposal chosen", "ike-proposal-mismatch/told", "possible"),
    (IKE, SECOND, "No proposal chosen (14)", (), "No proposal chosen", "ike-proposal-mismatch/unsaid", "possible"),
    (
        *(IKE, SECOND, "No proposal chosen (14)", ("Encryption algorithm mismatch", "DH group mismatch")),
        *("No proposal chosen", "ike-proposal-mismatch/named", "probable"),
    ),
    (
        IKE,
        SECOND,
        "No proposal chosen (14)",
        ("DH group mismatch",),
        "No proposal chosen",
        "dh-group-mismatch/named",
        "probable",
    ),
    (
        IKE,
        SECOND,
        "No proposal chosen (14)",
        ("IKE version mismatch",),
        "No proposal chosen",
        "ike-version-mismatch",
        "probable",
    ),
    (
        *(IKE, SECOND, "No proposal chosen (14)", ("Peer IP address mismatch",)),
        *("No proposal chosen", "connection-unmatched/named", "probable"),
    ),
    (
        *(IKE, SECOND, "No proposal chosen (14)", ("No IPsec rules configured",)),
        *("No proposal chosen", "connection-unmatched/named", "probable"),
    ),
    (IKE, FIRST, "Invalid KE payload (17)", (), "No proposal chosen", "dh-group-mismatch/ke", "possible"),
    (IKE, FIRST, "Timed out (65540)", (), "Peer not responding", "peer-down", "possible"),
    (IKE, FIRST, "Network unavailable (65560)", (), "Peer not responding", "firewall-ike/local", "probable"),
    (IKE, FIRST, "Invalid syntax (7)", (), "Invalid syntax", "malformed", "probable"),
    (IKE, FIRST, "Invalid ike SPI (4)", (), "Invalid spi", "stale-spi", "probable"),
    (IKE, FIRST, "Out of memory (65537)", (), "Out of memory", "", "possible"),
    (ESP, FIRST, "No proposal chosen (14)", (), "No proposal chosen", "esp-proposal-mismatch/told", "possible"),
    (
        *(ESP, SECOND, "No proposal chosen (14)", ("Extended Sequence Number mismatch",)),
        *("No proposal chosen", "esp-proposal-mismatch/named", "probable"),
    ),
    (
        ESP,
        SECOND,
        "No proposal chosen (14)",
        ("DH group mismatch",),
        "No proposal chosen",
        "pfs-mismatch/named",
        "probable",
    ),
    (
        *(ESP, SECOND, "No proposal chosen (14)", ("Encapsulation mode mismatch",)),
        *("No proposal chosen", "esp-mode-mismatch", "probable"),
    ),
    (ESP, FIRST, "Invalid KE payload (17)", (), "No proposal chosen", "pfs-mismatch/group", "probable"),
    (ESP, FIRST, "TS unacceptable (38)", (), "TS unacceptable", "ts-mismatch/told", "possible"),
    (ESP, FIRST, "Invalid selectors (39)", (), "TS unacceptable", "ts-mismatch/told", "possible"),
    (
        ESP,
        SECOND,
        "TS unacceptable (38)",
        ("Local Traffic Selector mismatch",),
        "TS unacceptable",
        "ts-mismatch",
        "probable",
    ),
    (ESP, FIRST, "No IKE peers (65600)", (), "No IKE peers", "", "possible"),
    (ESP, FIRST, "Timed out (65540)", (), "No IKE peers", "", "possible"),
    (ESP, FIRST, "Phase-1 failed (65601)", (), "IKE SA down", "", "possible"),
    (ESP, FIRST, "Internal error (65602)", (), "Internal error", "", "possible"),
]


@pytest.mark.parametrize("row", WORDINGS, ids=[f"{w[0][:5]}-{w[1]}-{w[2]}-{'+'.join(w[3])}" for w in WORDINGS])
def test_a_message_of_the_edge_leads_to_its_reason_and_cause(
    tmp_path: Path, row: tuple[str, str, str, tuple[str, ...], str, str, str]
) -> None:
    head, role, message, reasons, reason, cause, level = row
    log = block("08:13:20.001", head.format(role), message, *reasons)
    found = incident(tmp_path, log, "session" if head is IKE else "tunnel")
    assert found.reason == reason
    assert (found.cause.name if found.cause else "") == cause
    assert found.confidence == level


def test_what_goes_unanswered_on_port_4500_is_no_peer_that_is_down(tmp_path: Path) -> None:
    log = block("08:13:20.001", IKE.format(FIRST), "Timed out (65540)", port=4500)
    found = incident(tmp_path, log, "session")
    assert found.cause
    assert found.cause.name == "firewall-natt/begun"
    assert [a.name for a in found.alternatives] == ["psk-mismatch"]


def test_a_rekey_that_goes_unanswered_on_port_4500_may_be_a_peer_that_is_down(tmp_path: Path) -> None:
    log = block("08:13:20.001", IKE.format(f"{FIRST} rekey"), "Timed out (65540)", port=4500)
    found = incident(tmp_path, log, "session")
    assert found.cause
    assert found.cause.name == "peer-down"


def test_rows_of_two_negotiations_that_stand_mixed_tell_of_both_failures_and_guess_no_reason(tmp_path: Path) -> None:
    blocks = [
        block("08:13:20.001", IKE.format(SECOND), "No proposal chosen (14)", "DH group mismatch"),
        block("08:13:20.001", IKE.format(SECOND), "Authentication failed (24)", "Remote ID mismatch"),
    ]
    blocks[1] = blocks[1].replace("198.51.100.20", "198.51.100.30")
    rows = [row for pair in zip(*(one.splitlines() for one in blocks), strict=True) for row in pair]
    (tmp_path / "edge.log").write_text("\n".join(rows), encoding="utf-8")
    inputs = [Input(str(tmp_path / "edge.log"), Side.EDGE)]
    found = analyze(inputs, library=library(), knowledge=knowledge(), options=DEFAULTS).incidents
    sessions = {i.session.name: i for i in found if i.layer.value == "session"}
    assert set(sessions) == {"198.51.100.20", "198.51.100.30"}
    for one in sessions.values():
        assert (one.reason, one.cause, one.confidence) == ("No reason stated", None, "possible")
        assert "stands among those of another negotiation of the same moment" in one.reason_means


def test_what_no_gateway_of_its_kind_could_write_leads_nowhere_where_its_log_has_a_gap(tmp_path: Path) -> None:
    first, second = (block(time, IKE.format(FIRST), "Timed out (65540)") for time in ("08:21:30.000", "08:23:30.000"))
    found = incident(tmp_path, first + second.replace("edge-01", "edge-02"), "session")
    assert found.cause
    assert found.cause.name == "peer-down"
    assert "firewall-ike/local" not in {a.name for a in found.alternatives}


def test_a_row_alone_does_not_say_who_refused(tmp_path: Path) -> None:
    row = _HEAD.format(time="08:13:20.001") + "Message: No proposal chosen (14)\n"
    found = incident(tmp_path, row, "session")
    assert found.cause
    assert (found.cause.name, found.confidence) == ("ike-proposal-mismatch/unsaid", "possible")
    assert "the gateways found no proposal in common" in found.cause.says.casefold()


def test_a_session_that_lived_was_not_ended_with_the_answer() -> None:
    (found,) = [i for i in told("cases/ike-sa-destroyed-edge-log-only") if i.layer.value == "session"]
    assert found.cause
    assert found.cause.name == "peer-deleted-ike/destroyed"
    assert {a.name for a in found.alternatives} == {"local-admin-delete", "lifetime-expired"}
