"""What passed of each log: how many records, from when to when, whose, by which programs, at which log levels."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ahocorasick_rs import AhoCorasick, MatchKind

from whydown.envelope.record import Certainty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from whydown.envelope.record import Record, Records
    from whydown.sources.line import Side
    from whydown.tally import Tally

MINUTE = 60_000_000  # microseconds
_MOST = 20_000  # logs that are told apart
_NAMES = 1000  # hosts, and programs, of one log that are counted
_MINUTES = 200_000  # minutes of one log that are remembered: four months
_IKED = re.compile(r'subcomp="iked"[^\]]* level="(\w{1,16})"')
_CHARON = ("charon", "charon-systemd", "ipsec", "strongswan", "swanctl")
_SELECTING = "[CFG] selecting proposal"  # strongSwan src/libcharon/sa: DBG2(DBG_CFG, ..)
_DEBUG = "| "  # Libreswan lib/libswan/debug.c: what `plutodebug` adds begins so


@dataclass(slots=True)
class Passed:
    """One log as far as it was read; times in microseconds UTC, as read before the years were settled."""

    source: str
    member: str
    side: Side | None
    records: int = 0
    first: int | None = None  # the earliest and the latest time; None where no line bears one
    last: int | None = None
    hosts: Counter[str] = field(default_factory=Counter)
    programs: Counter[str] = field(default_factory=Counter)
    levels: set[str] = field(default_factory=set)  # signs of a log level: `iked INFO`, `charon cfg >= 2`, `pluto debug`
    minutes: set[int] = field(default_factory=set)  # in which there is a line


class Traffic:
    """Counts records as they pass; `logs` are those that passed, by source and member."""

    def __init__(self, marks: Sequence[str], tally: Tally) -> None:
        """Take the marks of which one stands in every record that is to go on; others are counted in the tally."""
        self.logs: dict[tuple[str, str], Passed] = {}
        self._marked = AhoCorasick(marks, matchkind=MatchKind.LeftmostFirst).find_matches_as_indexes
        self._tally = tally

    def watch(self, batches: Iterable[Records]) -> Iterator[Records]:
        """Count batches of records, each of one log; those go on that may be of a VPN."""
        for batch in batches:
            if batch:
                self._count(batch)
            kept = batch.where([not record.app or self._is_marked(record) for record in batch])
            self._tally.other += len(batch) - len(kept)
            yield kept

    def _is_marked(self, record: Record) -> bool:
        text = f"{record.app} {record.data} {record.text}"
        try:
            return bool(self._marked(text))
        except UnicodeEncodeError:  # bytes that were no UTF-8
            return bool(self._marked(text.encode(errors="replace").decode()))

    def _count(self, batch: Sequence[Record]) -> None:
        origin = batch[0].origin
        log = self.logs.get((origin.source, origin.member))
        if log is None:
            if len(self.logs) >= _MOST:
                return
            log = self.logs[origin.source, origin.member] = Passed(origin.source, origin.member, batch[0].side)
        log.records += len(batch)
        log.hosts.update(record.host for record in batch)
        log.programs.update(record.app for record in batch)
        for names in (log.hosts, log.programs):
            _forget_the_rare(names)
        times = [record.at for record in batch if record.certainty is not Certainty.UNTIMED]
        if times:
            first, last = min(times), max(times)
            log.first = first if log.first is None else min(log.first, first)
            log.last = last if log.last is None else max(log.last, last)
            if len(log.minutes) < _MINUTES:
                log.minutes.update(at // MINUTE for at in times)
        log.levels.update(filter(None, map(_level, batch)))


def _forget_the_rare(names: Counter[str]) -> None:
    """Keep the more frequent half where there are more names than anyone gives to hosts or programs."""
    if len(names) > _NAMES:
        kept = names.most_common(_NAMES // 2)
        names.clear()
        names.update(dict(kept))


def _level(record: Record) -> str:
    """Return the sign of a log level that a record bears; nothing where it tells none."""
    app = record.app
    if app == "NSX":
        found = _IKED.search(record.data)
        return f"iked {found[1]}" if found else ""
    if app in _CHARON:
        return "charon cfg >= 2" if _SELECTING in record.text else ""
    return "pluto debug" if app == "pluto" and record.text.startswith(_DEBUG) else ""
