"""Who wrote which events: one writer is one gateway's IKE daemon; its side is the user's word or the logs' own."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from whydown.grammar.event import in_time
from whydown.sessions.homes import home
from whydown.sessions.model import Writer
from whydown.sessions.sides import EDGE_VENDOR, settle
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from whydown.grammar.event import Event
    from whydown.sessions.homes import Home

# Programs that are no IKE daemon but tell of the gateway they run on.
ROUTING = frozenset({"FRRouting"})


def gather_writers(events: Iterable[Event]) -> tuple[Writer, ...]:
    """Group events by gateway and settle the sides.

    A line names its host; one that names none is of the gateway among whose files it stands.
    """
    groups: dict[tuple[Side | None, str], list[Event]] = defaultdict(list)
    stated: list[Event] = []
    hostless: list[Event] = []
    homes: dict[Home, set[tuple[Side | None, str]]] = defaultdict(set)
    for event in events:
        if event.of_dump:
            stated.append(event)
        elif event.host:
            key = event.side, event.host
            groups[key].append(event)
            homes[home(event)].add(key)
        else:
            hostless.append(event)
    for event in hostless:
        own = home(event)
        around = [key for key in homes[own] if key[0] in (event.side, None)] if own.bundled else []
        key = around[0] if len(around) == 1 else (event.side, "" if event.side else own.label)
        groups[key].append(event if len(around) != 1 else event._replace(host=key[1]))
    for event in hostless:
        homes[home(event)].add((event.side, event.host))
    _take_in(stated, groups, homes)
    stands = settle(groups, stated)
    writers = []
    for (key, group), stand in zip(groups.items(), stands, strict=True):
        once = _once(group)
        vendors = Counter(e.vendor for e in once if e.vendor not in ROUTING)
        vendor = max(sorted(vendors), key=vendors.__getitem__) if vendors else once[0].vendor
        own_events = tuple(e if e.side is stand.side else e._replace(side=stand.side) for e in once)
        writers.append(Writer(stand.side, key[1], vendor, own_events, stand.why))
    return tuple(sorted(writers, key=lambda w: (w.side, w.host)))


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


def _take_in(
    stated: Sequence[Event],
    groups: dict[tuple[Side | None, str], list[Event]],
    homes: Mapping[Home, set[tuple[Side | None, str]]],
) -> None:
    """Give what state dumps say to the gateway they are of.

    That is the one that the prompt names, the one among whose files the dump stands, or the only Edge there is, unless
    the dump comes in a bundle of its own: of a pair of Edges the one that is not active logs nothing of a VPN.
    """
    logged = list(groups)
    edges = [key for key in logged if key[0] is Side.EDGE or any(e.vendor == EDGE_VENDOR for e in groups[key])]
    bundled = {key for place, keys in homes.items() if place.bundled for key in keys}
    called: dict[str, list[tuple[Side | None, str]]] = defaultdict(list)
    for key in logged:
        called[_label(key[1])].append(key)
    for event in stated:
        if event.host:
            own = [key for key in called.get(_label(event.host), ()) if event.side in (key[0], None) or key[0] is None]
            host = event.host
        elif event.vendor == EDGE_VENDOR:
            place = home(event)
            own = [key for key in homes.get(place, ()) if key in edges] if event.side is Side.EDGE else []
            apart = not own and place.bundled and bundled.intersection(edges)
            host = place.label if apart else ""
            own = own or ([] if apart or event.side is not Side.EDGE else edges)
        else:
            own, host = _of_peer(event, groups, logged, homes)
        key = own[0] if len(own) == 1 else (event.side, host)
        groups[key].append(event._replace(side=key[0], host=key[1]))


def _of_peer(
    event: Event,
    groups: Mapping[tuple[Side | None, str], Sequence[Event]],
    logged: Sequence[tuple[Side | None, str]],
    homes: Mapping[Home, set[tuple[Side | None, str]]],
) -> tuple[list[tuple[Side | None, str]], str]:
    """Find whose dump it is that another daemon than NSX's wrote: of the gateway beside it, or the one that runs that."""
    alike = [key for key in logged if any(e.vendor == event.vendor for e in groups[key])]
    alike = [key for key in alike if event.side in (key[0], None) or key[0] is None]
    place = home(event)
    beside = [key for key in alike if key in homes.get(place, ())] if place.bundled else []
    return beside or alike, "" if event.side else place.label


def _label(host: str) -> str:
    return host.partition(".")[0].casefold()
