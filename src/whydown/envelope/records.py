"""Lines to records: header off, time on one scale, folded lines unfolded."""

from __future__ import annotations

import re
from functools import partial
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, cast

from whydown.envelope.forms import form_of
from whydown.envelope.headers import read
from whydown.envelope.record import PAUSE, Record, Records
from whydown.envelope.watch import Watch
from whydown.sources import line
from whydown.sources.line import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import tzinfo

    from whydown.envelope.clock import Clock
    from whydown.envelope.record import Header
    from whydown.sources.line import Line, Side
    from whydown.tally import Tally

_REPEATED = re.compile(r"message repeated (\d{1,9}) times: \[ ?(.*)\]", re.ASCII)
_LAST_REPEATED = re.compile(r"last message (?:buffered|repeated) (\d{1,9}) times?", re.ASCII)

_MANY = 8  # lines that are worth reading at once

# NamedTuple's own constructor is a Python function; tuple's is C, and a log has millions of lines.
_record = cast("Callable[[tuple[Any, ...]], Record]", partial(tuple.__new__, Record))


def records(lines: Iterable[Line], tally: Tally, **options: Any) -> Iterator[Record]:
    """Take the header off lines one by one; what is assumed of their times is as in `batches`."""
    return chain.from_iterable(batches((Lines.of([line]) for line in lines), tally, **options))


def batches(  # noqa: PLR0913 - who keeps a watch needs no other
    lines: Iterable[Lines],
    tally: Tally,
    *,
    zone: tzinfo | None = None,
    zones: Mapping[Side, tzinfo | None] | None = None,
    year: int | None = None,
    watch: Watch | None = None,
) -> Iterator[Records]:
    """Take the header off each line of batches, each of one file or member.

    `zone` is that of stamps without one (None: UTC is assumed), `zones` where it is another for a side; `year` is that
    of the first stamp without one in each file. What is assumed instead is told in a notice once a file or archive. A line with
    several lines folded into it (`#012`) gives a record each, counted in `tally.unfolded`; a line without a message is
    counted as blank; "last message repeated" as repeated, and what a syslog daemon had folded away in `tally.folded`.
    A pause in the input stays one. A `watch` takes the place of zone, zones and year; when the lines are at their end it is closed, and knows the year of
    each log better than its first stamps told.
    """
    watch = watch or Watch(tally, zone, zones, year)
    for batch in lines:
        if len(batch):
            first = batch.origins[0]
            yield _read(batch, watch.clock(first.source, first.member, batch.side), tally)
        elif batch is line.PAUSE:
            yield PAUSE
    watch.close()


def _read(lines: Lines, clock: Clock, tally: Tally) -> Records:
    """Take the header off lines of one file; runs of those that begin in the same form are read at once."""
    form = form_of(lines.texts) if len(lines) >= _MANY else None
    if form is None:
        return Records.of(_one_by_one(lines, clock, tally))
    stamped, headers, messages = form.divided(lines.texts)
    known = {header: form.header(header) if header else None for header in set(headers)}
    begin, found = 0, list[Records]()
    for standard, run in groupby(_plain(messages, headers, known)):
        end = begin + len(list(run))
        here = slice(begin, end)
        read = form.times(clock, stamped[here]) if standard and end - begin >= _MANY else None
        if read is None:
            found.append(Records.of(_one_by_one(lines[here], clock, tally)))
        else:
            ats, certainty = read
            certainties, sides = [certainty] * len(ats), [lines.side] * len(ats)
            shared = cast("list[Header]", list(map(known.__getitem__, headers[here])))
            found.append(Records(ats, certainties, shared, messages[here], lines.origins[here], sides))
        begin = end
    return Records.joined(found)


def _plain(messages: Sequence[str], headers: Sequence[str], known: Mapping[str, object]) -> list[bool]:
    """Say of each line whether its header is known, and its message one that stands for itself alone."""
    joined = "\n".join(messages)
    odd = "#01" in joined or " repeated " in joined
    if not odd and "" not in messages and None not in known.values():
        return [True] * len(messages)
    return [
        known[header] is not None and message != "" and "#01" not in message and " repeated " not in message
        for message, header in zip(messages, headers, strict=True)
    ]


def _one_by_one(lines: Iterable[Line], clock: Clock, tally: Tally) -> Iterator[Record]:
    """Take the header off each line."""
    for text, origin, side in lines:
        *head, message = read(text, clock)
        if " repeated " in message:
            if _is_last_repeated(message, tally):
                continue
            message = _unrepeated(message, tally)
        if "#01" in message:
            yield from (_record((*head, part, origin, side)) for part in _unfolded(message, tally))
        elif message:
            yield _record((*head, message, origin, side))
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
