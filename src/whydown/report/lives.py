"""The lives of sessions: since when and until when each was up, negotiating or down, as far as the logs tell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from whydown.diagnose.incident import Layer
from whydown.envelope.record import Certainty
from whydown.grammar.names import ERRORS
from whydown.grammar.vocabulary import Kind
from whydown.sessions.course import course_of
from whydown.sessions.protocols import is_of_child
from whydown.sessions.sas import SESSION
from whydown.sessions.signs import BENIGN, SIGNS, STARTS, WEAK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from whydown.diagnose.incident import Incident
    from whydown.grammar.event import Event
    from whydown.report.model import Report
    from whydown.sessions.model import Session
    from whydown.sessions.names import SessionName

_REFUSALS = ERRORS - BENIGN
_FAILURES = SIGNS[SESSION] - WEAK


class State(StrEnum):
    """What a session was; of two in one place of a picture the later in this list is shown."""

    UP = "up"
    NEGOTIATING = "negotiating"
    DOWN = "down"


_WEIGHT = {state: weight for weight, state in enumerate(State)}


class Span(NamedTuple):
    """A stretch of time in one state, in microseconds UTC or in columns of a picture."""

    begin: int
    end: int
    state: State


@dataclass(frozen=True, slots=True)
class Life:
    """One session over time; `below` is when a tunnel or a BGP neighbour of it was down, `page` its first incident."""

    name: str
    spans: tuple[Span, ...]
    below: tuple[Span, ...] = ()
    page: str = ""

    def share(self, state: State) -> int:
        """Return how long it was in a state, in microseconds."""
        return sum(span.end - span.begin for span in self.spans if span.state is state)


@dataclass(frozen=True, slots=True)
class Lives:
    """Every session's life on one axis."""

    begin: int
    end: int
    rows: tuple[Life, ...]


def lives_of(report: Report, leading: Sequence[Incident]) -> Lives | None:
    """Return the sessions' lives; None where the logs tell of none, or bear no time."""
    rows = [_life(s, [i for i in leading if i.session == s.name]) for s in report.sessions if _is_timed(s)]
    told = [span for row in rows for span in (*row.spans, *row.below)]
    if not told or (begin := min(s.begin for s in told)) >= (end := max(s.end for s in told)):
        return None
    kept = [row for row in rows if row.spans or row.below]
    return Lives(begin, end, tuple(sorted(kept, key=lambda row: (not row.page, row.name))))


def paint(spans: Sequence[Span], begin: int, end: int, columns: int) -> Iterator[Span]:
    """Yield the spans in columns of a picture of the time from `begin` to `end`; no trouble is too short to be seen."""
    cells: list[State | None] = [None] * columns
    for span in sorted(spans, key=lambda s: _WEIGHT[s.state]):
        first = (span.begin - begin) * columns // (end - begin)
        last = -((begin - span.end) * columns // (end - begin))
        for column in range(min(first, columns - 1), min(max(last, first + 1), columns)):
            cells[column] = span.state
    start = 0
    for column in range(1, columns + 1):
        if column == columns or cells[column] is not cells[start]:
            if (state := cells[start]) is not None:
                yield Span(start, column, state)
            start = column


def short_name(session: SessionName) -> str:
    """Name a session among others: connections are often called alike, so the peer's address stands with it."""
    name = session.name or session.id
    peer = session.peer.address or session.peer.host
    return f"{name} ({peer})" if name and peer and peer not in name else name or peer or "a session without a name"


def _is_timed(session: Session) -> bool:
    return all(event.certainty is not Certainty.UNTIMED for event in session.events)


def _life(session: Session, incidents: Sequence[Incident]) -> Life:
    until = max((h.end for h in session.hearing.heard), default=0)
    until = max(until, session.events[-1].at) if session.events else until
    below = [i for i in incidents if i.layer is not Layer.SESSION and i.state != "degraded"]
    return Life(
        short_name(session.name),
        tuple(_spans(session, until)),
        tuple(Span(i.began, until if i.ended is None else i.ended, State.DOWN) for i in below),
        f"i{incidents[0].id}" if incidents else "",
    )


def _spans(session: Session, until: int) -> Iterator[Span]:
    """Yield what the session was from change to change; it was up when it was for the incidents."""
    turn = {id(t.event): t.up for t in course_of(session).session}
    marks: list[tuple[int, State]] = []
    for event in session.events:
        state = marks[-1][1] if marks else None
        if id(event) in turn:
            state = State.UP if turn[id(event)] else State.DOWN
        elif state is not State.UP and event.kind in STARTS[SESSION]:
            state = State.NEGOTIATING
        elif state is not State.UP and _is_failure(event):
            state = State.DOWN
        if state is not None and (not marks or marks[-1][1] is not state):
            marks.append((event.at, state))
    for (begin, state), (end, _) in pairwise([*marks, (until, State.DOWN)]):
        if end > begin:
            yield Span(begin, end, state)


def _is_failure(event: Event) -> bool:
    if event.kind is Kind.NOTIFY:
        return event.get("notify") in _REFUSALS
    return event.kind in _FAILURES and not is_of_child(event)
