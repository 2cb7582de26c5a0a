"""What an event proves about identity, and which of a writer's peers each event is about."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from whydown.grammar.event import in_time
from whydown.grammar.vocabulary import Direction, Kind
from whydown.sessions.alive import RESTARTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from whydown.grammar.event import Event
    from whydown.sessions.model import Writer

SECOND = 1_000_000
# How long a thread's work on one message may take: lines of one thread further apart are not tied together.
_SAME_WORK = 3 * SECOND

# What happens to a gateway as a whole and so bears on each of its sessions.
HOST_KINDS = frozenset(
    {
        Kind.DAEMON_START,
        Kind.DAEMON_STOP,
        Kind.DAEMON_CRASH,
        Kind.CLOCK_STEP,
        Kind.SERVICE_UP,
        Kind.SERVICE_DOWN,
        Kind.HA_STATE,
        Kind.HA_FAILOVER,
        Kind.INTERFACE_UP,
        Kind.INTERFACE_DOWN,
        Kind.NET_ERROR,
        Kind.NET_UNREACHABLE,
        Kind.DNS_FAILED,
    }
)
BGP_KINDS = frozenset(k for k in Kind if k.startswith("bgp."))
# What may be said of a connection that never did anything.
_SET_UP = frozenset(
    {
        Kind.CONFIG_LOADED,
        Kind.CONFIG_UNLOADED,
        Kind.CONFIG_FAILED,
        Kind.PROPOSALS_CONFIGURED,
        Kind.TS_CONFIGURED,
        Kind.ADMIN_INITIATE,
        Kind.ADMIN_TERMINATE,
    }
)
_UNSPECIFIED = frozenset({"0.0.0.0", "::", "127.0.0.1", "::1"})  # noqa: S104 - compared with, never bound to


@dataclass(slots=True)
class Link:
    """One writer's dealings with one peer: by the peer's address, by an NSX session's UUID, or only by a name."""

    writer: Writer
    remote: str  # the peer's address; empty while only a name is known
    name: str = ""  # the connection's name or the NSX session's UUID where no address is known
    locals: dict[str, int] = field(default_factory=dict)  # the writer's own addresses, with counts
    events: list[Event] = field(default_factory=list)

    @property
    def local(self) -> str:
        """The writer's own address in these dealings, as most of its lines say."""
        return max(self.locals, key=self.locals.__getitem__, default="")

    def values(self, name: str) -> set[object]:
        """Every value of one field among these events."""
        return {e.fields[name] for e in self.events if name in e.fields}


def addresses(event: Event) -> tuple[str, str]:
    """Return the writer's and the peer's outside address as far as the event holds them; empty text otherwise."""
    local, remote = event.get("local", ""), event.get("remote", "")
    src, dst = event.get("src", ""), event.get("dst", "")
    if event.direction is Direction.OUT:
        local, remote = local or src, remote or dst
    elif event.direction is Direction.IN:
        local, remote = local or dst, remote or src
    return ("" if local in _UNSPECIFIED else local), ("" if remote in _UNSPECIFIED else remote)


def link_events(writer: Writer) -> tuple[tuple[Link, ...], tuple[Event, ...]]:
    """Sort a writer's events by the peer they are about; the second value are events of the whole gateway.

    An event that names its peer's address settles it. Others follow, strongest clue first: the running number of
    its SA (numbers restart with the daemon), the thread that is at work on one message, the connection's name, an
    SPI named before, and, where the whole log knows but one peer, that peer. What is left belongs to the gateway.
    """
    remotes = _remotes_by_name(writer)
    moved = _moved(writer.events)
    links: dict[str, Link] = {}
    whole: list[Event] = []
    state = _Context()
    pending: list[Event] = []
    routing: list[Event] = []
    for event in writer.events:
        if event.kind in BGP_KINDS:
            routing.append(event)
            continue
        if event.kind in RESTARTS:
            state = _Context()
        local, remote = addresses(event)
        if not remote and event.kind in HOST_KINDS:
            whole.append(event)
            continue
        key = moved.get(remote, remote) or _inherit(event, state, remotes)
        if not key:
            pending.append(event)
            continue
        state.remember(event, key)
        link = links.setdefault(key, Link(writer, "" if key.startswith("name:") else key, key.removeprefix("name:")))
        if local:
            link.locals[local] = link.locals.get(local, 0) + 1
        link.events.append(event)
    found = _settle_names(list(links.values()), whole)
    only = found[0] if len(found) == 1 else None
    for event in pending:
        if only or not (event.of_dump and found):  # a nameless statement is of none of several sessions
            (only.events if only else whole).append(event)
    if only:
        only.events.extend(routing)
        only.events.sort(key=in_time)
    else:
        found += _routing_links(writer, routing)
    return tuple(found), tuple(whole)


def _moved(events: Iterable[Event]) -> dict[str, str]:
    """Map each address to which a peer moved its SAs (MOBIKE) to the one where these were set up, if that is sure."""
    setup: set[str] = set()
    moved: set[str] = set()
    for event in events:
        if event.kind is Kind.NET_MOVED:
            moved.add(str(event.get("remote", "")))
        elif event.kind in (Kind.IKE_START, Kind.IKE_UP, Kind.CONFIG_UNMATCHED):
            setup.add(addresses(event)[1])
    homes = setup - {""}
    return dict.fromkeys(moved - homes - {""}, next(iter(homes))) if len(homes) == 1 else {}


def _routing_links(writer: Writer, events: list[Event]) -> list[Link]:
    """Make a link of each BGP neighbour: among several peers nothing tells whose tunnel it is reached through.

    What names no neighbour is of the only one there is.
    """
    neighbors = {e.fields["neighbor"] for e in events if "neighbor" in e.fields}
    nameless = next(iter(neighbors)) if len(neighbors) == 1 else ""
    links: dict[str, Link] = {}
    for event in events:
        if neighbor := str(event.get("neighbor", nameless)):
            links.setdefault(neighbor, Link(writer, neighbor)).events.append(event)
    return list(links.values())


def _settle_names(links: list[Link], whole: list[Event]) -> list[Link]:
    """Give connections that the daemon only names to the peers they may be for.

    A connection that was only ever set up is a session of its own only if no peer could be meant by it: the one peer
    there is gets it; among several peers whose connection is not named, it stays with the gateway. One that did more
    is the nameless peer whose few lines stand among its own.
    """
    addressed = [link for link in links if link.remote]
    unnamed = [link for link in addressed if not link.values("conn")]
    kept = list(addressed)
    for link in (x for x in links if not x.remote):
        passive = all("session" in e.fields or e.of_dump for e in link.events) or all(
            e.kind in _SET_UP for e in link.events
        )
        among = [x for x in unnamed if _stands_among(x, link)]
        target = addressed if passive and len(addressed) == 1 else among
        if len(target) == 1:
            target[0].events.extend(link.events)
            target[0].events.sort(key=in_time)
        elif passive and unnamed and not any("session" in e.fields or e.of_dump for e in link.events):
            whole.extend(link.events)
        else:
            kept.append(link)
    return kept


def _stands_among(nameless: Link, named: Link) -> bool:
    """Whether each line about a nameless peer stands within seconds of one about the named connection."""
    times = sorted(e.at for e in named.events)
    return all(is_near(e.at, times, _SAME_WORK) for e in nameless.events)


def is_near(at: int, times: Sequence[int], most: int) -> bool:
    """Whether any of `times`, which are sorted, lies within `most` of a moment."""
    place = bisect_left(times, at - most)
    return place < len(times) and times[place] <= at + most


def _remotes_by_name(writer: Writer) -> dict[str, str]:
    """Map each connection name that has one peer address in the whole log to that address, others to the name."""
    seen: dict[str, set[str]] = defaultdict(set)
    by_number: dict[int, str] = {}
    for event in writer.events:
        if event.kind is Kind.DAEMON_START:
            by_number.clear()
        number, name = event.get("ike_id"), event.get("conn")
        if name and number is not None:
            by_number[number] = name
        name = name or by_number.get(number)
        remote = addresses(event)[1]
        for called in _names(event) + ([f"conn {name}"] if name else []):
            seen[called].update([remote] if remote else [])
    return {n: next(iter(r)) if len(r) == 1 else "" if r else f"name:{n.split(' ', 1)[1]}" for n, r in seen.items()}


def _names(event: Event) -> list[str]:
    return [f"{what} {event.fields[what]}" for what in ("session", "conn") if what in event.fields]


@dataclass(slots=True)
class _Context:
    """What the events so far have told about running numbers, threads and SPIs of one start of a daemon."""

    numbers: dict[tuple[str, int], str] = field(default_factory=dict)
    threads: dict[str, tuple[int, str]] = field(default_factory=dict)
    spis: dict[str, str] = field(default_factory=dict)

    def remember(self, event: Event, key: str) -> None:
        """Note what this event ties to `key`."""
        for name in ("ike_id", "child_id"):
            if name in event.fields:
                self.numbers[name, event.fields[name]] = key
        if "thread" in event.fields:
            self.threads[event.fields["thread"]] = (event.at, key)
        for spi in spis(event):
            self.spis[spi] = key


def spis(event: Event) -> Iterator[str]:
    """Every SPI the event names, IKE and ESP; zero SPIs say nothing."""
    for name in ("spi_i", "spi_r", "spi_in", "spi_out", "spi"):
        value = event.fields.get(name)
        if value and value.strip("0x"):
            yield value


def _inherit(event: Event, state: _Context, remotes: dict[str, str]) -> str:
    for spi in spis(event):
        if spi in state.spis:
            return state.spis[spi]
    for what in ("ike_id", "child_id"):
        number = event.get(what)
        if number is not None and (what, number) in state.numbers:
            return state.numbers[what, number]
    for name in _names(event):
        if remotes.get(name):
            return remotes[name]
    thread = event.get("thread")
    if thread in state.threads:
        at, key = state.threads[thread]
        if abs(event.at - at) <= _SAME_WORK:
            return key
    return ""
