"""What a block becomes by its fields, and what it finds besides."""

from __future__ import annotations

import pytest

from whydown.envelope.record import Certainty, Record
from whydown.grammar.library import Library
from whydown.grammar.syntax import read_grammar
from whydown.sources.line import Origin
from whydown.tally import Tally

HEAD = """grammar made-up
  vendor  Nobody
  usually edge
  app     iked
  source  made up

event ike.failed local
  line    failed as $role
  more    why: $reason
  more    said: $notify
"""
TAIL = """  from    made up
  try     failed as initiator
  also    why: slow
  also    said: NO_PROPOSAL_CHOSEN
"""


def _said(turns: str, *texts: str) -> tuple[list[str], int]:
    grammar, problems = read_grammar(f"{HEAD}{turns}{TAIL}", "made-up.grammar")
    assert grammar is not None
    assert not problems
    rows = [
        Record(n, Certainty.STAMPED, "gw", "iked", "1", "", "", text, Origin("a.log", "", n, n), None)
        for n, text in enumerate(texts, start=1)
    ]
    tally = Tally()
    events = list(Library((grammar,)).events(rows, tally))
    assert len({e.id for e in events}) == len(events)
    assert {e.origins for e in events} == {tuple(row.origin for row in rows)}
    return [f"{e.kind} {e.direction}" for e in events], tally.events


def test_the_first_that_holds_is_what_the_block_becomes() -> None:
    turns = '  becomes ike.timeout local reason="too slow|slow"\n  becomes ike.failed out role=responder\n'
    assert _said(turns, "failed as responder", "why: slow") == (["ike.timeout local"], 1)
    assert _said(turns, "failed as responder", "why: refused") == (["ike.failed out"], 1)
    assert _said(turns, "failed as initiator", "why: refused") == (["ike.failed local"], 1)


def test_all_conditions_must_hold() -> None:
    turns = "  becomes ike.failed in role=initiator notify=NO_PROPOSAL_CHOSEN|TS_UNACCEPTABLE\n"
    assert _said(turns, "failed as initiator", "said: no proposal chosen")[0] == ["ike.failed in"]
    assert _said(turns, "failed as responder", "said: no proposal chosen")[0] == ["ike.failed local"]
    assert _said(turns, "failed as initiator")[0] == ["ike.failed local"]


def test_a_star_is_any_value() -> None:
    assert _said("  becomes ike.failed out reason=*\n", "failed as initiator", "why: whatever")[0] == ["ike.failed out"]
    assert _said("  becomes ike.failed out reason=*\n", "failed as initiator")[0] == ["ike.failed local"]


def test_every_finding_is_an_event_besides_with_the_blocks_fields_and_lines() -> None:
    turns = "  finds proposals.mismatch local reason=slow\n  finds auth.failed in role=initiator\n"
    said, counted = _said(turns, "failed as initiator", "why: slow")
    assert said == ["ike.failed local", "proposals.mismatch local", "auth.failed in"]
    assert counted == 1


def test_of_several_rows_one_is_enough() -> None:
    turns = "  finds proposals.mismatch local reason=slow\n"
    assert _said(turns, "failed as initiator", "why: slow", "why: old")[0][1:] == ["proposals.mismatch local"]


@pytest.mark.parametrize(
    ("turn", "code", "help_or_label"),
    [
        ("  becomes ike.delte in role=initiator\n", "G010", "ike.delete"),
        ("  finds   ike.failed up role=initiator\n", "G011", "from the writer's point of view"),
        ("  becomes ike.failed in rolle=initiator\n", "G020", "role"),
        ('  becomes ike.failed in role="a b"\n', "G027", "role is word"),
        ("  finds   ike.failed in notify_code=14\n", "G028", "no line, more, data or set"),
        ("  becomes ike.failed in\n", "G001", "a condition FIELD=VALUE"),
    ],
)
def test_a_turn_that_does_not_read_is_told_with_its_place(turn: str, code: str, help_or_label: str) -> None:
    _, problems = read_grammar(f"{HEAD}{turn}{TAIL}", "made-up.grammar")
    (problem,) = problems
    assert problem.code == code
    assert problem.span.line == HEAD.count("\n") + 1
    assert help_or_label in f"{problem.help} {problem.label}"
