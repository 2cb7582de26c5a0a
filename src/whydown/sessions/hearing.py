"""From which side, and when, there is a log at all, and which kinds of lines it has shown to write."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from whydown.sessions.model import Heard
from whydown.sources.line import Side

if TYPE_CHECKING:
    from whydown.sessions.model import Writer
    from whydown.sessions.names import Clocks

_EVER = 2**62  # microseconds: before and after every log


def hear(writer: Writer, clocks: Clocks) -> Heard:
    """Say what was heard of one gateway that wrote a log, on the edge's clock; a state dump is no log."""
    heard = writer.heard
    if writer.side is not Side.PEER:
        return heard
    return replace(heard, begin=heard.begin - clocks.offset(heard.begin), end=heard.end - clocks.offset(heard.end))


def silence(side: Side) -> Heard:
    """Say that a log of this side was given and holds no line of an IKE daemon, at any time."""
    return Heard(side=side, host="", vendor="", begin=-_EVER, end=_EVER, kinds=frozenset(), events=0, sources=())
