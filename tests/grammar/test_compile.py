"""Templates as expressions: what they match, where slots end, and that no line takes more than linear time."""

from __future__ import annotations

import time

import pytest

from grammar.written import fields, grammar, line
from whydown.grammar.compile import compile_grammar


@pytest.mark.parametrize(
    ("template", "text", "expected"),
    [
        ("IKE_SA $conn[$ike_id] is up", "IKE_SA site-b[7] is up", {"conn": "site-b", "ike_id": 7}),
        ("CHILD_SA $child{$child_id} closed", "CHILD_SA net-b{12} closed", {"child": "net-b", "child_id": 12}),
        (
            "from $src[$src_port] to $dst",
            "from 192.0.2.1[500] to 2001:db8::1",
            {"src": "192.0.2.1", "src_port": 500, "dst": "2001:db8::1"},
        ),
        ("from $remote:$remote_port", "from [2001:db8::1]:500", {"remote": "2001:db8::1", "remote_port": 500}),
        ("from $remote:$remote_port", "from 192.0.2.1:500", {"remote": "192.0.2.1", "remote_port": 500}),
        ("peer $*ID $remote_id", "peer ID (null)", {"remote_id": "(null)"}),
        ("peer $*ID $remote_id", "peer 0 ID gw-b.example (fqdn)", {"remote_id": "gw-b.example (fqdn)"}),
        (
            "Message: $error ($notify_code)",
            "Message: Timed (almost) out (65540)",
            {"error": "Timed (almost) out", "notify_code": 65540},
        ),
        ("it took ${lifetime}s", "it took 10800s", {"lifetime": 10800.0}),
        ("a dollar: $$ $error", "a dollar: $ x", {"error": "x"}),
        ("${role:initiator|responder} gave up", "responder gave up", {"role": "responder"}),
        ("$_ words $error", "some words here", {"error": "here"}),
        (
            "id '$remote_id' not '$wanted_id'",
            "id 'C=CH, CN=x' not 'gw'",
            {"remote_id": "C=CH, CN=x", "wanted_id": "gw"},
        ),
        ("at $local_id...$remote_id", "at a.example...b.example", {"local_id": "a.example", "remote_id": "b.example"}),
    ],
)
def test_a_template_reads_its_slots(template: str, text: str, expected: dict[str, object]) -> None:
    assert fields(grammar(line(template)), text) == expected


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("IKE_SA $conn[$ike_id] is up", "IKE_SA site-b[7] is up again"),
        ("IKE_SA $conn[$ike_id] is up", "the IKE_SA site-b[7] is up"),
        ("IKE_SA $conn[$ike_id] is up", "IKE_SA site-b[x] is up"),
        ("from $remote to", "from 192.0.2.300 to"),
        ("${role:initiator|responder} gave up", "nobody gave up"),
        ("$error failed", " failed"),
        ("word a.c", "word abc"),
    ],
)
def test_a_template_is_the_whole_of_a_message(template: str, text: str) -> None:
    assert fields(grammar(line(template)), text) is None


def test_runs_of_blanks_match_runs_of_blanks() -> None:
    some = grammar(line("Local IKE peer  $local:$local_port ID $local_id"))
    for text in (
        "Local IKE peer 192.0.2.1:500 ID a b",
        "Local  IKE   peer    192.0.2.1:500  ID   a b",
        " Local IKE peer 192.0.2.1:500 ID a b  ",
    ):
        assert fields(some, text) == {"local": "192.0.2.1", "local_port": 500, "local_id": "a b"}


def test_a_slot_never_begins_or_ends_with_a_blank() -> None:
    some = grammar(line("holds [ $payloads ]"))
    assert fields(some, "holds [  SA KE  No ]") == {"payloads": "SA KE  No"}


def test_the_first_wording_of_the_file_wins() -> None:
    some = grammar(line("peer $error", "set cause=first") + line("peer $remote_id", "set cause=second"))
    assert fields(some, "peer x") == {"error": "x", "cause": "first"}


def test_a_refused_value_leaves_the_line_to_the_next_wording() -> None:
    some = grammar(line("peer $remote") + line("peer $remote_id"))
    assert fields(some, "peer 999.0.2.1") == {"remote_id": "999.0.2.1"}


def test_case_any_matches_any_capitals_and_spells_words_as_the_grammar_does() -> None:
    head = "grammar some\n  vendor  Some\n  usually peer\n  app     some\n  source  made up\n  case    any\n"
    some = grammar(line("Reason: ${reason:DH group mismatch|Timed out} at $conn"), head)
    assert fields(some, "REASON: dh Group mismatch AT Site-B") == {"reason": "DH group mismatch", "conn": "Site-B"}


def test_local_slot_types_are_the_grammars_own() -> None:
    head = "grammar some\n  vendor  Some\n  usually peer\n  app     some\n  source  made up\n  slot    stage /MAIN_[IR][1-4]/\n"
    some = grammar(line("${state:stage} reached"), head)
    assert fields(some, "MAIN_I4 reached") == {"state": "MAIN_I4"}
    assert fields(some, "MAIN_X4 reached") is None


def test_set_gives_typed_values() -> None:
    some = grammar(line("it is over", "set version=2 lifetime=30 notify=NO_PROP"))
    assert fields(some, "it is over") == {"version": 2, "lifetime": 30.0, "notify": "NO_PROPOSAL_CHOSEN"}


@pytest.mark.parametrize(
    ("template", "filler"),
    [
        ("peer $error: $reason: $state", ": "),
        ("peer $error: $reason: $state", "a"),
        ("peer $*x$*y$*z", "x"),
        ("peer $*x$*y$*z", "xy"),
        ("$remote_id - $local_id - $wanted_id done", " - "),
        ("peer $conn $child $target $state.", "a "),
        ("peer $*ID $local_id", "ID "),
        ("'$local_id' - '$remote_id', failed", "' - '"),
        ("$notify $error ($notify_code) now", "a (1) "),
        ("between $ts_local === $ts_remote", "10.1.0.0/24 === "),
    ],
)
def test_no_line_takes_more_than_linear_time(template: str, filler: str) -> None:
    shape = compile_grammar(grammar(line(template))).shapes[0]

    def seconds(size: int) -> float:
        text = (filler * size)[:size] + "\x01"
        best = 10.0
        for _ in range(5):
            began = time.thread_time()
            shape.loose(text)
            shape.tight(text)
            best = min(best, time.thread_time() - began)
        return best

    small, large = seconds(2000), seconds(32_000)  # sixteen times as long; quadratic would be 256 times
    assert large < 0.002 or large < 64 * small
