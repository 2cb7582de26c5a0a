"""Reads a log with pyparsing on every line, all templates in turn: what one would write first; the slow comparison."""

from __future__ import annotations

import sys
from pathlib import Path

import corpus
import pyparsing as pp


def parser(count: int) -> pp.ParserElement:
    """Return one expression of all templates."""
    found = []
    for template in corpus.expressions(corpus.templates(count)):
        parts: list[pp.ParserElement] = []
        for name, text in template:
            if name:
                parts.append(pp.Regex(text)(name))
            elif text.strip():
                parts.append(pp.Literal(text.strip()))
        found.append(pp.And([*parts, pp.StringEnd()]))
    return pp.MatchFirst(found)


def main() -> None:
    """Print how many lines were read."""
    expression = parser(int(sys.argv[1]))
    read = 0
    for line in Path(sys.argv[2]).read_text(encoding="utf-8").split("\n"):
        if corpus.MARK in line:
            try:
                expression.parse_string(line.partition("] ")[2])
            except pp.ParseException:
                continue
            read += 1
    print(read)


if __name__ == "__main__":
    main()
