"""Loading reasons and causes: all problems at once, further folders first; what grammars can feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from whydown.diagnose.check import check
from whydown.diagnose.coverage import Fed, Supply, coverage
from whydown.diagnose.loading import load
from whydown.diagnose.model import Pattern, Role, Want
from whydown.diagnose.syntax import read_causes
from whydown.errors import KnowledgeError
from whydown.grammar.library import load as load_library
from whydown.grammar.syntax import read_grammar

if TYPE_CHECKING:
    from pathlib import Path

REASON = 'reason session/x "X"\n  if edge ike.delete in\n'
CAUSE = """\
cause x "{title}"
  explains session/x
  fault peer
  if reason as down
  do Look.
  from RFC 7296
  try c => none
"""


def folder(path: Path, **files: str) -> Path:
    (path / "causes").mkdir(parents=True)
    for name, text in files.items():
        (path / name.replace("__", "/").replace("_causes", ".causes").replace("_reasons", ".reasons")).write_text(text)
    return path


def test_blocks_of_a_further_folder_take_the_place_of_later_ones(tmp_path: Path) -> None:
    near = folder(tmp_path / "near", causes__own_causes=CAUSE.format(title="Ours"))
    far = folder(tmp_path / "far", alarms_reasons=REASON, causes__x_causes=CAUSE.format(title="Theirs"))
    known = load([near, far], shipped=False)
    assert [(c.name, c.title) for c in known.causes] == [("x", "Ours")]


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    bad = folder(
        tmp_path / "bad",
        alarms_reasons=REASON.replace("ike.delete", "ike.delte"),
        causes__x_causes=CAUSE.format(title="X").replace("explains session/x", "explains session/y"),
    )
    with pytest.raises(KnowledgeError) as raised:
        load([bad], shipped=False)
    assert "did you mean 'ike.delete'" in raised.value.message
    assert "'session/y' is not a documented reason" in raised.value.message


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    bad = folder(tmp_path / "bad")
    (bad / "causes" / "x.causes").write_bytes(b"\xff\xfe")
    with pytest.raises(KnowledgeError, match=r"x\.causes cannot be read"):
        load([bad], shipped=False)


GRAMMAR = """\
grammar {name}
  vendor  {vendor}
  usually peer
  app     x
  source  example
  prefix  <$conn>

event ike.delete {direction}
  line    deleting, $reason
  set     cause=admin
  from    example
  try     <a> deleting, b
"""


def supply_of(direction: str = "out") -> Supply:
    grammar, problems = read_grammar(GRAMMAR.format(name="a", vendor="A", direction=direction), "a.grammar")
    assert grammar is not None
    assert problems == ()
    return Supply([grammar])


def pattern(written: str) -> Pattern:
    read = read_causes(f'reason session/x "X"\n  if {written}\n', "x.reasons")
    step = read.reasons[0].ways[0][0]
    assert isinstance(step, Want)
    assert isinstance(step.patterns[0], Pattern)
    return step.patterns[0]


@pytest.mark.parametrize(
    ("written", "fed"),
    [
        ("peer ike.delete", True),
        ("edge ike.delete out", True),
        ("peer ike.delete in", False),
        ("peer ike.delete in|out", True),
        ("peer ike.up|ike.delete", True),
        ("peer ike.up", False),
        ("peer ike.delete cause=admin", True),
        ("peer ike.delete cause=lifetime", False),
        ("peer ike.delete cause!=lifetime", True),
        ("peer ike.delete reason=x conn=y", True),
        ("peer ike.delete lifetime=5", False),
        ("peer ike.delete lifetime=nothing", True),
        ("peer ike.delete lifetime!=nothing", False),
        ("peer gist notify=NO_PROP", True),
    ],
)
def test_a_pattern_is_fed_when_some_message_can_become_its_event(written: str, fed: bool) -> None:  # noqa: FBT001
    assert supply_of().feeds(pattern(written)) is fed


@pytest.mark.parametrize(
    ("written", "fed"),
    [
        ("peer ike.gone", True),
        ("peer ike.gone local reason=b", True),
        ("peer ike.gone out", False),
        ("peer ike.expired", True),
        ("peer ike.failed", False),
    ],
)
def test_what_a_message_becomes_or_finds_is_fed_too(written: str, fed: bool) -> None:  # noqa: FBT001
    turns = "  becomes ike.gone local reason=b\n  finds   ike.expired local reason=b\n  from    example\n  try     <a>"
    text = GRAMMAR.format(name="a", vendor="A", direction="out").replace("  from    example\n  try     <a>", turns)
    grammar, problems = read_grammar(text, "a.grammar")
    assert grammar is not None
    assert problems == ()
    assert Supply([grammar]).feeds(pattern(written)) is fed


def test_coverage_counts_by_vendor_and_role_the_clauses_that_its_log_can_fill() -> None:
    text = CAUSE.format(title="X").replace(
        "reason as down", "reason as down\n  and peer ike.delete out\n  or edge ike.delete in\n  and peer ike.up"
    )
    files = [("a", "A", "out"), ("b", "A", "in"), ("c", "C", "in")]
    grammars = [read_grammar(GRAMMAR.format(name=n, vendor=v, direction=d), n)[0] for n, v, d in files]
    read = read_causes(text, "x.causes")
    assert coverage(read.causes, [g for g in grammars if g]) == {
        "x": {
            "A": {Role.EDGE: Fed(1, 1, 1), Role.PEER: Fed(1, 1, 2)},
            "C": {Role.EDGE: Fed(1, 1, 1), Role.PEER: Fed(0, 0, 2)},
        }
    }


def test_a_clause_that_only_an_assumed_wording_fills_is_told_apart() -> None:
    text = CAUSE.format(title="X").replace("reason as down", "peer ike.delete out")
    assumed = GRAMMAR.format(name="a", vendor="A", direction="out").replace("from    example", "assumed nobody saw it")
    grammar, problems = read_grammar(assumed, "a")
    assert grammar is not None
    assert problems == ()
    assert coverage(read_causes(text, "x.causes").causes, [grammar]) == {"x": {"A": {Role.PEER: Fed(1, 0, 1)}}}


def test_the_shipped_reasons_and_causes_have_no_dead_rule() -> None:
    problems = check(load(), load_library().grammars)
    assert [f"{p.code} {p.span.path}:{p.span.line} {p.message} {p.help}" for p in problems] == []
