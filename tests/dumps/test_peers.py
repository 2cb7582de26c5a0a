"""What peers state of themselves, and the configuration that NSX offers for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cases import SAMPLES
from dumps.given import SECRET, read, report
from whydown.envelope.record import Certainty
from whydown.grammar.vocabulary import Kind
from whydown.sources.line import Side

if TYPE_CHECKING:
    from pathlib import Path

    from whydown.grammar.event import Event

SAS = """root@gw-b:~# swanctl --list-sas
edge-peer: #3, ESTABLISHED, IKEv2, 0c6a7a809f4a6e2f_i* 33bbea1267703b12_r
  local  'gw-b.example' @ 198.51.100.7[4500]
  remote '192.0.2.1' @ 192.0.2.1[4500]
  AES_CBC-128/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048
  established 163s ago, rekeying in 13000s
  net: #4, reqid 1, INSTALLED, TUNNEL, ESP:AES_CBC-128/HMAC_SHA2_256_128
    installed 160s ago, rekeying in 3100s, expires in 3800s
    in  c1a2b3c4,      0 bytes,     0 packets
    out d1a2b3c4,      0 bytes,     0 packets
    local  10.2.0.0/24
    remote 10.1.0.0/24
other: #5, CONNECTING, IKEv2, 1c6a7a809f4a6e2f_i* 0000000000000000_r
  local  '%any' @ 198.51.100.7[500]
  remote '%any' @ 192.0.2.99[500]
  active:  IKE_VENDOR IKE_INIT
"""
CONNS = """edge-peer: IKEv2, no reauthentication, rekeying every 14400s, dpd delay 30s
  local:  198.51.100.7
  remote: 192.0.2.1
  local pre-shared key authentication:
    id: gw-b.example
  remote pre-shared key authentication:
    id: 192.0.2.1
  net: TUNNEL, rekeying every 3600s, dpd action is clear
    local:  10.2.0.0/24
    remote: 10.1.0.0/24
"""
STATUS = """000 using kernel interface: xfrm
000 Connection list:
000
000 "edge-peer": 10.2.0.0/24===198.51.100.7<198.51.100.7>[@gw-b]...192.0.2.1<192.0.2.1>===10.1.0.0/24; erouted; eroute owner: #2
000 "edge-peer":   IKE algorithms: AES_CBC_128-HMAC_SHA2_256-MODP3072
000 "edge-peer":   ESP algorithms: AES_CBC_128-HMAC_SHA2_256_128
000
000 Total IPsec connections: loaded 1, active 1
000
000 #1: "edge-peer":500 STATE_V2_ESTABLISHED_IKE_SA (established IKE SA); REKEY in 27980s; newest; idle;
000 #2: "edge-peer":500 STATE_V2_ESTABLISHED_CHILD_SA (established Child SA); REKEY in 27980s; newest;
"""
CONFIG = f"""# Suggestive peer configuration for Policy IPSec Vpn Session
#
# IPSecVPNSession Id         : e7f34d43-c894-4dbb-b7d2-c899f81b1812
# IPSecVPNSession name       : TO_BRANCH
# IPSecVPNSession enabled    : true
# Generated Time             : Sat Nov 21 21:00:00 GMT 2026
#
IKE version                  : IKE_V2
Connection initiation mode   : INITIATOR
Authentication method        : PSK
Pre shared key               : {SECRET}
Authentication algorithm     : [SHA2_256]
Encryption algorithm         : [AES_128]
SA life time                 : 86400
DH group                     : [GROUP14]
Prf Algorithm                : [SHA2_256]
#
Transform Protocol              : ESP
Authentication algorithm        :
Sa life time                    : 3600
Encryption algorithm            : [AES_GCM_128]
Enable perfect forward secrecy  : true
Perfect forward secrecy DH group: [GROUP14]
#
Peer address    : 198.51.100.128 # Peer gateway public IP.
Peer id         : 198.51.100.128
#
Local address   : 203.0.113.128 # Local gateway public IP.
Local id        : branch.example
#Rule1
Sources: [10.2.0.0/24]
Destinations: [10.1.0.0/24]
"""


def proposals(event: Event) -> list[tuple[str, list[str]]]:
    return [(p.protocol, [t.written for t in p.transforms]) for p in event.fields["proposals"]]


def test_the_sas_of_strongswan(tmp_path: Path) -> None:
    ike, child = read(tmp_path / "sas.txt", SAS)
    assert (ike.kind, ike.vendor, ike.host, ike.side) == (Kind.IKE_UP, "strongSwan", "gw-b", None)
    assert [ike.get(n) for n in ("conn", "local", "remote", "local_id", "version")] == [
        "edge-peer",
        "198.51.100.7",
        "192.0.2.1",
        "gw-b.example",
        2,
    ]
    assert (child.kind, child.get("child")) == (Kind.CHILD_UP, "net")
    assert child.get("ts_local") == ("10.2.0.0/24",)
    assert {"spi_in", "spi_out", "remote"} <= child.fields.keys()
    assert child.at - ike.at == 3_000_000  # established 163 s ago, installed 160 s ago
    assert ike.certainty is Certainty.UNTIMED


def test_the_connections_of_strongswan(tmp_path: Path) -> None:
    (nets,) = read(tmp_path / "conns.txt", CONNS)
    assert (nets.kind, nets.get("conn"), nets.get("remote"), nets.get("remote_id")) == (
        Kind.TS_CONFIGURED,
        "edge-peer",
        "192.0.2.1",
        "192.0.2.1",
    )
    assert (nets.get("ts_local"), nets.get("ts_remote")) == (("10.2.0.0/24",), ("10.1.0.0/24",))


def test_the_status_of_libreswan(tmp_path: Path) -> None:
    nets, ike, esp, up, child = read(tmp_path / "status.txt", STATUS)
    assert {e.vendor for e in (nets, ike, esp, up, child)} == {"Libreswan"}
    assert (nets.kind, nets.get("local"), nets.get("remote")) == (Kind.TS_CONFIGURED, "198.51.100.7", "192.0.2.1")
    assert proposals(ike)[0][0] == "IKE"
    assert "MODP3072" in proposals(ike)[0][1]
    assert proposals(esp)[0][0] == "ESP"
    assert (up.kind, child.kind) == (Kind.IKE_UP, Kind.CHILD_UP)


def test_the_download_for_the_peer_tells_what_the_edge_is_configured_for(tmp_path: Path) -> None:
    ike, esp, nets = read(tmp_path / "TO_BRANCH.txt", CONFIG)
    assert proposals(ike) == [("IKE", ["AES_CBC_128", "HMAC_SHA2_256_128", "PRF_HMAC_SHA2_256", "MODP_2048"])]
    assert proposals(esp) == [("ESP", ["AES_GCM_16_128", "MODP_2048"])]
    assert (ike.get("local"), ike.get("remote"), ike.side) == ("198.51.100.128", "203.0.113.128", Side.EDGE)
    assert (ike.get("session"), ike.get("session_name")) == ("e7f34d43-c894-4dbb-b7d2-c899f81b1812", "TO_BRANCH")
    assert (nets.get("ts_local"), nets.get("ts_remote")) == (("10.1.0.0/24",), ("10.2.0.0/24",))
    assert ike.certainty is Certainty.STAMPED
    assert SECRET not in repr((ike, esp, nets))


def test_a_session_that_the_download_calls_disabled_is_down_for_that(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(CONFIG.replace("enabled    : true", "enabled    : false"))
    assert report(path).incidents[0].reason == "Session not enabled"


def test_an_algorithm_that_is_not_known_makes_no_proposal(tmp_path: Path) -> None:
    events = read(tmp_path / "a.txt", CONFIG.replace("[AES_128]", "[ROT13]"))
    assert [proposals(e)[0][0] for e in events if "proposals" in e.fields] == ["ESP"]


def test_the_download_gives_the_value_that_the_edges_log_lacks(tmp_path: Path) -> None:
    peer = SAMPLES / "cases" / "dh-group-mismatch" / "peer.log"
    (tmp_path / "TO_BRANCH.txt").write_text(CONFIG)
    told = report(tmp_path / "TO_BRANCH.txt", peer)
    first = told.incidents[0]
    assert first.session.name == "TO_BRANCH"
    assert [(d.parameter, d.edge, d.peer) for d in first.differs if d.parameter == "DH group"] == [
        ("DH group", "MODP2048", "MODP3072")
    ]


@pytest.mark.parametrize("dump", [SAS, CONNS, STATUS], ids=["sas", "conns", "status"])
def test_a_peers_dump_joins_its_log_and_makes_no_incident(tmp_path: Path, dump: str) -> None:
    (tmp_path / "dump.txt").write_text(dump)
    line = "2026-11-21T20:40:01Z gw-b {}: {}\n"
    text = {
        "charon": "05[IKE] initiating IKE_SA edge-peer[1] to 192.0.2.1",
        "pluto": '"edge-peer" #1: initiating IKEv2 connection to 192.0.2.1 using UDP',
    }
    app = "pluto" if "000" in dump[:3] else "charon"
    (tmp_path / "peer.log").write_text(line.format(app, text[app]))
    told = report(tmp_path)
    assert [(s.name.peer.host, s.name.peer.address) for s in told.sessions if s.name.edge.address == "192.0.2.1"] == [
        ("gw-b", "198.51.100.7")
    ]
