"""Paper for a plain-text page: wrapping, headings, tables and styles, in a terminal's width and alphabet."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ASCII = str.maketrans(
    {
        "⇄": "<->",
        "─": "-",
        "▶": ">",
        "◀": "<",
        "≠": "!=",
        "…": "...",
        "±": "+-",
        "→": "->",
        "←": "<-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
    }
)
_STYLES = {"bold": "1", "bad": "1;31", "good": "1;32", "doubt": "1;33", "dim": "2"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Style:
    """How a page is to look: its width in columns, whether its reader's screen knows colours and Unicode."""

    width: int = 80
    colour: bool = False
    unicode: bool = True


@dataclass(slots=True)
class Paper:
    """A page being written, line by line; `text()` is the whole of it."""

    style: Style
    lines: list[str] = field(default_factory=list)

    def blank(self) -> None:
        """Leave one line free, never two."""
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def heading(self, text: str, level: int = 2, look: str = "bold") -> None:
        """Write a heading, with a free line around it; it is one row however long, or Markdown would end it."""
        self.blank()
        self.exact(f"{'#' * level} {text}", look)
        self.lines.append("")

    def sentence(self, text: str, indent: str = "", first: str | None = None, look: str = "") -> None:
        """Write running text, wrapped; `first` opens the first row, `indent` the further ones."""
        self.lines += [
            self.styled(row, look) for row in self._wrapped(text, indent if first is None else first, indent)
        ]

    def quoted(self, text: str, indent: str) -> None:
        """Write a line of a log, wrapped at its blanks only, so that its words can be searched for."""
        self.lines += textwrap.wrap(
            text,
            max(self.style.width, len(indent) + 24),
            initial_indent=indent,
            subsequent_indent=indent,
            break_on_hyphens=False,
        )

    def exact(self, row: str, look: str = "") -> None:
        """Write one row as it is."""
        self.lines.append(self.styled(row, look))

    def pairs(self, rows: Iterable[tuple[str, str]], *, least: int = 0) -> None:
        """Write name and text in two columns, the first at least so wide, the text wrapped within its own."""
        kept = [(name, text) for name, text in rows if text]
        widest = max((least, *(len(name) for name, _ in kept)))
        for name, text in kept:
            self.sentence(text, indent=" " * (4 + widest + 2), first=f"    {name.ljust(widest)}  ")

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]], looks: Sequence[str] = ()) -> None:
        """Write a Markdown table; cells too wide for the page are wrapped onto further rows of the table."""
        widths = self._column_widths(header, rows)
        for number, cells in enumerate([header, *rows]):
            look = "" if number == 0 or number > len(looks) else looks[number - 1]
            wrapped = [wrap(c.replace("|", "/"), w) or [""] for c, w in zip(cells, widths, strict=True)]
            for part in range(max(len(w) for w in wrapped)):
                texts = [(w[part] if part < len(w) else "").ljust(n) for w, n in zip(wrapped, widths, strict=True)]
                self.exact(f"| {' | '.join(texts)} |", look)
            if number == 0:
                self.exact("|" + "|".join("-" * (width + 2) for width in widths) + "|")

    def styled(self, row: str, look: str) -> str:
        """Put a row in a style, where the screen knows any."""
        return f"\x1b[{_STYLES[look]}m{row}\x1b[0m" if look and self.style.colour else row

    def text(self) -> str:
        """Return the page; in ASCII where the screen knows no more."""
        page = "\n".join(self.lines).rstrip("\n") + "\n"
        return page if self.style.unicode else to_ascii(page)

    def _wrapped(self, text: str, first: str, indent: str) -> list[str]:
        return wrap(text, max(self.style.width, len(indent) + 24), first, indent) or [first.rstrip()]

    def _column_widths(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
        widths = [max(len(row[n]) for row in [header, *rows]) for n in range(len(header))]
        room = self.style.width - 3 * len(widths) - 1
        while sum(widths) > room and max(widths) > 8:
            widths[widths.index(max(widths))] -= 1
        return widths


def to_ascii(text: str) -> str:
    """Return text for a reader that knows no Unicode: signs and arrows as ASCII draws them."""
    return text.replace("≠ |", "≠|").translate(_ASCII)


class _Wrapper(textwrap.TextWrapper):
    """Breaks rows at blanks, and behind a slash or comma where a word is long: proposals are."""

    wordsep_simple_re = re.compile(r"([\t\n\v\f\r ]+)|(?<=[/,;])(?=[^/,; ]{5})")


def wrap(text: str, width: int, first: str = "", indent: str = "") -> list[str]:
    """Cut text into rows of at most `width` columns; no row for no text."""
    wrapper = _Wrapper(width, first, indent, break_on_hyphens=False)
    return wrapper.wrap(text)


def clock(at: int, *, millis: bool = True) -> str:
    """Write microseconds UTC as `HH:MM:SS.mmm`, or without the milliseconds."""
    moment = _EPOCH + timedelta(microseconds=at)
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}" if millis else f"{moment:%H:%M:%S}"


def day(at: int) -> str:
    """Write the day of microseconds UTC as `YYYY-MM-DD`."""
    return f"{_EPOCH + timedelta(microseconds=at):%Y-%m-%d}"


def stamp(at: int) -> str:
    """Write microseconds UTC as `YYYY-MM-DD HH:MM:SSZ`."""
    return f"{day(at)} {clock(at, millis=False)}Z"


def stamps(begin: int, end: int) -> str:
    """Write a stretch of time, the day once where it is the same."""
    last = f"{clock(end, millis=False)}Z" if day(begin) == day(end) else stamp(end)
    return f"{day(begin)} {clock(begin, millis=False)} to {last}"


def duration(micros: int) -> str:
    """Write a duration as people say it: `under 1 s`, `47 s`, `12 min`, `3 h 20 min`, `2 d 4 h`."""
    seconds = round(micros / 1_000_000)
    if not seconds:
        return "under 1 s"
    if seconds < 90:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def many(count: int, noun: str, plural: str = "") -> str:
    """Write a count with its noun: `1 line`, `1,204 lines`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
