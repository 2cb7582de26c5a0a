"""The readable part of an episode: how its last failing attempt went, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.diagnose.incident import STATED, Evidence
from whydown.grammar.vocabulary import Kind
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.grammar.event import Event
    from whydown.sessions.model import Episode

_MOST = 16  # rows a reader takes in at once
_TRIGGER_WITHIN = 10 * 60 * 1_000_000  # microseconds before the trouble

# Detail that repeats what another line says.
_DULL = frozenset(
    {
        Kind.PACKET,
        Kind.IKE_PROGRESS,
        Kind.IKE_LIFETIME,
        Kind.AUTH_LOOKUP,
        Kind.NAT_DETECTED,
        Kind.RETRANSMIT_SEEN,
        Kind.PROPOSALS_SELECTED,
        Kind.CONFIG_LOADED,
        Kind.DPD_SENT,
        Kind.DPD_ANSWERED,
    }
)
_TRIGGERS = frozenset(
    {
        Kind.CONFIG_LOADED,
        Kind.CONFIG_UNLOADED,
        Kind.DAEMON_START,
        Kind.DAEMON_STOP,
        Kind.DAEMON_CRASH,
        Kind.HA_FAILOVER,
        Kind.HA_STATE,
        Kind.CLOCK_STEP,
        Kind.INTERFACE_DOWN,
        Kind.BFD_DOWN,
        Kind.SERVICE_DOWN,
        Kind.AUTH_CERT_INVALID,
    }
)
_ONE_BLOW = 30 * 1_000_000  # microseconds: a stop, the start after it and the loading of connections are one thing
_WELL = frozenset({"active", "up"})
_UPS = {
    "session": frozenset({Kind.IKE_UP}),
    "tunnel": frozenset({Kind.CHILD_UP}),
    "bgp": frozenset({Kind.BGP_UP}),
}


def pick_timeline(episode: Episode, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Pick the rows that tell how it went: the evidence, and what happened around it on both sides."""
    rows = {_place(e.event): e for e in evidence}
    proofs = [e.at for e in evidence if e.role != STATED] or [e.at for e in evidence]
    first, last = (min(proofs), max(proofs)) if proofs else (episode.began, episode.last_seen)
    for event in _comes_up(episode):
        rows.setdefault(_place(event), Evidence(event, "", event.at))
    first = max(first, min(episode.began, last))  # how it had come up before tells nothing
    near = [
        e
        for e in episode.events
        if e.kind not in _DULL and first - 2_000_000 <= e.at <= last + 2_000_000 and _place(e) not in rows
    ]
    near.sort(key=lambda e: min(abs(e.at - first), abs(e.at - last)))
    for event in near[: max(0, _MOST - len(rows))]:
        rows[_place(event)] = Evidence(event, "", event.at)
    return tuple(sorted(rows.values(), key=lambda e: (e.at, e.event.origins[0])))[:_MOST]


def _comes_up(episode: Episode) -> list[Event]:
    """Return the event that shows that what was down is up again, if one does."""
    ups = [e for e in episode.events if e.at == episode.ended and e.kind in _UPS[episode.layer]]
    return ups[:1] if episode.flaps else []


def find_trigger(episode: Episode, evidence: Sequence[Evidence]) -> Evidence | None:
    """Find what happened to one of the gateways just before the trouble; None where nothing did.

    What was survived is none: what is down now came up after it. Of things that followed each other closely it is the first. What the peer tells counts only on the Edge's clock.
    """
    ups = [e.at for e in episode.session.events if e.kind in _UPS[episode.layer] and e.at < episode.began]
    if not (episode.was_up if episode.flaps else ups):
        return None
    told = {_place(e.event) for e in evidence}
    hearing, clocks = episode.session.hearing, episode.session.clocks
    sides = set(Side)
    if clocks.offset_s is None and all(hearing.hears(side) for side in Side):
        sides = {Side.EDGE}
    since = max(episode.began - _TRIGGER_WITHIN, max(ups, default=0))
    blows = [(e.event.side, e.at) for e in evidence if _is_blow(e.event)]  # part of the answer, with what follows them
    before = [
        e
        for e in episode.session.events
        if _is_blow(e)
        and e.side in sides
        and since <= e.at <= episode.began
        and _place(e) not in told
        and not any(e.side is side and 0 <= e.at - at <= _ONE_BLOW for side, at in blows)
    ]
    if not before:
        return None
    first = before[-1]
    for event in reversed(before):
        if first.at - event.at > _ONE_BLOW:
            break
        first = event
    return Evidence(first, "trigger", first.at)


def _is_blow(event: Event) -> bool:
    """Whether an event can upset what worked; a gateway that says it is well does not."""
    if event.kind is Kind.HA_STATE:
        return str(event.get("state", "")).casefold() not in _WELL
    return event.kind in _TRIGGERS


def _place(event: Event) -> tuple[str, str, int]:
    first = event.origins[0]
    return first.source, first.member, first.offset
