"""From which side, and when, there is a log at all, and which kinds of lines it has shown to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.envelope.record import Certainty
from whydown.sessions.clues import SECOND
from whydown.sessions.model import Heard
from whydown.sources.line import Side

if TYPE_CHECKING:
    from whydown.sessions.model import Writer
    from whydown.sessions.names import Clocks

_EVER = 2**62  # microseconds: before and after every log


def hear(writer: Writer, clocks: Clocks) -> Heard:
    """Say what was heard of one gateway that wrote a log, on the edge's clock; a state dump is no log."""
    logged = [e for e in writer.events if not e.of_dump]
    # Whole seconds: the last one is heard to its end.
    rest = SECOND - 1 if all(e.at % SECOND == 0 for e in logged) else 0
    begin, end = logged[0].at, logged[-1].at + rest
    if writer.side is Side.PEER:
        begin, end = begin - clocks.offset(begin), end - clocks.offset(end)
    return Heard(
        side=writer.side,
        host=writer.host,
        vendor=writer.vendor,
        begin=begin,
        end=end,
        kinds=frozenset(e.kind for e in logged),
        events=len(logged),
        sources=tuple(dict.fromkeys(o.source for e in logged for o in e.origins)),
        timed=any(e.certainty is not Certainty.UNTIMED for e in logged),
    )


def silence(side: Side) -> Heard:
    """Say that a log of this side was given and holds no line of an IKE daemon, at any time."""
    return Heard(side=side, host="", vendor="", begin=-_EVER, end=_EVER, kinds=frozenset(), events=0, sources=())
