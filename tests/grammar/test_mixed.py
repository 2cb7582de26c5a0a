"""Rows of several blocks that one process wrote at once: each is of its own block, or of none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from grammar.written import events, grammar, record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.grammar.event import Event

FAILED = """event ike.failed local
  line    IKEv$version SA [$role] negotiation failed:
  more    Local IKE peer $local:$local_port ID $_
  more    Remote IKE peer $remote:$remote_port ID $_
  more    Message: $notify ($notify_code)
  more    Reason:
  more    Reason: $reason
  more    ${reason:DH group mismatch|Remote ID mismatch|Local ID mismatch}
  line    Message: $notify ($notify_code)
  from    made up
  try     not checked here

event ike.up local
  line    IKEv$version SA [$role] negotiation completed:
  more    Local IKE peer $local:$local_port ID $_
  more    Remote IKE peer $remote:$remote_port ID $_
  more    Initiator SPI $spi_i Responder SPI $spi_r
  from    made up
  try     not checked here

event dpd.dead local
  line    peer $remote is dead
  from    made up
  try     not checked here
"""
SOME = grammar(FAILED)


def failed(remote: str, message: str, reason: str, role: str = "Responder") -> list[str]:
    """Return the rows of a negotiation that failed."""
    return [
        f"IKEv2 SA [{role}] negotiation failed:",
        "  Local IKE peer  203.0.113.10:500 ID (null)",
        f"  Remote IKE peer {remote}:500 ID (null)",
        f"  Message: {message}",
        "  Reason:",
        f"    {reason}",
    ]


ONE = failed("198.51.100.20", "No proposal chosen (14)", "DH group mismatch")
OTHER = failed("198.51.100.30", "Authentication failed (24)", "Remote ID mismatch")
BOTH = [("198.51.100.20", 14, "DH group mismatch"), ("198.51.100.30", 24, "Remote ID mismatch")]


def told(*rows: str) -> list[tuple[str | None, int | None, str | None]]:
    """Return what the events of rows written at once say: of whom, with which message, for which reason."""
    found, tally = events(SOME, *(record(row, line=str(n)) for n, row in enumerate(rows, 1)))
    assert len(rows) == tally.events + tally.continued + tally.unknown + tally.repeated
    return [(e.get("remote"), e.get("notify_code"), e.get("reason")) for e in found]


def test_rows_that_come_too_early_for_one_block_are_of_the_other() -> None:
    assert told(*ONE[:3], OTHER[0], *ONE[3:], *OTHER[1:]) == BOTH
    assert told(ONE[0], OTHER[0], *ONE[1:], *OTHER[1:]) == BOTH
    assert told(*ONE[:4], OTHER[0], *ONE[4:], *OTHER[1:]) == BOTH


def test_a_row_that_nothing_places_is_nobodys_and_counts_as_unknown() -> None:
    rows = [row for pair in zip(ONE, OTHER, strict=True) for row in pair]
    assert told(*rows) == [("198.51.100.20", None, None), ("198.51.100.30", None, None)]
    _, tally = events(SOME, *map(record, rows))
    assert tally.unknown == 4
    assert {shape.partition(") ")[2] for _, shape in tally.unknown_shapes} == {
        "Message: No proposal chosen (<n>)",
        "Message: Authentication failed (<n>)",
        "DH group mismatch",
        "Remote ID mismatch",
    }


def test_rows_that_say_the_same_are_of_each_block() -> None:
    same = failed("198.51.100.30", "No proposal chosen (14)", "DH group mismatch")
    rows = [row for pair in zip(ONE, same, strict=True) for row in pair]
    expected = [("198.51.100.20", 14, "DH group mismatch"), ("198.51.100.30", 14, "DH group mismatch")]
    assert told(*rows) == expected


def test_a_block_written_twice_is_one_event() -> None:
    rows = [row for row in ONE for _ in range(2)]
    assert told(*rows) == BOTH[:1]
    assert told(*rows, *(row for row in OTHER for _ in range(2))) == BOTH
    twice = [row for row in (*ONE, "    Local ID mismatch") for _ in range(2)]
    assert told(*twice) == [("198.51.100.20", 14, "DH group mismatch; Local ID mismatch")]


def test_whose_address_it_is_is_not_guessed_where_the_blocks_began_otherwise() -> None:
    up = ["IKEv2 SA [Initiator] negotiation completed:", *ONE[1:3], "  Initiator SPI 1111111111111111 Responder SPI 2222222222222222"]  # fmt: skip
    found, _ = events(SOME, *map(record, [up[0], OTHER[0], up[1], OTHER[1], up[2], OTHER[2], up[3], *OTHER[3:]]))
    assert [(e.kind, e.get("local"), e.get("remote")) for e in found] == [
        ("ike.up", "203.0.113.10", None),
        ("ike.failed", "203.0.113.10", None),
    ]
    assert found[0].get("spi_i") == "0x1111111111111111"
    assert found[1].get("reason") == "Remote ID mismatch"


def test_a_row_of_a_block_whose_beginning_is_lost_is_not_taken_for_the_next_ones() -> None:
    assert told(OTHER[0], OTHER[1], ONE[2], *OTHER[2:]) == [(None, 24, "Remote ID mismatch")]
    assert told(OTHER[0], ONE[2], *OTHER[1:]) == [(None, 24, "Remote ID mismatch")]


def test_an_event_of_one_record_between_two_rows_does_not_end_their_block() -> None:
    found, tally = events(SOME, *map(record, [*ONE[:3], "peer 192.0.2.7 is dead", *ONE[3:]]))
    assert [(e.kind, e.get("remote"), e.get("notify_code")) for e in found] == [
        ("ike.failed", "198.51.100.20", 14),
        ("dpd.dead", "192.0.2.7", None),
    ]
    assert tally.unknown == 0


def test_rows_of_two_threads_are_told_apart_by_the_thread() -> None:
    rows = [
        record(row, data=f'[nsx@6876 comp="nsx-edge" subcomp="iked" tid="{thread}"]')
        for pair in zip(ONE, OTHER, strict=True)
        for thread, row in enumerate(pair)
    ]
    found, tally = events(SOME, *rows)
    assert [(e.get("remote"), e.get("notify_code"), e.get("reason")) for e in found] == BOTH
    assert tally.unknown == 0


def test_a_second_reason_is_nobodys_where_the_block_before_has_none() -> None:
    one = [*ONE[:4], "  Reason: DH group mismatch"]
    other = [*OTHER[:4], "  Reason: Remote ID mismatch"]
    assert told(*one, *other, "  Reason: Local ID mismatch") == [
        BOTH[0],
        ("198.51.100.30", 24, "Remote ID mismatch; Local ID mismatch"),
    ]
    assert told(*one[:4], *other[:4], one[4], other[4]) == [("198.51.100.20", 14, None), ("198.51.100.30", 24, None)]


REMOTES = ("198.51.100.20", "198.51.100.30", "198.51.100.40")
MESSAGES = ("No proposal chosen (14)", "Authentication failed (24)", "Invalid syntax (7)")
REASONS = ("DH group mismatch", "Remote ID mismatch", "Local ID mismatch")


@st.composite
def mixtures(draw: st.DrawFn) -> tuple[list[list[str]], list[str]]:
    """Return whole blocks of different sessions, and their rows in any order that keeps each block's own."""
    count = draw(st.integers(2, 3))
    blocks = [
        failed(
            remote, draw(st.sampled_from(MESSAGES)), draw(st.sampled_from(REASONS)), draw(st.sampled_from(["Initiator", "Responder"]))
        )
        for remote in REMOTES[:count]
    ]  # fmt: skip
    order = draw(st.permutations([number for number, block in enumerate(blocks) for _ in block]))
    left = [iter(block) for block in blocks]
    return blocks, [next(left[number]) for number in order]


def _says(event: Event) -> dict[str, object]:
    return {
        name: event.get(name) for name in ("role", "remote", "notify_code", "reason") if event.get(name) is not None
    }


def _truth(blocks: Sequence[Sequence[str]]) -> list[dict[str, object]]:
    return [_says(event) for block in blocks for event in events(SOME, *map(record, block))[0]]


@given(mixtures())
def test_however_blocks_are_mixed_none_says_what_is_anothers(mixture: tuple[list[list[str]], list[str]]) -> None:
    blocks, rows = mixture
    truth = _truth(blocks)
    found, tally = events(SOME, *map(record, rows))
    assert tally.events + tally.continued + tally.unknown + tally.repeated == len(rows)
    for event in found:
        said = _says(event)
        assert any(said.items() <= true.items() for true in truth), (said, truth)
    assert {e.get("remote") for e in found} - {None} <= {true["remote"] for true in truth}


@given(mixtures())
def test_blocks_that_follow_each_other_are_read_whole(mixture: tuple[list[list[str]], list[str]]) -> None:
    blocks, _ = mixture
    found, tally = events(SOME, *(record(row) for block in blocks for row in block))
    assert [_says(event) for event in found] == _truth(blocks)
    assert tally.unknown == 0
