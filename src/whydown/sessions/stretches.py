"""Stretches of a time line in which a layer was not up, and which of them are trouble and which are life."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from whydown.envelope.record import Certainty
from whydown.grammar.names import ERRORS
from whydown.grammar.vocabulary import Direction, Kind
from whydown.sessions.begun_anew import begun_anew
from whydown.sessions.clues import SECOND
from whydown.sessions.half_open import half_open
from whydown.sessions.protocols import is_of_child
from whydown.sessions.sas import BGP, SESSION, TUNNEL, Turn
from whydown.sessions.signs import BENIGN, EITHER, SIGNS, STARTS, TRIED, WEAK
from whydown.sessions.unanswered import unanswered, unheard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from whydown.grammar.event import Event
    from whydown.sources.line import Side

_FLAP_GAP = 15 * 60 * SECOND  # downs nearer than this to each other are one flapping
_FLAPS = 3  # so many downs make a flapping
_PLANNED_GAP = 10 * SECOND  # a reauthentication that breaks before it makes is done by then
# Reasons that NSX states of whatever has not come up yet.
_NOT_YET = frozenset({"negotiation not started", "ipsec negotiation not started", "ike sa down"})
_REFUSALS = ERRORS - BENIGN


@dataclass(slots=True)
class Stretch:
    """A down time while it is being put together."""

    began: int
    was_up: bool
    trigger: Event | None
    ended: int | None = None
    attempts: int = 0
    last_seen: int = 0
    signs: list[Event] = field(default_factory=list)
    flaps: int = 1
    up: Event | None = None  # what ended it
    planned: bool = False  # a reauthentication was begun right before


def cut_stretches(events: Sequence[Event], told: Sequence[Turn], layer: str, side: Side) -> Iterator[Stretch]:
    """Walk the events with the layer's ups and downs and yield each stretch in which it was not up."""
    turn = {id(t.event): t for t in told}
    up = False
    stretch: Stretch | None = None
    renewed = -_PLANNED_GAP  # when a reauthentication was begun last
    for event in events:
        change = turn.get(id(event))
        if event.kind is Kind.IKE_REKEY_START and event.get("cause") == "reauth":
            renewed = event.at
        if change is not None:
            up = change.up
            if up and stretch:
                stretch.ended, stretch.up = event.at, event
                yield stretch
                stretch = None
            elif not up:
                stretch = Stretch(event.at, was_up=True, trigger=event, last_seen=event.at, signs=[event])
                stretch.planned = event.at - renewed <= _PLANNED_GAP
            continue
        if up:
            continue
        if event.kind in STARTS[layer] and event.side is side:
            stretch = stretch or Stretch(event.at, was_up=False, trigger=None)
            stretch.last_seen = event.at
        elif is_sign(event, layer):
            stretch = stretch or Stretch(event.at, was_up=False, trigger=None)
            stretch.last_seen = event.at
            stretch.signs.append(event)
    if stretch:
        yield stretch


def is_sign(event: Event, layer: str) -> bool:
    """Whether an event shows that a negotiation of the layer, or the SA itself, failed."""
    if event.kind is Kind.NOTIFY:
        if event.get("notify") not in _REFUSALS:
            return False
    elif event.kind is Kind.BGP_STATE:  # the states themselves are those of any start
        return layer == BGP and "error" in event.fields
    elif event.kind not in SIGNS[layer] and not (layer == TUNNEL and event.kind in EITHER and is_of_child(event)):
        return False
    if layer == SESSION:
        return not is_of_child(event)
    return layer != TUNNEL or event.get("protocol") != "IKE"


def never_begun(events: Sequence[Event], side: Side) -> list[Stretch]:
    """Return the stretch in which a gateway that is set up saw no negotiation at all, if it is so."""
    mine = [e for e in events if e.side is side]
    ready = [e for e in mine if e.kind in (Kind.CONFIG_LOADED, Kind.DAEMON_START)]
    if not ready or any(e.kind in TRIED for e in mine):
        return []
    return [Stretch(ready[-1].at, was_up=False, trigger=None, last_seen=mine[-1].at)]


def fallen_silent(events: Sequence[Event], ups: Sequence[Turn], side: Side) -> Iterator[Stretch]:
    """Yield the stretch in which one gateway does not answer any more or takes no SA up, if it is so to the end.

    A negotiation that is merely under way counts only where the session was never up.
    """
    signs = unanswered(events, side) or unheard(events, side) or begun_anew(events, side)
    if not (signs or ups):
        signs = half_open(events, side)
    if signs:
        was_up = bool(ups) and ups[-1].up and ups[-1].at < signs[0].at
        yield Stretch(signs[0].at, was_up=was_up, trigger=None, last_seen=signs[-1].at, signs=signs)


def fold(stretches: list[Stretch]) -> list[Stretch]:
    """Leave out what is life, and fold downs that follow each other closely into one flapping."""
    real = [s for s in stretches if not _is_life(s)]
    folded: list[Stretch] = []
    runs: list[list[Stretch]] = []
    for stretch in real:
        last = runs[-1][-1] if runs else None
        timed = stretch.trigger is None or stretch.trigger.certainty is not Certainty.UNTIMED
        if timed and last and last.ended is not None and stretch.began - last.ended <= _FLAP_GAP:
            runs[-1].append(stretch)
        else:
            runs.append([stretch])
    for run in runs:
        if len([s for s in run if s.was_up]) < _FLAPS:
            folded += run
            continue
        whole = replace(run[-1], began=run[0].began, was_up=True, trigger=run[0].trigger)
        whole.signs = [e for s in run for e in s.signs]
        whole.attempts = sum(s.attempts for s in run)
        whole.flaps = len([s for s in run if s.was_up])
        folded.append(whole)
    return folded


def _is_life(stretch: Stretch) -> bool:
    """Tell a first negotiation that went well, or a reauthentication that broke before it made."""
    if stretch.ended is None:
        return False
    serious = [e for e in stretch.signs if e is not stretch.trigger and not _is_weak(e)]
    if not stretch.was_up:
        return not serious
    brief = stretch.ended - stretch.began <= _PLANNED_GAP
    return brief and not serious and (stretch.planned or _planned(stretch.trigger))


def _is_weak(event: Event) -> bool:
    """Whether a sign of trouble proves nothing when the negotiation succeeds after all."""
    unexplained = event.kind is Kind.IKE_FAILED and event.direction is Direction.LOCAL and "notify" not in event.fields
    stated = event.kind in (Kind.SESSION_DOWN, Kind.TUNNEL_DOWN) and event.get("reason", "").casefold() in _NOT_YET
    later = event.kind is Kind.CHILD_FAILED and event.get("cause") == "unproposed"  # its CHILD_SA may come by itself
    return unexplained or stated or later or event.kind in WEAK


def _planned(event: Event | None) -> bool:
    """Whether an SA ended because it was to be replaced."""
    return event is not None and (
        event.kind in (Kind.IKE_EXPIRED, Kind.CHILD_EXPIRED) or event.get("cause") in ("reauth", "replaced", "rekey")
    )
