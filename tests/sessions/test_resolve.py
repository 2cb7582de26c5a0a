from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from diagnose.episodes import event
from whydown.sessions.resolve import classes, name_session, resolve
from whydown.sessions.writers import gather_writers

if TYPE_CHECKING:
    from whydown.grammar.event import Event

EDGE, PEER, OTHER = "192.0.2.1", "198.51.100.7", "203.0.113.9"


def sessions(*events: Event) -> list[set[str]]:
    writers = gather_writers(events)
    return [{e.text for x in joined.links for e in x.events} for joined in resolve(writers)]


def test_mirrored_addresses_make_one_session() -> None:
    ours = event("edge ike.start out", local=EDGE, remote=PEER)
    theirs = event("peer ike.start in", local=PEER, remote=EDGE)
    assert sessions(ours, theirs) == [{ours.text, theirs.text}]


def test_two_peers_are_two_sessions() -> None:
    one = event("edge ike.start out", at=0, local=EDGE, remote=PEER)
    two = event("edge ike.start out", at=1, local=EDGE, remote=OTHER)
    assert sessions(one, two) == [{one.text}, {two.text}]


def test_behind_nat_the_spis_of_a_child_sa_join_the_sides() -> None:
    ours = event("edge child.up", local="10.0.0.5", remote=PEER, spi_in="0x11111111", spi_out="0x22222222")
    theirs = event("peer child.up", local=PEER, remote="203.0.113.1", spi_in="0x22222222", spi_out="0x11111111")
    stranger = event("peer ike.start in", at=5, local=PEER, remote=OTHER)
    assert sessions(ours, theirs, stranger) == [{ours.text, theirs.text}, {stranger.text}]


def test_behind_nat_crossed_identities_join_the_sides() -> None:
    ours = event("edge ike.up", local="10.0.0.5", remote=PEER, local_id="edge.example", remote_id="gw.example")
    theirs = event("peer ike.up", local=PEER, remote="203.0.113.1", local_id="gw.example", remote_id="edge.example")
    stranger = event("peer ike.start in", at=5, local=PEER, remote=OTHER)
    assert sessions(ours, theirs, stranger) == [{ours.text, theirs.text}, {stranger.text}]


def test_lines_without_an_address_follow_the_running_number_of_their_sa() -> None:
    up = event("peer ike.start out", at=0, ike_id=3, local=PEER, remote=EDGE)
    other = event("peer ike.start out", at=1, ike_id=4, local=PEER, remote=OTHER)
    late = event("peer ike.failed in", at=2, ike_id=3, notify="AUTHENTICATION_FAILED")
    assert sessions(up, other, late) == [{up.text, late.text}, {other.text}]


def test_running_numbers_mean_nothing_across_a_restart() -> None:
    before = event("peer ike.start out", at=0, ike_id=1, local=PEER, remote=EDGE)
    boot = event("peer daemon.start", at=10)
    after = event("peer ike.start out", at=20, ike_id=1, local=PEER, remote=OTHER)
    late = event("peer ike.failed in", at=21, ike_id=1, notify="AUTHENTICATION_FAILED")
    assert sessions(before, boot, after, late) == [{before.text}, {after.text, late.text}]


def test_lines_of_one_thread_are_about_the_packet_it_works_on() -> None:
    packet = event("peer packet in", at=0, thread="07", src=EDGE, dst=PEER)
    other = event("peer packet in", at=0.5, thread="08", src=OTHER, dst=PEER)
    verdict = event("peer auth.key_mismatch", at=0.6, thread="07")
    assert sessions(packet, other, verdict) == [{packet.text, verdict.text}, {other.text}]


def test_a_line_that_nothing_ties_to_one_of_several_peers_is_no_sessions() -> None:
    one = event("peer packet in", at=0, thread="07", src=EDGE, dst=PEER)
    two = event("peer packet in", at=0.5, thread="08", src=OTHER, dst=PEER)
    stray = event("peer auth.key_mismatch", at=300)
    assert sessions(one, two, stray) == [{one.text}, {two.text}]


def test_a_name_stands_for_its_only_address_only() -> None:
    a = event("peer ike.start out", at=0, ike_id=1, conn="branch", local=PEER, remote=EDGE)
    b = event("peer ike.start out", at=1, ike_id=2, conn="roadwarriors", local=PEER, remote=OTHER)
    c = event("peer ike.start out", at=2, ike_id=3, conn="roadwarriors", local=PEER, remote="203.0.113.10")
    clear = event("peer ike.retry", at=3, conn="branch")
    unclear = event("peer ike.retry", at=4, conn="roadwarriors")
    found = sessions(a, b, c, clear, unclear)
    assert found == [{a.text, clear.text}, {b.text}, {c.text}]


def test_one_log_each_with_one_peer_each_is_one_story() -> None:
    ours = event("edge config.loaded", conn="to-branch")
    theirs = event("peer config.loaded", conn="to-dc")
    assert sessions(ours, theirs) == [{ours.text, theirs.text}]


def test_a_gateway_that_names_only_its_peer_is_joined_to_that_peer() -> None:
    ours = event("edge ike.start out", remote=PEER)
    theirs = event("peer ike.start in", local=PEER, remote=EDGE)
    stranger = event("edge ike.start out", at=5, local=EDGE, remote=OTHER)
    assert sessions(ours, theirs, stranger) == [{ours.text, theirs.text}, {stranger.text}]


def test_a_peer_with_two_edges_is_not_joined_by_its_address_alone() -> None:
    ours = event("edge ike.start out", remote=PEER)
    one = event("peer ike.start in", at=1, local=PEER, remote=EDGE)
    two = event("peer ike.start in", at=2, local=PEER, remote=OTHER)
    assert sessions(ours, one, two) == [{ours.text}, {one.text}, {two.text}]


def test_a_refusal_that_names_only_the_address_belongs_to_the_connection_at_work() -> None:
    begun = event("edge ike.start in", at=0, ike_id=1, conn="branch")
    refused = event("edge ike.failed out", at=0.2, remote=PEER, notify="NO_PROPOSAL_CHOSEN")
    assert sessions(begun, refused) == [{begun.text, refused.text}]


def test_a_stranger_at_another_time_is_not_the_connection() -> None:
    begun = event("edge ike.start in", at=0, ike_id=1, conn="branch")
    refused = event("edge ike.failed out", at=300, remote=OTHER, notify="NO_PROPOSAL_CHOSEN")
    assert sessions(begun, refused) == [{begun.text}, {refused.text}]


def test_a_session_is_named_by_nsx_where_nsx_names_it() -> None:
    uuid = "254d755e-e133-4831-89ab-41ef49c2bdc1"
    alarm = event("edge session.down", at=1, session=uuid, local=EDGE, remote=PEER, reason="Peer sent delete")
    writers = gather_writers([alarm])
    named = name_session(resolve(writers)[0], writers)
    assert (named.id, named.edge.address, named.peer.address) == (uuid, EDGE, PEER)


@given(st.integers(1, 12), st.data())
def test_classes_are_the_finest_split_that_keeps_every_group_together(count: int, data: st.DataObject) -> None:
    groups = data.draw(st.lists(st.sets(st.integers(0, count - 1), min_size=1, max_size=4), max_size=6))
    made = classes(count, groups)
    assert sorted(i for c in made for i in c) == list(range(count))
    home = {i: n for n, c in enumerate(made) for i in c}
    assert all(len({home[i] for i in g}) == 1 for g in groups)
    linked = {frozenset(g) for g in groups}
    for members in made:  # no class is larger than its groups force it to be
        reached = {members[0]}
        while grown := {i for g in linked if g & reached for i in g} - reached:
            reached |= grown
        assert reached == set(members)


def test_a_peer_that_moves_its_sas_to_another_address_is_the_same() -> None:
    up = event("edge ike.up", at=0, local=EDGE, remote=PEER)
    packet = event("edge packet in", at=60, local=EDGE, remote=OTHER)
    moved = event("edge net.moved local", at=60.1, remote=OTHER)
    assert sessions(up, packet, moved) == [{up.text, packet.text, moved.text}]


def test_a_peer_that_begins_at_another_address_is_another() -> None:
    up = event("edge ike.up", at=0, local=EDGE, remote=PEER)
    moved = event("edge net.moved local", at=60, remote=OTHER)
    begun = event("edge ike.start in", at=90, local=EDGE, remote=OTHER)
    assert sessions(up, moved, begun) == [{up.text}, {moved.text, begun.text}]
