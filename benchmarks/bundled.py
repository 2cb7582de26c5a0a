"""Recorded cases as they stand in the benchmark's bundle: each different from all others, and at a time of its own."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

CASES = Path(__file__).parents[1] / "sample_logs" / "cases"
EDGES = ("edge-01", "edge-02")  # the first one is active until the failover, the second one after it
BEGIN = datetime(2026, 11, 21, tzinfo=UTC)
_SLOT = timedelta(minutes=40)  # each case has such a part of the day for itself: rows of two blocks never mix
# Left out: cases one of whose logs names no peer (whose its lines are shows only where there is no other); those of a
# service that all sessions of an Edge share are found by their alarm.
_LEFT_OUT = frozenset(
    {
        "id-mismatch-at-the-edge",
        "message-with-a-zero-spi",
        "peer-silent",
        "transport-mode-at-the-peer",
        "ts-mismatch",
    }
)
_FAILOVER = "sr-standby"  # its session moves from the first Edge to the second
_ADDRESS = re.compile(rb"(?<![\d.])(198\.51\.100|203\.0\.113)\.(\d{1,3})(?![\d.])")
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_HEX = re.compile(rb"(?<![0-9a-zA-Z])(0x)?((?:[0-9a-f]{8}){1,2})(?![0-9a-zA-Z])")
_ALARM = re.compile(rb'eventFeatureName="vpn".*"entity_id":"([0-9a-f-]{36})"')
_NSX, _OF_ALL = b'subcomp="iked"', b"ipsec_service_down"
_NODE = """{edge}> get edge-cluster history state
Sun Nov 22 2026 UTC 00:00:00.000
State  : Active
Time   : 2026-10-02 18:10:25.19
Event  : State Sync Completed
Reason : Updated
"""
_WENT_DOWN = """
State  : Inactive
Time   : {at}
Event  : Node State Changed
Reason : Tunnels Down
"""


class Case(NamedTuple):
    """A recorded case as it stands in the bundle."""

    name: str
    peer: str  # the peer's host
    logs: dict[str, bytes]  # by Edge
    peer_log: bytes
    state: dict[str, object]  # of the session, as `edge/vpn-session` of the second Edge has it

    def state_on(self, edge: str) -> dict[str, object]:
        """Return what an Edge states of the session at the end: the first one has handed all of them over."""
        if edge == EDGES[1]:
            return self.state
        return {**self.state, "Session_Status": "DOWN", "Session_Down_Reason": "SR state is not Active"}


def recorded() -> list[Case]:
    """Return the failover, and the cases whose Edge wrote as NSX does, each at a time of its own.

    What may be the same in two of them is made different: addresses, hosts, names, SPIs, UUIDs.
    """
    logs = {path.parent.name: path.read_bytes() for path in CASES.glob("*/edge.log")}
    names = sorted(name for name, log in logs.items() if _NSX in log and _OF_ALL not in log)
    names = [name for name in names if name not in _LEFT_OUT | {_FAILOVER}]
    return [_placed(name, place) for place, name in enumerate([_FAILOVER, *names])]


def _placed(name: str, place: int) -> Case:
    """Make one case different from all others, and move it to its part of the day."""
    folder, number = CASES / name, 20 + place
    edge_log = _only_vpn((folder / "edge.log").read_bytes())
    peer_log = (folder / "peer.log").read_bytes() if (folder / "peer.log").exists() else b""
    own = dict(word for word, _ in reversed(Counter(_ADDRESS.findall(edge_log + peer_log)).most_common()))
    moved = BEGIN + _SLOT * place + timedelta(minutes=5) - min(map(_moment, _STAMP.findall(edge_log + peer_log)))

    def address(found: re.Match[bytes]) -> bytes:
        return b"%b.%d" % (found[1], number) if found[2] == own[found[1]] else found[0]

    def word(found: re.Match[bytes]) -> bytes:
        halves = (found[2][at : at + 8] for at in range(0, len(found[2]), 8))
        return (found[1] or b"") + b"".join(b"%08x" % (int(half, 16) ^ place << 16) for half in halves)

    def different(log: bytes) -> bytes:
        log = _STAMP.sub(lambda found: _written(_moment(found[0]) + moved), log)
        log = _HEX.sub(word, _ADDRESS.sub(address, log))
        for old, new in (("peer-right", "peer"), ("gw-b", "peer"), ("edge-peer", "edge-peer"), ("edge-a", "edge-a")):
            log = re.sub(rf"\b{old}\b".encode(), f"{new}-{number}".encode(), log)
        return log

    edge_log = different(edge_log)
    reason = tomllib.loads((folder / "expect.toml").read_text(encoding="utf-8"))["session_reason"]
    logs = {EDGES[1]: edge_log.replace(b" edge-01 ", f" {EDGES[1]} ".encode())}
    if name == _FAILOVER:
        reason, logs = "", {EDGES[0]: edge_log, EDGES[1]: _taken_over(edge_log)}
    return Case(name, f"peer-{number}", logs, different(peer_log), _state(edge_log, number, reason))


def _moment(stamp: bytes) -> datetime:
    return datetime.strptime(stamp.decode(), "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)


def _written(moment: datetime) -> bytes:
    return moment.strftime("%Y-%m-%dT%H:%M:%S").encode()


def _only_vpn(log: bytes) -> bytes:
    marks = b" VPN ", b"ipsec", b"high_availability"
    return b"".join(line for line in log.splitlines(keepends=True) if any(mark in line for mark in marks))


def _taken_over(log: bytes) -> bytes:
    """Return what the second Edge writes when it takes over: the first one's negotiation again, with other SPIs."""
    lines = log.splitlines(keepends=True)
    end = max(_moment(line[:19]) for line in lines)
    anew = b"".join(line for line in lines if line[:19] == lines[0][:19])
    anew = _STAMP.sub(_written(end + timedelta(seconds=5)), anew)
    anew = _HEX.sub(lambda found: b"%08x" % (int(found[2], 16) ^ 0xFF00), anew)
    return anew.replace(f" {EDGES[0]} ".encode(), f" {EDGES[1]} ".encode())


def _state(log: bytes, number: int, reason: str) -> dict[str, object]:
    named = _ALARM.search(log)
    ends = [f"198.51.100.{number}", f"203.0.113.{number}"]
    if f"Local IKE peer  {ends[1]}:".encode() in log:
        ends.reverse()
    return {
        "id": named[1].decode() if named else f"{number:08x}-0b7c-4c59-9a55-0d1f5f0e2a01",
        "Type": "Policy Based Session",
        "Session_Status": "DOWN" if reason else "UP",
        "Session_Down_Reason": reason,
        "Local_Endpoint_Profile": {"Local_Address": {"ipv4": int(ipaddress.ip_address(ends[0]))}},
        "Peer_Endpoint_Profile": {"Peer_Address": ends[1]},
    }


def node_history(edge: str, failover: Case) -> str:
    """Return what an Edge's command line states of its node: the first one went down."""
    told = _NODE.format(edge=edge)
    if edge != EDGES[0]:
        return told
    down = next(line for line in failover.logs[edge].splitlines() if b"tier1_gateway_failover" in line)
    return told + _WENT_DOWN.format(at=down[:23].decode().replace("T", " "))
