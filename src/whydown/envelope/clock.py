"""One file's time stamps to microseconds UTC, and the rules for what a stamp leaves out: the year and the zone."""

from __future__ import annotations

from itertools import groupby
from operator import add, itemgetter
from typing import TYPE_CHECKING

from whydown.envelope import stamps
from whydown.envelope.parts import Parts, keep
from whydown.envelope.record import Certainty
from whydown.envelope.settle import Stretch, Years
from whydown.envelope.stamps import DAY, HOUR, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

_AHEAD = 26 * HOUR  # how far a stamp may lie behind the file's last change: any zone, and a little
_FORWARD = 334 * DAY  # a line lies up to this much later than the one before it; otherwise up to a month earlier
_SHUFFLE = 60 * SECOND  # lines of one file come this much out of order
_QUARTER = 900 * SECOND  # zones change their offset at quarters of an hour
_DAY = itemgetter(slice(6))  # of `Nov 21 20:40:01`
_MONTH = 31 * DAY
_FEBRUARY = 2
_STAMPED = Certainty.STAMPED
BESIDE = "the complete stamps beside them"
_LEAP_YEAR = 2000


class Clock:
    """Reads the stamps of one file in their order; `at` is the time read last, in microseconds UTC."""

    def __init__(
        self,
        zone: tzinfo | None,
        years: Callable[[], Years],
        tell: Callable[[str], None],
        parts: Parts | None = None,
    ) -> None:
        """Take the zone of stamps without one (None: UTC is assumed).

        `years` is asked once, if a stamp without a year comes; `tell` is told once what was assumed.
        """
        self.at = 0
        self._first_full: int | None = None  # the first and the last stamp with year and zone
        self._last_full = 0
        self._timed = False  # any stamp was read
        self._zone = zone
        self._years = years
        self._tell = tell
        self._told = False
        self._local = Certainty.ZONE_ASSUMED if zone is None else Certainty.STAMPED
        self._yearless = Certainty.YEAR_ASSUMED
        self._parts = parts = parts or Parts()
        self._walls, self._tails, self._times = parts.walls, parts.tails, parts.times
        self._offsets: dict[int, tuple[int, int]] = {}
        self.year_from = ""  # what told the year of the first stamp without one
        self.unzoned = False  # a stamp without a zone was read
        self._first_short: int | None = None  # the first and the last time without a year
        self._last_short = 0
        self.leap: tuple[int, int] | None = (
            None  # where the first guess met a leap day: what is later, by how many years
        )
        self._day = ""  # the month and day of the last stamp without a year, and its midnight
        self._midnight = 0

    @property
    def full_range(self) -> tuple[int, int] | None:
        """The first and the last stamp that came with year and zone."""
        return None if self._first_full is None else (self._first_full, self._last_full)

    @property
    def short_range(self) -> Stretch | None:
        """The first and the last time whose stamp came without a year; None where a rule better than a guess gave it."""
        guessed = self._first_short is not None and self.year_from != BESIDE
        return Stretch(self._first_short or 0, self._last_short) if guessed else None

    def full(self, stamp: str) -> Certainty | None:
        """Read `2026-11-21T20:40:01.123456+00:00`; fraction and zone may be missing. None: this is no such stamp."""
        tail = stamp[19:]
        try:
            digits = tail[1:7]
            if (
                len(digits) == 6 and digits.isascii() and digits.isdecimal() and tail[0] in ".,"
            ):  # microseconds: too many to remember
                add, zoned = self._tails[tail[7:]]
                add += int(digits)
            else:
                add, zoned = self._tails[tail]
            at = self._walls[stamp[:19]] + add
        except KeyError:
            return self._full_at_first(stamp)
        if not zoned:
            return self._local_time(at)
        self.at = self._last_full = at
        return _STAMPED

    def all_full(self, stamped: Sequence[str]) -> tuple[list[int], Certainty] | None:
        """Read many stamps as `full` does, in their order; None, and nothing is read, where not all name a zone, or none."""
        read = self._parts.full(stamped)
        if read is None:
            return None
        ats, zoned = read
        if not zoned:
            return self._all_local(ats), self._local
        self.epoch(ats[0])
        self.at = self._last_full = ats[-1]
        return ats, _STAMPED

    def epoch(self, at: int) -> Certainty:
        """Take a complete time, in microseconds UTC."""
        self.at = self._last_full = at
        self._timed = True
        if self._first_full is None:
            self._first_full = at
        return _STAMPED

    def _full_at_first(self, stamp: str) -> Certainty | None:
        """Read a stamp of which a part comes for the first time, and remember the parts."""
        wall = stamps.wall_clock(stamp[:19])
        tail = stamps.fraction_and_zone(stamp[19:])
        if wall is None or tail is None:
            return None
        micros, shift = tail
        keep(self._walls, stamp[:19], wall)
        if len(stamp) > 25 and stamp[20:26].isdecimal() and not stamp[26:27].isdecimal():
            keep(self._tails, stamp[26:], (-(shift or 0), shift is not None))
        else:
            keep(self._tails, stamp[19:], (micros - (shift or 0), shift is not None))
        return self._local_time(wall + micros) if shift is None else self.epoch(wall + micros - shift)

    def _local_time(self, wall: int) -> Certainty:
        self.at = self._utc(wall)
        self._timed = self.unzoned = True
        if not self._told and self._zone is None:
            self._say("no zone in the stamps: UTC is assumed")
        return self._local

    def _all_local(self, walls: list[int]) -> list[int]:
        """Read many times of the zone that is assumed or was given, in their order."""
        self._local_time(walls[0])
        ats = walls if self._zone is None else [self.at, *map(self._utc_next, walls[1:])]
        self.at = ats[-1]
        return ats

    def _utc_next(self, wall: int) -> int:
        self.at = self._utc(wall)
        self._timed = True
        return self.at

    def short(self, stamp: str, digits: str = "") -> Certainty | None:
        """Read `Nov 21 20:40:01` with the digits of a fraction. None: this is no such stamp.

        The year is the one with which the file goes on in time: a line lies up to eleven months after the one before
        it, or up to one before.
        """
        day, time = stamp[:6], stamp[7:]
        seconds = self._times.get(time)
        if seconds is None:
            seconds = stamps.time_of_day(time)
            if seconds is None:
                return None
            keep(self._times, time, seconds)
        if day != self._day:
            midnight = self._find_midnight(day, seconds)
            if midnight is None:
                return None
            self._day, self._midnight = day, midnight
        wall = self._midnight + seconds
        if digits:
            wall += stamps.microseconds(digits)
        self.at = self._last_short = wall if self._zone is None else self._utc(wall)
        if self._first_short is None:
            self._first_short = self.at
        self._timed = self.unzoned = True
        return self._yearless

    def all_short(self, stamped: Sequence[str]) -> tuple[list[int], Certainty] | None:
        """Read many stamps as `short` does, in their order, with or without six digits of a fraction.

        None, and nothing is read, where one is no such stamp.
        """
        days = list(map(_DAY, stamped))
        read = self._parts.of_day(stamped) if all(map(_is_day, set(days))) else None
        if read is None:
            return None
        seconds, micros = read
        ats: list[int] = []
        for day, run in groupby(days):
            begin = len(ats)
            here = slice(begin, begin + sum(1 for _ in run))
            if day != self._day:
                midnight = self._find_midnight(day, seconds[begin])
                if midnight is None:  # there is nothing to tell the year of the first
                    return None
                self._day, self._midnight = day, midnight
            walls = list(map(self._midnight.__add__, seconds[here]))
            if micros:
                walls = list(map(add, walls, micros[here]))
            ats += walls if self._zone is None else map(self._utc_next, walls)
            self.at = self._last_short = ats[-1]
            if self._first_short is None:
                self._first_short = ats[0]
            self._timed = self.unzoned = True
        return ats, self._yearless

    def none(self) -> Certainty:
        """Stand in for a stamp: the time before, or a millisecond a line in a file without any time."""
        if not self._timed:
            self.at += 1000
        return Certainty.UNTIMED

    def _find_midnight(self, day: str, seconds: int) -> int | None:
        """Find the midnight `Nov 21` means here; None where it is no day."""
        month, number = stamps.MONTHS.get(day[:3]), day[4:].lstrip()
        if month is None or not (number.isascii() and number.isdigit()):
            return None
        if self._day:
            found = stamps.latest(month, int(number), self.at + _FORWARD - seconds)
            if month == _FEBRUARY and found is not None and found < self.at - 2 * _MONTH:
                self._guess_was_wrong(found)
            return found
        years = self._years()
        found, source = self._first_midnight(month, int(number), seconds, years)
        if found is not None:
            self.year_from = source
            zone = ", UTC is assumed" if self._zone is None else ""
            if years.given is not None:
                self._yearless = self._local
            if years.given is None or zone:
                self._say(f"no year in the stamps: {stamps.year_of(found)} is taken from {source}{zone}")
        return found

    def _guess_was_wrong(self, leap_day: int) -> None:
        """Note that the year so far has no such day as came now: what was read before is to be moved."""
        self.leap = (leap_day + self.at) // 2, stamps.year_of(leap_day) - stamps.year_of(self.at)
        self._first_short = stamps.years_later(self._first_short or self.at, self.leap[1])

    def _first_midnight(self, month: int, day: int, seconds: int, years: Years) -> tuple[int | None, str]:
        """Find the midnight of the first stamp without a year, and say by which rule."""
        if years.given is not None:
            end_of_year = stamps.midnight(years.given, 12, 31)
            return (None if end_of_year is None else stamps.latest(month, day, end_of_year)), "the command line"
        if self._timed:
            return stamps.latest(month, day, self.at + _FORWARD - seconds), BESIDE
        if years.neighbours is not None:
            begin, end = years.neighbours
            before = stamps.latest(month, day, end - seconds)
            after = stamps.latest(month, day, end - seconds + 365 * DAY)
            if before is not None and after is not None and begin - before > max(0, after - end):
                before = after
            return before, "the complete stamps of the other logs"
        for limit, source in (
            (years.named, "the date in the file's name"),
            (years.written, "the file's modification time"),
            (years.now, "today's date"),
        ):
            if limit is not None:
                return stamps.latest(month, day, limit + _AHEAD - seconds), source
        return None, ""

    def _say(self, rule: str) -> None:
        self._told = True
        self._tell(rule)

    def _utc(self, wall: int) -> int:
        """Turn the zone's local time into UTC; in the hour that comes twice, so that the file goes on in time."""
        if self._zone is None:
            return wall
        quarter = wall // _QUARTER
        pair = self._offsets.get(quarter)
        if pair is None:
            pair = keep(self._offsets, quarter, stamps.offsets(self._zone, quarter * _QUARTER))
        first, second = wall - pair[0], wall - pair[1]
        return second if self._timed and first < second and first < self.at - _SHUFFLE else first


def _is_day(day: str) -> bool:
    """Whether `Nov 21` is a day of some year."""
    month, number = stamps.MONTHS.get(day[:3]), day[4:].lstrip()
    known = month is not None and number.isascii() and number.isdigit()
    return known and stamps.midnight(_LEAP_YEAR, month or 0, int(number)) is not None
