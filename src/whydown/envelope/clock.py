"""One file's time stamps to microseconds UTC, and the rules for what a stamp leaves out: the year and the zone."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import add, itemgetter
from typing import TYPE_CHECKING, TypeVar

from whydown.envelope import stamps
from whydown.envelope.record import Certainty
from whydown.envelope.settle import Stretch, Years
from whydown.envelope.stamps import DAY, HOUR, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import tzinfo

_AHEAD = 26 * HOUR  # how far a stamp may lie behind the file's last change: any zone, and a little
_FORWARD = 334 * DAY  # a line lies up to this much later than the one before it; otherwise up to a month earlier
_SHUFFLE = 60 * SECOND  # lines of one file come this much out of order
_QUARTER = 900 * SECOND  # zones change their offset at quarters of an hour
_CACHE = 20_000
# The parts of `2026-11-21T20:40:01.123456Z`, and of what follows its seconds.
_WALL, _TAIL = itemgetter(slice(19)), itemgetter(slice(19, None))
_MINUTE = 17  # characters up to the seconds
_SECONDS = {f"{second:02}": second * SECOND for second in range(60)}
_MICROS = 7  # characters of a fraction with its point
_FIRST, _DIGITS, _ZONE = itemgetter(slice(1)), itemgetter(slice(1, _MICROS)), itemgetter(slice(_MICROS, None))
_POINTS = frozenset(".,")
_MONTH = 31 * DAY
_FEBRUARY = 2
_STAMPED = Certainty.STAMPED
BESIDE = "the complete stamps beside them"
_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(slots=True)
class Parts:
    """Parts of stamps that were read before, for the clocks of all files."""

    walls: dict[str, int] = field(default_factory=dict)  # 2026-11-21T20:40:01
    tails: dict[str, tuple[int, bool]] = field(default_factory=dict)  # .123Z or +00:00: what to add; whether a zone
    zoned: dict[str, int] = field(default_factory=dict)  # the same of those that name a zone
    times: dict[str, int] = field(default_factory=dict)  # 20:40:01


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
        parts = parts or Parts()
        self._walls, self._tails, self._zoned, self._times = parts.walls, parts.tails, parts.zoned, parts.times
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

    def zoned(self, stamped: Sequence[str]) -> list[int] | None:
        """Read many stamps with year and zone in their order; None, and nothing is read, where one is no such stamp."""
        tails = list(map(_TAIL, stamped))
        micros: Iterable[int] = ()
        if len(tails[0]) >= _MICROS and tails[0][1:_MICROS].isdecimal():
            digits = "".join(map(_DIGITS, tails))
            plain = digits.isascii() and digits.isdecimal() and len(digits) == 6 * len(tails)
            if not plain or not _POINTS.issuperset(map(_FIRST, tails)):
                return None
            micros = map(int, map(_DIGITS, tails))
            tails = list(map(_ZONE, tails))
        try:
            adds = _looked_up(self._zoned, tails, _zoned)
            walls = _looked_up(self._walls, list(map(_WALL, stamped)), self._wall)
        except KeyError:
            return None
        ats = list(map(add, walls, adds))
        if micros:
            ats = list(map(add, ats, micros))
        self.epoch(ats[0])
        self.at = self._last_full = ats[-1]
        return ats

    def _wall(self, text: str) -> int | None:
        """Read the wall clock of a stamp by its minute, which others share."""
        seconds = _SECONDS.get(text[_MINUTE:])
        if seconds is None:  # a leap second, or none at all
            return stamps.wall_clock(text)
        first = f"{text[:_MINUTE]}00"
        begin = self._walls.get(first)
        if begin is None:
            begin = stamps.wall_clock(first)
            if begin is None:
                return None
            _keep(self._walls, first, begin)
        return begin + seconds

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
        _keep(self._walls, stamp[:19], wall)
        if len(stamp) > 25 and stamp[20:26].isdecimal() and not stamp[26:27].isdecimal():
            _keep(self._tails, stamp[26:], (-(shift or 0), shift is not None))
        else:
            _keep(self._tails, stamp[19:], (micros - (shift or 0), shift is not None))
        return self._local_time(wall + micros) if shift is None else self.epoch(wall + micros - shift)

    def _local_time(self, wall: int) -> Certainty:
        self.at = self._utc(wall)
        self._timed = self.unzoned = True
        if not self._told and self._zone is None:
            self._say("no zone in the stamps: UTC is assumed")
        return self._local

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
            _keep(self._times, time, seconds)
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
            pair = _keep(self._offsets, quarter, stamps.offsets(self._zone, quarter * _QUARTER))
        first, second = wall - pair[0], wall - pair[1]
        return second if self._timed and first < second and first < self.at - _SHUFFLE else first


def _zoned(text: str) -> int | None:
    """Read what follows the seconds: microseconds to add; None where it names no zone."""
    read = stamps.fraction_and_zone(text)
    return None if read is None or read[1] is None else read[0] - read[1]


def _looked_up(cache: dict[str, _V], texts: Sequence[str], read: Callable[[str], _V | None]) -> list[_V]:
    """Return what texts read as, and remember it; KeyError where one does not read."""
    try:
        return list(map(cache.__getitem__, texts))
    except KeyError:
        missing = set(texts).difference(cache)
    for text in missing:
        value = read(text)
        if value is None:
            raise KeyError(text)
        _keep(cache, text, value)
    return list(map(cache.__getitem__, texts))


def _keep(cache: dict[_K, _V], key: _K, value: _V) -> _V:
    """Remember a value; a cache that has grown large starts anew."""
    if len(cache) >= _CACHE:
        cache.clear()
    cache[key] = value
    return value
