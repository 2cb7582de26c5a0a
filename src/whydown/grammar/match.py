"""Records to matches: which wording of which grammar a record is, and what it yields.

A record is read by the grammars of its program alone. Their prefixes are stripped once; one Aho-Corasick pass then
finds which literal texts stand in the message, and only wordings whose literals all do are tried, in file order. So the
cost of a record hardly depends on how many wordings there are. The face is `Matcher.match`: batches of records in,
matches out; a faster engine need offer no more.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import ahocorasick_rs

from whydown.grammar.compile import CompiledGrammar, Shape, compile_grammar, joined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from whydown.envelope.record import Record
    from whydown.grammar.model import Grammar

_BLANKS = re.compile("  +")
_PAIR = re.compile(r'([A-Za-z0-9_.@-]+)=("[^"\\]*(?:\\.[^"\\]*)*"|[^\s"\]]*)', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\\]])')
_SHORTEST = 3  # characters of a literal worth looking for
_REMEMBERED = 8192


class Match(NamedTuple):
    """What a record is to its program's grammar; `shape` is None where no wording fits."""

    grammar: CompiledGrammar
    shape: Shape | None
    fields: dict[str, Any]  # of the prefix and of the wording; not what `set` adds
    text: str  # the message without prefix, and without blanks around it


class Matcher:
    """Finds the wording of records; holds what it compiled, and bounded memories."""

    def __init__(self, grammars: Sequence[Grammar]) -> None:
        """Take grammars in the order in which they are tried; each is compiled when its program first writes."""
        self._grammars: dict[str, list[Grammar]] = defaultdict(list)
        for grammar in grammars:
            for app in grammar.apps:
                self._grammars[app.casefold()].append(grammar)
        self._readers: dict[str, tuple[_Reader, ...]] = {}  # by the program's name as written
        self._compiled: dict[int, CompiledGrammar] = {}
        self._joined: dict[tuple[int, ...], tuple[_Reader, ...]] = {}  # by the grammars that share a program

    def match(self, records: Sequence[Record]) -> list[Match | None]:
        """Return for each record what it is; None where no grammar speaks of its program."""
        known = self._readers
        found: list[Match | None] = []
        for record in records:
            readers = known.get(record.app)
            if readers is None:
                readers = self._of_program(record.app)
            found.append(_first(record, readers))
        return found

    def _of_program(self, app: str) -> tuple[_Reader, ...]:
        grammars = self._grammars.get(app.casefold(), [])
        key = tuple(map(id, grammars))
        if key not in self._joined:
            self._joined[key] = tuple(map(_Reader, joined([self._compile(grammar) for grammar in grammars])))
        if len(self._readers) >= _REMEMBERED:
            self._readers.clear()
        self._readers[app] = self._joined[key]
        return self._joined[key]

    def _compile(self, grammar: Grammar) -> CompiledGrammar:
        if id(grammar) not in self._compiled:
            self._compiled[id(grammar)] = compile_grammar(grammar)
        return self._compiled[id(grammar)]


def _first(record: Record, readers: tuple[_Reader, ...]) -> Match | None:
    """Return the match of the first grammar that knows the record; unknown to all, the first grammar's word for it."""
    unknown: Match | None = None
    for reader in readers:
        match = reader.read(record)
        if match.shape is not None:
            return match
        unknown = unknown or match
    return unknown


class _Reader:
    """One compiled grammar with its index of literal texts."""

    def __init__(self, grammar: CompiledGrammar) -> None:
        self.grammar = grammar
        needs: list[tuple[Shape, frozenset[str]]] = [(s, _needed(s, grammar)) for s in grammar.shapes]
        literals = sorted({literal for _, needed in needs for literal in needed})
        numbers = {literal: number for number, literal in enumerate(literals)}
        self._needs = [(s, frozenset(numbers[n] for n in needed)) for s, needed in needs]
        self._search = ahocorasick_rs.AhoCorasick(literals) if literals else None
        self._candidates: dict[tuple[int, ...], tuple[Shape, ...]] = {}
        self._folded = bool(grammar.shapes and grammar.shapes[0].flags & re.IGNORECASE)

    def read(self, record: Record) -> Match:
        """Return the first wording, in file order, that the record's message is."""
        text = record.text.strip(" ")
        fields: dict[str, Any] = {}
        for prefix in self.grammar.prefixes:
            if found := prefix.head(text):
                read = prefix.fields(found.groups())
                if read is not None:
                    fields, text = read, text[found.end() :]
                    break
        for shape in self.candidates(text):
            own = shape.read(text)
            if own is None:
                continue
            if shape.data:
                told = _data(record, text, keyed=self.grammar.keyed, wanted=shape.data)
                if told is None:
                    continue
                own = {**told, **own}
            return Match(self.grammar, shape, {**fields, **own} if fields else own, text)
        return Match(self.grammar, None, fields, text)

    def candidates(self, text: str) -> tuple[Shape, ...]:
        """Return the wordings all of whose looked-for literals stand in `text`, in file order."""
        plain = _BLANKS.sub(" ", text) if "  " in text else text
        if self._folded:
            plain = plain.lower()
        hits = self._search.find_matches_as_indexes(plain, overlapping=True) if self._search else []
        key = tuple([hit[0] for hit in hits])
        known = self._candidates.get(key)
        if known is None:
            there = frozenset(key)
            known = tuple(shape for shape, needed in self._needs if needed <= there)
            if len(self._candidates) >= _REMEMBERED:
                self._candidates.clear()
            self._candidates[key] = known
        return known


def _needed(shape: Shape, grammar: CompiledGrammar) -> frozenset[str]:
    """Return the longest literals of a wording: those that tell it from others."""
    literals = list(shape.pattern.literals)
    if grammar.keyed:
        literals += [literal for _, value in shape.data for literal in value.pattern.literals]
    if shape.flags & re.IGNORECASE:
        literals = [literal.lower() for literal in literals]
    longest = sorted({literal for literal in literals if len(literal) >= _SHORTEST}, key=len, reverse=True)
    return frozenset(longest[:3])


def _data(record: Record, text: str, *, keyed: bool, wanted: tuple[tuple[str, Shape], ...]) -> dict[str, Any] | None:
    """Return the fields of the `data` clauses when all hold, None otherwise."""
    pairs = key_values(text if keyed else record.data)
    fields: dict[str, Any] = {}
    for key, shape in wanted:
        value = pairs.get(key)
        read = shape.read(value) if value is not None else None
        if read is None:
            return None
        fields.update(read)
    return fields


@lru_cache(1024)
def key_values(text: str) -> Mapping[str, str]:
    """Return the key="value" or key=value pairs of structured data or a record; the first of a repeated key."""
    pairs: dict[str, str] = {}
    for key, value in _PAIR.findall(text):
        bare = value[1:-1] if value[:1] == '"' else value
        pairs.setdefault(key, _ESCAPED.sub(r"\1", bare) if "\\" in bare else bare)
    return pairs
