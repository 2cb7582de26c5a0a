"""One line tried: who reads it, what is nearest."""

from __future__ import annotations

from textwrap import dedent

import pytest

from whydown.grammar.model import EventBlock, Grammar
from whydown.grammar.syntax import read_grammar
from whydown.grammar.trial import trials


def grammar(name: str, app: str, body: str) -> Grammar:
    header = f"grammar {name}\n  vendor  x\n  usually peer\n  app     {app}\n  source  x\n"
    found, problems = read_grammar(header + dedent(body), f"{name}.grammar")
    assert problems == ()
    assert found is not None
    return found


ONE = grammar(
    "one",
    "oned",
    """\
      prefix  [$subsystem]

    event ike.up local
      line    IKE_SA $conn established
      more    Lifetime: $lifetime seconds
      from    a.c:1
      try     IKE_SA b established

    ignore chatter
      line    loaded $*
      from    a.c:2
      try     loaded x
    """,
)
TWO = grammar(
    "two", "twod", "event ike.gone local\n  line    IKE_SA $conn gone\n  from    a\n  try     IKE_SA b gone\n"
)


def test_a_line_is_read_by_the_grammar_of_its_program() -> None:
    (found,) = trials("May  4 08:13:20 gw oned[7]: [IKE] IKE_SA site-b established", [ONE, TWO])
    assert (found.grammar.name, found.prefix, found.message) == ("one", "[IKE] ", "IKE_SA site-b established")
    (reading,) = found.readings
    (event,) = reading.events
    assert reading.template.written == "IKE_SA $conn established"
    assert dict(event.fields) == {"subsystem": "IKE", "conn": "site-b"}


def test_a_line_without_a_header_is_tried_by_all() -> None:
    found = trials("IKE_SA site-b gone", [ONE, TWO])
    assert [(t.grammar.name, [r.events[0].kind for r in t.readings]) for t in found] == [
        ("one", []),
        ("two", ["ike.gone"]),
    ]


def test_a_further_record_and_an_ignored_line_are_readings_without_events() -> None:
    further = trials("May  4 08:13:20 gw oned: Lifetime: 60 seconds", [ONE])[0].readings
    assert [(r.more, r.template.written, r.events) for r in further] == [(True, "Lifetime: $lifetime seconds", ())]
    ignored = trials("May  4 08:13:20 gw oned: loaded all", [ONE])[0].readings
    assert [(isinstance(r.block, EventBlock), r.events) for r in ignored] == [(False, ())]


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        ("IKE_SA site-b is gone", ["IKE_SA $conn established"]),
        ("loading", ["loaded $*"]),
        ("nothing of the kind", []),
    ],
)
def test_the_nearest_wordings_share_text_with_the_line(line: str, nearest: list[str]) -> None:
    (found,) = trials(f"May  4 08:13:20 gw oned: {line}", [ONE])
    assert found.readings == ()
    assert [n.template.written for n in found.nearest(3)] == nearest
