"""Links of both gateways joined to sessions: by SPI, by mirrored addresses, by crossed identities, or as the only ones."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from whydown.grammar.event import in_time
from whydown.sessions.clues import Link, link_events, spis
from whydown.sessions.model import Writer
from whydown.sessions.names import Gateway, SessionName
from whydown.sessions.renewals import take_renewals
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from whydown.grammar.event import Event


_OF_ONE_SESSION = ("ike.", "child.", "session.", "tunnel.", "auth.", "proposals.", "ts.")  # kinds that begin so


@dataclass(frozen=True, slots=True)
class Joined:
    """The links that make one session, and what happened to its gateways as a whole."""

    links: tuple[Link, ...]
    whole: tuple[Event, ...]


def resolve(writers: Sequence[Writer]) -> tuple[Joined, ...]:
    """Join every writer's links to sessions, in the order of their first event."""
    links: list[Link] = []
    whole: dict[str, tuple[Event, ...]] = {}
    for writer in writers:
        own, rest = link_events(writer)
        links.extend(own)
        whole[writer.key] = take_renewals(own, rest)
    several = {key for key, count in Counter(link.writer.key for link in links).items() if count > 1}
    links.extend(_taken_over(links, whole))
    for key in several:  # what is of one of its sessions, and tells by nothing of which, is of none
        whole[key] = tuple(e for e in whole[key] if not e.kind.startswith(_OF_ONE_SESSION))
    groups = classes(len(links), [*_shared_clues(links).values(), *_half_pairs(links), *_namesakes(links)])
    if _one_each(groups, links):
        # One peer known to each side and nothing that tells them apart: the user gave the two logs as one story.
        groups = [[i for group in groups for i in group]]
    sessions = [_joined([links[i] for i in group], writers, whole, only=len(groups) == 1) for group in groups]
    if not links and any(whole.values()):
        sessions.append(Joined((), tuple(e for rest in whole.values() for e in rest)))
    return tuple(sorted(sessions, key=lambda s: min((in_time(e) for x in s.links for e in x.events), default=())))


def classes(count: int, groups: Iterable[Iterable[int]]) -> list[list[int]]:
    """Split the numbers below `count` into classes so that the members of each group share one (union-find)."""
    parent = list(range(count))

    def find(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for group in groups:
        first, *rest = sorted(group)
        for other in rest:
            parent[find(other)] = find(first)
    members: dict[int, list[int]] = defaultdict(list)
    for i in range(count):
        members[find(i)].append(i)
    return list(members.values())


def _taken_over(links: Sequence[Link], whole: dict[str, tuple[Event, ...]]) -> list[Link]:
    """Take lines of SAs out of `whole` that another host of the same side set up, or that only the other side names.

    They become links of their own.
    """
    writers = {link.writer.key: link.writer for link in links}
    known = {(link.writer.side, spi): link for link in links for e in link.events for spi in spis(e)}
    taken: dict[tuple[str, str, str], Link] = {}
    for key, rest in whole.items():
        kept = []
        for event in rest:
            side = event.side
            if side is None:
                kept.append(event)
                continue
            link = next((known[side, spi] for spi in spis(event) if (side, spi) in known), None)
            across = next((known[side.other, spi] for spi in spis(event) if (side.other, spi) in known), None)
            writer = writers.setdefault(key, Writer(side, event.host, event.vendor, rest))
            if link is not None:
                own = taken.setdefault((key, link.remote, link.name), Link(writer, link.remote, link.name))
            elif across is not None:
                own = taken.setdefault((key, "", str(id(across))), Link(writer, ""))
            else:
                kept.append(event)
                continue
            own.events.append(event)
        whole[key] = tuple(kept)
    return list(taken.values())


def _namesakes(links: Sequence[Link]) -> Iterator[tuple[int, ...]]:
    """Yield links of two hosts of one side that know a connection by name, where only one peer can be meant by it."""
    called: dict[tuple[Side, Any], list[int]] = defaultdict(list)
    for i, link in enumerate(links):
        for name in {link.name, *link.values("conn")} - {""}:
            called[link.writer.side, name].append(i)
    for (_, name), alike in called.items():
        nowhere = [i for i in alike if links[i].name == name and not links[i].remote]
        who: dict[str, set[str]] = defaultdict(set)  # by whom each peer is meant
        for i in alike:
            who[links[i].remote].add(links[i].writer.key)
        who.pop("", None)
        if len(who) <= 1 and len({links[i].writer.key for i in nowhere}) > 1:
            yield tuple(alike)
            continue
        for i in nowhere:
            own = links[i].writer.key
            if len([*islice((1 for keys in who.values() if keys != {own}), 2)]) <= 1:
                yield (i, *(j for j in alike if links[j].writer.key != own))


def _one_each(groups: Sequence[Sequence[int]], links: Sequence[Link]) -> bool:
    """Whether there are two classes, one heard only by the edge and one only by the peer."""
    sides = [{links[i].writer.side for i in group} for group in groups]
    return len(sides) == 2 and all(len(s) == 1 for s in sides) and sides[0] != sides[1]


def _joined(
    links: Sequence[Link], writers: Sequence[Writer], whole: dict[str, tuple[Event, ...]], *, only: bool
) -> Joined:
    keys = {link.writer.key for link in links}
    if only:  # a gateway that knew no peer belongs to the one session there is
        keys |= {w.key for w in writers}
    return Joined(tuple(links), tuple(e for key in sorted(keys) for e in whole[key]))


def _shared_clues(links: Sequence[Link]) -> dict[tuple[str, ...], set[int]]:
    """Every clue that ties links together, with the links that hold it."""
    clues: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for i, link in enumerate(links):
        if link.local and link.remote:
            clues["pair", *sorted((link.local, link.remote))].add(i)
        for event in link.events:
            for spi in spis(event):
                clues["spi", spi].add(i)
            if "session" in event.fields:
                clues["nsx", event.fields["session"]].add(i)
        mine, theirs = link.values("local_id"), link.values("remote_id")
        if len(mine) == 1 and len(theirs) == 1 and mine != theirs:
            clues["ids", *sorted((str(*mine), str(*theirs)))].add(i)
    return clues


def _half_pairs(links: Sequence[Link]) -> Iterator[tuple[int, int]]:
    """Yield links of the two sides where one never names its own address and can only mean the other's.

    Some daemons print the peer's address only; it is joined if one gateway across has that address, to one peer. Two
    Edges that stand in for each other are one.
    """
    at: dict[tuple[Side, str], list[int]] = defaultdict(list)  # by a link's own address
    towards: Counter[tuple[Side, str]] = Counter()
    for i, link in enumerate(links):
        at[link.writer.side, link.local].append(i)
        towards[link.writer.side, link.remote] += 1
    for i, link in enumerate(links):
        if link.local or not link.remote or towards[link.writer.side, link.remote] != 1:
            continue
        across = at.get((link.writer.side.other, link.remote), [])
        if len({(links[j].local, links[j].remote) for j in across}) == 1:
            yield i, across[0]


def name_session(joined: Joined, writers: Sequence[Writer]) -> SessionName:
    """Name a session as NSX does where the logs tell, otherwise by connection name and addresses."""
    ends = {side: _gateway(side, joined, writers) for side in Side}
    told = [e for x in joined.links for e in x.events] or joined.whole
    uuids = sorted({str(e.fields["session"]) for e in told if "session" in e.fields})
    names = [
        str(e.fields[key])
        for side in Side
        for key in ("session_name", "conn")
        for x in joined.links
        if x.writer.side is side
        for e in x.events
        if key in e.fields
    ]
    name = names[0] if names else next((x.name for x in joined.links if x.name), "")
    seed = "\0".join(sorted((ends[Side.EDGE].address, ends[Side.PEER].address, name)))
    return SessionName(
        id=uuids[0] if uuids else hashlib.blake2b(seed.encode(errors="surrogateescape"), digest_size=6).hexdigest(),
        name=name,
        edge=ends[Side.EDGE],
        peer=ends[Side.PEER],
    )


def _gateway(side: Side, joined: Joined, writers: Sequence[Writer]) -> Gateway:
    own = [x for x in joined.links if x.writer.side is side]
    across = [x for x in joined.links if x.writer.side is not side]
    writer = next((x.writer for x in own), None) or next((w for w in writers if w.side is side), None)
    return Gateway(
        host=writer.host if writer else "",
        address=next((x.local for x in own if x.local), "") or next((x.remote for x in across if x.remote), ""),
        vendor=writer.vendor if writer else "",
        identity=next((str(v) for x in own for v in sorted(x.values("local_id"), key=str)), ""),
        heard=writer is not None and writer.logs,
    )
