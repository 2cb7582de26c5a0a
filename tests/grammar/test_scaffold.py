"""A new message from one line: slots where the form tells, nothing private left, and the block reads at once."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whydown.grammar.check import check
from whydown.grammar.scaffold import likely_kinds, scaffold
from whydown.grammar.syntax import read_grammar

HEADER = "grammar x\n  vendor  x\n  usually peer\n  app     x\n  source  x\n\n"


def clauses(block: str) -> dict[str, str]:
    return {row.split()[0]: row[10:] for row in block.split("\n") if row.startswith("  ")}


def filled_in(block: str) -> str:
    block = re.sub(r"^event KIND \w+", "event ike.message local", block, flags=re.MULTILINE)
    return HEADER + re.sub(r"FILL IN.*", "a log of version 1", block)


@pytest.mark.parametrize(
    ("line", "template", "gives"),
    [
        (
            "IKE_SA hq-berlin[7] established between 10.8.0.1[gw.corp.de]...10.9.9.9[10.9.9.9]",
            "IKE_SA $conn[$ike_id] established between $local[$local_id]...$remote[$remote_id]",
            "conn=site-b ike_id=7 local=203.0.113.10 local_id=gw-a.example remote=198.51.100.20 remote_id=198.51.100.20",
        ),
        (
            "closing CHILD_SA lan{12} with SPIs c41bd1f2_i 0a9be211_o and TS 10.2.0.0/16 === 10.1.0.0/16",
            "closing CHILD_SA $child{$child_id} with SPIs ${spi_in}_i ${spi_out}_o and TS $ts_local === $ts_remote",
            "child=net-b child_id=12 spi_in=c41bd1f2 spi_out=0a9be211 ts_local=198.51.100.0/16 ts_remote=192.0.2.0/16",
        ),
        (
            "sending packet: from 10.0.0.1[500] to fe80::7[4500] (472 bytes)",
            "sending packet: from $src[$src_port] to $dst[$dst_port] ($bytes bytes)",
            "src=203.0.113.10 src_port=500 dst=2001:db8::10 dst_port=4500 bytes=472",
        ),
        ("received NO_PROPOSAL_CHOSEN notify", "received $notify notify", "notify=NO_PROPOSAL_CHOSEN"),
        ("Message: Authentication failed (24)", "Message: Authentication failed ($notify_code)", "notify_code=24"),
        ("IKEv2 SA lives 10800s, costs $5", "IKEv$version SA lives ${seconds}s, costs $$$_", "version=2 seconds=10800"),
        ("retransmit 3 of request with message ID 1", "retransmit $tries of request with message ID $message_id",
         "tries=3 message_id=1"),
        ("our ID vpn.corp.de, peer ID a.b@corp.de", "our ID $local_id, peer ID $remote_id",
         "local_id=gw-a.example remote_id=admin@gw-b.example"),
        ("took '10.0.0.1' at 10:11:12", "took '$remote' at $_:$_:$_", "remote=203.0.113.10"),
    ],
)  # fmt: skip
def test_what_varies_becomes_slots(line: str, template: str, gives: str) -> None:
    found = clauses(scaffold(line))
    assert found["line"] == template
    assert found["gives"] == gives


def test_the_example_holds_nothing_private_and_names_stay_the_same_throughout() -> None:
    block = scaffold("deleting IKE_SA hq[7] with 10.8.0.1 (vpn.corp.de)", "06[IKE] <hq|7> ")
    assert clauses(block)["try"] == "06[IKE] <site-b|7> deleting IKE_SA site-b[7] with 203.0.113.10 (gw-a.example)"


@pytest.mark.parametrize(
    ("line", "direction"),
    [("received x", "in"), ("sending x", "out"), ("x happened", "DIRECTION"), ("sent what was received", "DIRECTION")],
)
def test_the_direction_is_only_taken_from_plain_words(line: str, direction: str) -> None:
    assert f"event KIND {direction}\n" in scaffold(line)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("received DELETE for IKE_SA hq[7]", "ike.delete"),
        ("no acceptable proposal found", "proposals.mismatch"),
        ("peer busy, retrying", "ike.retry"),
        ("sending DPD request", "dpd.sent"),
    ],
)
def test_kinds_are_suggested_by_their_words(line: str, kind: str) -> None:
    assert likely_kinds(line)[0] == kind
    assert kind not in scaffold(line)


def test_what_a_person_has_to_say_is_asked_for_by_the_check() -> None:
    _, problems = read_grammar(HEADER + scaffold("received DELETE for IKE_SA hq[7]"), "x")
    assert [p.code for p in problems] == ["G010", "G019"]


WORDS = st.sampled_from(
    [
        "peer",
        "IKE_SA",
        "from",
        "to",
        "local",
        "10.0.0.1",
        "2001:db8::7",
        "fe80::1%eth0",
        "10.0.0.0/8",
        "c41bd1f2",
        "0x12ab",
        "0123456789abcdef",
        "hq[7]",
        "lan{3}",
        "'hq'",
        "vpn.corp.de",
        "[500]",
        ":4500",
        "(24)",
        "30s",
        "$5",
        "a=b",
        "#7:",
        "NO_PROPOSAL_CHOSEN",
        "IKEv2",
        "12:00:01",
        "1.2.3.4.5",
        "999.1.1.1",
        "||",
        "d1092bd9-f6f5-4bdf-a144-f1afb3501346",
        "::ffff:192.0.2.1",
    ]
)


@given(st.lists(st.tuples(WORDS, st.sampled_from([" ", "  ", ", ", ""])), min_size=1, max_size=9))
def test_a_filled_in_block_reads_and_its_example_proves_it(pieces: list[tuple[str, str]]) -> None:
    line = "told of " + "".join(word + gap for word, gap in pieces)
    text = filled_in(scaffold(line))
    grammar, problems = read_grammar(text, "x")
    assert problems == ()
    assert grammar is not None
    assert check([grammar]) == ()
