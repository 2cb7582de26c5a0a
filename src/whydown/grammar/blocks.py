"""Cuts the text of a grammar or cause file into blocks and clauses by indentation; what they mean is for others.

A word in column 1 opens a block, indented lines are its clauses, a line indented deeper than its siblings continues
the clause above, `#` as the first character of a line starts a comment. Nothing else is special: the rest of a line
is text, as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from whydown.text import Problem, Span

_HEAD = re.compile(r"(?P<keyword>[A-Za-z_][A-Za-z0-9_-]*)(?![^ \t])[ \t]*(?P<rest>.*)")
_CLAUSE = re.compile(r"(?P<indent>[ \t]+)(?P<keyword>[^ \t]+)[ \t]*(?P<rest>.*)")
_TAB = 8


class Piece(NamedTuple):
    """One line's share of a text: from `offset` in the text on, it stands at `line`, `column` (from 1) of the file."""

    offset: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that may have been written over several lines, joined by one blank, and where each part of it stands."""

    text: str
    path: str
    pieces: tuple[Piece, ...]

    def at(self, start: int, end: int | None = None) -> Span:
        """Return the span of `text[start:end]` (one character without `end`), clipped to the line it starts on."""
        index = max((i for i, p in enumerate(self.pieces) if p.offset <= start), default=0)
        piece = self.pieces[index]
        limit = self.pieces[index + 1].offset - 1 if index + 1 < len(self.pieces) else len(self.text)
        start = min(start, limit)
        stop = start + 1 if end is None else min(end, limit)
        return Span(self.path, piece.line, piece.column + start - piece.offset, max(1, stop - start))


@dataclass(frozen=True, slots=True)
class Clause:
    """An indented line: its first word, where that stands, and the passage after it (empty if nothing follows)."""

    keyword: str
    span: Span
    passage: Passage

    @property
    def payload(self) -> str:
        """The text after the keyword, without blanks at either end."""
        return self.passage.text

    @property
    def payload_span(self) -> Span:
        """The span of the payload's first line."""
        return self.passage.at(0, max(1, len(self.payload)))

    def at(self, start: int, end: int | None = None) -> Span:
        """Return the span of `payload[start:end]`."""
        return self.passage.at(start, end)


@dataclass(frozen=True, slots=True)
class Block:
    """A block: its first word, where that stands, the passage after it on the same line, and its clauses."""

    keyword: str
    span: Span
    passage: Passage
    clauses: tuple[Clause, ...]

    @property
    def rest(self) -> str:
        """The text after the keyword, without blanks at either end."""
        return self.passage.text

    def at(self, start: int, end: int | None = None) -> Span:
        """Return the span of `rest[start:end]`."""
        return self.passage.at(start, end)


def blocks(text: str, path: str) -> tuple[tuple[Block, ...], tuple[Problem, ...]]:
    """Cut `text` into blocks; lines that are none of block, clause, continuation or comment are problems G002 to G005.

    Every readable block is returned, whatever stands wrong elsewhere.
    """
    cutter = _Cutter(path)
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        cutter.take(number, line.rstrip("\r \t"))
    cutter.close_block()
    return tuple(cutter.found), tuple(cutter.problems)


class _Cutter:
    """The state between two lines: the open block, its clauses, the indentation of the first of them."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.found: list[Block] = []
        self.problems: list[Problem] = []
        self.head: tuple[str, Span, Passage] | None = None
        self.clauses: list[Clause] = []
        self.indent = 0
        self.skipping = False  # after a line that opens no block: its clauses belong nowhere, one complaint is enough
        self.tabs_told = False

    def take(self, number: int, line: str) -> None:
        bare = line.lstrip(" \t")
        if not bare or bare[0] == "#":
            return
        if len(bare) == len(line):
            self.open_block(number, line)
        elif clause := _CLAUSE.fullmatch(line):
            self.tell_tabs(number, clause["indent"])
            self.place(number, clause)

    def open_block(self, number: int, line: str) -> None:
        self.close_block()
        head = _HEAD.fullmatch(line)
        self.skipping = head is None
        if head is None:
            self.problems.append(
                Problem(
                    "G002",
                    "this line opens no block: a word must stand in column 1",
                    Span(self.path, number, 1, len(line)),
                    "indent it if it belongs to the block above; a pasted log line goes after 'try'",
                )
            )
            return
        self.head = (head["keyword"], Span(self.path, number, 1, len(head["keyword"])), self.passage(number, head))

    def place(self, number: int, found: re.Match[str]) -> None:
        """Put an indented line where it belongs: a clause of its own, or the rest of the clause above."""
        indent = len(found["indent"].expandtabs(_TAB))
        if self.skipping:
            return
        if self.head is None:
            self.skipping = True
            self.complain(
                "G003", "this clause stands in no block", number, found, "begin a block above it, in column 1"
            )
        elif not self.clauses:
            self.indent = indent
            self.add_clause(number, found)
        elif indent > self.indent:
            self.clauses[-1] = _continued(self.clauses[-1], number, found)
        else:
            if indent < self.indent:
                self.complain(
                    "G004",
                    "this clause is indented less than those above it",
                    number,
                    found,
                    f"indent it by {self.indent} blanks like its siblings",
                )
            self.add_clause(number, found)

    def add_clause(self, number: int, found: re.Match[str]) -> None:
        span = Span(self.path, number, found.start("keyword") + 1, len(found["keyword"]))
        self.clauses.append(Clause(found["keyword"], span, self.passage(number, found)))

    def passage(self, number: int, found: re.Match[str]) -> Passage:
        return Passage(found["rest"], self.path, (Piece(0, number, found.start("rest") + 1),))

    def complain(self, code: str, message: str, number: int, found: re.Match[str], way_out: str) -> None:
        span = Span(self.path, number, found.start("keyword") + 1, len(found["keyword"]))
        self.problems.append(Problem(code, message, span, way_out))

    def tell_tabs(self, number: int, indent: str) -> None:
        if "\t" in indent and not self.tabs_told:
            self.tabs_told = True
            span = Span(self.path, number, indent.index("\t") + 1)
            self.problems.append(
                Problem(
                    "G005", "this line is indented by a tab", span, "indent by blanks: a tab is not the same everywhere"
                )
            )

    def close_block(self) -> None:
        if self.head is not None:
            self.found.append(Block(*self.head, tuple(self.clauses)))
        self.head, self.clauses = None, []


def _continued(clause: Clause, number: int, found: re.Match[str]) -> Clause:
    """Return `clause` with a further line, joined by one blank."""
    more = found["keyword"] + found.string[found.end("keyword") :]
    start = found.start("keyword") + 1
    old = clause.passage
    if not old.text:
        passage = Passage(more, old.path, (Piece(0, number, start),))
    else:
        passage = Passage(f"{old.text} {more}", old.path, (*old.pieces, Piece(len(old.text) + 1, number, start)))
    return Clause(clause.keyword, clause.span, passage)
