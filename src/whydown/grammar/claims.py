"""Which wordings of which blocks read each example of grammars, by the matcher that reads logs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from whydown.grammar.compile import compile_grammar
from whydown.grammar.match import Matcher, key_values
from whydown.grammar.model import EventBlock
from whydown.grammar.samples import samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.envelope.record import Record
    from whydown.grammar.compile import Shape
    from whydown.grammar.match import Match
    from whydown.grammar.model import Grammar, IgnoreBlock, Template
    from whydown.grammar.samples import Sample


class Claim(NamedTuple):
    """A block that reads the first record of an example, and the wording it does so by."""

    grammar: Grammar
    block: EventBlock | IgnoreBlock
    template: Template
    shape: Shape

    @property
    def text(self) -> int:
        """How many characters of its own the wording has: of two that read a line, the one with more says more."""
        parts = self.template.parts
        return sum(len(p) if isinstance(p, str) else min(map(len, p.words), default=0) for p in parts)


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
        known = wordings(grammar)
        for one, text in zip(heard, texts, strict=True):
            one.claims += (
                Claim(grammar, block, template, shape)
                for shape, block, template in known
                if _fits(shape, one.sample.first, text, grammar)
            )
    return found


def _text(match: Match | None) -> str:
    return match.text if match else ""


def wordings(grammar: Grammar) -> list[tuple[Shape, EventBlock | IgnoreBlock, Template]]:
    """Return the compiled wordings of a grammar with their blocks and templates, in the order of the file."""
    homes: dict[int, tuple[EventBlock | IgnoreBlock, Template]] = {}
    for block in blocks_of(grammar):
        for template in block.lines or _first_key(block):
            homes[template.span.line] = (block, template)
    return [(shape, *homes[shape.rule.line]) for shape in compile_grammar(grammar).shapes]


def _first_key(block: EventBlock | IgnoreBlock) -> list[Template]:
    """Return what an event that has `data` alone is known by."""
    return [block.data[0][1]] if isinstance(block, EventBlock) and block.data else []


def _fits(shape: Shape, record: Record, text: str, grammar: Grammar) -> bool:
    """Say whether a wording, with its data, reads a record."""
    if grammar.any_case or "  " in text or all(literal in text for literal in shape.pattern.literals):
        return shape.read(text) is not None and all(
            holds(key, value, record, text, grammar) for key, value in shape.data
        )
    return False


def holds(key: str, value: Shape, record: Record, text: str, grammar: Grammar) -> bool:
    """Say whether a key of a record's data has a value that a `data` wording reads."""
    pairs = key_values(text if grammar.shape == "keyvalue" else record.data)
    return key in pairs and value.read(pairs[key]) is not None


def blocks_of(grammar: Grammar) -> list[EventBlock | IgnoreBlock]:
    """Return events and ignores."""
    return [*grammar.events, *grammar.ignores]
