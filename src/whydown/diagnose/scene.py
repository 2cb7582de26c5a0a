"""An episode made ready to be asked: its events by side and kind in time order, and where absence proves anything."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections import defaultdict
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from whydown.diagnose.values import holds, plain
from whydown.envelope.record import Certainty
from whydown.grammar.event import in_time
from whydown.grammar.vocabulary import Kind
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from whydown.diagnose.coverage import Supply
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
NOBODY: Mapping[str, Supply] = MappingProxyType({})  # no grammar is known: any kind may be written
SECOND = 1_000_000
GRANTED = SECOND  # microseconds of play between the gateways: many logs have whole seconds
NEVER = "never written"  # why something is not heard: no known message of that gateway says it
_SOON = 5 * SECOND  # what was to come comes by then: daemons repeat a message after four seconds at most


class Unheard(NamedTuple):
    """A clause nobody could judge: whose log, what it would have to show, when (microseconds UTC), and why not."""

    side: Side
    kinds: tuple[Kind, ...]
    begin: int
    end: int
    why: str  # "no log", "too short", "not written", "never written", "clocks", "untimed" or "unbound"
    written: str


class Matches:
    """The events that fit a pattern, the latest first, looked for only as far as somebody asks."""

    def __init__(self, coming: Iterable[Event] = ()) -> None:
        """Take the events from `coming`, the latest first."""
        self._coming = iter(coming)
        self._known: list[Event] = []

    def get(self, place: int) -> Event | None:
        """Return the event at `place`, 0 being the latest; None where there are not so many."""
        while len(self._known) <= place:
            event = next(self._coming, None)
            if event is None:
                return None
            self._known.append(event)
        return self._known[place]

    def groups(self, size: int) -> Iterator[tuple[int, Sequence[Event]]]:
        """Yield each run of `size` events that follow one another, in time order, and the place of its last event."""
        place = 0
        while self.get(place + size - 1) is not None:
            yield place, self._known[place : place + size][::-1]
            place += 1

    def count(self, place: int) -> int:
        """Return how many events there are up to the one at `place`."""
        self._known.extend(self._coming)
        return len(self._known) - place


class Seen(NamedTuple):
    """What a pattern finds, and what is not heard (None where absence can be believed)."""

    matches: Matches
    unheard: Unheard | None


class Scene:
    """One episode with its events indexed; made once, asked by every reason and cause."""

    def __init__(self, episode: Episode, supplies: Mapping[str, Supply] = NOBODY) -> None:
        """Index the events of `episode`; `supplies` are the events that each vendor's grammars can make."""
        self.episode = episode
        self.hearing = episode.session.hearing
        self._supplies = {side: _supplies_of(episode, side, supplies) for side in Side}
        self._unwritable: dict[tuple[int, Side], tuple[Pattern, str]] = {}
        self.events = sorted(episode.events, key=in_time)
        self.begin = episode.began
        self.end = max(episode.began, episode.ended if episode.ended is not None else episode.last_seen)
        self._hears = {side: self.hearing.hears(side) for side in Side}
        clocks = episode.session.clocks
        self.aligned = clocks.offset_s is not None or not all(self._hears.values())
        self.play = GRANTED + round(abs(clocks.spread_s or 0.0) * SECOND)
        self.untimed = all(e.certainty is Certainty.UNTIMED for e in self.events)
        self.looked = 0  # how many events were looked at, one by one: what a search may cost is measured by it
        self._by_kind: dict[tuple[Side | None, Kind], list[int]] = defaultdict(list)
        for place, event in enumerate(self.events):
            self._by_kind[event.side, event.kind].append(place)
        self._found: dict[tuple[int, Side], tuple[Pattern, list[Event], list[int]]] = {}
        self._covered: dict[tuple[Side, int, int], bool] = {}

    def holds_any(self, patterns: Iterable[Pattern], either: Side) -> bool:
        """Whether there is an event that one of the patterns means, whatever it leans on; `either` being this side."""
        return any(self._all(pattern, pattern.role.meant(either))[0] for pattern in patterns)

    def find(self, pattern: Pattern, side: Side, bound: Mapping[str, Event]) -> Seen:
        """Return the events that `pattern` means on `side`, given the events bound so far."""
        events, times = self._all(pattern, side)
        if not pattern.windows and not pattern.likenesses:
            return Seen(Matches(reversed(events)), self.listens(pattern, side, self.begin, self.end))
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
        if any(x.anchor.name not in bound for x in pattern.likenesses):
            return self._not_judged(pattern, side, events, "unbound")
        within = range(bisect_right(times, high) - 1, bisect_left(times, low) - 1, -1)
        begin = max(begins) if begins else min([self.begin, *ends])
        end = min(ends) if ends else max([self.end, *begins])
        coming = self._fitting(pattern, bound, events, within) if within else ()
        return Seen(Matches(coming), self.listens(pattern, side, begin, max(begin, end)))

    def _fitting(
        self, pattern: Pattern, bound: Mapping[str, Event], events: Sequence[Event], within: range
    ) -> Iterator[Event]:
        """Yield the events at the places `within` that stand to the bound ones as the pattern asks."""
        ordered = [(w, bound[w.anchor.name]) for w in pattern.windows]
        alike = [(x, bound[x.anchor.name]) for x in pattern.likenesses]
        for place in within:
            self.looked += 1
            event = events[place]
            if all(_in_order(event, anchor, w) for w, anchor in ordered) and all(
                event is not anchor and _alike(event, anchor, x) for x, anchor in alike
            ):
                yield event

    def listens(self, pattern: Pattern, side: Side, begin: int, end: int) -> Unheard | None:
        """Return None where the absence of such events can be believed, otherwise what was not heard."""
        # The episode's ends are those of one gateway's lines: the other's log may stop a moment apart.
        first = min(begin + self.play, end) if begin == self.begin else begin
        last = max(end - self.play, begin) if end == self.end else end
        why = self._unwritten(pattern, side) if self._hears[side] else "no log"
        if why != NEVER and not (self._covers(side, begin, end) or self._covers(side, first, last)):
            why = "no log"  # more of the log would show no such event either that its writer never writes
        return Unheard(side, pattern.kinds, begin, end, why, pattern.written) if why else None

    def outlasts(self, pattern: Pattern, side: Side, bound: Mapping[str, Event]) -> Unheard | None:
        """Return None where that side's log goes on for long enough after what something must never follow.

        Otherwise what was not heard: a log that ends right there cannot show that it did not come. A window that has an
        end is judged by that.
        """
        anchors = [bound[w.anchor.name] for w in pattern.windows if w.way == "after" and w.anchor.name in bound]
        ends = self.episode.ended is not None or any(w.way == "before" or w.length is not None for w in pattern.windows)
        if self.untimed or ends or not anchors:
            return None
        begin = max(e.at for e in anchors)
        if any(h.side is side and h.end >= begin + _SOON for h in self.hearing.heard):
            return None
        return Unheard(side, pattern.kinds, begin, begin + _SOON, "too short", pattern.written)

    def deaf(self, pattern: Pattern, side: Side) -> Unheard | None:
        """Return what is not heard at any time of such events; None where their absence may be believed at some."""
        why = self._unwritten(pattern, side) if self._hears[side] else "no log"
        return Unheard(side, pattern.kinds, self.begin, self.end, why, pattern.written) if why else None

    def _covers(self, side: Side, begin: int, end: int) -> bool:
        """Whether a log of that side covers a stretch; many clauses ask for the same one."""
        key = (side, begin, end)
        if key not in self._covered:
            self._covered[key] = self.hearing.listens(side, begin, end)
        return self._covered[key]

    def _unwritten(self, pattern: Pattern, side: Side) -> str:
        """Return why the log of that side holds no such event at any time; empty where it may."""
        key = (id(pattern), side)
        if key not in self._unwritable:
            able = self._supplies[side]
            why = ""
            if all(k in DETAILS and not self.hearing.writes(side, k) for k in pattern.kinds):
                why = "not written"
            elif able and not any(s.feeds(pattern) for s in able):  # where no wording is known, there may be one
                why = NEVER
            self._unwritable[key] = (pattern, why)
        return self._unwritable[key][1]

    def _all(self, pattern: Pattern, side: Side) -> tuple[list[Event], list[int]]:
        """Return every event that fits but for names and windows, and their times."""
        key = (id(pattern), side)
        if key not in self._found:
            lists = [places for k in dict.fromkeys(pattern.kinds) if (places := self._by_kind.get((side, k)))]
            places = lists[0] if len(lists) == 1 else sorted(place for found in lists for place in found)
            events = [self.events[place] for place in places]
            if pattern.directions:
                events = [e for e in events if e.direction in pattern.directions]
            for condition in pattern.conditions:
                events = [e for e in events if holds(condition, e)] if events else events
            self._found[key] = (pattern, events, [e.at for e in events])  # the pattern too: so its id stays its own
        _, events, times = self._found[key]
        return events, times

    def _not_judged(self, pattern: Pattern, side: Side, events: list[Event], why: str) -> Seen:
        """Return that nothing can be said, unless the whole episode was heard and holds no such event at all."""
        told = self.listens(pattern, side, self.begin, self.end)
        if not events and told is None:
            return Seen(Matches(), None)
        return Seen(Matches(), told or Unheard(side, pattern.kinds, self.begin, self.end, why, pattern.written))


def _supplies_of(episode: Episode, side: Side, supplies: Mapping[str, Supply]) -> tuple[Supply, ...]:
    """Return what the programs heard on a side can write; nothing where one of them has no grammar."""
    session = episode.session
    vendors = {h.vendor for h in session.hearing.heard if h.side is side and h.vendor}
    vendors |= {e.vendor for e in episode.events if e.side is side}
    return tuple(supplies[v] for v in sorted(vendors)) if vendors <= supplies.keys() else ()


def _stretch(window: Window, at: int) -> tuple[int | None, int | None]:
    """Return the first and last moment of a window around `at`; None for an open end."""
    reach = window.length
    begin = at if window.way == "after" else None if reach is None else at - reach
    end = at if window.way == "before" else None if reach is None else at + reach
    return begin, end


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
