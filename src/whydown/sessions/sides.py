"""Which gateway stands on which side: the user's word, otherwise what the logs, the dumps and the names say."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from whydown.sessions.clues import addresses
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from whydown.grammar.event import Event

EDGE_VENDOR = "VMware NSX"
GIVEN = "as given"
_FOLDERS = 3  # from the file outwards, whose names count
_EDGE = frozenset({"edge", "esg", "nsx"})
_NAMED = re.compile(r"(?<![a-z])(edge|esg|nsx|peer|remote|branch)(?![a-z])", re.IGNORECASE)


class Stand(NamedTuple):
    """A gateway's side, and by what it is known."""

    side: Side
    why: str


def settle(groups: Mapping[tuple[Side | None, str], Sequence[Event]], stated: Iterable[Event]) -> list[Stand]:
    """Give each gateway its side, in the order of `groups`, whose keys are the side that was given and the host.

    What the user said holds; NSX's own daemon is the edge; then count the addresses that NSX's state dumps (`stated`)
    give to the two ends, and the names of hosts and files. Beside an Edge every other gateway is a peer. Where nothing
    tells, the gateway with the most partners stands in the Edge's place, of equal ones the first by name, so that the
    order of the inputs does not matter.
    """
    found: dict[tuple[Side | None, str], Stand] = {}
    for key, group in groups.items():
        if all(e.of_dump for e in group) and (key[0] or any(e.vendor == EDGE_VENDOR for e in group)):
            found[key] = Stand(key[0] or Side.EDGE, "its state dump")
        elif key[0] is not None:
            found[key] = Stand(key[0], GIVEN)
        elif any(e.vendor == EDGE_VENDOR for e in group):
            found[key] = Stand(Side.EDGE, "NSX's own lines")
    for told in (_by_dumps(groups, stated), _by_names(groups)):
        fresh = {key: stand for key, stand in told.items() if key not in found}
        if len(fresh) == 1 or len({stand.side for stand in fresh.values()}) > 1:  # what all share tells none apart
            found |= fresh
    _seat_the_rest(found, groups)
    return [found[key] for key in groups]


def _seat_the_rest(
    found: dict[tuple[Side | None, str], Stand], groups: Mapping[tuple[Side | None, str], Sequence[Event]]
) -> None:
    """Give a side to those of which nothing tells it."""
    left = sorted((key for key in groups if key not in found), key=lambda key: (-_partners(groups[key]), key[1]))
    there = {stand.side for stand in found.values()}
    if len(left) == 1 and Side.EDGE not in there:
        lone = Side.EDGE if Side.PEER in there else Side.PEER
        found[left[0]] = Stand(lone, "the gateway across" if there else "no line of NSX in it")
    elif left and Side.EDGE not in there:
        most = _partners(groups[left[0]]) > _partners(groups[left[1]])
        found[left[0]] = Stand(Side.EDGE, f"taken for it, {'it has the most partners' if most else 'BY NAME ONLY'}")
    for key in left:
        found.setdefault(key, Stand(Side.PEER, "the gateway across"))


def _by_dumps(
    groups: Mapping[tuple[Side | None, str], Sequence[Event]], stated: Iterable[Event]
) -> dict[tuple[Side | None, str], Stand]:
    """Find whose own address NSX states as its own, or as its peer's."""
    ends = [addresses(e) for e in stated if e.vendor == EDGE_VENDOR]
    own, far = {local for local, _ in ends} - {""}, {remote for _, remote in ends} - {""}
    found = {}
    for key, group in groups.items():
        mine = {addresses(e)[0] for e in group} - {""}
        if bool(mine & own) is not bool(mine & far):
            found[key] = Stand(Side.EDGE if mine & own else Side.PEER, "its address in NSX's state dump")
    return found


def _by_names(groups: Mapping[tuple[Side | None, str], Sequence[Event]]) -> dict[tuple[Side | None, str], Stand]:
    """Find the sides of which hosts' names speak, otherwise those of their files and folders."""
    found = {}
    for key, group in groups.items():
        paths = Counter(e.origins[0].path for e in group)
        sides = {_named_on_the_way(path) for path in paths}
        if side := _named(key[1]):
            found[key] = Stand(side, "its name")
        elif len(sides) == 1 and (side := sides.pop()):
            found[key] = Stand(side, "its file's name")
    return found


def _named_on_the_way(path: str) -> Side | None:
    """Find the side that a file's name speaks of, otherwise that of the folder or archive around it."""
    parts = [part for part in re.split(r"[!/\\]", path) if part not in ("", ".", "var", "log")]
    return next((side for part in reversed(parts[-_FOLDERS:]) if (side := _named(part))), None)


def _named(word: str) -> Side | None:
    """Return the side of which a name speaks; None where it names none, or both."""
    sides = {Side.EDGE if name.lower() in _EDGE else Side.PEER for name in _NAMED.findall(word)}
    return sides.pop() if len(sides) == 1 else None


def _partners(group: Iterable[Event]) -> int:
    return len({addresses(e)[1] for e in group} - {""})
