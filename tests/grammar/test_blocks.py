"""The layout of grammar and cause files: what opens a block, what is a clause, where everything stands."""

from __future__ import annotations

from textwrap import dedent

from hypothesis import given
from hypothesis import strategies as st

from whydown.grammar.blocks import Block, blocks
from whydown.text import Problem, Span


def cut(text: str) -> tuple[tuple[Block, ...], tuple[Problem, ...]]:
    return blocks(dedent(text), "x.grammar")


def test_a_word_in_column_one_opens_a_block_and_indented_lines_are_its_clauses() -> None:
    found, problems = cut("""\
        grammar strongswan
          vendor  strongSwan
          app     charon ipsec

        event ike.up local
          line    IKE_SA up
        """)
    assert problems == ()
    assert [(b.keyword, b.rest, [(c.keyword, c.payload) for c in b.clauses]) for b in found] == [
        ("grammar", "strongswan", [("vendor", "strongSwan"), ("app", "charon ipsec")]),
        ("event", "ike.up local", [("line", "IKE_SA up")]),
    ]


def test_every_word_knows_its_place() -> None:
    (block,), _ = cut("""\
        # comment
        event ike.up local
          line    IKE_SA up
        """)
    assert block.span == Span("x.grammar", 2, 1, 5)
    assert block.at(7, 12) == Span("x.grammar", 2, 14, 5)
    (clause,) = block.clauses
    assert clause.span == Span("x.grammar", 3, 3, 4)
    assert clause.payload_span == Span("x.grammar", 3, 11, 9)
    assert clause.at(7) == Span("x.grammar", 3, 18, 1)


def test_a_line_indented_deeper_continues_the_clause_above_and_keeps_its_own_place() -> None:
    (block,), problems = cut("""\
        cause x "y"
          says  one
                two three
          do    four
        """)
    assert problems == ()
    says, do = block.clauses
    assert says.payload == "one two three"
    assert do.payload == "four"
    assert says.at(says.payload.index("three"), len(says.payload)) == Span("x.grammar", 3, 13, 5)
    assert says.at(0, len(says.payload)) == Span("x.grammar", 2, 9, 3), "clipped to the line it begins on"


def test_a_clause_may_begin_on_its_second_line() -> None:
    (block,), _ = cut("""\
        cause x "y"
          says
                one
        """)
    assert block.clauses[0].payload == "one"
    assert block.clauses[0].payload_span == Span("x.grammar", 3, 9, 3)


def test_a_comment_is_a_line_that_begins_with_a_hash_and_nothing_else_is() -> None:
    (block,), problems = cut("""\
        # about the event
        event ike.up local
          # about the line
          line    state #7 is up # really
              # not a continuation
          try     #7 is up
        """)
    assert problems == ()
    assert [c.payload for c in block.clauses] == ["state #7 is up # really", "#7 is up"]


def test_leading_blanks_of_a_pasted_record_are_no_continuation() -> None:
    (block,), _ = cut("""\
        event ike.failed local
          try     IKE SA negotiation failed:
          also      Local IKE peer
        """)
    assert [(c.keyword, c.payload) for c in block.clauses] == [
        ("try", "IKE SA negotiation failed:"),
        ("also", "Local IKE peer"),
    ]


def test_empty_lines_end_nothing() -> None:
    (block,), problems = cut("event ike.up local\n  line  a\n\n\n  from  b\n")
    assert problems == ()
    assert len(block.clauses) == 2


def test_carriage_returns_and_a_byte_order_mark_are_no_part_of_the_text() -> None:
    (block,), problems = blocks("\ufeffevent ike.up local\r\n  line  a b\r\n", "x")
    assert problems == ()
    assert (block.rest, block.clauses[0].payload) == ("ike.up local", "a b")


def test_a_pasted_line_in_column_one_is_told_once_and_the_next_block_is_read() -> None:
    found, problems = cut("""\
        2026-05-04T08:13:20Z edge NSX 1 - - x
          line    lost
          from    lost
        event ike.up local
          line    a
        """)
    assert [(p.code, p.span.line) for p in problems] == [("G002", 1)]
    assert [b.keyword for b in found] == ["event"]


def test_clauses_before_any_block_are_told_once() -> None:
    found, problems = cut("""\
        # comment
          line    a
          from    b
        event ike.up local
        """)
    assert [(p.code, p.span.line, p.span.column) for p in problems] == [("G003", 2, 3)]
    assert len(found) == 1


def test_a_clause_indented_less_than_its_siblings_is_a_clause_and_a_problem() -> None:
    (block,), problems = cut("""\
        event ike.up local
            line    a
          from    b
        """)
    assert [(p.code, p.span) for p in problems] == [("G004", Span("x.grammar", 3, 3, 4))]
    assert [c.keyword for c in block.clauses] == ["line", "from"]


def test_tabs_in_the_indentation_are_told_once_per_file() -> None:
    (block,), problems = blocks("event a b\n\tline  x\n\tfrom  y\n", "x")
    assert [(p.code, p.span.line) for p in problems] == [("G005", 2)]
    assert [c.keyword for c in block.clauses] == ["line", "from"]


LINES = st.lists(
    st.text(alphabet=" \t#ab\r$\u00e4\u2028", max_size=12)
    | st.sampled_from(["event ike.up local", "  line  a", "    more of it", " x", "# c", ""]),
    max_size=12,
)


@given(LINES)
def test_no_text_is_lost_and_every_place_holds_what_is_said_of_it(lines: list[str]) -> None:
    text = "\n".join(lines)
    found, problems = blocks(text, "x")
    shown = text.split("\n")
    read = set()
    for block in found:
        assert shown[block.span.line - 1].startswith(block.keyword)
        read.add(block.span.line)
        for clause in block.clauses:
            assert shown[clause.span.line - 1][clause.span.column - 1 :].startswith(clause.keyword)
            read.add(clause.span.line)
            for at, character in enumerate(clause.payload):
                span = clause.at(at)
                if character not in " \t":
                    assert shown[span.line - 1][span.column - 1] == character
                    read.add(span.line)
    meaningful = {n for n, line in enumerate(shown, 1) if line.strip(" \t\r") and line.strip(" \t\r")[0] != "#"}
    if not any(p.code in {"G002", "G003"} for p in problems):
        assert read == meaningful
