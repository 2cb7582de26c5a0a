"""The reader of grammar files: what a block means, and that one error hides neither the next nor the rest."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whydown.grammar.event import Provenance
from whydown.grammar.model import Grammar, Slot
from whydown.grammar.syntax import read_grammar
from whydown.grammar.vocabulary import Direction, Kind, SlotType
from whydown.text import Problem, Span

HEADER = """\
grammar example
  vendor  Example
  usually peer
  app     exampled
  source  example.com

"""


def read(text: str) -> tuple[Grammar, tuple[Problem, ...]]:
    """Read blocks below a complete header."""
    grammar, problems = read_grammar(HEADER + dedent(text), "x.grammar")
    assert grammar is not None
    return grammar, problems


def line_of(text: str) -> tuple[str | Slot, ...]:
    grammar, problems = read(f"event ike.up local\n  line    {text}\n  from    a\n  try     b\n")
    assert problems == ()
    return grammar.events[0].lines[0].parts


def names(parts: tuple[str | Slot, ...]) -> list[str]:
    return [p if isinstance(p, str) else f"<{p.name}>" for p in parts]


def test_a_header_is_read_whole() -> None:
    grammar, problems = read_grammar(
        dedent("""\
        grammar nsx-edge
          vendor  VMware NSX
          usually edge
          app     NSX ssh_stack
          mark    subcomp="iked"
          mark    eventFeatureName="vpn"
          case    any
          shape   keyvalue
          source  KB 434656,
                  KB 424813
          slot    hexpair /[0-9a-f]{8} [0-9a-f]{8}/
          prefix  $thread[$subsystem] <${spi_i:hexpair}>
        """),
        "nsx.grammar",
    )
    assert problems == ()
    assert grammar is not None
    assert (grammar.name, grammar.vendor, grammar.usually) == ("nsx-edge", "VMware NSX", "edge")
    assert grammar.apps == ("NSX", "ssh_stack")
    assert grammar.marks == ('subcomp="iked"', 'eventFeatureName="vpn"')
    assert grammar.any_case
    assert grammar.shape == "keyvalue"
    assert grammar.source == "KB 434656, KB 424813"
    assert grammar.slots == (("hexpair", "[0-9a-f]{8} [0-9a-f]{8}"),)
    (prefix,) = grammar.prefixes
    assert prefix.parts[-2] == Slot("spi_i", Span("nsx.grammar", 12, 32, 16), local_type="hexpair")


def test_without_marks_the_program_names_are_the_marks() -> None:
    assert read("")[0].marks == ("exampled",)


def test_an_event_is_read_whole() -> None:
    grammar, problems = read("""\
        event ike.failed out
          line    refused $remote: $reason
          more    Reason: $reason
          data    logid=37 msg="no $notify" peer=$remote
          set     cause=admin error="no key"
          from    src/a.c:1
          line    said no to $remote
          assumed its documentation
          since   5.9.2
          until   v6.0
          note    first
          note    second
          try     refused 192.0.2.1: bad # number
          also      Reason: x
          gives   remote=192.0.2.1
          gives   reason="a ""b"" c"
          try     said no to 192.0.2.1
          refuse  refused nothing
        """)
    assert problems == ()
    (event,) = grammar.events
    assert (event.kind, event.direction) == (Kind.IKE_FAILED, Direction.OUT)
    assert [names(t.parts) for t in event.lines] == [
        ["refused ", "<remote>", ": ", "<reason>"],
        ["said no to ", "<remote>"],
    ]
    assert [(key, names(t.parts)) for key, t in event.data] == [
        ("logid", ["37"]),
        ("msg", ["no ", "<notify>"]),
        ("peer", ["<remote>"]),
    ]
    assert event.sets == (("cause", "admin"), ("error", "no key"))
    assert (event.since, event.until, event.note) == ("5.9.2", "v6.0", "first second")
    first, second = event.tries
    assert first.line == "refused 192.0.2.1: bad # number"
    assert first.also == ("Reason: x",)
    assert first.gives == (("remote", "192.0.2.1"), ("reason", 'a "b" c'))
    assert [s.line for s in first.gives_spans] == [first.span.line + 2, first.span.line + 3]
    assert (second.line, second.also, second.gives) == ("said no to 192.0.2.1", (), ())
    assert [r.line for r in event.refuses] == ["refused nothing"]


def test_a_source_covers_the_wordings_above_it_up_to_the_source_before() -> None:
    grammar, _ = read("""\
        event ike.failed out
          line    refused $remote
          more    Reason: $reason
          from    src/a.c:1
          try     refused 192.0.2.1
          line    said no to $remote
          data    logid=37
          assumed its documentation
        """)
    (event,) = grammar.events
    templates = [*event.lines, *event.more, *(t for _, t in event.data)]
    assert [(t.written, t.provenance, t.source) for t in templates] == [
        ("refused $remote", Provenance.SEEN, "src/a.c:1"),
        ("said no to $remote", Provenance.ASSUMED, "its documentation"),
        ("Reason: $reason", Provenance.SEEN, "src/a.c:1"),
        ("logid=37", Provenance.ASSUMED, "its documentation"),
    ]


def test_an_ignore_block_is_read() -> None:
    grammar, problems = read("""\
        ignore start-up
          line    loaded plugins: $*
          from    src/a.c:1
          note    chatter
          try     loaded plugins: x y
          refuse  loaded nothing
        """)
    assert problems == ()
    (ignore,) = grammar.ignores
    assert (ignore.name, ignore.note) == ("start-up", "chatter")
    assert [names(t.parts) for t in ignore.lines] == [["loaded plugins: ", "<*>"]]
    assert [e.line for e in (*ignore.tries, *ignore.refuses)] == ["loaded plugins: x y", "loaded nothing"]


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("up $conn[$ike_id]", ["up ", "<conn>", "[", "<ike_id>", "]"]),
        ("life ${lifetime}s ${spi_in}_i", ["life ", "<lifetime>", "s ", "<spi_in>", "_i"]),
        ("IKEv$_ SA $*ID", ["IKEv", "<_>", " SA ", "<*>", "ID"]),
        ("costs $$5 $$$count", ["costs $5 $", "<count>"]),
        ("{up} <b> (c) 'd' \"e\" | # \\n", ["{up} <b> (c) 'd' \"e\" | # \\n"]),
        ("two  blanks and a\ttab $conn", ["two  blanks and a\ttab ", "<conn>"]),
    ],
)
def test_text_is_text_and_only_a_dollar_begins_a_slot(written: str, parts: list[str]) -> None:
    assert names(line_of(written)) == parts


def test_a_slot_may_name_its_type_or_its_words() -> None:
    parts = line_of("a ${remote:word} b ${reason:No answer|Timed out} c ${role:Initiator} d ${_:int}")
    slots = [p for p in parts if isinstance(p, Slot)]
    assert [(s.name, s.type, s.words) for s in slots] == [
        ("remote", SlotType.WORD, ()),
        ("reason", None, ("No answer", "Timed out")),
        ("role", None, ("Initiator",)),
        ("_", SlotType.INT, ()),
    ]


def test_a_slot_knows_its_place() -> None:
    grammar, _ = read("event ike.up local\n  line    up $conn\n          at $remote\n  from    a\n  try     b\n")
    conn, remote = (p for p in grammar.events[0].lines[0].parts if isinstance(p, Slot))
    assert conn.span == Span("x.grammar", 8, 14, 5)
    assert remote.span == Span("x.grammar", 9, 14, 7)


def test_a_block_that_does_not_read_is_left_out_and_the_others_stay() -> None:
    grammar, problems = read("""\
        event ike.up local
          line    up $nothing_such
          from    a
          try     b
        event ike.gone local
          line    gone
          from    a
          try     gone
        event child.up sideways
          line    up ${
          from    a
          try     b
        """)
    assert [e.kind for e in grammar.events] == [Kind.IKE_GONE]
    assert [(p.code, p.span.line) for p in problems] == [("G020", 8), ("G011", 15), ("G001", 16)]


def test_what_follows_from_an_error_is_not_told() -> None:
    _, problems = read("""\
        event ike.up local
          line    up ${
          from    a
          tryy    b
          gives   conn=a
        """)
    assert [p.code for p in problems] == ["G001", "G008"]


def test_a_misspelt_block_shows_the_problems_inside_it_too() -> None:
    grammar, problems = read("Event ike.upp in\n  line    is up with $nope\n  from    a\n  try     b\n")
    assert grammar.events == ()
    assert [p.code for p in problems] == ["G006", "G010", "G020"]


def test_a_file_without_a_header_still_shows_the_problems_of_its_events() -> None:
    grammar, problems = read_grammar("event ike.upp local\n  line  is up\n  from  b\n  try   a b\n", "x")
    assert grammar is None
    assert [p.code for p in problems] == ["G017", "G010"]


def test_problems_stand_in_the_order_of_the_file() -> None:
    _, problems = read("event x y\n  line $z\n\nevnt\nevent ike.up loca\n  try a\n")
    places = [(p.span.line, p.span.column) for p in problems]
    assert places == sorted(places)
    assert len(places) >= 4


PIECES = st.sampled_from(
    [
        "grammar x",
        "event ike.up local",
        "event ike.upp in",
        "ignore a",
        "  line  a $conn b",
        "  line  ${",
        "  line $$ $x",
        "  from  a",
        "  assumed b",
        "  try  a b",
        "  also c",
        "  gives conn=x",
        "  gives conn",
        "  set cause=a cause=b",
        '  data a=$conn b="c',
        "  slot n /(?:a+)+/",
        "  app a",
        "  usually me",
        "    more",
        "\tx",
        "# c",
        "",
        "junk\x00",
    ]
)


@given(st.lists(PIECES | st.text(max_size=20), max_size=15))
def test_any_text_reads_or_is_refused_with_places_that_exist(lines: list[str]) -> None:
    text = "\n".join(lines)
    _, problems = read_grammar(text, "x")
    shown = text.removeprefix("\ufeff").split("\n")
    for problem in problems:
        assert 1 <= problem.span.line <= len(shown)
        assert 1 <= problem.span.column <= len(shown[problem.span.line - 1]) + 1
