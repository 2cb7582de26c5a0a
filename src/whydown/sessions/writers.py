"""Who wrote which events: one writer is one gateway's IKE daemon; its side is the user's word or the logs' own."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from whydown.grammar.event import in_time
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from whydown.grammar.event import Event

# Programs that are no IKE daemon but tell of the gateway they run on.
ROUTING = frozenset({"FRRouting"})
EDGE_VENDOR = "VMware NSX"


@dataclass(frozen=True, slots=True)
class Writer:
    """One gateway as the logs show it: its side, host and IKE daemon, and its events in time order."""

    side: Side
    host: str
    vendor: str
    events: tuple[Event, ...]

    @property
    def logs(self) -> bool:
        """Whether it wrote a log: not only state dumps tell of it."""
        return any(not e.of_dump for e in self.events)

    @property
    def key(self) -> str:
        """What tells this writer from every other."""
        return f"{self.side}\0{self.host}"


def gather_writers(events: Iterable[Event]) -> tuple[tuple[Writer, ...], bool]:
    """Group events by gateway and settle the sides; the second value tells whether sides had to be assumed.

    A side said by the user wins; NSX's own daemon is the edge; otherwise, of two gateways, the one whose log came
    first stands in the Edge's place; a single gateway that is no Edge is the peer.
    """
    groups: dict[tuple[Side | None, str], list[Event]] = defaultdict(list)
    stated: list[Event] = []
    for event in events:
        if event.of_dump:
            stated.append(event)
            continue
        host = event.host or ("" if event.side else event.origins[0].source)
        groups[event.side, host].append(event)
    _take_in(stated, groups)
    sides, assumed = _settle_sides(groups)
    writers = []
    for key, group in groups.items():
        once = _once(group)
        vendors = Counter(e.vendor for e in once if e.vendor not in ROUTING)
        vendor = max(sorted(vendors), key=vendors.__getitem__) if vendors else once[0].vendor
        side = sides[key]
        own = tuple(e if e.side is side else e._replace(side=side) for e in once)
        writers.append(Writer(side, key[1], vendor, own))
    return tuple(sorted(writers, key=lambda w: (w.side, w.host))), assumed


def _once(group: list[Event]) -> list[Event]:
    """Sort one gateway's events by time, and leave out what a second copy of its log tells again.

    A line that stands in several files (a rotated copy, two collectors) happened as often as the file with most of it
    says.
    """
    group.sort(key=in_time)
    if len({(e.origins[0].source, e.origins[0].member) for e in group}) < 2:
        return group
    told: Counter[tuple[int, str, str, str]] = Counter()
    by_file: Counter[tuple[int, str, str, str, str, str]] = Counter()
    kept = []
    for event in group:
        key = (event.at, event.kind, event.direction, event.text)
        source = (event.origins[0].source, event.origins[0].member)
        by_file[*key, *source] += 1
        if by_file[*key, *source] > told[key]:
            told[key] += 1
            kept.append(event)
    return kept


def _take_in(stated: Sequence[Event], groups: dict[tuple[Side | None, str], list[Event]]) -> None:
    """Give what state dumps say to the gateway they are of: the one that the prompt names, or the only Edge there is."""
    logged = list(groups)
    edges = [key for key in logged if key[0] is Side.EDGE or any(e.vendor == EDGE_VENDOR for e in groups[key])]
    for event in stated:
        own = [key for key in logged if key[0] in (event.side, None) and _label(key[1]) == _label(event.host)]
        if not event.host and event.side is Side.EDGE:
            own = edges
        key = own[0] if len(own) == 1 else (event.side, event.host)
        groups[key].append(event._replace(side=key[0], host=key[1]) if len(own) == 1 else event)


def _label(host: str) -> str:
    return host.partition(".")[0].casefold()


def _settle_sides(
    groups: Mapping[tuple[Side | None, str], list[Event]],
) -> tuple[dict[tuple[Side | None, str], Side], bool]:
    settled = {key: key[0] for key in groups if key[0] is not None}
    for key, group in groups.items():
        if key not in settled and any(e.vendor == EDGE_VENDOR for e in group):
            settled[key] = Side.EDGE
    open_keys = [key for key in groups if key not in settled]
    assumed = bool(open_keys)
    for place, key in enumerate(open_keys):
        first_of_several = place == 0 and len(open_keys) > 1 and Side.EDGE not in settled.values()
        edge_missing = len(open_keys) == 1 and Side.PEER in settled.values() and Side.EDGE not in settled.values()
        settled[key] = Side.EDGE if first_of_several or edge_missing else Side.PEER
    return {k: v for k, v in settled.items() if v is not None}, assumed
