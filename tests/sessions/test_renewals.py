"""A rekey of a tunnel names no peer on an NSX Edge: among several sessions it is given to the one it renews."""

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

HEAD = '2026-05-04T08:{time}Z edge-01 NSX 46794 VPN [nsx@6876 comp="nsx-edge" subcomp="iked" level="INFO"] {row}\n'


def block(time: str, *rows: str) -> str:
    """Return rows that the Edge's IKE daemon wrote at once."""
    return "".join(HEAD.format(time=time, row=row) for row in rows)


def up(time: str, peer: str, spi: str, networks: tuple[str, str]) -> str:
    """Return a session and its tunnel that come up; without a peer: the tunnel's rekey."""
    peers = (
        "  Local IKE peer  203.0.113.10:500 routing instance 0 ID 203.0.113.10 (ipv4)",
        f"  Remote IKE peer {peer}:500 routing instance 0 ID {peer} (ipv4)",
    )
    ike = ("IKEv2 SA [Initiator] negotiation completed:", *peers, "  Local Lifetime: 86400 seconds")
    child = (
        "IPsec SA [Initiator, tunnel] negotiation completed:",
        *(peers if peer else ()),
        f"  Local Traffic Selector  ipv4({networks[0]})",
        f"  Remote Traffic Selector ipv4({networks[1]})",
        "  Inbound SPI:      | Outbound SPI: | Algorithm:",
        f"  ESP    [{spi}1] | [{spi}2]    | aes-gcm/128 - none",
        "  Local Lifetime: 3600 seconds",
    )
    return (block(time, *ike) if peer else "") + block(time, *child)


def gone(time: str, spi: str) -> str:
    """Return the end of a tunnel's SA."""
    return block(time, "IPsec SA destroyed: Inbound SPI:      | Outbound SPI:", f"ESP    [{spi}1] | [{spi}2]")


def down(folder: Path, log: str) -> list[tuple[str, str]]:
    """Return the sessions of which something is told, and what state it is in."""
    (folder / "edge.log").write_text(log, encoding="utf-8")
    inputs = [Input(str(folder / "edge.log"), Side.EDGE)]
    found = analyze(inputs, library=library(), knowledge=knowledge(), options=DEFAULTS).incidents
    return [(i.session.peer.address, i.state) for i in found]


ANY = ("0.0.0.0-255.255.255.255", "0.0.0.0-255.255.255.255")
ONE = ("10.1.0.0-10.1.0.255", "10.2.0.0-10.2.0.255")
BOTH = up("00:00.000", "198.51.100.20", "aaaaaaa", ANY) + up("00:01.000", "198.51.100.30", "bbbbbbb", ANY)


@pytest.mark.parametrize("networks", [ANY, ONE])
def test_a_rekey_among_several_sessions_is_not_the_end_of_a_tunnel(tmp_path: Path, networks: tuple[str, str]) -> None:
    log = up("00:00.000", "198.51.100.20", "aaaaaaa", networks) + up("00:01.000", "198.51.100.30", "bbbbbbb", ANY)
    log += up("50:00.000", "", "ccccccc", networks) + gone("50:01.000", "aaaaaaa")
    log += up("58:00.000", "", "ddddddd", networks) + gone("58:01.000", "ccccccc")
    assert down(tmp_path, log) == []


def test_rekeys_of_two_sessions_with_the_same_networks_are_told_apart_by_what_is_deleted_next(tmp_path: Path) -> None:
    log = BOTH + up("50:00.000", "", "ccccccc", ANY) + gone("50:01.000", "bbbbbbb")
    log += up("51:00.000", "", "ddddddd", ANY) + gone("51:01.000", "aaaaaaa")
    assert down(tmp_path, log) == []
    assert down(tmp_path, log + gone("55:00.000", "ccccccc")) == [("198.51.100.30", "down")]


def test_a_tunnel_that_ends_without_a_rekey_is_still_down(tmp_path: Path) -> None:
    assert down(tmp_path, BOTH + gone("50:01.000", "aaaaaaa")) == [("198.51.100.20", "down")]
    log = BOTH + up("50:00.000", "", "ccccccc", ANY) + gone("50:01.000", "bbbbbbb")
    assert down(tmp_path, log + gone("57:00.000", "aaaaaaa")) == [("198.51.100.20", "down")]


def test_a_refusal_that_names_no_tunnel_is_of_the_one_that_is_down(tmp_path: Path) -> None:
    log = up("00:00.000", "198.51.100.20", "aaaaaaa", ONE)
    further = ("10.1.0.0-10.1.0.255", "10.3.0.0-10.3.0.255")
    log += up("00:01.000", "", "bbbbbbb", further) + gone("20:00.000", "bbbbbbb")
    log += block("20:01.000", "IPsec SA [Initiator] negotiation failed:", "  Message: TS unacceptable (38)")
    assert down(tmp_path, log) == [("198.51.100.20", "down")]
