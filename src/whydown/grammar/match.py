"""Records to matches: which wording of which grammar a record is, and what it yields.

A record is read by the grammars of its program alone. Their prefixes are stripped once; one Aho-Corasick pass then
finds which literal texts stand in the message, and only wordings whose literals all do are tried, in file order. So the
cost of a record hardly depends on how many wordings there are. The face is `Matcher.match`: batches of records in,
matches out; a faster engine need offer no more.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from itertools import chain, compress, repeat
from operator import itemgetter, not_
from typing import TYPE_CHECKING, Any, TypeVar

import ahocorasick_rs

from whydown.envelope.record import Record, Records
from whydown.grammar.bulk import Bulk, Index, Rows, Wording
from whydown.grammar.compile import CompiledGrammar, Shape, any_head, compile_grammar, joined
from whydown.grammar.matches import Matches
from whydown.grammar.model import NO_PROGRAM
from whydown.grammar.pairs import key_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from whydown.grammar.model import Grammar

_K = TypeVar("_K")
_V = TypeVar("_V")

_BLANKS = re.compile("  +")
_OVERLAPPING = True
_MANY = 64  # records that are worth reading in bulk
_SHORTEST = 3  # characters of a literal worth looking for
_FEW = 3  # wordings that may share their only looked-for literal
_REMEMBERED = 8192  # entries of a memory
_LONGEST_KEY = 32  # literals found in a record whose candidates are worth remembering


_app = itemgetter(1)  # of a header


class Matcher:
    """Finds the wording of records; holds what it compiled, and bounded memories."""

    def __init__(self, grammars: Sequence[Grammar], compiled: dict[int, CompiledGrammar] | None = None) -> None:
        """Take grammars in the order in which they are tried; each is compiled when its program first writes.

        `compiled` keeps what was compiled, by the grammar's identity, for further matchers of the same grammars.
        """
        self._grammars: dict[str, list[Grammar]] = defaultdict(list)
        for grammar in grammars:
            for app in grammar.apps:
                self._grammars["" if app == NO_PROGRAM else app.casefold()].append(grammar)
        self._readers: dict[str, tuple[_Reader, ...]] = {}  # by the program's name as written
        self._compiled: dict[int, CompiledGrammar] = {} if compiled is None else compiled
        self._joined: dict[tuple[int, ...], tuple[_Reader, ...]] = {}  # by the grammars that share a program

    def match(self, records: Sequence[Record]) -> Matches:
        """Return for each record what it is; None where no grammar speaks of its program."""
        records = Records.of(records)
        apps = set(map(_app, records.unlike()))
        if len(apps) == 1 and (app := apps.pop()) and len(readers := self._of_program(app)) == 1:
            return readers[0].read(records)
        places: dict[str, list[int]] = {}
        for place, app in enumerate(map(_app, records.headers)):
            places.setdefault(app, []).append(place)
        found = Matches.none(len(records))
        for app, left in places.items():
            first = app != ""  # a nameless line may be anybody's
            for reader in self._of_program(app):  # the first grammar that knows a record; else the first one's word
                told = reader.read(records if len(left) == len(records) else records.at(left))
                known = [shape is not None for shape in told.shapes]
                if first:
                    found.put(left, told)
                else:
                    found.put(list(compress(left, known)), told.where(known))
                first = False
                left = list(compress(left, map(not_, known)))  # noqa: PLW2901
                if not left:
                    break
        return found

    def _of_program(self, app: str) -> tuple[_Reader, ...]:
        known = self._readers.get(app)
        if known is not None:
            return known
        grammars = self._grammars.get(app.casefold(), [])
        key = tuple(map(id, grammars))
        if key not in self._joined:
            self._joined[key] = tuple(map(_Reader, joined([self._compile(grammar) for grammar in grammars])))
        return _keep(self._readers, app, self._joined[key])

    def _compile(self, grammar: Grammar) -> CompiledGrammar:
        if id(grammar) not in self._compiled:
            self._compiled[id(grammar)] = compile_grammar(grammar)
        return self._compiled[id(grammar)]


class _Reader:
    """One compiled grammar with its index of literal texts."""

    def __init__(self, grammar: CompiledGrammar) -> None:
        self.grammar = grammar
        self._needs = _needed(grammar)
        literals = sorted({literal for _, needed in self._needs for literal in needed})
        self._having: dict[str, list[int]] = defaultdict(list)  # places of wordings, by one literal that each needs
        for place, (_, needed) in enumerate(self._needs):
            self._having[max(needed, key=len, default="")].append(place)
        self._search = ahocorasick_rs.AhoCorasick(literals or ["\0"], store_patterns=True).find_matches_as_strings
        self._candidates: dict[tuple[str, ...], tuple[Shape, ...]] = {}
        self._heads: dict[str, dict[str, Any]] = {}  # what prefixes yield
        self._any_head = any_head(grammar.prefixes)
        self._bulk = Bulk(Index(_wordings(grammar, self._needs), grammar.any_case, self._literals, _holds))

    def read(self, records: Records) -> Matches:
        """Return for each record the first wording, in file order, that its message is."""
        grammar = self.grammar
        texts = list(map(str.strip, records.texts, repeat(" ")))
        headers = records.headers
        heads: list[dict[str, Any]] = []
        if grammar.prefixes:
            cut = list(map(self._cut_prefix, texts))
            texts, heads = [text for text, _ in cut], [fields for _, fields in cut]
        shapes: list[Any] = [None] * len(texts)
        fields: list[Any] = [None] * len(texts)

        def data_at(place: int) -> str:
            return headers[place][4]

        def alone(place: int) -> Shape | None:
            shape, fields[place] = self._one(texts[place], heads[place] if heads else {}, data_at(place))
            shapes[place] = shape
            return shape

        if len(texts) < _MANY or grammar.keyed:
            deque(map(alone, range(len(texts))), 0)
            return Matches([grammar] * len(texts), shapes, fields, texts)
        together = self._bulk.read(texts, data_at, alone)
        for some in together:
            deque(map(shapes.__setitem__, some.places, repeat(some.shape)), 0)
        return Matches([grammar] * len(texts), shapes, Rows(fields, together, heads), texts)

    def _one(self, text: str, fields: dict[str, Any], data: str) -> tuple[Shape | None, dict[str, Any]]:
        """Return the first wording that a message, divided from its prefix, is, and what it yields."""
        grammar = self.grammar
        # Texts without double blanks (nearly all) take the quicker expressions.
        tight = "  " not in text
        plain = text if tight else _BLANKS.sub(" ", text)
        key = tuple(self._literals(plain.lower() if grammar.any_case else plain))
        candidates = self._candidates.get(key)
        if candidates is None:
            candidates = self._find(key)
        for shape in candidates:
            found = shape.tight(text) if tight else shape.loose(text)
            own = None if found is None else shape.fields(found.groups())
            if own is None:  # it does not fit, or a converter refuses
                continue
            if shape.data:
                told = _data(key_values(text if grammar.keyed else data), shape.data)
                if told is None:
                    continue
                own.update(told)
            return shape, {**fields, **own} if fields else own
        return None, fields

    def _literals(self, text: str) -> list[str]:
        """Return the looked-for literals that stand in a text."""
        try:
            return self._search(text, _OVERLAPPING)
        except UnicodeEncodeError:  # bytes that were no UTF-8 are in no literal
            return self._search(text.encode(errors="replace").decode(), _OVERLAPPING)

    def _cut_prefix(self, text: str) -> tuple[str, dict[str, Any]]:
        """Divide a message from the first prefix that it begins with; the fields may be shared."""
        begin = self._any_head(text)
        if begin is None:
            return text, {}
        head = begin[0]
        fields = self._heads.get(head)
        return self._cut_anew(text) if fields is None else (text[len(head) :], fields)

    def _cut_anew(self, text: str) -> tuple[str, dict[str, Any]]:
        """Divide a message from its prefix, which is read for the first time, or which the first that fits cannot read."""
        for prefix in self.grammar.prefixes:
            begin = prefix.head(text)
            if begin is None:
                continue
            head = begin[0]
            fields = self._heads.get(head)
            if fields is None:
                read = prefix.fields(begin.groups())
                if read is None:
                    continue
                fields = _keep(self._heads, head, read)
            return text[len(head) :], fields
        return text, {}

    def _find(self, key: tuple[str, ...]) -> tuple[Shape, ...]:
        """Return the wordings all of whose looked-for literals are among those found, in file order."""
        there = frozenset(key)
        places = sorted(chain.from_iterable(map(self._having.get, {"", *there}, repeat(()))))
        found = tuple(shape for shape, needed in map(self._needs.__getitem__, places) if needed <= there)
        return _keep(self._candidates, key, found) if len(key) <= _LONGEST_KEY else found


def _keep(memory: dict[_K, _V], key: _K, value: _V) -> _V:
    """Remember a value; a memory that has grown large starts anew."""
    if len(memory) >= _REMEMBERED:
        memory.clear()
    memory[key] = value
    return value


def _needed(grammar: CompiledGrammar) -> list[tuple[Shape, frozenset[str]]]:
    """Return each wording with the literals to look for: those it shares with the fewest others, and no more than that.

    One literal is enough where few wordings have it; otherwise up to two more narrow them down.
    """
    literals = [_literals(shape, grammar) for shape in grammar.shapes]
    shared = Counter(literal for found in literals for literal in found)
    needed: list[tuple[Shape, frozenset[str]]] = []
    for shape, found in zip(grammar.shapes, literals, strict=True):
        rarest = sorted(found, key=lambda literal: (shared[literal], -len(literal), literal))
        few = rarest and shared[rarest[0]] <= _FEW
        needed.append((shape, frozenset(rarest[: 1 if few else 3])))
    return needed


def _wordings(grammar: CompiledGrammar, needs: Sequence[tuple[Shape, frozenset[str]]]) -> tuple[Wording, ...]:
    """Return the wordings as what reads in bulk wants them."""
    fold = str.lower if grammar.any_case else str
    return tuple(Wording(shape, needed, fold(shape.pattern.first), fold(shape.pattern.last)) for shape, needed in needs)


def _holds(shape: Shape, data: str) -> bool:
    return _data(key_values(data), shape.data) is not None


def _literals(shape: Shape, grammar: CompiledGrammar) -> frozenset[str]:
    literals = shape.pattern.literals
    if grammar.keyed:
        literals += tuple(literal for _, value in shape.data for literal in value.pattern.literals)
    if grammar.any_case:
        literals = tuple(literal.lower() for literal in literals)
    return frozenset(literal for literal in literals if len(literal) >= _SHORTEST)


def _data(pairs: Mapping[str, str], wanted: tuple[tuple[str, Shape], ...]) -> dict[str, Any] | None:
    """Return the fields of the `data` clauses when all hold, None otherwise."""
    fields: dict[str, Any] = {}
    for key, shape in wanted:
        value = pairs.get(key)
        read = shape.read(value.strip(" ")) if value is not None else None
        if read is None:
            return None
        fields.update(read)
    return fields
