"""The latest of a stream of events, and of sessions, where there are more than memory should hold or anyone waits for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from whydown.grammar.event import Event
    from whydown.sessions.model import Session
    from whydown.tally import Tally

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def latest(events: Iterable[Event], most: int, tally: Tally) -> list[Event]:
    """Return the events, or at most the `most` latest in the order in which they came; then a notice says since when.

    It is as if the logs began then: what is kept does not depend on the order of the files.
    """
    kept: list[Event] = []
    cut = None
    for event in events:
        if cut is None or event.at > cut:
            kept.append(event)
            if len(kept) >= 2 * most:
                kept, cut = _later(kept, most)
    if len(kept) > most:
        kept, cut = _later(kept, most)
    if cut is not None:
        since = (_EPOCH + timedelta(microseconds=cut)).strftime("%Y-%m-%d %H:%M:%SZ")
        tally.notice(
            "events",
            f"there are more than {most:,} of the VPN: only those after {since} count; "
            "--until asks for earlier ones, --most-events for more at a time",
        )
    return kept


def latest_sessions(sessions: tuple[Session, ...], most: int, tally: Tally) -> tuple[Session, ...]:
    """Return the sessions, or the `most` that were heard of last, in the order they have; then a notice says so."""
    if len(sessions) <= most:
        return sessions
    lasts = [max((event.at for event in session.events), default=0) for session in sessions]
    kept = sorted(range(len(sessions)), key=lambda n: (-lasts[n], n))[:most]
    tally.notice(
        "sessions",
        f"there are {len(sessions):,}: only the {most:,} that were heard of last are looked into; "
        "--until asks for earlier ones",
    )
    return tuple(sessions[n] for n in sorted(kept))


def _later(events: list[Event], most: int) -> tuple[list[Event], int]:
    """Return the events after the time at which there are more than `most`, and that time."""
    cut = sorted(event.at for event in events)[-most - 1]
    later = [event for event in events if event.at > cut]
    return later or events[-most:], cut
