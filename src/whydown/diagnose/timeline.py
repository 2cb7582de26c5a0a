"""The readable part of an episode: how its last failing attempt went, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.diagnose.incident import Evidence
from whydown.grammar.vocabulary import Kind

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
    }
)


def pick_timeline(episode: Episode, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Pick the rows that tell how it went: the evidence, and what happened around it on both sides."""
    rows = {_place(e.event): e for e in evidence}
    if rows:
        first = min(e.at for e in rows.values())
        last = max(e.at for e in rows.values())
    else:
        first, last = episode.began, episode.last_seen
    near = [
        e
        for e in episode.events
        if e.kind not in _DULL and first - 2_000_000 <= e.at <= last + 2_000_000 and _place(e) not in rows
    ]
    near.sort(key=lambda e: min(abs(e.at - first), abs(e.at - last)))
    for event in near[: max(0, _MOST - len(rows))]:
        rows[_place(event)] = Evidence(event, "", event.at)
    return tuple(sorted(rows.values(), key=lambda e: (e.at, e.event.origins[0])))[:_MOST]


def find_trigger(episode: Episode, evidence: Sequence[Evidence]) -> Evidence | None:
    """Find what happened to one of the gateways just before the trouble; None where nothing did."""
    told = {_place(e.event) for e in evidence}
    before = [
        e
        for e in episode.session.events
        if e.kind in _TRIGGERS and 0 <= episode.began - e.at <= _TRIGGER_WITHIN and _place(e) not in told
    ]
    return Evidence(before[-1], "trigger", before[-1].at) if before and episode.was_up else None


def _place(event: Event) -> tuple[str, str, int]:
    first = event.origins[0]
    return first.source, first.member, first.offset
