"""Tunnels that are refused while another one between the same gateways is up: each is down for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.grammar.vocabulary import Kind
from whydown.sessions.alive import CHILD_UPS, IKE_UPS, called_by, networks, tunnel_name
from whydown.sessions.clues import SECOND, is_near
from whydown.sessions.sas import TUNNEL
from whydown.sessions.signs import EITHER, SIGNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from whydown.grammar.event import Event
    from whydown.sessions.sas import Turn
    from whydown.sources.line import Side

_TS_REFUSED = frozenset({"TS_UNACCEPTABLE", "INVALID_ID_INFORMATION"})
_FAILURES = SIGNS[TUNNEL] | EITHER
_MOST = 64  # refused tunnels that are told of one by one; what is left is trouble of the tunnel that is up
_REFUSALS = frozenset({Kind.TS_MISMATCH, Kind.CHILD_FAILED})


def refused_tunnels(events: Sequence[Event], told: Iterable[Turn], side: Side) -> dict[str, list[Event]]:
    """Return what was refused while a tunnel (`told`) was up, by the networks it was asked for, as `side` has them.

    Where no line names them, by the connection of that tunnel; the first of very many. Not what names the networks of a
    tunnel that came up at any time: it was tried again, or another line is of it.
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
            if asked := networks(event):
                if frozenset(asked) not in came_up:
                    name = called_by(*(asked if event.side is side else reversed(asked)))
                    refused.setdefault(name, []).append(event)
            elif "child_id" in event.fields and (conn := event.get("conn", "")) and conn not in conns:
                unnamed.setdefault(conn, []).append(event)
    return dict(list((refused or unnamed).items())[:_MOST])


def told_of(events: Sequence[Event], refused: Iterable[Sequence[Event]]) -> Iterator[int]:
    """Yield the identities of the lines of refused tunnels: those that name them, and those that can be of no other.

    Who refuses names the networks and, at the same moment, the notify; who hears the refusal may name nothing.
    """
    signs = [sign for each in refused for sign in each]
    if not signs:
        return
    moments = sorted(sign.at for sign in signs)
    sides = {sign.side.other for sign in signs if sign.side is not None and sign.kind is Kind.TS_MISMATCH}
    heard = [e for e in events if e.side in sides and e.get("notify") in _TS_REFUSED and not tunnel_name(e)]
    numbers = {(e.host, e.fields["child_id"]) for e in heard if "child_id" in e.fields}
    yield from map(id, signs)
    yield from map(id, heard)
    yield from (id(e) for e in events if e.side in sides and (e.host, e.get("child_id")) in numbers)
    yield from (id(e) for e in events if e.kind in _FAILURES and not tunnel_name(e) and is_near(e.at, moments, SECOND))


def _agreed(events: Iterable[Event]) -> set[frozenset[tuple[str, ...]]]:
    """Return the networks of each tunnel that came up, as any line of it names them."""
    numbers = {(e.side, e.host, e.get("child_id")) for e in events if e.kind in CHILD_UPS and "child_id" in e.fields}
    own = [e for e in events if e.kind in CHILD_UPS or (e.side, e.host, e.get("child_id")) in numbers]
    return {frozenset(agreed) for e in own if (agreed := networks(e))}
