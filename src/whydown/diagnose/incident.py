"""An incident: what whydown says about one down time of a session, tunnel or BGP neighbour."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from whydown.sessions.names import NO_CLOCKS, Clocks

if TYPE_CHECKING:
    from whydown.envelope.record import Certainty
    from whydown.grammar.event import Event
    from whydown.sessions.names import SessionName
    from whydown.sources.line import Side


class Layer(StrEnum):
    """What is down."""

    SESSION = "session"  # the IKE SA
    TUNNEL = "tunnel"  # the CHILD_SA
    BGP = "bgp"


class Confidence(StrEnum):
    """How sure a verdict is; computed, never chosen."""

    CONFIRMED = "confirmed"
    PROBABLE = "probable"
    POSSIBLE = "possible"


# The role of what NSX itself says is down: it shows the reason, and no verdict on the cause rests on it.
STATED = "stated"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line that proves something: the event and its role in the verdict."""

    event: Event
    role: str  # "why": a clause of the cause; STATED; "reason": what shows it; otherwise the name the clause gave it
    at: int  # microseconds UTC on the edge's clock


@dataclass(frozen=True, slots=True)
class Difference:
    """A parameter that differs, with each side's value as its vendor writes it; empty where no log holds it."""

    parameter: str
    edge: str
    peer: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """A parameter that was compared and is the same on both sides, or that was not reached."""

    parameter: str
    value: str  # empty: not reached


@dataclass(frozen=True, slots=True)
class Missing:
    """Evidence that would settle an open question, and the command that gets it."""

    side: Side
    begin: int | None  # microseconds UTC on that side's clock
    end: int | None
    what: str
    command: str
    level: str = ""  # from which log level on the lines are written
    after: str = ""  # the command that switches a debugging off again


@dataclass(frozen=True, slots=True)
class PossibleProblem:
    """A problem that a console's status table names for such an incident, and what the logs say of it."""

    row: str  # the row of the table, as the console shows it
    problem: str
    verdict: str  # supported | ruled out | open
    causes: tuple[str, ...]  # the causes it is, where the logs speak of them
    tip: str = ""  # what the table advises once something was changed


@dataclass(frozen=True, slots=True)
class Cause:
    """The leading cause as the report tells it."""

    name: str
    title: str
    says: str  # a sentence with the values at hand; the title where none could be filled in
    fault_side: str  # edge | peer | path | both | none | unknown


@dataclass(frozen=True, slots=True)
class Alternative:
    """A cause that the evidence does not rule out, and what would settle it."""

    name: str
    title: str
    confidence: Confidence
    would_settle: str


@dataclass(frozen=True, slots=True)
class Incident:
    """One down time, folded: however many retries and repeats, one incident. Times are on the edge's clock."""

    id: str  # twelve hex digits, the same in every run over the same lines
    revision: int  # 1; a later word on the same incident would bear a higher one
    layer: Layer
    state: str  # down | recovered | flapping | degraded (up, but ailing: a rekey fails, selectors are narrowed)
    began: int  # microseconds UTC
    ended: int | None  # None: not by the end of the logs
    certainty: Certainty  # how well its times are known
    session: SessionName
    tunnel: str  # traffic selectors or child name; empty for the session layer
    reason: str  # a documented reason to the letter, or a further one NSX prints
    basis: str  # stated | inferred
    reason_means: str
    cause: Cause | None
    confidence: Confidence
    confidence_why: str
    alternatives: tuple[Alternative, ...] = ()
    differs: tuple[Difference, ...] = ()
    agrees: tuple[Agreement, ...] = ()
    actions: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    timeline: tuple[Evidence, ...] = ()  # a readable selection, evidence included, in time order
    trigger: Evidence | None = None  # a reload, restart or failover just before
    contradictions: tuple[str, ...] = ()
    ruled_out: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    consequences: tuple[str, ...] = ()
    attempts: int = 0  # how many negotiations failed
    downs: int = 1  # how often it went down: several times where it flaps, never where it only ails
    last_seen: int | None = None  # the last sign of trouble
    clocks: Clocks = NO_CLOCKS
    link: str = ""  # the page that documents the reason
    follows: str = ""  # the incident of the session that this one of a tunnel merely follows
    possible_problems: tuple[PossibleProblem, ...] = ()  # by a console's status table
