"""Which wordings of which blocks read each example of grammars, by the matcher that reads logs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from whydown.grammar.compile import compile_grammar
from whydown.grammar.match import Matcher
from whydown.grammar.model import EventBlock, Slot
from whydown.grammar.pairs import key_values
from whydown.grammar.samples import samples
from whydown.grammar.structure import is_closed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.envelope.record import Record
    from whydown.grammar.compile import Shape
    from whydown.grammar.matches import Match
    from whydown.grammar.model import Grammar, IgnoreBlock, Template
    from whydown.grammar.samples import Sample


_BLANKS = re.compile(" +")


class Claim(NamedTuple):
    """A wording of a block, compiled: what may read the first record of an example."""

    grammar: Grammar
    block: EventBlock | IgnoreBlock
    template: Template
    shape: Shape

    @property
    def says(self) -> tuple[int, int]:
        """How much the wording says itself: characters of its own, then slots of a bounded type; more is more special."""
        slots = [part for part in self.template.parts if isinstance(part, Slot)]
        text = sum(len(part) for part in self.template.parts if isinstance(part, str))
        text += sum(min(map(len, slot.words)) for slot in slots if slot.words)
        return text, sum(map(is_closed, slots))


@dataclass(slots=True)
class Tried:
    """An example, the text of its records without header and prefix, and who claims the first of them."""

    sample: Sample
    matcher: Matcher  # of the example's whole grammar
    texts: tuple[str, ...]
    claims: list[Claim] = field(default_factory=list)

    @property
    def own(self) -> Claim | None:
        """The claim of the example's own block."""
        return next((c for c in self.claims if c.block is self.sample.block), None)

    @property
    def more(self) -> tuple[Shape, ...]:
        """The wordings of further records."""
        own = self.own
        return own.shape.block.more if own and own.shape.block else ()


def tried(grammars: Sequence[Grammar]) -> list[Tried]:
    """Try every example with every wording of the grammars that its program has."""
    found: list[Tried] = []
    matchers = [Matcher([grammar]) for grammar in grammars]
    for grammar, matcher in zip(grammars, matchers, strict=True):
        found += [Tried(s, matcher, tuple(map(_text, matcher.match(s.records)))) for s in samples(grammar)]
    for grammar, matcher in zip(grammars, matchers, strict=True):
        apps = {app.casefold() for app in grammar.apps}
        heard = [t for t in found if t.sample.first.app.casefold() in apps]
        texts = map(_text, matcher.match([t.sample.first for t in heard]))  # without this grammar's prefixes
        known = [(_longest(w.shape, grammar), w) for w in wordings(grammar)]
        for one, text in zip(heard, texts, strict=True):
            plain = _plain(text, grammar)
            one.claims += (w for longest, w in known if longest in plain and _fits(w, one.sample.first, text))
    return found


def _text(match: Match | None) -> str:
    return match.text if match else ""


def wordings(grammar: Grammar) -> list[Claim]:
    """Return all that a grammar may claim, in the order of the file."""
    homes: dict[int, tuple[EventBlock | IgnoreBlock, Template]] = {}
    for block in blocks_of(grammar):
        for template in block.lines or _first_key(block):
            homes[template.span.line] = (block, template)
    return [Claim(grammar, *homes[shape.rule.line], shape) for shape in compile_grammar(grammar).shapes]


def _longest(shape: Shape, grammar: Grammar) -> str:
    """Return the longest text of a wording: it stands in every line that the wording reads."""
    return _plain(max(shape.pattern.literals, key=len, default=""), grammar)


def _plain(text: str, grammar: Grammar) -> str:
    single = _BLANKS.sub(" ", text)
    return single.lower() if grammar.any_case else single


def _first_key(block: EventBlock | IgnoreBlock) -> list[Template]:
    """Return what an event that has `data` alone is known by."""
    return [block.data[0][1]] if isinstance(block, EventBlock) and block.data else []


def _fits(claim: Claim, record: Record, text: str) -> bool:
    """Say whether a wording, with its data, reads a record."""
    shape = claim.shape
    return shape.read(text) is not None and all(holds(key, v, record, text, claim.grammar) for key, v in shape.data)


def holds(key: str, value: Shape, record: Record, text: str, grammar: Grammar) -> bool:
    """Say whether a key of a record's data has a value that a `data` wording reads."""
    pairs = key_values(text if grammar.shape == "keyvalue" else record.data)
    return key in pairs and value.read(pairs[key]) is not None


def blocks_of(grammar: Grammar) -> list[EventBlock | IgnoreBlock]:
    """Return events and ignores."""
    return [*grammar.events, *grammar.ignores]
