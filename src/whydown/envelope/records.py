"""Lines to records: header off, time on one scale, folded lines unfolded."""

from __future__ import annotations

import re
import time
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, cast

from whydown.envelope import stamps
from whydown.envelope.clock import Clock, Parts, Years
from whydown.envelope.headers import read
from whydown.envelope.record import Record
from whydown.sources import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import tzinfo

    from whydown.sources.line import Line, Side
    from whydown.tally import Tally

_REPEATED = re.compile(r"message repeated (\d{1,9}) times: \[ ?(.*)\]", re.ASCII)
_LAST_REPEATED = re.compile(r"last message (?:buffered|repeated) (\d{1,9}) times?", re.ASCII)
_NAMED_DAY = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?([0-2]\d|3[01])(?!\d)", re.ASCII)

# NamedTuple's own constructor is a Python function; tuple's is C, and a log has millions of lines.
_record = cast("Callable[[tuple[Any, ...]], Record]", partial(tuple.__new__, Record))


def records(
    lines: Iterable[Line],
    tally: Tally,
    *,
    zone: tzinfo | None = None,
    zones: Mapping[Side, tzinfo | None] | None = None,
    year: int | None = None,
) -> Iterator[Record]:
    """Take the header off each line.

    `zone` is that of stamps without one (None: UTC is assumed), `zones` where it is another for a side; `year` is that
    of the first stamp without one in each file. What is assumed instead is told in a notice once a file. A line with
    several lines folded into it (`#012`) gives a record each, counted in `tally.unfolded`; a line without a message is
    counted as blank; "last message repeated" as repeated, and what a syslog daemon had folded away in `tally.folded`.
    """
    clocks: dict[str, Clock] = {}
    parts = Parts()
    source: str | None = None
    clock = Clock(zone, Years, lambda _: None, parts)
    for line in lines:
        text, origin, side = line
        if origin[0] != source:
            source = origin[0]
            known = clocks.get(source)
            if known is None:
                own = ((zones or {}).get(side) if side else None) or zone
                years = partial(_years, source, clocks, year)
                known = clocks[source] = Clock(own, years, partial(tally.notice, source), parts)
            clock = known
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


def _years(source: str, clocks: Mapping[str, Clock], given: int | None) -> Years:
    """Gather what tells the year of one file; the complete stamps of the files before it are its neighbours."""
    ranges = [other.full_range for name, other in clocks.items() if other.full_range and name != source]
    return Years(
        given=given,
        neighbours=(min(map(min, ranges)), max(map(max, ranges))) if ranges else None,
        named=_named_day(source),
        written=files.modified(source),
        now=time.time_ns() // 1000,
    )


def _named_day(source: str) -> int | None:
    """Find the day in a file's name, as logrotate's dateext puts it there; its end, in microseconds UTC."""
    match = _NAMED_DAY.search(PurePath(source).name)
    begin = stamps.midnight(int(match[1]), int(match[2]), int(match[3])) if match else None
    return None if begin is None else begin + stamps.DAY
