"""Whatever the grammar and whatever the line: a written line is read back, the index hides nothing, nothing fails."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from grammar.written import record
from whydown.grammar.compile import compile_grammar
from whydown.grammar.event import Provenance
from whydown.grammar.library import Library, shipped_folder
from whydown.grammar.match import Matcher
from whydown.grammar.model import EventBlock, Grammar, Slot, Template
from whydown.grammar.slots import convert
from whydown.grammar.syntax import read_grammar
from whydown.grammar.vocabulary import FIELDS, Direction, Kind, SlotType
from whydown.tally import Tally
from whydown.text import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

SPAN = Span("made.grammar", 1, 1)

# Texts of each slot type. Literals are in capitals and these are not, so that a line can be read in one way only.
_WORDS = st.text("abz019_.=:@-", min_size=1, max_size=12)
_TEXTS = st.lists(_WORDS, min_size=1, max_size=4).flatmap(
    lambda words: st.sampled_from([" ", "  "]).map(lambda blank: blank.join(words))
)
_HEX = "0123456789abcdef"
VALUES: dict[SlotType, st.SearchStrategy[str]] = {
    SlotType.WORD: _WORDS,
    SlotType.NAME: st.text("abz019_.=:@#/-", min_size=1, max_size=12),
    SlotType.INT: st.integers(0, 10**18).map(str),
    SlotType.SPI32: st.text(_HEX, min_size=8, max_size=8),
    SlotType.SPI64: st.text(_HEX, min_size=16, max_size=16),
    SlotType.IP: st.ip_addresses().map(str),
    SlotType.PORT: st.integers(0, 0xFFFF).map(str),
    SlotType.IDENT: _TEXTS,
    SlotType.TEXT: _TEXTS,
    SlotType.NOTIFY: st.sampled_from(["no_prop", "no proposal chosen", "ts unacceptable", "inval-ke", "a new one"]),
    SlotType.GROUP: st.sampled_from(["14", "modp_2048", "ecp384", "group 19"]),
    SlotType.TS: st.ip_addresses(v=4).map(lambda address: f"{address}/24"),
    SlotType.SECONDS: st.integers(0, 10**9).map(str),
}
_FIELDS = sorted(name for name, field in FIELDS.items() if field.type in VALUES)
_LITERALS = st.sampled_from([" IKE SA ", " FROM ", " - SAYS: ", " [", "] ", " (X) ", ", WITH ", "/ID ", " 'Q' "])


def _template(parts: list[str | Slot]) -> Template:
    return Template(tuple(parts), SPAN, "", Provenance.SEEN, "made up")


@st.composite
def _rendered(draw: st.DrawFn) -> tuple[Template, str, dict[str, Any]]:
    names = draw(st.lists(st.sampled_from(_FIELDS), min_size=1, max_size=5, unique=True))
    parts: list[str | Slot] = [draw(st.sampled_from(["PEER ", "CHILD_SA ", "", "N("]))]
    line, fields = str(parts[0]), {}
    for name in names:
        value = draw(VALUES[FIELDS[name].type])
        literal = draw(_LITERALS)
        parts += [Slot(name, SPAN), literal]
        line += value + literal
        fields[name] = convert(FIELDS[name].type, value)
    last = draw(st.sampled_from(["END", "DONE.", ""]))
    parts = [part for part in [*parts, last] if part != ""]
    return _template(parts), line + last, fields


@given(_rendered(), st.sampled_from(["{}", "  {} "]))
def test_a_line_written_from_a_template_is_read_back(made: tuple[Template, str, dict[str, Any]], frame: str) -> None:
    template, line, fields = made
    block = EventBlock(Kind.IKE_FAILED, Direction.LOCAL, SPAN, lines=(template,))
    some = Grammar("made", "made.grammar", SPAN, apps=("some",), events=(block,))
    (match,) = Matcher([some]).match([record(frame.format(line))])
    assert match is not None
    assert match.shape is not None
    assert match.fields == fields


_PIECES = st.sampled_from(
    ["peer", "IKE_SA", "is up", "failed", "7", "192.0.2.1", "site-b", ":", "[", "]", "  ", "14", "gone", "µ"]
)
_SLOTS = st.sampled_from(["conn", "ike_id", "remote", "error", "group", "_", "*"])


@st.composite
def _grammars(draw: st.DrawFn) -> Grammar:
    blocks = []
    for number in range(draw(st.integers(1, 8))):
        parts: list[str | Slot] = []
        for piece in draw(st.lists(_PIECES, min_size=1, max_size=4)):
            parts.append(piece if draw(st.booleans()) or not parts else f" {piece} ")
            if draw(st.booleans()):
                parts.append(Slot(draw(_SLOTS), SPAN))
        joined: list[str | Slot] = []
        for part in parts:
            if isinstance(part, str) and joined and isinstance(joined[-1], str):
                joined[-1] += part
            else:
                joined.append(part)
        if not any(isinstance(part, Slot) or part.strip() for part in joined):
            continue
        span = Span("made.grammar", number + 1, 1)
        template = Template(tuple(joined), span, "", Provenance.SEEN, "made up")
        blocks.append(EventBlock(Kind.IKE_FAILED, Direction.LOCAL, span, lines=(template,)))
    return Grammar("made", "made.grammar", SPAN, apps=("some",), any_case=draw(st.booleans()), events=tuple(blocks))


@given(_grammars(), st.lists(st.lists(_PIECES | st.sampled_from(["PEER", "is UP", "x"]), max_size=8), max_size=8))
def test_the_index_finds_what_trying_every_wording_finds(some: Grammar, lines: list[list[str]]) -> None:
    matcher, shapes = Matcher([some]), compile_grammar(some).shapes
    for line in lines:
        text = " ".join(line).strip()
        first = next(((s.rule, read) for s in shapes if (read := s.read(text)) is not None), None)
        (match,) = matcher.match([record(text)])
        assert match is not None
        assert ((match.shape.rule, match.fields) if match.shape else None) == first


@given(_grammars(), st.lists(_PIECES, max_size=8))
def test_both_expressions_of_a_template_read_the_same(some: Grammar, line: list[str]) -> None:
    text = " ".join(" ".join(line).split())
    for shape in compile_grammar(some).shapes:
        loose, tight = shape.loose(text), shape.tight(text)
        assert (loose and loose.groups()) == (tight and tight.groups())


@cache
def _shipped() -> Library:
    grammars = []
    for name in ("nsx-edge", "openiked"):
        path = shipped_folder() / "messages" / f"{name}.grammar"
        grammar, _ = read_grammar(path.read_text(encoding="utf-8"), str(path))
        assert grammar is not None
        grammars.append(grammar)
    return Library(tuple(grammars))


@cache
def _examples() -> tuple[str, ...]:
    blocks = [block for grammar in _shipped().grammars for block in grammar.events]
    return tuple(row for block in blocks for example in block.tries for row in (example.line, *example.also))


_ANY = st.text(max_size=60) | st.binary(max_size=60).map(lambda data: data.decode(errors="surrogateescape"))


@st.composite
def _texts(draw: st.DrawFn) -> str:
    example = draw(st.sampled_from(_examples()))
    cut = draw(st.integers(0, len(example)))
    return draw(st.sampled_from([example, example[:cut] + draw(_ANY), draw(_ANY) + example[cut:], draw(_ANY)]))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda text, app, pid, at: record(text, at, app=app, pid=pid),
            _texts(),
            st.sampled_from(["NSX", "iked", "other"]),
            st.sampled_from(["1", "2"]),
            st.integers(0, 3_000_000),
        ),
        max_size=30,
    ),
    st.sampled_from([1, 3, 1024]),
)
def test_any_records_are_counted_once_and_nothing_fails(records: list[Any], batch: int) -> None:
    tally = Tally()
    found = list(_shipped().events(records, tally, batch=batch))
    t = tally
    assert t.other + t.events + t.continued + t.ignored + t.unknown + t.repeated + t.blank == len(records)
    for event in found:
        assert len(event.id) == 12
        for name, value in event.fields.items():
            assert name in FIELDS
            assert value is not None


def _wordings(matches: Sequence[Any]) -> list[Any]:
    return [m and (m.shape and (m.shape.rule, m.shape.pattern.expression), m.fields, m.text) for m in matches]


@given(_grammars(), st.lists(st.lists(_PIECES | st.sampled_from(["PEER", "is UP", "9"]), max_size=8), max_size=20))
def test_records_matched_together_are_what_each_is_alone(some: Grammar, lines: list[list[str]]) -> None:
    records = [record(" ".join(line)) for line in lines] * 8
    together, alone = Matcher([some]), Matcher([some])
    expected = _wordings([match for one in records for match in alone.match([one])])
    for _ in range(2):  # what a message was is remembered from the first time
        assert _wordings(together.match(records)) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(_texts(), min_size=1, max_size=30))
def test_shipped_grammars_match_many_records_as_they_match_one(texts: list[str]) -> None:
    records = [record(text, app=app) for text in texts for app in ("NSX", "iked")] * 8
    together, alone = Matcher(_shipped().grammars), Matcher(_shipped().grammars)
    expected = _wordings([match for one in records for match in alone.match([one])])
    for _ in range(2):
        assert _wordings(together.match(records)) == expected
