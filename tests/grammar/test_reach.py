"""How far a wording goes along with a line: the place a contributor has to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whydown.grammar.reach import reach
from whydown.grammar.syntax import read_grammar

if TYPE_CHECKING:
    from whydown.grammar.model import Grammar

HEADER = "grammar x\n  vendor  x\n  usually peer\n  app     x\n  source  x\n"


def grammar_of(template: str, header: str = "") -> Grammar:
    text = f"{HEADER}{header}event ike.up local\n  line    {template}\n  from    a\n  try     b\n"
    grammar, problems = read_grammar(text, "x")
    assert problems == ()
    assert grammar is not None
    return grammar


PACKET = "sending packet: from $src[$src_port] to $dst[$dst_port] ($bytes bytes)"


@pytest.mark.parametrize(
    ("template", "text", "fits", "wanted"),
    [
        (PACKET, "sending packet: from 192.0.2.1:500 to x", "sending packet: from 192.0.2.1", "'['"),
        (PACKET, "sending  pocket", "sending  p", "'acket: from'"),
        (PACKET, "received", "", "'sending packet: from'"),
        (PACKET, "sending packet: from gw", "sending packet: from ", "a value of src (ip)"),
        (PACKET, "sending packet: from 192.0.2.1[500] to 192.0.2.999[1] (1 bytes)",
         "sending packet: from 192.0.2.1[500] to ", "a value of 'dst', which this is not"),
        ("up with $conn", "up with a and more", "up with ", "a value of conn (name)"),
        ("IKE_SA $conn up", "IKE_SA site-b down", "IKE_SA ", "'up' somewhere after this"),
        ("is ${mode:tunnel|transport} mode", "is beet mode", "is ", "'tunnel' or 'transport'"),
        ("IKE_SA up", "IKE_SA up again", "IKE_SA up", ""),
        ("costs $$5", "costs $6", "costs $", "'5'"),
    ],
)  # fmt: skip
def test_the_place_and_what_should_have_come(template: str, text: str, fits: str, wanted: str) -> None:
    grammar = grammar_of(template)
    found = reach(grammar.events[0].lines[0], text, grammar)
    assert (text[: found.end], found.wanted) == (fits, wanted)


def test_capitals_do_not_matter_where_the_grammar_says_so() -> None:
    grammar = grammar_of("IKE_SA established", "  case    any\n")
    assert reach(grammar.events[0].lines[0], "ike_sa ESTABLISHEZ", grammar).end == len("ike_sa ESTABLISHE")


@given(st.text(max_size=60))
def test_the_place_is_always_in_the_line(text: str) -> None:
    grammar = grammar_of(PACKET)
    assert 0 <= reach(grammar.events[0].lines[0], text, grammar).end <= len(text)
