"""The parts of time stamps that were read before, and columns of stamps put together from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import add, itemgetter
from typing import TYPE_CHECKING, TypeVar

from whydown.envelope import stamps
from whydown.envelope.stamps import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_CACHE = 20_000
# The parts of `2026-11-21T20:40:01.123456Z`, and of what follows its seconds.
_WALL, _TAIL = itemgetter(slice(19)), itemgetter(slice(19, None))
_MINUTE = 17  # characters up to the seconds
_SECONDS = {f"{second:02}": second * SECOND for second in range(60)}
_MICROS = 7  # characters of a fraction with its point
_FIRST, _DIGITS, _ZONE = itemgetter(slice(1)), itemgetter(slice(1, _MICROS)), itemgetter(slice(_MICROS, None))
_POINTS = frozenset(".,")
# The same of `Nov 21 20:40:01.123456`.
_TIME, _BEYOND = itemgetter(slice(7, 15)), itemgetter(slice(15, None))
_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(slots=True)
class Parts:
    """Parts of stamps that were read before, for the clocks of all files."""

    walls: dict[str, int] = field(default_factory=dict)  # 2026-11-21T20:40:01
    tails: dict[str, tuple[int, bool]] = field(default_factory=dict)  # .123Z or +00:00: what to add; whether a zone
    zoned: dict[str, int] = field(default_factory=dict)  # the same of those that name a zone
    unzoned: dict[str, int] = field(default_factory=dict)  # and of those that do not
    times: dict[str, int] = field(default_factory=dict)  # 20:40:01

    def full(self, stamped: Sequence[str]) -> tuple[list[int], bool] | None:
        """Read many stamps with a year: their times, and whether they name a zone; None where not all are alike."""
        divided = _micros(list(map(_TAIL, stamped)))
        if divided is None:
            return None
        micros, tails = divided
        try:
            adds, has_zone = looked_up(self.zoned, tails, _zoned), True
        except KeyError:
            has_zone = False
        try:
            if not has_zone:
                adds = looked_up(self.unzoned, tails, _unzoned)
            walls = looked_up(self.walls, list(map(_WALL, stamped)), self._wall)
        except KeyError:
            return None
        ats = list(map(add, walls, adds))
        return (list(map(add, ats, micros)) if micros else ats), has_zone

    def of_day(self, stamped: Sequence[str]) -> tuple[list[int], list[int]] | None:
        """Read the time of day of many stamps without a year: seconds in microseconds, and microseconds if there are any."""
        divided = _micros(list(map(_BEYOND, stamped)))
        if divided is None or any(divided[1]):
            return None
        try:
            return looked_up(self.times, list(map(_TIME, stamped)), stamps.time_of_day), divided[0]
        except KeyError:
            return None

    def _wall(self, text: str) -> int | None:
        """Read the wall clock of a stamp by its minute, which others share."""
        seconds = _SECONDS.get(text[_MINUTE:])
        if seconds is None:  # a leap second, or none at all
            return stamps.wall_clock(text)
        first = f"{text[:_MINUTE]}00"
        begin = self.walls.get(first)
        if begin is None:
            begin = stamps.wall_clock(first)
            if begin is None:
                return None
            self.walls[first] = begin
        return begin + seconds


def _micros(tails: list[str]) -> tuple[list[int], list[str]] | None:
    """Divide tails from their six digits, too many to remember, if they have such; None where only some do."""
    if len(tails[0]) < _MICROS or not tails[0][1:_MICROS].isdecimal():
        return [], tails
    digits = "".join(map(_DIGITS, tails))
    plain = digits.isascii() and digits.isdecimal() and len(digits) == 6 * len(tails)
    if not plain or not _POINTS.issuperset(map(_FIRST, tails)):
        return None
    return list(map(int, map(_DIGITS, tails))), list(map(_ZONE, tails))


def _zoned(text: str) -> int | None:
    """Read what follows the seconds: microseconds to add; None where it names no zone."""
    read = stamps.fraction_and_zone(text)
    return None if read is None or read[1] is None else read[0] - read[1]


def _unzoned(text: str) -> int | None:
    """Read what follows the seconds: microseconds to add; None where it names a zone."""
    read = stamps.fraction_and_zone(text)
    return None if read is None or read[1] is not None else read[0]


def looked_up(cache: dict[str, _V], texts: Sequence[str], read: Callable[[str], _V | None]) -> list[_V]:
    """Return what texts read as, and remember it; KeyError where one does not read."""
    try:
        return list(map(cache.__getitem__, texts))
    except KeyError:
        missing = set(texts).difference(cache)
    if len(cache) + len(missing) >= _CACHE:
        cache.clear()
        missing = set(texts)
    for text in missing:
        value = read(text)
        if value is None:
            raise KeyError(text)
        cache[text] = value
    return list(map(cache.__getitem__, texts))


def keep(cache: dict[_K, _V], key: _K, value: _V) -> _V:
    """Remember a value; a cache that has grown large starts anew."""
    if len(cache) >= _CACHE:
        cache.clear()
    cache[key] = value
    return value
