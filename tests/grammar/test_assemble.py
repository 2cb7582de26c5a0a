"""Records to events: blocks, repeats, order, and that every record is counted once."""

from __future__ import annotations

from grammar.written import HEAD, events, grammar, line, record
from whydown.envelope.record import Certainty, Record
from whydown.grammar import assemble
from whydown.grammar.event import Provenance
from whydown.grammar.match import Matcher
from whydown.sources.line import Side
from whydown.tally import Tally

SECOND = 1_000_000
BLOCK = """event ike.failed local
  line    IKEv$version SA [$role] negotiation failed:
  more    Local IKE peer $local:$local_port $*ID $local_id
  more    Remote IKE peer $remote:$remote_port $*ID $remote_id
  line    Message: $notify ($notify_code)
  more    Message: $notify ($notify_code)
  more    Reason: $reason
  from    made up
  more    Reason:
  more    ${reason:DH group mismatch|PRF algorithm mismatch}
  assumed made up
  try     not checked here

event ike.gone local
  line    IKE SA destroyed
  from    made up
  try     not checked here

ignore chatter
  line    $count negotiations done
  from    made up
  try     not checked here
"""
ROWS = (
    "IKEv2 SA [Responder] negotiation failed:",
    "",
    "  Local IKE peer  203.0.113.10:500 ID (null)",
    "  Remote IKE peer 198.51.100.20:500 ID (null)",
    "  Message: No proposal chosen (14)",
    "  Reason:",
    "    DH group mismatch",
)


def _counted(tally: Tally) -> int:
    return tally.other + tally.events + tally.continued + tally.ignored + tally.unknown + tally.repeated + tally.blank


def test_an_event_says_who_wrote_it_when_and_where() -> None:
    (event,), _ = events(grammar(line("peer $remote is gone")), record("peer 192.0.2.1 is gone", at=5, line="3"))
    assert (event.at, event.certainty, event.side) == (5, Certainty.STAMPED, Side.PEER)
    assert (event.host, event.app, event.pid, event.vendor) == ("gw-b", "some", "7", "Some")
    assert (event.kind, event.direction) == ("ike.failed", "local")
    assert event.fields == {"remote": "192.0.2.1"}
    assert event.rule == ("some", 8, Provenance.SEEN)
    assert [str(origin) for origin in event.origins] == ["some.log:3"]
    assert event.text == "peer 192.0.2.1 is gone"


def test_a_block_of_records_is_one_event() -> None:
    (event,), tally = events(grammar(BLOCK), *(record(row, line=str(n)) for n, row in enumerate(ROWS, 1)))
    assert event.fields == {
        "version": 2,
        "role": "Responder",
        "local": "203.0.113.10",
        "local_port": 500,
        "local_id": "(null)",
        "remote": "198.51.100.20",
        "remote_port": 500,
        "remote_id": "(null)",
        "notify": "NO_PROPOSAL_CHOSEN",
        "notify_code": 14,
        "reason": "DH group mismatch",
    }
    assert [origin.line for origin in event.origins] == [1, 3, 4, 5, 6, 7]
    assert event.text == "\n".join(row for row in ROWS if row)
    assert (tally.events, tally.continued, tally.blank) == (1, 5, 1)


def test_a_block_is_as_sure_as_its_least_sure_row() -> None:
    some = grammar(BLOCK)
    (whole,), _ = events(some, *map(record, ROWS))
    (upper,), _ = events(some, *map(record, ROWS[:5]))
    assert upper.rule.provenance is Provenance.SEEN
    assert whole.rule.provenance is Provenance.ASSUMED


def test_a_block_that_starts_in_the_middle_is_an_event_too() -> None:
    (event,), _ = events(
        grammar(BLOCK), record("Message: Authentication failed (24)"), record("Reason: Remote ID mismatch")
    )
    assert event.fields == {"notify": "AUTHENTICATION_FAILED", "notify_code": 24, "reason": "Remote ID mismatch"}


def test_two_blocks_of_the_same_second_stay_apart() -> None:
    rows = (
        "Message: Authentication failed (24)",
        "Reason: Remote ID mismatch",
        "Message: TS unacceptable (38)",
        "Reason: Local ID mismatch",
    )
    found, _ = events(grammar(BLOCK), *map(record, rows))
    assert [(e.get("notify_code"), e.get("reason")) for e in found] == [
        (24, "Remote ID mismatch"),
        (38, "Local ID mismatch"),
    ]


def test_rows_later_than_a_second_or_of_another_process_are_no_part_of_a_block() -> None:
    some = grammar(BLOCK)
    for row in (record("Reason: x", at=SECOND + 1), record("Reason: x", pid="8"), record("Reason: x", host="gw-c")):
        (event, *_), tally = events(some, record("Message: Authentication failed (24)"), row)
        assert "reason" not in event.fields
        assert (tally.continued, tally.unknown) == (0, 1)


def test_ignored_and_unknown_rows_do_not_end_a_block() -> None:
    rows = (
        "Message: Authentication failed (24)",
        "3 negotiations done",
        "something else",
        "Reason: Remote ID mismatch",
    )
    found, tally = events(grammar(BLOCK), *map(record, rows))
    assert [e.get("reason") for e in found if e.kind == "ike.failed"] == ["Remote ID mismatch"]
    assert (tally.events, tally.continued, tally.ignored, tally.unknown) == (1, 1, 1, 1)


def test_a_second_text_of_a_row_stands_behind_the_first() -> None:
    rows = (*ROWS, "    PRF algorithm mismatch")
    (event,), _ = events(grammar(BLOCK), *map(record, rows))
    assert event.fields["reason"] == "DH group mismatch; PRF algorithm mismatch"


def test_events_keep_the_order_of_the_input() -> None:
    some = grammar(BLOCK)
    given = [
        record("Message: Authentication failed (24)", pid="1"),
        record("IKE SA destroyed", pid="2"),
        record("Message: TS unacceptable (38)", pid="3"),
        record("Reason: late", pid="1"),
        record("IKE SA destroyed", pid="4"),
    ]
    for batch in (1, 2, 1024):
        found, _ = events(some, *given, batch=batch)
        assert [e.pid for e in found] == ["1", "2", "3", "4"]
        assert found[0].get("reason") == "late"


def test_time_that_passes_on_the_same_host_ends_blocks() -> None:
    tally = Tally()
    some = assemble.Assembler(tally)
    matcher = Matcher([grammar(BLOCK)])

    def feed(*records: Record) -> list[str]:
        return [e.pid for e in some.feed(records, matcher.match(records))]

    assert feed(record("Message: Authentication failed (24)", pid="1")) == []
    assert feed(record("IKE SA destroyed", pid="2", at=SECOND)) == []
    assert feed(record("IKE SA destroyed", pid="2", at=9 * SECOND, host="gw-c")) == []
    assert feed(record("IKE SA destroyed", pid="3", at=SECOND + 1)) == ["1", "2", "2", "3"]
    assert [e.pid for e in some.finish()] == []


def test_what_waits_for_a_block_is_bounded() -> None:
    tally = Tally()
    given = [record("Message: Authentication failed (24)", pid="1")]
    given += [record("IKE SA destroyed", pid=str(n), host="gw-c") for n in range(2000)]
    some = assemble.Assembler(tally)
    matcher = Matcher([grammar(BLOCK)])
    found = some.feed(given, matcher.match(given))
    assert len(found) > 1000
    assert len(some._last) <= assemble._WRITERS


def test_the_same_text_at_once_from_the_same_process_is_one_event() -> None:
    some = grammar(BLOCK)
    found, tally = events(some, record("IKE SA destroyed"), record("IKE SA destroyed", at=SECOND))
    assert (len(found), tally.repeated) == (1, 1)
    found, tally = events(some, record("IKE SA destroyed"), record("IKE SA destroyed", at=SECOND + 1))
    assert (len(found), tally.repeated) == (2, 0)
    found, tally = events(some, record("IKE SA destroyed"), record("IKE SA destroyed", pid="8"))
    assert (len(found), tally.repeated) == (2, 0)
    found, tally = events(some, record("IKE SA destroyed"), record("IKE SA destroyed", data='[a k="2"]'))
    assert (len(found), tally.repeated) == (2, 0)
    found, tally = events(some, record("IKE SA destroyed"), record("5 negotiations done"), record("IKE SA destroyed"))
    assert (len(found), tally.repeated) == (2, 0)


def test_a_block_becomes_what_its_fields_say_and_finds_things_besides() -> None:
    some = grammar(
        """event ike.failed local
  line    Message: $notify
  more    Reason: $reason
  from    made up
  becomes ike.failed in notify=NO_PROP
  finds   auth.id_mismatch local reason="Local ID mismatch|Remote ID mismatch"
  try     not checked here
"""
    )
    found, tally = events(some, record("Message: No proposal chosen"), record("Reason: Local ID mismatch"))
    assert [(e.kind, e.direction) for e in found] == [("ike.failed", "in"), ("auth.id_mismatch", "local")]
    assert found[0].fields == found[1].fields
    assert found[0].id != found[1].id
    assert (tally.events, tally.continued) == (1, 1)
    found, _ = events(some, record("Message: TS unacceptable"))
    assert [(e.kind, e.direction) for e in found] == [("ike.failed", "local")]


def test_proposals_are_read_when_asked_for() -> None:
    some = grammar(line("received proposals: $proposals", kind="proposals.received in"))
    (event,), _ = events(some, record("received proposals: ESP:AES_GCM_16_128/NO_EXT_SEQ"))
    (proposal,) = event.fields["proposals"]
    assert [t.name for t in proposal.transforms] == ["ENCR_AES_GCM_16-128", "NO_ESN"]
    assert event.fields == {"proposals": (proposal,)}
    assert dict(event.fields) == {"proposals": (proposal,)}


def test_every_record_is_counted_once() -> None:
    some = grammar(BLOCK, HEAD)
    rows = [*ROWS, "IKE SA destroyed", "IKE SA destroyed", "7 negotiations done", "what else", "  ", ""]
    given = [record(row) for row in rows] + [record("foreign", app="other")]
    _, tally = events(some, *given)
    assert _counted(tally) == len(given)
    assert (tally.repeated, tally.ignored, tally.unknown, tally.other, tally.blank) == (1, 1, 1, 1, 3)


def test_shapes_of_unknown_lines_are_counted_and_bounded() -> None:
    some = grammar(BLOCK)
    _, tally = events(some, record("peer 192.0.2.1 said 17", line="4"), record("peer 192.0.2.2 said 18"))
    assert tally.unknown_shapes == {("some", "peer <ip> said <n>"): 2}
    assert tally.unknown_examples == {("some", "peer <ip> said <n>"): "some.log:4"}
    letters = "abcdefghijklmnopqrst"
    many = [record(f"{a}{b}{c}{d}") for a in letters for b in letters for c in letters for d in "gh"]
    _, tally = events(some, *many)
    assert tally.unknown == len(many)
    assert sum(tally.unknown_shapes.values()) == len(many)
    assert len(tally.unknown_shapes) <= 5001
