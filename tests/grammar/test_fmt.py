"""The canonical layout: blanks move, words never."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from whydown.grammar.blocks import blocks
from whydown.grammar.fmt import formatted

UNTIDY = """\


# a grammar
#   of ours
grammar   x
    vendor Ours   Inc
    # inner
    app  c
# about the event
event  ike.up    local
      line    IKE_SA $conn
          is  up
      try IKE_SA a is up
      also       Local peer


      # last words
event child.up local
"""

TIDY = """\
# a grammar
#   of ours
grammar x
  vendor  Ours   Inc
  # inner
  app     c

# about the event
event ike.up local
  line    IKE_SA $conn
          is  up
  try     IKE_SA a is up
  also       Local peer

  # last words

event child.up local
"""


def test_clauses_are_aligned_blocks_divided_and_comments_kept() -> None:
    assert formatted(UNTIDY, "x.grammar") == (TIDY, ())


def test_a_tidy_file_stays_as_it_is() -> None:
    assert formatted(TIDY, "x.grammar") == (TIDY, ())


def test_cause_files_have_a_wider_column() -> None:
    text = 'cause x "y"\n  explains a\n  if  peer ike.up\n'
    assert formatted(text, "x.causes")[0] == 'cause x "y"\n  explains  a\n  if        peer ike.up\n'


def test_a_file_whose_layout_does_not_read_is_left_alone() -> None:
    text = "event a b\n    line x\n\tfrom  y\n"
    same, problems = formatted(text, "x")
    assert same == text
    assert [p.code for p in problems] == ["G005"]


def test_an_empty_file_stays_empty() -> None:
    assert formatted("\n\n", "x") == ("", ())


LINES = st.lists(
    st.sampled_from(
        [
            "event ike.up local",
            "event  x",
            "grammar y",
            "  line  a  b",
            "   more",
            "      deeper still",
            "#  c",
            "   # d",
            "",
            "  try",
            " also      set in",
            "  gives x=1 \r",
        ]
    ),
    max_size=14,
)


def words(text: str) -> list[object]:
    found, _ = blocks(text, "x")
    return [(b.keyword, b.rest.split(), [(c.keyword, c.payload) for c in b.clauses]) for b in found]


def comments(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip().startswith("#")]


@given(LINES)
def test_formatting_changes_no_word_and_twice_is_as_once(lines: list[str]) -> None:
    text = "\n".join(lines)
    once, problems = formatted(text, "x.grammar")
    assert formatted(once, "x.grammar") == (once, problems)
    assert words(once) == words(text)
    assert comments(once) == comments(text)
