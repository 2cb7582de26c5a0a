"""The canonical layout of a grammar or cause file: what `gofmt` is to Go. It moves blanks, never words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.grammar.blocks import blocks

if TYPE_CHECKING:
    from whydown.grammar.blocks import Block, Clause
    from whydown.text import Problem

_INDENT = "  "
_WIDTH = {".causes": 10, ".reasons": 7, ".kinds": 5}  # of the keyword column; the longest words, and a blank
_PASTED = frozenset({"also"})  # their payload may be set in further, as the daemon writes it


def formatted(text: str, path: str) -> tuple[str, tuple[Problem, ...]]:
    """Return `text` in canonical layout, and what stands in the way: with problems the text comes back as it was.

    Clauses are indented by two blanks and their payloads aligned, further lines of a payload stand below its first;
    blocks are divided by one empty line; comments keep their words and their place. Formatting twice changes nothing.
    """
    found, problems = blocks(text, path)
    if problems:
        return text, problems
    width = next((w for ending, w in _WIDTH.items() if path.endswith(ending)), 8)
    rows = _spaced(_rows(text, _places(found, width)))
    return "".join(f"{row}\n" for row in rows), ()


def _places(found: tuple[Block, ...], width: int) -> dict[int, str]:
    """Return each meaningful line by its number, laid out."""
    lines: dict[int, str] = {}
    for block in found:
        lines[block.span.line] = " ".join([block.keyword, *block.rest.split()])
        for clause in block.clauses:
            lines.update(_clause(clause, width))
    return lines


def _clause(clause: Clause, width: int) -> dict[int, str]:
    """Lay out a clause: its first line, then its further lines below the payload."""
    column = max(width, len(clause.keyword) + 1)
    pieces = clause.passage.pieces
    ends = [*(p.offset - 1 for p in pieces[1:]), len(clause.payload)]
    parts = [clause.payload[p.offset : end] for p, end in zip(pieces, ends, strict=True)]
    lines = {p.line: _INDENT + " " * column + part for p, part in zip(pieces, parts, strict=True)}
    first, payload = (clause.span.line, parts[0]) if pieces[0].line == clause.span.line else (clause.span.line, "")
    set_in = 0
    if clause.keyword in _PASTED and payload:
        set_in = max(0, pieces[0].column - clause.span.column - column)
    lines[first] = (_INDENT + clause.keyword.ljust(column) + " " * set_in + payload).rstrip()
    return lines


def _rows(text: str, places: dict[int, str]) -> list[str]:
    """Return all lines laid out; a comment stays in column 1 or indented as it was."""
    rows: list[str] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        bare = line.strip(" \t\r")
        indent = _INDENT if bare and line[0] in " \t" else ""
        rows.append(places.get(number, indent + bare))
    return rows


def _spaced(rows: list[str]) -> list[str]:
    """Return the rows with an empty line before each block and the comments above it, none doubled or at the ends."""
    spaced: list[str] = []
    opening = False  # from the end on: does this row belong to the head of a block?
    for row in reversed(rows):
        inside = row.startswith(_INDENT)
        if not row and (not spaced or not spaced[-1]):
            continue
        if inside and opening and spaced[-1]:
            spaced.append("")
        opening = not inside and (not row.startswith("#") or opening)
        spaced.append(row)
    while spaced and not spaced[-1]:
        spaced.pop()
    return spaced[::-1]
