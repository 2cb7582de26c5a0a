"""Positions in a text, problems that point at them, suggestions, and the escaping of hostile text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one line of a file: `line` and `column` count from 1, `length` in characters, at least 1."""

    path: str
    line: int
    column: int
    length: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a grammar or cause file: a documented code, a sentence, the place, and a way out."""

    code: str
    message: str
    span: Span
    help: str = ""
    label: str = ""


def render_problem(problem: Problem, source: str) -> str:
    """Draw a problem as a compiler does: code, sentence, place, the line with carets, help."""
    span = problem.span
    lines = source.split("\n")
    shown = lines[span.line - 1].rstrip("\r") if span.line <= len(lines) else ""
    gutter = " " * len(str(span.line))
    before, under = shown[: span.column - 1], shown[span.column - 1 : span.column - 1 + span.length]
    blanks = "".join(c if c == "\t" else " " for c in printable(before)) + " " * (span.column - 1 - len(before))
    carets = blanks + "^" * max(1, len(printable(under)))
    rows = [
        f"error[{problem.code}]: {problem.message}",
        f"{gutter}--> {span.path}:{span.line}:{span.column}",
        f"{gutter} |",
        f"{span.line} | {shown}",
        f"{gutter} | {carets} {problem.label}".rstrip(),
    ]
    if problem.help:
        rows.append(f"{gutter} = help: {problem.help}")
    return "\n".join(map(printable, rows))


def suggest(word: str, known: Iterable[str]) -> str:
    """Say "did you mean 'x' or 'y'?" for a misspelt word; the empty string when nothing known is close."""
    import difflib  # noqa: PLC0415 - only where something is misspelt

    close = difflib.get_close_matches(word, list(known), n=2, cutoff=0.6)
    return f"did you mean {' or '.join(repr(str(c)) for c in close)}?" if close else ""


# C0 and C1 controls, DEL, line and paragraph separators, zero-width and bidirectional controls, lone surrogates.
_ACTING = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def printable(text: str) -> str:
    r"""Return text that no terminal acts on: every control, bidi or zero-width character as \xNN or \uNNNN; tab stays."""
    return _ACTING.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was no UTF-8, kept by surrogateescape
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
