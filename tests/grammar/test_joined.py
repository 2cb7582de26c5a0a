"""Several files of one daemon are matched as one grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.envelope.record import Certainty, Record
from whydown.grammar.compile import compile_grammar, joined
from whydown.grammar.match import Matcher
from whydown.grammar.syntax import read_grammar
from whydown.sources.line import Origin

if TYPE_CHECKING:
    from whydown.grammar.model import Grammar

HEAD = """grammar {name}
  vendor  {vendor}
  usually peer
  app     charon
  source  made up
  prefix  $thread[$subsystem]

event {kind} local
  line    {line}
  from    made up
  try     {line}
"""


def _grammar(name: str, kind: str, line: str, vendor: str = "Some") -> Grammar:
    grammar, problems = read_grammar(HEAD.format(name=name, vendor=vendor, kind=kind, line=line), name)
    assert grammar is not None, problems
    return grammar


def _record(text: str) -> Record:
    origin = Origin("a.log", "", 1, 0)
    return Record(0, Certainty.STAMPED, "h", "charon", "1", "", "", text, origin, None)


def test_files_of_one_daemon_become_one_reader() -> None:
    a, b = _grammar("some-child", "child.up", "tunnel is up"), _grammar("some", "ike.up", "session is up")
    (one,) = joined([compile_grammar(a), compile_grammar(b)])
    assert one.name == "some"
    assert [shape.rule.grammar for shape in one.shapes] == ["some-child", "some"]


def test_other_vendors_stay_apart() -> None:
    a = _grammar("some", "ike.up", "session is up")
    b = _grammar("other", "ike.up", "session is up", vendor="Other")
    assert [g.name for g in joined([compile_grammar(a), compile_grammar(b)])] == ["some", "other"]


def test_every_file_of_a_daemon_is_matched() -> None:
    a, b = _grammar("some-child", "child.up", "tunnel is up"), _grammar("some", "ike.up", "session is up")
    matches = Matcher([a, b]).match([_record("05[IKE] tunnel is up"), _record("session is up")])
    assert [m.shape.block.kind for m in matches if m and m.shape and m.shape.block] == ["child.up", "ike.up"]
