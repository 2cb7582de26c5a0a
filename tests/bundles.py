"""What a customer sends: a Manager's bundle with the bundles of a pair of Edges in it, and the peer's own tar."""

from __future__ import annotations

import gzip
import ipaddress
import json
from typing import TYPE_CHECKING, Any

from sources.archives import library_tar

if TYPE_CHECKING:
    from pathlib import Path

UUID = "6f2d1a34-0b7c-4c59-9a55-0d1f5f0e2a01"
NOISE = b"".join(
    b'2026-11-21T%02d:%02d:00.001Z edge-02 NSX 5188 FIREWALL [nsx@6876 comp="nsx-edge" subcomp="datapathd" '
    b's2comp="firewallpkt" level="INFO"] INET reason-match PASS 2312 OUT 84 PROTO 1 10.1.0.23->10.9.4.7\n'
    % divmod(minute, 60)
    for minute in range(20 * 60, 22 * 60)
)
WRITTEN = 1_795_298_400  # 2026-11-21 22:00 UTC, after the logs


def rotated(log: bytes) -> tuple[bytes, bytes]:
    """Cut a log in its middle, where a new second begins: not inside what a daemon writes over several lines."""
    lines = log.splitlines(keepends=True)
    cuts = [n for n in range(1, len(lines)) if lines[n][:19] != lines[n - 1][:19]]
    cut = min(cuts, key=lambda n: abs(2 * n - len(lines)), default=0)
    return b"".join(lines[:cut]), b"".join(lines[cut:])


def number(address: str) -> int:
    """Return an IPv4 address as `edge/vpn-session` has it."""
    return int(ipaddress.IPv4Address(address))


def vpn_session(local: str, remote: str, status: str = "DOWN", reason: str = "No proposal chosen") -> bytes:
    """Make an Edge's `edge/vpn-session` with one session and one tunnel."""
    nets = ({"IP_Address": [{"ipv4": number(net), "prefix_length": 24}]} for net in ("10.1.0.0", "10.2.0.0"))
    mine, theirs = nets
    policy: dict[str, Any] = {"id": "p-1", "Tunnel_Status": status, "Local": mine, "Peer": theirs}
    session: dict[str, Any] = {"id": UUID, "Type": "PolicyBasedVPN", "Session_Status": status}
    if status == "DOWN":
        session["Session_Down_Reason"], policy["Tunnel_Down_Reason"] = reason, "IKE SA down"
    session["Local_Endpoint_Profile"] = {"Local_Address": {"ipv4": number(local)}}
    session["Peer_Endpoint_Profile"] = {"Peer_Address": remote}
    return json.dumps([session | {"Policy": [policy]}], indent=1).encode()


def edge_bundle(log: bytes, *dumps: tuple[str, bytes]) -> bytes:
    """Pack an Edge's log, rotated once, and its state dumps as its support bundle has them."""
    older, newer = rotated(log)
    files = [("var/log/syslog", newer), ("var/log/syslog.1.gz", gzip.compress(older))]
    return gzip.compress(library_tar(*files, *dumps, ("edge/cpu_info", b"12\n"), written=WRITTEN))


def customer(folder: Path, edge: bytes, peer: bytes, *dumps: tuple[str, bytes], standby: bytes = b"") -> Path:
    """Write a folder with `mgr.tar`, in which two Edges' bundles are, and `branch.tar`, the peer's."""
    second = [("edge/vpn-session", standby)] if standby else []
    bundles = ("nsx_edge_01.tgz", edge_bundle(edge, *dumps)), ("nsx_edge_02.tgz", edge_bundle(NOISE, *second))
    (folder / "mgr.tar").write_bytes(library_tar(*bundles, ("nsx_manager/version", b"4.2\n"), written=WRITTEN))
    secrets = ("etc/swanctl/swanctl.conf", b'secrets { ike { secret = "canary" } }\n')
    (folder / "branch.tar").write_bytes(library_tar(("var/log/messages", peer), secrets, written=WRITTEN))
    return folder
