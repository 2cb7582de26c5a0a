"""Which year a log without years is of, once all of it and its neighbours were read."""

from __future__ import annotations

from typing import NamedTuple

from whydown.envelope import stamps
from whydown.envelope.stamps import DAY, HOUR

_AHEAD = 26 * HOUR  # how far a stamp may lie from the same instant in UTC: any zone, and a little
_KEPT = 45 * DAY  # a log is named by the day it was put aside: its last line is not much older


class Years(NamedTuple):
    """What is known from outside about the year of a file's stamps; times in microseconds UTC."""

    given: int | None = None  # the year the user gave
    neighbours: tuple[int, int] | None = None  # the first and the last complete stamp of other files
    named: int | None = None  # the day in the file's name
    written: int | None = None  # the file's last change
    now: int | None = None  # the last resort


class Stretch(NamedTuple):
    """The first and last time of a log as read by a first guess of the year, in microseconds UTC."""

    begin: int
    end: int


def settle_year(read: Stretch, years: Years) -> tuple[int, str] | None:
    """Return by how many years the guess is off, and the rule that tells; None where nothing tells better.

    The day in a file's name comes first. Its last change is believed where it is the time of the last line: then nobody
    has copied or touched it since. Then count the complete stamps of other logs, which are of the same trouble.
    """
    if years.named is not None:
        off = _nearest(read.end, years.named - _KEPT // 2)
        if -_AHEAD <= years.named - stamps.years_later(read.end, off) <= _KEPT:
            return off, "the date in the file's name"
    if years.written is not None:
        off = _nearest(read.end, years.written)
        if abs(stamps.years_later(read.end, off) - years.written) <= _AHEAD:
            return off, "the file's modification time, that of its last line"
    if years.neighbours is not None:
        begin, end = years.neighbours
        middle = _nearest(read.begin, begin)
        offs = sorted({middle - 1, middle, middle + 1, _nearest(read.end, end)})
        return min(offs, key=lambda off: _apart(_moved(read, off), begin, end)), "the complete stamps of the other logs"
    return None


def _moved(read: Stretch, off: int) -> Stretch:
    return Stretch(stamps.years_later(read.begin, off), stamps.years_later(read.end, off))


def _apart(read: Stretch, begin: int, end: int) -> int:
    """Return the time between two stretches; 0 where they meet."""
    return max(0, read.begin - end, begin - read.end)


def _nearest(at: int, wanted: int) -> int:
    """Return how many years later a time comes nearest to another."""
    guess = stamps.year_of(wanted) - stamps.year_of(at)
    return min((guess - 1, guess, guess + 1), key=lambda off: abs(stamps.years_later(at, off) - wanted))
