"""The clocks of all logs: what tells the year of each, and by which rules its times were read."""

from __future__ import annotations

import re
import time
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from whydown.envelope import stamps
from whydown.envelope.clock import Clock
from whydown.envelope.parts import Parts
from whydown.envelope.settle import Stretch, Years, settle_year
from whydown.sources import files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from whydown.sources.line import Side
    from whydown.tally import Tally

_NAMED_DAY = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?([0-2]\d|3[01])(?!\d)", re.ASCII)
_MOST = 20_000  # logs whose rules are remembered


class Rules(NamedTuple):
    """How the times of one log were read: what tells year and zone where its stamps leave them out."""

    year: str = ""  # the source of the year; empty where every stamp bears it
    unzoned: bool = False  # some stamp names no zone
    zone: tzinfo | None = None  # the zone the user gave for those; None: UTC is assumed
    years_off: int = 0  # by how many years the first guess was wrong: to be added to what was read
    leap: tuple[int, int] | None = None  # of times later than the first, further years: that guess had no 29 February


class _Seen(NamedTuple):
    """What one log leaves behind when it was read."""

    rules: Rules
    full: tuple[int, int] | None
    short: Stretch | None
    named: int | None
    written: int | None


class Watch:
    """The clocks of all files, and for a member of an archive one clock until the next member comes."""

    def __init__(
        self,
        tally: Tally,
        zone: tzinfo | None = None,
        zones: Mapping[Side, tzinfo | None] | None = None,
        year: int | None = None,
    ) -> None:
        """Take the zone of stamps without one, that of a side where it is another, and the year the user gave."""
        self._tally = tally
        self._zone = zone
        self._zones = zones or {}
        self._year = year
        self._parts = Parts()
        self._files: dict[str, tuple[Clock, tzinfo | None, int | None]] = {}
        self._member: tuple[str, str, Clock, tzinfo | None, int | None] | None = None
        self._ranges: dict[str, tuple[int, int]] = {}  # of the members of an archive, and of dumps: complete stamps
        self._told: dict[tuple[str, str], int] = {}  # by source and message: the notice's place
        self._seen: dict[tuple[str, str], _Seen] = {}

    def clock(self, source: str, member: str, side: Side | None) -> Clock:
        """Give the clock of a file or member."""
        known = self._files.get(source)
        if known is not None and not member:
            return known[0]
        if self._member is not None and self._member[:2] == (source, member):
            return self._member[2]
        self._leave_member()
        zone = (self._zones.get(side) if side else None) or self._zone
        clock = Clock(zone, partial(self._years, source, member), partial(self._tell, source, member), self._parts)
        if member:
            self._member = source, member, clock, zone, self._written(source, member)
        else:
            self._files[source] = clock, zone, self._written(source, member)
        return clock

    def hear(self, source: str, at: int) -> None:
        """Take note of a complete time that a state dump in this file or archive bears."""
        begin, end = self._ranges.get(source, (at, at))
        self._ranges[source] = min(begin, at), max(end, at)

    def close(self) -> None:
        """Settle the year of each log by what all of them tell, so that their order does not matter."""
        self._leave_member()
        for source, (clock, zone, written) in self._files.items():
            if clock.short_range:  # only then anybody asks
                written = written or files.modified(source)  # noqa: PLW2901
            self._keep(source, "", (clock, zone), written)
        for (source, member), seen in self._seen.items():
            if seen.short is None or self._year is not None:
                continue
            years = Years(
                neighbours=seen.full or self._neighbours(source, member), named=seen.named, written=seen.written
            )
            found = settle_year(seen.short, years)
            if found is not None:
                off, rule = found
                self._retell(source, seen, rule, off)
                self._seen[source, member] = seen._replace(rules=seen.rules._replace(year=rule, years_off=off))

    def rules(self, source: str, member: str) -> Rules:
        """Say how the times of a log were read; known when it was closed."""
        seen = self._seen.get((source, member))
        return seen.rules if seen else Rules()

    def settled(self, source: str, member: str, at: int) -> int:
        """Return a time that was read before the watch was closed, in the year that is known now."""
        rules = self.rules(source, member)
        off = rules.years_off + (rules.leap[1] if rules.leap and at > rules.leap[0] else 0)
        return stamps.years_later(at, off) if off else at

    def _leave_member(self) -> None:
        """Keep of the member before which times it bears, and how they were read."""
        if self._member is None:
            return
        source, member, clock, zone, written = self._member
        self._member = None
        if seen := clock.full_range:
            begin, end = self._ranges.get(source, seen)
            self._ranges[source] = min(begin, *seen), max(end, *seen)
        self._keep(source, member, (clock, zone), written)

    def _keep(self, source: str, member: str, told: tuple[Clock, tzinfo | None], written: int | None) -> None:
        if len(self._seen) < _MOST and (source, member) not in self._seen:
            clock, zone = told
            rules = Rules(clock.year_from, clock.unzoned, zone, leap=clock.leap)
            named = _named_day(member.rpartition("!")[2] or source)
            self._seen[source, member] = _Seen(rules, clock.full_range, clock.short_range, named, written)

    def _tell(self, source: str, member: str, message: str) -> None:
        """Note what is assumed; the same once an archive."""
        if (source, message) not in self._told:
            self._told[source, message] = len(self._tally.notices)
            self._tally.notice(f"{source}!{member}" if member else source, message)

    def _retell(self, source: str, seen: _Seen, rule: str, off: int) -> None:
        """Put the rule that holds into the notice that told the first guess."""
        year = stamps.year_of(seen.short.begin if seen.short else 0)
        for zone in ("", ", UTC is assumed"):
            place = self._told.get((source, f"no year in the stamps: {year} is taken from {seen.rules.year}{zone}"))
            if place is not None and place < len(self._tally.notices):
                self._tally.renotice(place, f"no year in the stamps: {year + off} is taken from {rule}{zone}")

    def _neighbours(self, source: str, member: str) -> tuple[int, int] | None:
        """Return the first and last complete stamp around a log: of the same archive if that has any, else of all."""
        own = self._ranges.get(source)
        if member and own:
            return own
        ranges = [*self._ranges.values()]
        ranges += [c.full_range for name, (c, _, _) in self._files.items() if c.full_range and name != source]
        return (min(map(min, ranges)), max(map(max, ranges))) if ranges else None

    def _years(self, source: str, member: str) -> Years:
        """Gather what tells the year of one file: the complete stamps of the files before it are its neighbours.

        An archive keeps when its members were last written, so the neighbours of those are in the same archive.
        """
        written = self._written(source, member)
        alone = member and written and source not in self._ranges
        return Years(
            given=self._year,
            neighbours=None if alone else self._neighbours(source, member),
            named=_named_day(member.rpartition("!")[2] or source),
            written=written or files.modified(source),
            now=time.time_ns() // 1000,
        )

    def _written(self, source: str, member: str) -> int | None:
        return self._tally.written[2] if self._tally.written[:2] == (source, member) else None


def _named_day(source: str) -> int | None:
    """Find the day in a file's name, as logrotate's dateext puts it there; its end, in microseconds UTC."""
    match = _NAMED_DAY.search(PurePath(source).name)
    begin = stamps.midnight(int(match[1]), int(match[2]), int(match[3])) if match else None
    return None if begin is None else begin + stamps.DAY
