"""Tunnels that are refused while another one between the same gateways is up: each is down for itself."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import attrgetter
from typing import TYPE_CHECKING

from whydown.grammar.vocabulary import Kind
from whydown.sessions.alive import CHILD_UPS, IKE_UPS, tunnel_name
from whydown.sessions.clues import SECOND
from whydown.sessions.sas import TUNNEL
from whydown.sessions.signs import EITHER, SIGNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from whydown.grammar.event import Event
    from whydown.sessions.sas import Turn
    from whydown.sources.line import Side

_TS_REFUSED = frozenset({"TS_UNACCEPTABLE", "INVALID_ID_INFORMATION"})
_at = attrgetter("at")
_REFUSALS = frozenset({Kind.TS_MISMATCH, Kind.CHILD_FAILED})


def refused_tunnels(events: Sequence[Event], told: Iterable[Turn], side: Side) -> dict[str, list[Event]]:
    """Return what was refused while a tunnel (`told`) was up, by the networks it was asked for, as `side` has them.

    Where no line names them, by the connection of that tunnel. Not what names the networks of a tunnel that came up at
    any time: it was tried again, or another line is of it.
    """
    turn = {id(t.event): t.up for t in told}
    came_up = _agreed(events)
    conns = {e.get("conn") for e in events if e.kind in CHILD_UPS | IKE_UPS}
    up = 0
    refused: dict[str, list[Event]] = {}
    unnamed: dict[str, list[Event]] = {}
    for event in events:
        if id(event) in turn:
            up = max(up + (1 if turn[id(event)] else -1), 0)
        elif up and event.kind in _REFUSALS:
            if networks := _networks(event):
                if frozenset(networks) not in came_up:
                    mine, others = networks if event.side is side else reversed(networks)
                    refused.setdefault(f"{','.join(mine)} === {','.join(others)}", []).append(event)
            elif "child_id" in event.fields and (conn := event.get("conn", "")) and conn not in conns:
                unnamed.setdefault(conn, []).append(event)
    return refused or unnamed


def told_of(events: Sequence[Event], refused: Iterable[Sequence[Event]]) -> Iterator[int]:
    """Yield the identities of the lines of refused tunnels: those that name them, and those that can be of no other.

    Who refuses names the networks and, at the same moment, the notify; who hears the refusal may name nothing.
    """
    for signs in refused:
        for sign in signs:
            yield id(sign)
            low = bisect_left(events, sign.at - SECOND, key=_at)
            high = bisect_right(events, sign.at + SECOND, key=_at)
            yield from (id(e) for e in events[low:high] if e.kind in SIGNS[TUNNEL] | EITHER and not tunnel_name(e))
        sides = {sign.side.other for sign in signs if sign.side is not None and sign.kind is Kind.TS_MISMATCH}
        heard = [e for e in events if e.side in sides and e.get("notify") in _TS_REFUSED and not tunnel_name(e)]
        numbers = {(e.host, e.fields["child_id"]) for e in heard if "child_id" in e.fields}
        yield from map(id, heard)
        yield from (id(e) for e in events if e.side in sides and (e.host, e.get("child_id")) in numbers)


def _agreed(events: Iterable[Event]) -> set[frozenset[tuple[str, ...]]]:
    """Return the networks of each tunnel that came up, as any line of it names them."""
    numbers = {(e.side, e.host, e.get("child_id")) for e in events if e.kind in CHILD_UPS and "child_id" in e.fields}
    own = [e for e in events if e.kind in CHILD_UPS or (e.side, e.host, e.get("child_id")) in numbers]
    return {frozenset(networks) for e in own if (networks := _networks(e))}


def _networks(event: Event) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    mine, others = event.get("ts_local"), event.get("ts_remote")
    return (tuple(mine), tuple(others)) if mine and others else None
