"""An episode made ready to be asked: its events by side and kind in time order, and where absence proves anything."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from whydown.diagnose.values import holds, plain
from whydown.grammar.vocabulary import Kind
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from whydown.diagnose.model import Likeness, Pattern, Window
    from whydown.grammar.event import Event
    from whydown.sessions.model import Episode

# Kinds that daemons write at some log levels only: their absence counts once the log has shown that it writes them.
DETAILS = frozenset(
    {
        Kind.PACKET,
        Kind.IKE_MESSAGE,
        Kind.IKE_PROGRESS,
        Kind.IKE_LIFETIME,
        Kind.PROPOSALS_RECEIVED,
        Kind.PROPOSALS_CONFIGURED,
        Kind.PROPOSALS_SELECTED,
        Kind.TS_RECEIVED,
        Kind.TS_CONFIGURED,
        Kind.TS_NARROWED,
        Kind.AUTH_LOOKUP,
        Kind.NOTIFY,
        Kind.DPD_SENT,
        Kind.DPD_ANSWERED,
    }
)
SECOND = 1_000_000
GRANTED = SECOND  # microseconds of play between the gateways: many logs have whole seconds


class Unheard(NamedTuple):
    """A clause nobody could judge: whose log, what it would have to show, when (microseconds UTC), and why not."""

    side: Side
    kinds: tuple[Kind, ...]
    begin: int
    end: int
    why: str  # "no log", "not written", "clocks" or "unbound"
    written: str


class Seen(NamedTuple):
    """What a pattern finds: the events in time order, and what is not heard (None where absence can be believed)."""

    events: Sequence[Event]
    unheard: Unheard | None


class Scene:
    """One episode with its events indexed; made once, asked by every reason and cause."""

    def __init__(self, episode: Episode) -> None:
        """Index the events of `episode`."""
        self.episode = episode
        self.hearing = episode.session.hearing
        self.events = sorted(episode.events, key=_order)
        self.begin = episode.began
        self.end = max(episode.began, episode.ended if episode.ended is not None else episode.last_seen)
        both = all(self.hearing.hears(side) for side in Side)
        clocks = episode.session.clocks
        self.aligned = clocks.offset_s is not None or not both
        self.play = GRANTED + round(abs(clocks.spread_s or 0.0) * SECOND)
        self.by_kind: dict[tuple[Side | None, Kind], list[Event]] = defaultdict(list)
        for event in self.events:
            self.by_kind[event.side, event.kind].append(event)
        self._found: dict[tuple[int, Side], tuple[Pattern, list[Event], list[int]]] = {}

    def find(self, pattern: Pattern, side: Side, bound: Mapping[str, Event]) -> Seen:
        """Return the events that `pattern` means on `side`, given the events bound so far."""
        events, times = self._all(pattern, side)
        begins: list[int] = []  # of the windows, as they are asked for
        ends: list[int] = []
        low, high = -sys.maxsize, sys.maxsize  # the same with the play between the gateways
        for window in pattern.windows:
            anchor = bound.get(window.anchor.name)
            if anchor is None or (anchor.side is not side and not self.aligned):
                return self._not_judged(pattern, side, events, "unbound" if anchor is None else "clocks")
            play = 0 if anchor.side is side else self.play
            begin, end = _stretch(window, anchor.at)
            if begin is not None:
                begins.append(begin)
                low = max(low, begin - play)
            if end is not None:
                ends.append(end)
                high = min(high, end + play)
        found = events[bisect_left(times, low) : bisect_right(times, high)]
        found = [e for e in found if all(_in_order(e, bound[w.anchor.name], w) for w in pattern.windows)]
        for likeness in pattern.likenesses:
            anchor = bound.get(likeness.anchor.name)
            if anchor is None:
                return self._not_judged(pattern, side, events, "unbound")
            found = [e for e in found if e is not anchor and _alike(e, anchor, likeness)]
        begin = max(begins) if begins else min([self.begin, *ends])
        end = min(ends) if ends else max([self.end, *begins])
        return Seen(found, self.listens(pattern, side, begin, max(begin, end)))

    def listens(self, pattern: Pattern, side: Side, begin: int, end: int) -> Unheard | None:
        """Return None where the absence of such events can be believed, otherwise what was not heard."""
        if not self.hearing.listens(side, begin, end):
            return Unheard(side, pattern.kinds, begin, end, "no log", pattern.written)
        if all(k in DETAILS and not self.hearing.writes(side, k) for k in pattern.kinds):
            return Unheard(side, pattern.kinds, begin, end, "not written", pattern.written)
        return None

    def _all(self, pattern: Pattern, side: Side) -> tuple[list[Event], list[int]]:
        """Return every event that fits but for names and windows, and their times."""
        key = (id(pattern), side)
        if key not in self._found:
            lists = [self.by_kind.get((side, k), ()) for k in dict.fromkeys(pattern.kinds)]
            events = [
                e
                for found in lists
                for e in found
                if (not pattern.directions or e.direction in pattern.directions)
                and all(holds(c, e) for c in pattern.conditions)
            ]
            if len(lists) > 1:
                events.sort(key=_order)
            self._found[key] = (pattern, events, [e.at for e in events])  # the pattern too: so its id stays its own
        _, events, times = self._found[key]
        return events, times

    def _not_judged(self, pattern: Pattern, side: Side, events: list[Event], why: str) -> Seen:
        """Return that nothing can be said, unless the whole episode was heard and holds no such event at all."""
        told = self.listens(pattern, side, self.begin, self.end)
        if not events and told is None:
            return Seen((), None)
        return Seen((), told or Unheard(side, pattern.kinds, self.begin, self.end, why, pattern.written))


def _stretch(window: Window, at: int) -> tuple[int | None, int | None]:
    """Return the first and last moment of a window around `at`; None for an open end."""
    reach = window.length
    begin = at if window.way == "after" else None if reach is None else at - reach
    end = at if window.way == "before" else None if reach is None else at + reach
    return begin, end


def _order(event: Event) -> tuple[int, str, str, str, str, int]:
    first = event.origins[0]
    return (event.at, event.side or "", event.host, first.source, first.member, first.offset)


def _in_order(event: Event, anchor: Event, window: Window) -> bool:
    """Whether an event is on the right side of its anchor where both bear one time: by their place in the file."""
    if event is anchor:
        return False
    if window.way == "of" or event.at != anchor.at:
        return True
    mine, its = event.origins[0], anchor.origins[0]
    if (mine.source, mine.member) != (its.source, its.member):
        return True
    return mine.offset < its.offset if window.way == "before" else mine.offset > its.offset


def _alike(event: Event, anchor: Event, likeness: Likeness) -> bool:
    """Whether two events hold one value, where they are asked to."""
    here, there = event.fields.get(likeness.here), anchor.fields.get(likeness.there)
    if here is None or there is None or plain(here) != plain(there):
        return False
    if not likeness.crossed:
        return True
    here, there = event.fields.get(likeness.there), anchor.fields.get(likeness.here)
    return here is None or there is None or plain(here) == plain(there)
