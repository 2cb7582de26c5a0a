from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from diagnose.episodes import event
from whydown.grammar.event import Rule
from whydown.sessions.homes import home
from whydown.sessions.writers import gather_writers
from whydown.sources.line import Origin, Side

if TYPE_CHECKING:
    from whydown.grammar.event import Event


def of(
    source: str,
    member: str = "",
    host: str = "",
    vendor: str = "strongSwan",
    *,
    made: str = "peer ike.up",
    at: float = 0,
) -> Event:
    """Make an event whose side nobody gave, from a file or an archive's member."""
    return event(made, at=at)._replace(
        side=None, host=host, vendor=vendor, origins=(Origin(source, member, 1, round(at)),)
    )


@pytest.mark.parametrize(
    ("source", "member", "name", "label"),
    [
        ("mgr.tar", "e1.tgz!var/log/syslog.1.gz", "mgr.tar!e1.tgz!", "e1"),
        ("mgr.tar", "e1.tgz!var/log/frr/frr.log", "mgr.tar!e1.tgz!", "e1"),
        ("all.tgz", "edge-01/var/log/syslog", "all.tgz!edge-01/", "edge-01"),
        ("two.zip", "a/charon.log", "two.zip!a/", "a"),
        ("bundle/var/log/syslog", "", "bundle/", "bundle"),
        ("/var/log/charon.log.2.gz", "", "/var/log/charon.log", "/var/log/charon.log"),
        ("charon.log-20261121", "", "charon.log", "charon.log"),
    ],
)
def test_a_log_is_at_home_in_its_bundle_or_by_itself(source: str, member: str, name: str, label: str) -> None:
    found = home(of(source, member))
    assert (found.name, found.label) == (name, label)


def test_a_log_without_hosts_in_a_bundle_is_of_the_host_whose_log_is_beside_it() -> None:
    syslog = of("b.tgz", "var/log/syslog", "edge-01", "VMware NSX")
    frr = of("b.tgz", "var/log/frr/frr.log", vendor="FRRouting", made="edge bgp.down", at=1)
    (writer,) = gather_writers([frr, syslog])
    assert (writer.host, writer.side, len(writer.events)) == ("edge-01", Side.EDGE, 2)


def test_logs_without_hosts_in_two_folders_of_one_archive_are_two_gateways() -> None:
    writers = gather_writers([of("two.tar", "peer/charon.log"), of("two.tar", "edge/charon.log", at=1)])
    assert [(w.host, w.side, w.why) for w in writers] == [
        ("edge", Side.EDGE, "its name"),
        ("peer", Side.PEER, "its name"),
    ]


def test_rotated_copies_of_a_log_without_hosts_are_one_gateway() -> None:
    assert len(gather_writers([of("charon.log"), of("charon.log.1", at=1), of("charon.log.2.gz", at=2)])) == 1


def test_a_standbys_dump_is_not_of_the_edge_that_logs() -> None:
    active = of("mgr.tar", "e1.tgz!var/log/syslog", "edge-01", "VMware NSX")
    dump = of("mgr.tar", "e2.tgz!edge/vpn-session", "", "VMware NSX", made="edge session.down")
    stated = dump._replace(side=Side.EDGE, rule=Rule("dump:nsx-vpn-session", 0, dump.rule.provenance))
    assert {w.host for w in gather_writers([active, stated])} == {"e2", "edge-01"}
    beside = stated._replace(origins=(Origin("mgr.tar", "e1.tgz!edge/vpn-session", 1, 0),))
    assert [w.host for w in gather_writers([active, beside])] == ["edge-01"]


def test_the_address_in_a_state_dump_tells_the_sides() -> None:
    a = event("peer ike.up", at=0, local="192.0.2.1", remote="198.51.100.7")._replace(side=None, host="a")
    b = event("peer ike.up", at=1, local="198.51.100.7", remote="192.0.2.1")._replace(side=None, host="b")
    dump = event("edge session.down", at=2, local="198.51.100.7", remote="192.0.2.1")
    dump = dump._replace(
        host="",
        vendor="VMware NSX",
        rule=Rule("dump:nsx-cli", 0, dump.rule.provenance),
        origins=(Origin("d.txt", "", 1, 0),),
    )
    stands = {w.host: (w.side, w.why) for w in gather_writers([a, b, dump]) if w.logs}
    assert stands == {
        "a": (Side.PEER, "its address in NSX's state dump"),
        "b": (Side.EDGE, "its address in NSX's state dump"),
    }


def test_the_gateway_with_the_most_partners_stands_in_the_edges_place() -> None:
    spokes = [event("peer ike.up", at=n, remote="192.0.2.9")._replace(side=None, host=f"a{n}") for n in (1, 2)]
    hub = [event("peer ike.up", at=n, remote=f"192.0.2.{n}")._replace(side=None, host="z") for n in (1, 2)]
    assert {w.host: w.side for w in gather_writers([*spokes, *hub])} == {
        "a1": Side.PEER,
        "a2": Side.PEER,
        "z": Side.EDGE,
    }
