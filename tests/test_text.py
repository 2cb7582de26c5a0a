"""Positions drawn as a compiler draws them, suggestions, and the escaping of hostile text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whydown.text import Problem, Span, printable, render_problem, suggest

SOURCE = "grammar x\n\tvendor  Some\x1bThing here\n"


def drawn(span: Span, message: str = "wrong", way_out: str = "", label: str = "") -> list[str]:
    return render_problem(Problem("G001", message, span, way_out, label), SOURCE).split("\n")


def test_a_problem_is_drawn_with_its_line_and_carets() -> None:
    assert drawn(Span("a/x.grammar", 1, 9, 1), "no such name", "did you mean 'y'?", "this one") == [
        "error[G001]: no such name",
        " --> a/x.grammar:1:9",
        "  |",
        "1 | grammar x",
        "  |         ^ this one",
        "  = help: did you mean 'y'?",
    ]


def test_carets_stand_below_what_they_mean_behind_tabs_and_escapes() -> None:
    rows = drawn(Span("x", 2, 15, 5))
    assert rows[3] == "2 | \tvendor  Some\\x1bThing here"
    assert rows[4] == "  | \t" + " " * len("vendor  Some\\x1b") + "^^^^^"


def test_a_place_behind_the_end_of_the_text_is_still_drawn() -> None:
    assert drawn(Span("x", 9, 4, 1))[3:] == ["9 | ", "  |    ^"]


def test_nothing_of_a_problem_acts_on_a_terminal() -> None:
    assert "\x1b" not in "\n".join(drawn(Span("x\x1b", 1, 1), "a \x1b[31m", "b \x1b", "c \x1b"))


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("ike.delte", "did you mean 'ike.delete'?"),
        ("vendr", "did you mean 'vendor' or 'vender'?"),
        ("nothing", ""),
    ],
)
def test_suggestions(word: str, said: str) -> None:
    assert suggest(word, ["ike.delete", "vendor", "vender", "quite other"]) == said


def test_what_acts_is_escaped_and_what_does_not_stays() -> None:
    assert (
        printable("ä\t漢 \x1b[0m\x9b\u202e\udcff\u2028\U000e0041")
        == "ä\t漢 \\x1b[0m\\x9b\\u202e\\xff\\u2028\\U000e0041"
    )


@given(st.text())
def test_nothing_that_acts_is_left_and_escaping_twice_is_as_once(text: str) -> None:
    shown = printable(text)
    assert not [c for c in shown if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} and c != "\t"]
    assert printable(shown) == shown
