"""Which wording of which grammar a record is."""

from __future__ import annotations

import dataclasses

from grammar.written import HEAD, events, fields, grammar, line, record
from whydown.grammar.match import Matcher
from whydown.grammar.pairs import key_values


def _matched(matcher: Matcher, text: str, app: str = "some") -> int | None:
    (match,) = matcher.match([record(text, app=app)])
    return match.shape.rule.line if match and match.shape else None


def test_only_the_programs_own_grammar_is_tried() -> None:
    matcher = Matcher([grammar(line("it is over"))])
    assert _matched(matcher, "it is over") == 8
    assert _matched(matcher, "it is over", app="SOME") == 8
    assert list(matcher.match([record("it is over", app="other")])) == [None]


def test_prefixes_are_tried_in_order_and_their_slots_are_every_events() -> None:
    head = HEAD + "  prefix  $thread[$subsystem] <$conn|$ike_id>\n  prefix  $thread[$subsystem]\n"
    some = grammar(line("it is over") + line("$error was here"), head)
    assert fields(some, "07[IKE] <site-b|7> it is over") == {
        "thread": "07",
        "subsystem": "IKE",
        "conn": "site-b",
        "ike_id": 7,
    }
    assert fields(some, "07[IKE] it is over") == {"thread": "07", "subsystem": "IKE"}
    assert fields(some, "it is over") == {}
    assert fields(some, "07[IKE]  x  was here") == {"thread": "07", "subsystem": "IKE", "error": "x"}


def test_a_lines_own_slot_counts_more_than_the_prefixes() -> None:
    some = grammar(line("for $conn"), HEAD + "  prefix  <$conn>\n")
    assert fields(some, "<a> for b") == {"conn": "b"}


def test_wordings_without_a_literal_to_look_for_are_found_too() -> None:
    some = grammar(
        line("it is over") + line("${reason:down|up} $_", "set cause=word") + line("$remote it", "set cause=address")
    )
    assert fields(some, "up !") == {"reason": "up", "cause": "word"}
    assert fields(some, "192.0.2.1 it") == {"remote": "192.0.2.1", "cause": "address"}


def test_structured_data_holds_in_any_order() -> None:
    block = (
        "event session.down local\n  data    eventType=${alarm:down|lost} eventState=On entId=$session\n"
        '  line    Context report: $*"reason":"$reason"$*\n  assumed made up\n  try     x\n'
    )
    text = 'Context report: {"id":"x","reason":"Peer sent delete"}'
    some = grammar(block)
    data = '[nsx@6876 comp="nsx-edge" entId="e-1" eventState="On" eventType="lost"]'
    assert fields(some, text, data=data) == {"alarm": "lost", "session": "e-1", "reason": "Peer sent delete"}
    assert fields(some, text, data=data.replace("On", "Off")) is None
    assert fields(some, text, data="") is None


def test_key_value_records_match_on_data_alone_in_any_order() -> None:
    head = HEAD + "  shape   keyvalue\n"
    some = grammar(
        "event ike.delete out\n  data    logid=0101037134 remip=$remote vpntunnel=$conn\n  from    made up\n  try     x\n",
        head,
    )
    text = 'date=2026-05-04 vpntunnel="site b" logid=0101037134 remip=192.0.2.1 msg="a=b"'
    assert fields(some, text) is None  # a name has no blanks
    assert fields(some, text.replace("site b", "site-b")) == {"remote": "192.0.2.1", "conn": "site-b"}


def test_key_values_are_unescaped_and_the_first_counts() -> None:
    assert key_values(r'[a@1 k="v \"w\" \] x" n=7 k="second" e=""]') == {"k": 'v "w" ] x', "n": "7", "e": ""}


def test_programs_two_grammars_speak_of_are_read_by_both() -> None:
    one = grammar(line("it is over"))
    two = dataclasses.replace(grammar(line("it begins", kind="ike.start out")), name="two", vendor="Two")
    found, tally = events([one, two], record("it is over"), record("it begins"), record("what else"))
    assert [(e.vendor, e.kind) for e in found] == [("Some", "ike.failed"), ("Two", "ike.start")]
    assert (tally.events, tally.unknown) == (2, 1)


def test_memories_stay_bounded() -> None:
    matcher = Matcher([grammar("".join(line(f"word{n} $error") for n in range(40)))])
    for n in range(3000):
        words = " ".join(f"word{(n * k) % 40}" for k in range(1, 12))
        matcher.match([record(words, app=f"app{n}"), record(words)])
    (reader,) = matcher._readers["some"]
    assert len(reader._candidates) <= 8192
    assert len(matcher._readers) <= 8192
    assert matcher.match([record("word7 " * 10_000)])[0] is not None
    assert max(map(len, reader._candidates)) <= 32


def test_a_line_of_no_program_is_read_by_grammars_that_say_so_and_is_nobodys_otherwise() -> None:
    bare = grammar(line("it is over"), HEAD.replace("some\n  source", "some -\n  source"))
    matcher = Matcher([bare])
    assert _matched(matcher, "it is over", app="") == 8
    assert list(matcher.match([record("something else", app="")])) == [None]
    assert list(Matcher([grammar(line("it is over"))]).match([record("it is over", app="")])) == [None]
    assert bare.marks == ("some",)


def test_what_was_masked_is_left_out_and_the_rest_is_read() -> None:
    some = grammar(line("SA <$spi_in >$spi_out of $spi_i with $remote"))
    assert fields(some, "SA <0xXXXXXXXX >0x1c2d3e4f of ************ with x.x.x.x") == {
        "spi_out": "0x1c2d3e4f",
        "remote": "x.x.x.x",
    }
