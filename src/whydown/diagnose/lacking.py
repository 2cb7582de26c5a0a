"""What is missing among the inputs to tell why a session is down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.diagnose.incident import Missing
from whydown.envelope.traffic import MINUTE
from whydown.sessions.sides import EDGE_VENDOR
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from whydown.diagnose.inventory import FoundDump, FoundGateway
    from whydown.diagnose.tables import Commands
    from whydown.sessions.model import Session

_ALONE = 10 * MINUTE  # a stretch in which only one side was heard is asked for from so much on
_FALLBACK = {Side.EDGE: "nsx", Side.PEER: "any"}


def find_missing(
    gateways: Sequence[FoundGateway],
    dumps: Sequence[FoundDump],
    sessions: Sequence[Session],
    commands: Sequence[Commands],
) -> Iterator[Missing]:
    """Say what would help: the side that was not heard, the time in which only one was, the state, a finer log."""
    heard = {side: [g for g in gateways if g.side is side and g.events and g.begin is not None] for side in Side}
    for side in Side:
        far = heard[side.other]
        vendor = next((g.vendor for g in gateways if g.side is side and g.vendor), "")
        vendor = vendor or next((_gateway_of(s, side) for s in sessions if _gateway_of(s, side)), "")
        known = _commands(commands, vendor, side)
        log, level = known.get("log"), known.get("level")
        if far and not heard[side]:
            begin, end = min(g.begin or 0 for g in far), max(g.end or 0 for g in far)
            yield Missing(
                side, begin, end, "its IKE log of that time: nothing of this side was given", log, level=level
            )
        elif not heard[side]:
            there = any(g.side is side for g in gateways)
            what = (
                "only state dumps, or logs without a line of it, are there"
                if there
                else "nothing of this side is there"
            )
            yield Missing(side, None, None, f"its IKE log: {what}", log)
        elif far:
            for begin, end in _uncovered(heard[side], far):
                yield Missing(side, begin, end, "its IKE log of that time, in which only the other side was heard", log)
        if heard[side] and not any("proposals" in g.shows for side in Side for g in heard[side]):
            ends = next(((s.name.edge.address, s.name.peer.address) for s in sessions), ("", ""))
            local, remote = ends if side is Side.EDGE else ends[::-1]
            raised, after = (known.get(topic, local, remote) for topic in ("raise", "lower"))
            yield Missing(
                side, None, None, "a finer log of one attempt: no line shows any proposals", raised, after=after
            )
    if any(g.vendor == EDGE_VENDOR or g.side is Side.EDGE for g in gateways) and not dumps:
        history = _commands(commands, EDGE_VENDOR, Side.EDGE).get("history")
        yield Missing(Side.EDGE, None, None, "what NSX itself states, and since when: there is no state dump", history)


def _gateway_of(session: Session, side: Side) -> str:
    return (session.name.edge if side is Side.EDGE else session.name.peer).vendor


def _uncovered(own: Sequence[FoundGateway], far: Sequence[FoundGateway]) -> Iterator[tuple[int, int]]:
    """Find the stretches before and after one side's logs in which only the other was heard."""
    begin, end = min(g.begin or 0 for g in own), max(g.end or 0 for g in own)
    first, last = min(g.begin or 0 for g in far), max(g.end or 0 for g in far)
    if begin - first > _ALONE:
        yield first, min(begin, last)
    if last - end > _ALONE:
        yield max(end, first), last


def _commands(commands: Sequence[Commands], vendor: str, side: Side) -> Commands:
    own = next((c for c in commands if vendor and c.vendor.casefold() == vendor.casefold()), None)
    return own or next(c for c in commands if c.name == _FALLBACK[side])
