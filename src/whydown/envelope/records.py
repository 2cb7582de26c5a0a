"""Lines to records: header off, time on one scale, folded lines unfolded."""

from __future__ import annotations

import re
import time
from functools import partial
from itertools import chain, groupby, repeat
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, cast

from whydown.envelope import stamps
from whydown.envelope.body import standard_header
from whydown.envelope.clock import Clock, Parts, Years
from whydown.envelope.headers import read
from whydown.envelope.record import Certainty, Record
from whydown.sources import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import tzinfo

    from whydown.sources.line import Line, Side
    from whydown.tally import Tally

_REPEATED = re.compile(r"message repeated (\d{1,9}) times: \[ ?(.*)\]", re.ASCII)
_LAST_REPEATED = re.compile(r"last message (?:buffered|repeated) (\d{1,9}) times?", re.ASCII)
_NAMED_DAY = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?([0-2]\d|3[01])(?!\d)", re.ASCII)

_END = '"] '  # of a header with structured data
_MANY = 8  # lines that are worth reading at once

# NamedTuple's own constructor is a Python function; tuple's is C, and a log has millions of lines.
_record = cast("Callable[[tuple[Any, ...]], Record]", partial(tuple.__new__, Record))


def records(lines: Iterable[Line], tally: Tally, **options: Any) -> Iterator[Record]:
    """Take the header off lines one by one; what is assumed of their times is as in `batches`."""
    return chain.from_iterable(batches(([line] for line in lines), tally, **options))


def batches(
    lines: Iterable[Sequence[Line]],
    tally: Tally,
    *,
    zone: tzinfo | None = None,
    zones: Mapping[Side, tzinfo | None] | None = None,
    year: int | None = None,
) -> Iterator[list[Record]]:
    """Take the header off each line of batches, each of one file or member.

    `zone` is that of stamps without one (None: UTC is assumed), `zones` where it is another for a side; `year` is that
    of the first stamp without one in each file. What is assumed instead is told in a notice once a file or archive. A line with
    several lines folded into it (`#012`) gives a record each, counted in `tally.unfolded`; a line without a message is
    counted as blank; "last message repeated" as repeated, and what a syslog daemon had folded away in `tally.folded`.
    """
    watch = _Watch(tally, zone, zones or {}, year)
    for batch in lines:
        if batch:
            _, origin, side = batch[0]
            yield _read(batch, watch.clock(origin.source, origin.member, side), tally)


def _read(lines: Sequence[Line], clock: Clock, tally: Tally) -> list[Record]:
    """Take the header off lines of one file; runs of those that begin as nearly all of an Edge do are read at once."""
    if len(lines) < _MANY or _END not in lines[0].text:
        return list(_one_by_one(lines, clock, tally))
    texts, origins, sides = zip(*lines, strict=True)
    heads, _, tails = zip(*map(str.partition, texts, repeat(_END)), strict=True)
    stamped, _, headers = zip(*map(str.partition, heads, repeat(" ")), strict=True)
    messages = list(map(str.strip, tails))
    known = {header: standard_header(header + _END[:-1]) for header in set(headers)}
    begin, found = 0, list[Record]()
    for standard, run in groupby(_plain(messages, list(map(known.__getitem__, headers)))):
        end = begin + len(list(run))
        ats = clock.zoned(stamped[begin:end]) if standard and end - begin >= _MANY else None
        if ats is None:
            found += _one_by_one(lines[begin:end], clock, tally)
        else:
            bodies = zip(*map(known.__getitem__, headers[begin:end]), strict=True)
            rest = messages[begin:end], origins[begin:end], sides[begin:end]
            found += map(_record, zip(ats, repeat(Certainty.STAMPED), *bodies, *rest, strict=False))
        begin = end
    return found


def _plain(messages: Sequence[str], headers: Sequence[object]) -> list[bool]:
    """Say of each line whether its header is known, and its message one that stands for itself alone."""
    joined = "\n".join(messages)
    odd = "#01" in joined or " repeated " in joined
    if not odd and "" not in messages and None not in headers:
        return [True] * len(messages)
    return [
        header is not None and message != "" and "#01" not in message and " repeated " not in message
        for message, header in zip(messages, headers, strict=True)
    ]


def _one_by_one(lines: Iterable[Line], clock: Clock, tally: Tally) -> Iterator[Record]:
    """Take the header off each line."""
    for text, origin, side in lines:
        head = read(text, clock)
        message = head[7]
        if " repeated " in message:
            if _is_last_repeated(message, tally):
                continue
            message = _unrepeated(message, tally)
            head = (*head[:7], message)
        if "#01" in message:
            yield from map(_record, ((*head[:7], part, origin, side) for part in _unfolded(message, tally)))
        elif message:
            yield _record((*head, origin, side))
        else:
            tally.blank += 1


def _unfolded(message: str, tally: Tally) -> list[str]:
    """Cut a message at the line feeds a syslog daemon wrote as `#012`; tabs become blanks."""
    parts = [part.replace("#011", " ").replace("#015", "").strip() for part in message.split("#012")]
    parts = [part for part in parts if part]
    tally.unfolded += max(0, len(parts) - 1)
    tally.blank += not parts
    return parts


def _unrepeated(message: str, tally: Tally) -> str:
    """Give the message inside `message repeated 2 times: [ ... ]`, and any other as it is."""
    match = _REPEATED.fullmatch(message)
    if match is None:
        return message
    tally.folded += max(0, int(match[1]) - 1)
    return match[2].strip()


def _is_last_repeated(message: str, tally: Tally) -> bool:
    """Whether a message is `last message repeated 2 times`, which says nothing that was not said; it is counted."""
    match = _LAST_REPEATED.fullmatch(message)
    if match is None:
        return False
    tally.folded += int(match[1])
    tally.repeated += 1
    return True


class _Watch:
    """The clocks of all files, and for a member of an archive one clock until the next member comes."""

    def __init__(
        self, tally: Tally, zone: tzinfo | None, zones: Mapping[Side, tzinfo | None], year: int | None
    ) -> None:
        self._tally = tally
        self._zone = zone
        self._zones = zones
        self._year = year
        self._parts = Parts()
        self._files: dict[str, Clock] = {}
        self._member: tuple[str, str, Clock] | None = None
        self._ranges: dict[str, tuple[int, int]] = {}  # of the members of an archive: the complete stamps
        self._told: set[tuple[str, str]] = set()

    def clock(self, source: str, member: str, side: Side | None) -> Clock:
        """Give the clock of a file or member."""
        known = self._files.get(source)
        if known is not None and not member:
            return known
        self._leave_member()
        zone = (self._zones.get(side) if side else None) or self._zone
        clock = Clock(zone, partial(self._years, source, member), partial(self._tell, source, member), self._parts)
        if member:
            self._member = source, member, clock
        else:
            self._files[source] = clock
        return clock

    def _leave_member(self) -> None:
        """Keep of the member before only which times it bears."""
        if self._member is not None and (seen := self._member[2].full_range):
            source = self._member[0]
            begin, end = self._ranges.get(source, seen)
            self._ranges[source] = min(begin, *seen), max(end, *seen)
        self._member = None

    def _tell(self, source: str, member: str, message: str) -> None:
        """Note what is assumed; the same once an archive."""
        if (source, message) not in self._told:
            self._told.add((source, message))
            self._tally.notice(f"{source}!{member}" if member else source, message)

    def _years(self, source: str, member: str) -> Years:
        """Gather what tells the year of one file: the complete stamps of the files before it are its neighbours.

        An archive keeps when its members were last written, so the neighbours of those are in the same archive.
        """
        written = self._written(source, member)
        own = self._ranges.get(source)
        if member and (own or written):
            ranges = [own] if own else []
        else:
            ranges = [*self._ranges.values()]
            ranges += [c.full_range for name, c in self._files.items() if c.full_range and name != source]
        return Years(
            given=self._year,
            neighbours=(min(map(min, ranges)), max(map(max, ranges))) if ranges else None,
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
