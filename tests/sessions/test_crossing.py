"""Two gateways begin at once, one negotiation is refused and the other brings the session up: nothing was down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cases import knowledge, library
from whydown.diagnose.asked import DEFAULTS
from whydown.pipeline import analyze
from whydown.sources.files import Input
from whydown.sources.line import Side

if TYPE_CHECKING:
    from pathlib import Path

    from whydown.diagnose.incident import Incident

HEAD = '2026-05-04T08:12:{time}Z edge-01 NSX 46794 VPN [nsx@6876 comp="nsx-edge" subcomp="iked" level="ERROR"] {row}\n'
PEERS = (
    "  Local IKE peer  203.0.113.10:500 routing instance 0 ID 203.0.113.10 (ipv4)",
    "  Remote IKE peer 198.51.100.20:500 routing instance 0 ID 198.51.100.20 (ipv4)",
)
CHARON = """\
2026-05-04T08:12:43.000Z gw-b charon 700 - - 05[IKE] <edge|1> initiating IKE_SA edge[1] to 203.0.113.10
2026-05-04T08:12:43.020Z gw-b charon 700 - - 06[IKE] <2> 203.0.113.10 is initiating an IKE_SA
2026-05-04T08:12:43.100Z gw-b charon 700 - - 07[IKE] <edge|{failed}> {refusal}
2026-05-04T08:12:43.200Z gw-b charon 700 - - 08[IKE] <edge|{up}> IKE_SA edge[{up}] established between \
198.51.100.20[198.51.100.20]...203.0.113.10[203.0.113.10]
"""


def edge(time: str, head: str, *rows: str) -> str:
    """Return a block of the Edge's IKE daemon."""
    return "".join(HEAD.format(time=time, row=row) for row in (head, *PEERS, *rows))


def failed(time: str, role: str, message: str = "Authentication failed (24)", *rows: str) -> str:
    """Return a negotiation that was refused."""
    return edge(time, f"IKEv2 SA [{role}] negotiation failed:", f"  Message: {message}", *rows)


UP = edge("44.430", "IKEv2 SA [Initiator] negotiation completed:", "  Local Lifetime: 86400 seconds")
CHILD_UP = edge("44.440", "IPsec SA [Initiator, tunnel] negotiation completed:", "  Local Lifetime: 3600 seconds")


def sessions(folder: Path, log: str, side: Side = Side.EDGE) -> list[Incident]:
    """Return what is said of the session."""
    (folder / "some.log").write_text(log, encoding="utf-8")
    found = analyze([Input(str(folder / "some.log"), side)], library=library(), knowledge=knowledge(), options=DEFAULTS)
    return [i for i in found.incidents if i.layer.value == "session"]


def test_a_refusal_of_what_the_peer_began_while_the_edge_brought_the_session_up_is_no_down_time(tmp_path: Path) -> None:
    (found,) = sessions(tmp_path, failed("44.330", "Responder") + UP)
    assert (found.state, found.reason) == ("degraded", "Authentication failed")
    assert any("Nothing was down" in text for text in found.contradictions)


def test_what_differs_is_told_of_the_session_and_of_no_tunnel(tmp_path: Path) -> None:
    rows = ("  Reason:", "    DH group mismatch")
    (tmp_path / "edge.log").write_text(failed("44.330", "Responder", "No proposal chosen (14)", *rows) + UP + CHILD_UP)
    inputs = [Input(str(tmp_path / "edge.log"), Side.EDGE)]
    (found,) = analyze(inputs, library=library(), knowledge=knowledge(), options=DEFAULTS).incidents
    assert found.cause
    assert (found.layer.value, found.state, found.cause.name) == ("session", "degraded", "dh-group-mismatch/named")


def test_a_first_try_that_fails_in_the_same_seconds_is_no_incident(tmp_path: Path) -> None:
    assert sessions(tmp_path, failed("44.330", "Initiator") + UP) == []


@pytest.mark.parametrize("earlier", ["34.330", "39.400"])
def test_a_session_that_failed_before_was_down_until_it_recovered(tmp_path: Path, earlier: str) -> None:
    (found,) = sessions(tmp_path, failed(earlier, "Responder") + failed("44.330", "Responder") + UP)
    assert found.state == "recovered"


def test_a_session_that_was_up_before_was_down(tmp_path: Path) -> None:
    first = UP.replace("08:12:44.430", "08:02:44.430")
    gone = "".join(
        HEAD.format(time="40.000", row=row)
        for row in ("IKE peer '198.51.100.20' was found DEAD when performing IKE Dead Peer Detecting algorithm.",)
    )
    (found,) = sessions(tmp_path, first + gone + failed("44.330", "Responder") + UP)
    assert found.state == "recovered"


@pytest.mark.parametrize(("began", "came_up", "state"), [(2, 1, ["degraded"]), (1, 2, ["degraded"]), (1, 1, [])])
def test_numbers_of_sas_tell_who_began_which(tmp_path: Path, began: int, came_up: int, state: list[str]) -> None:
    refusal = "tried 1 shared key for '198.51.100.20' - '203.0.113.10', but MAC mismatched"
    log = CHARON.format(failed=began, up=came_up, refusal=refusal)
    assert [found.state for found in sessions(tmp_path, log, Side.PEER)] == state
