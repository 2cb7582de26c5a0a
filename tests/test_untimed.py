"""A log whose lines bear no time: the order speaks, and no page says a time or measures one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cases import knowledge, library
from whydown.pipeline import analyze
from whydown.report import text
from whydown.sources.files import Input
from whydown.sources.line import Side

if TYPE_CHECKING:
    from pathlib import Path

    from whydown.report.model import Report

REFUSED = """\
initiating IKE_SA site-b[1] to 203.0.113.20
generating IKE_SA_INIT request 0 [ SA KE No N(NATD_S_IP) N(NATD_D_IP) ]
sending packet: from 198.51.100.10[500] to 203.0.113.20[500] (464 bytes)
received packet: from 203.0.113.20[500] to 198.51.100.10[500] (472 bytes)
parsed IKE_SA_INIT response 0 [ SA KE No N(NATD_S_IP) N(NATD_D_IP) ]
establishing CHILD_SA net{1}
generating IKE_AUTH request 1 [ IDi IDr AUTH SA TSi TSr ]
parsed IKE_AUTH response 1 [ N(AUTH_FAILED) ]
received AUTHENTICATION_FAILED notify error
establishing connection 'site-b' failed
"""
QUICK_MODE = """\
charon: 08[ENC] generating QUICK_MODE request 316948142 [ HASH SA No ID ID ]
charon: 08[NET] sending packet: from 198.51.100.10[500] to 203.0.113.20[500] (236 bytes)
charon: 08[ENC] parsed INFORMATIONAL_V1 request 460353720 [ HASH N(INVAL_ID) ]
charon: 08[IKE] received INVALID_ID_INFORMATION error notify
"""
COMPARED = """\
charon: 11[CFG] received proposals: ESP:AES_CBC_256/HMAC_SHA2_512_256/NO_EXT_SEQ
charon: 11[CFG] configured proposals: ESP:AES_CBC_256/HMAC_SHA1_96/NO_EXT_SEQ
charon: 11[IKE] no matching proposal found, sending NO_PROPOSAL_CHOSEN
charon: 11[ENC] generating INFORMATIONAL_V1 request 757918402 [ HASH N(NO_PROP) ]
"""
MASKED = """\
"site-b" #1: initiating IKEv2 connection to x.x.x.x using UDP
"site-b" #1: initiator established IKE SA; authenticated peer using authby=secret and FQDN '@b'
"site-b" #2: initiator established Child SA using #1; IPsec tunnel [10.1.0.0/24===10.2.0.0/24] {ESP/ESN=>0xXXXXXXXX <0xXXXXXXXX xfrm=AES_GCM_16_256 DPD=passive}
"site-b" #1: received IKE SA delete request
"""
MONITORED = """\
  VPN-IPSEC: "peer-203.0.113.20-tunnel-1" #55: cannot respond to IPsec SA request because no connection is known for 10.1.0.0/24===198.51.100.10[198.51.100.10]...203.0.113.20[203.0.113.20]
"""


def report_of(lines: str, folder: Path, side: Side = Side.PEER) -> Report:
    log = folder / "pasted.txt"
    log.write_text(lines)
    return analyze([Input(str(log), side)], library=library(), knowledge=knowledge())


@pytest.mark.parametrize(
    ("lines", "layer", "reason"),
    [
        (REFUSED, "session", "Authentication failed"),
        (QUICK_MODE, "tunnel", "TS unacceptable"),
        (COMPARED, "tunnel", "No proposal chosen"),
        (MONITORED, "tunnel", "TS unacceptable"),
    ],
)
@pytest.mark.parametrize("side", list(Side))
def test_a_pasted_excerpt_of_one_gateway_is_answered(
    lines: str, layer: str, reason: str, side: Side, tmp_path: Path
) -> None:
    first = report_of(lines, tmp_path, side).incidents[0]
    assert (first.layer, first.reason) == (layer, reason)


@pytest.mark.parametrize("lines", [REFUSED, QUICK_MODE, COMPARED, MONITORED])
def test_no_time_is_made_up(lines: str, tmp_path: Path) -> None:
    page = text.render(report_of(lines, tmp_path))
    assert "the lines bear no time" in page
    assert "1970" not in page
    assert "1969" not in page
    assert "00:00" not in page


def test_a_line_is_named_in_the_place_of_its_time(tmp_path: Path) -> None:
    cause = report_of(COMPARED, tmp_path).incidents[0].cause
    assert cause
    assert "at line 3" in cause.says


def test_what_was_compared_is_taken_without_measuring_but_for_no_more_than_possible(tmp_path: Path) -> None:
    (incident,) = report_of(COMPARED, tmp_path).incidents
    assert incident.cause
    assert incident.cause.name == "esp-proposal-mismatch"
    assert incident.confidence == "possible"
    assert [(d.parameter, d.edge, d.peer) for d in incident.differs] == [
        ("Integrity", "HMAC_SHA2_512_256", "HMAC_SHA1_96")
    ]
    assert "pfs-mismatch" not in {a.name for a in incident.alternatives}  # the lists stand there, and agree in that


def test_masked_sas_go_up_and_down_by_their_numbers(tmp_path: Path) -> None:
    report = report_of(MASKED, tmp_path)
    assert [e.kind for s in report.sessions for e in s.events][:3] == ["ike.start", "ike.up", "child.up"]
    assert report.sessions[0].name.edge.address == "x.x.x.x"


def test_a_log_without_times_that_is_quiet_claims_no_window(tmp_path: Path) -> None:
    page = text.render(report_of(MASKED.rsplit("\n", 2)[0], tmp_path))
    assert "No fault in these lines, which bear no time" in page
    assert "1970" not in page
