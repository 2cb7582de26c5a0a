"""Hand-made events and episodes for the tests of the diagnosis."""

from __future__ import annotations

from typing import Any

from whydown.envelope.record import Certainty
from whydown.grammar.event import Event, Provenance, Rule
from whydown.grammar.slots import convert
from whydown.grammar.vocabulary import FIELDS, Direction, Kind, SlotType
from whydown.sessions.model import Episode, Heard, Hearing, Session
from whydown.sessions.names import Clocks, Gateway, SessionName
from whydown.sources.line import Origin, Side

SECOND = 1_000_000
BASE = 1_772_600_000 * SECOND
_TEXTS = (SlotType.TEXT, SlotType.WORD, SlotType.NAME, SlotType.IDENT)


def event(
    written: str, *, at: float = 0.0, line: int | None = None, provenance: Provenance = Provenance.SEEN, **fields: Any
) -> Event:
    """Make the event `SIDE KIND [DIRECTION]`, `at` seconds after the base; texts become what the vocabulary says."""
    side, kind, *direction = written.split()
    ready = {
        name: convert(FIELDS[name].type, value) if isinstance(value, str) and FIELDS[name].type not in _TEXTS else value
        for name, value in fields.items()
    }
    number = line if line is not None else round(at * 1000)
    return Event(
        BASE + round(at * SECOND),
        Certainty.STAMPED,
        Side(side),
        f"{side}-01",
        "ike",
        "1",
        "nsx" if side == "edge" else "strongSwan",
        Kind(kind),
        Direction(direction[0] if direction else "local"),
        ready,
        Rule("made", 1, provenance),
        (Origin(f"{side}.log", "", number + 1, number * 100),),
        f"{written} {sorted(fields.items())}",
    )


def heard(side: str, events: list[Event], begin: float = -3600.0, end: float = 3600.0) -> Heard:
    """Say that a side's log covers the time and writes the kinds it wrote."""
    kinds = frozenset(e.kind for e in events if e.side == side)
    own = [e for e in events if e.side == side]
    return Heard(
        Side(side),
        f"{side}-01",
        "",
        BASE + round(begin * SECOND),
        BASE + round(end * SECOND),
        kinds,
        len(own),
        (f"{side}.log",),
    )


def episode(
    *events: Event,
    sides: str = "edge peer",
    offset: float | None = 0.0,
    span: tuple[float, float] = (-3600.0, 3600.0),
    ended: float | None = None,
    hearing: Hearing | None = None,
    **facts: Any,
) -> Episode:
    """Make an episode of hand-made events; `sides` are those whose logs are there for `span`."""
    inside = [e for e in events if e.side in sides.split()]
    name = SessionName("s1", "to-branch", Gateway("edge-01", heard=True), Gateway("peer-01"))
    hearing = hearing or Hearing(tuple(heard(side, inside, *span) for side in sides.split()))
    clocks = Clocks(offset, 0.0 if offset is not None else None, 3)
    ordered = tuple(sorted(inside, key=lambda e: e.at))
    session = Session(name, ordered, hearing, clocks)
    began = min((e.at for e in ordered), default=BASE)
    last = max((e.at for e in ordered), default=BASE)
    defaults = {"layer": "session", "tunnel": "", "was_up": True, "flaps": 1, "attempts": 1}
    end = None if ended is None else BASE + round(ended * SECOND)
    return Episode(session=session, began=began, ended=end, last_seen=last, events=ordered, **{**defaults, **facts})
