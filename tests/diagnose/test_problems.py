"""Every problem of the cause language, as its reference shows it: the wrong example gives just that, the right one none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from whydown.diagnose.check import check
from whydown.diagnose.loading import combine, doubles
from whydown.diagnose.syntax import read_causes
from whydown.grammar.syntax import read_grammar
from whydown.text import Problem, render_problem

DOC = Path(__file__).parents[2] / "docs" / "cause-language.md"
_SECTION = re.compile(
    r"### (?P<code>C\d+): [^\n]+\n.*?```text wrong\n(?P<wrong>.*?)```.*?```text right\n(?P<right>.*?)```", re.DOTALL
)
SECTIONS = {m["code"]: (m["wrong"], m["right"]) for m in _SECTION.finditer(DOC.read_text())}

REASONS = """\
reason session/peer-sent-delete "Peer sent delete"
  if        edge ike.delete in

reason session/no-proposal-chosen "No proposal chosen"
  if        edge ike.failed
"""
_THOROUGH = {"C022", "C030", "C031", "C034"}
BEFORE = {"explains": "session/peer-sent-delete", "fault": "peer", "if": "edge ike.failed as refused"}
AFTER = {"do": "Look.", "from": "RFC 7296", "try": "some-case => probable"}
GRAMMAR = """\
grammar tiny
  vendor  Tiny
  usually peer
  app     tiny
  source  example

event ike.delete out
  line    deleting $conn
  from    example
  try     deleting a

event ike.delete in
  line    deleted by $conn
  from    example
  try     deleted by a

event ike.failed local
  line    failed: $reason
  from    example
  try     failed: a
"""


def whole(example: str) -> str:
    """Make an example a file: lines of a cause get the clauses that every cause needs."""
    if not example.startswith(" "):
        return example if "session/peer-sent-delete" in example else f"{REASONS}\n{example}"
    own = set(re.findall(r"^  (\S+)", example, re.MULTILINE)) | ({"explains"} if "explain " in example else set())
    before = "".join(f"  {k:9} {v}\n" for k, v in BEFORE.items() if k not in own)
    after = "".join(f"  {k:9} {v}\n" for k, v in AFTER.items() if k not in own)
    return f'{REASONS}\ncause example "An example"\n{before}{example}{after}'


def problems(text: str, *, thorough: bool = False) -> list[Problem]:
    reading = read_causes(text, "made.causes")
    if reading.problems:
        return list(reading.problems)
    grammar, _ = read_grammar(GRAMMAR, "tiny.grammar")
    assert grammar is not None
    found = check(combine([[reading]]), [grammar] if thorough else (), {"some-case"}, twice=list(doubles([reading])))
    return list(found)


def test_every_code_has_its_page() -> None:
    source = DOC.parents[1] / "src" / "whydown" / "diagnose"
    written = {c for path in source.glob("*.py") for c in re.findall(r'"(C\d{3})"', path.read_text())}
    assert written == set(SECTIONS)


@pytest.mark.parametrize("code", sorted(SECTIONS))
def test_the_wrong_example_gives_just_that(code: str) -> None:
    found = problems(whole(SECTIONS[code][0]), thorough=code in _THOROUGH)
    assert [p.code for p in found] == [code]


@pytest.mark.parametrize("code", sorted(SECTIONS))
def test_the_right_example_gives_none(code: str) -> None:
    assert problems(whole(SECTIONS[code][1]), thorough=code in _THOROUGH) == []


def shown(text: str) -> str:
    return "\n\n".join(render_problem(p, text) for p in problems(text))


def test_an_unbound_name_is_pointed_at_with_a_suggestion() -> None:
    text = whole("  and       peer ike.delete out as deleted\n  and       peer ike.up within 5s of delted\n")
    assert (
        shown(text)
        == """\
error[C011]: 'delted' is not bound above this line
  --> made.causes:12:38
   |
12 |   and       peer ike.up within 5s of delted
   |                                      ^^^^^^
   = help: did you mean 'deleted'?"""
    )


def test_what_was_expected_stands_below_the_caret() -> None:
    text = whole("  and       peer ike.up as up within five of refused\n")
    assert (
        shown(text)
        == """\
error[C001]: this 'and' does not read
  --> made.causes:11:38
   |
11 |   and       peer ike.up as up within five of refused
   |                                      ^ expected a duration such as 5s or 2m"""
    )


def test_all_problems_of_a_file_are_told_at_once_and_none_twice() -> None:
    text = whole(
        "  and       pear ike.up\n"
        "  and       peer ike.upp as up\n"
        "  and       peer ike.down within 5s of up\n"
        "  where     up.at ~ refused.at +- 5\n"
        "  says      It was $up.conn at ${up.at}, for 5 $$.\n"
    )
    assert [(p.code, p.span.line, p.span.column) for p in problems(text)] == [
        ("C001", 11, 13),
        ("C010", 12, 18),
        ("C010", 13, 18),
    ]


@pytest.mark.parametrize(
    ("clause", "column", "expected"),
    [
        ("and peer", 11, "expected a kind of event such as ike.delete"),
        ("and peer ike.up as", 21, "expected a name in lower case"),
        ("and peer ike.up same ike_id refused", 31, "expected 'as'"),
        ("and peer ike.up within 5s refused", 29, "expected 'of', 'before' or 'after'"),
        ("and peer ike.up conn=", 24, "expected a value; put it in double quotes if it holds blanks"),
        ("and peer ike.up in conn", 26, "expected '=', '!=' or '~' and a value"),
        ("where refused.at", 19, "expected a comparison: =, !=, <, <=, >, >= or ~"),
        ("let gap proposal_diff(refused.proposals)", 11, "expected '='"),
        ("differs DH group = refused.group", 35, "expected '|' and the peer's value"),
        ("says It was $.", 16, "expected a name after '$', or '$$' for a dollar sign"),
        ("try some-case", 16, "expected '=>'"),
    ],
)
def test_each_clause_says_what_it_wants(clause: str, column: int, expected: str) -> None:
    found = problems(whole(f"  {clause}\n"))
    assert [(p.code, p.label) for p in found] == [("C001", expected)]
    assert found[0].span.column == column
