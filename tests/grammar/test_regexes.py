"""The regular expressions a grammar may write."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whydown.grammar.regexes import fault

NESTED = "a repeat or an alternative stands inside a repeat"
SPECIAL = "expected nothing special here (escape it, or see the subset)"
ATOM = "expected a character, a class or a group (?:...)"


@pytest.mark.parametrize(
    "pattern",
    [
        r"[0-9a-f]{8} [0-9a-f]{8}",
        r"\d{1,3}(?:\.\d{1,3}){3}",
        r"[a-z][a-z0-9]*(?:-x)?",
        r"(?:ab)*",
        r"a|b|cd+",
        r"(?:a|b){2}",
        r"a{2,}b",
        r"[]^-]+\$",
        r"[^\]]+",
    ],
)
def test_the_subset_is_taken(pattern: str) -> None:
    assert fault(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "at", "message"),
    [
        (r"x(?:a+)+", 1, NESTED),
        (r"(?:a|b)+", 0, NESTED),
        (r"(?:a?)*", 0, NESTED),
        (r"(?:(?:a+)b)*", 0, NESTED),
        (r"(?:a{1,2}){1,2}", 0, NESTED),
        (r"a(?=b)", 1, SPECIAL),
        (r"(?P<x>a)", 0, ATOM),
        (r"a+?", 1, SPECIAL),
        (r"a**", 1, SPECIAL),
        (r"a)", 1, SPECIAL),
        (r"(?:a", 4, "expected ')' to close the group"),
        (r"\1", 0, ATOM),
        (r"\bfoo", 0, ATOM),
        (r"^a$", 0, ATOM),
        (r"", 0, ATOM),
        (r"[z-a]", 1, "bad character range z-a"),
        (r"a[[]", 2, "possible nested set (escape the character)"),
        (r"[a||]", 2, "possible set union (escape the character)"),
    ],
)
def test_anything_else_is_refused_with_its_place(pattern: str, at: int, message: str) -> None:
    found = fault(pattern)
    assert found is not None
    assert (found.at, found.message) == (at, message)


@given(st.text(alphabet=r"ab.\d()[]{}|*+?:^$1,-", max_size=14))
def test_what_is_taken_compiles_and_captures_nothing(pattern: str) -> None:
    if fault(pattern) is None:
        assert re.compile(pattern).groups == 0
