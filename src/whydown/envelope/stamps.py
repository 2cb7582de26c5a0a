"""The pieces of a time stamp as numbers: wall clock, time of day, fraction, zone, and days without a year."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

SECOND = 1_000_000  # microseconds, as everything here
HOUR = 3600 * SECOND
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST = 253_402_300_800 * SECOND  # the end of the year 9999
MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
    )
}
_WALL = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)", re.ASCII)
_TAIL = re.compile(r"(?:[.,](\d{1,9}))?(?:([Zz])|([+-])([01]\d|2[0-3]):?([0-5]\d))?", re.ASCII)


def wall_clock(text: str) -> int | None:
    """Read `2026-11-21T20:40:01`: microseconds since 1970-01-01 00:00:00 on the same clock; a leap second rolls on.

    None where it is no such time, or one that no log can bear (before 1970, at the end of the year 9999).
    """
    match = _WALL.fullmatch(text)
    time = time_of_day(match[2]) if match else None
    if match is None or time is None:
        return None
    try:
        date = datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    except ValueError:
        return None
    wall = (date - EPOCH) // timedelta(microseconds=1) + time
    return wall if 0 <= wall < LAST - 2 * DAY else None


def time_of_day(text: str) -> int | None:
    """Read `20:40:01`: microseconds since midnight; 23:59:60 is the next midnight."""
    match = _TIME.fullmatch(text)
    return (int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3])) * SECOND if match else None


def fraction_and_zone(text: str) -> tuple[int, int | None] | None:
    """Read `.123456+01:00`: microseconds, and the zone's offset to UTC or None where there is no zone."""
    match = _TAIL.fullmatch(text)
    if match is None:
        return None
    digits, zulu, sign, hours, minutes = match.groups()
    micros = microseconds(digits or "")
    if zulu:
        return micros, 0
    if sign is None:
        return micros, None
    return micros, (int(hours) * 60 + int(minutes)) * 60 * SECOND * (-1 if sign == "-" else 1)


def microseconds(digits: str) -> int:
    """Read the digits of a fraction of a second; what is finer than a microsecond is left off."""
    return int(digits[:6].ljust(6, "0"))


def midnight(year: int, month: int, day: int) -> int | None:
    """Give the day's begin in UTC; None where the calendar has no such day."""
    try:
        return (datetime(year, month, day, tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        return None


def year_of(at: int) -> int:
    """Give the year of a time in UTC."""
    return (EPOCH + timedelta(microseconds=min(max(at, 0), LAST - 1))).year


def latest(month: int, day: int, limit: int) -> int | None:
    """Find the last midnight of this month and day that is not after `limit`; None where no year has such a day."""
    year = year_of(limit)
    for candidate in range(year, year - 9, -1):  # leap days are at most eight years apart
        begin = midnight(candidate, month, day)
        if begin is not None and begin <= limit:
            return begin
    return None


def offsets(zone: tzinfo, wall: int) -> tuple[int, int]:
    """Give the zone's offset to UTC at a wall-clock time: the first and, where that hour comes twice, the second."""
    moment = (EPOCH + timedelta(microseconds=min(max(wall, DAY), LAST - 2 * DAY))).replace(tzinfo=zone)
    first, second = moment.utcoffset(), moment.replace(fold=1).utcoffset()
    unit = timedelta(microseconds=1)
    return ((first or timedelta()) // unit, (second or timedelta()) // unit)


def years_later(at: int, years: int) -> int:
    """Give the same day and time so many years later; the day after where that year has no 29 February."""
    moment = EPOCH + timedelta(microseconds=min(max(at, 0), LAST - 1))
    year = min(max(moment.year + years, 1970), 9998)
    try:
        later = moment.replace(year=year)
    except ValueError:
        later = moment.replace(year=year, month=3, day=1)
    return (later - EPOCH) // timedelta(microseconds=1)
