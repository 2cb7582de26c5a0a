"""The contract of `--format jsonl`: what each object holds. Fields are added, never renamed or taken away.

Times are ISO 8601 in UTC with `Z`, on the edge's clock unless a field says otherwise; durations are in seconds.
`docs/incident.schema.json` and `docs/event.schema.json` are made from these types (`whydown.report.schema`).
"""

from __future__ import annotations

from typing import Literal, TypedDict

SCHEMA = 1  # raised when a field changes its meaning; a further field does not raise it

SideName = Literal["edge", "peer"]
Sureness = Literal["confirmed", "probable", "possible"]


class GatewayWire(TypedDict):
    """One end of a session; empty text for what the logs do not tell; `heard`: a log of it was given."""

    host: str
    address: str
    vendor: str
    identity: str
    heard: bool


class SessionWire(TypedDict):
    """Which session: NSX's name and UUID where known, otherwise the daemons' connection name."""

    name: str
    id: str
    edge: GatewayWire
    peer: GatewayWire


class ReasonWire(TypedDict):
    """The reason as NSX documents it, to the letter; `stated` where a line of NSX says it."""

    name: str
    basis: Literal["stated", "inferred"]
    means: str
    link: str


class CauseWire(TypedDict):
    """The leading cause; a finer cause stands after a slash in its name."""

    name: str
    title: str
    says: str
    fault_side: Literal["edge", "peer", "path", "both", "none", "unknown"]


class AlternativeWire(TypedDict):
    """A cause that the evidence does not rule out, and what would settle it."""

    name: str
    title: str
    confidence: Sureness
    would_settle: str


class DiffersWire(TypedDict):
    """A parameter that differs; empty text where no log holds that side's value."""

    parameter: str
    edge: str
    peer: str


class AgreesWire(TypedDict):
    """A parameter that is the same on both sides; empty text: the negotiation did not reach it."""

    parameter: str
    value: str


class StepWire(TypedDict):
    """One line (or block) of a log: where it stands, what it says, and how its wording is known."""

    side: SideName | None
    source: str
    member: str
    line: int
    at: str
    role: str
    kind: str
    direction: Literal["in", "out", "local"]
    text: str
    provenance: Literal["seen", "assumed", "gist"]


class PossibleProblemWire(TypedDict):
    """What a console's status table (`row` as the console shows it) names, and whether the logs support it."""

    row: str
    problem: str
    verdict: Literal["supported", "ruled out", "open"]
    causes: list[str]
    tip: str


# Evidence that would settle what is open; `from` and `to` are on that side's own clock, `level` is the log level from
# which on it is written, `after` switches a debugging off again.
MissingWire = TypedDict(
    "MissingWire",
    {
        "side": SideName,
        "from": str | None,
        "to": str | None,
        "what": str,
        "command": str,
        "level": str,
        "after": str,
    },
)


class ClocksWire(TypedDict):
    """The peer's clock minus the edge's, from `votes` matched exchanges; null where the logs do not tell."""

    offset_s: float | None
    spread_s: float | None
    votes: int


class IncidentWire(TypedDict):
    """One down time, folded."""

    type: Literal["incident"]
    schema: int
    id: str
    revision: int
    layer: Literal["session", "tunnel", "bgp"]
    state: Literal["down", "recovered", "flapping", "degraded"]
    began: str
    ended: str | None
    last_seen: str | None
    certainty: Literal["untimed", "year_assumed", "zone_assumed", "stamped"]
    session: SessionWire
    tunnel: str | None
    reason: ReasonWire
    cause: CauseWire | None
    confidence: Sureness
    confidence_why: str
    alternatives: list[AlternativeWire]
    differs: list[DiffersWire]
    agrees: list[AgreesWire]
    actions: list[str]
    evidence: list[StepWire]
    timeline: list[StepWire]
    trigger: StepWire | None
    contradictions: list[str]
    ruled_out: list[str]
    possible_problems: list[PossibleProblemWire]
    missing: list[MissingWire]
    consequences: list[str]
    attempts: int
    downs: int
    clocks: ClocksWire
    follows: str | None


class HeardWire(TypedDict):
    """One gateway's log: its window and how much of it bears on a session."""

    side: SideName
    host: str
    vendor: str
    begin: str
    end: str
    events: int
    sources: list[str]


class UnknownWire(TypedDict):
    """A wording that no grammar knows, and how often it came."""

    grammar: str
    shape: str
    count: int


class NoticeWire(TypedDict):
    """Something odd about an input."""

    where: str
    message: str


class MadeByWire(TypedDict):
    """What wrote this: whydown's version and the digest of its grammars and causes."""

    whydown: str
    grammars: str


class SummaryWire(TypedDict):
    """What became of every line of the input; once, last.

    `lines` + `unfolded` = `other` + `events` + `continued` + `ignored` + `unknown` + `repeated` + `blank`.
    """

    type: Literal["summary"]
    schema: int
    lines: int
    other: int
    events: int
    continued: int
    ignored: int
    unknown: int
    gists: int
    repeated: int
    blank: int
    cut: int
    undecodable: int
    unfolded: int
    folded: int
    damaged: bool
    by_source: dict[str, int]
    unknown_shapes: list[UnknownWire]
    notices: list[NoticeWire]
    incidents: int
    sessions: list[SessionWire]
    heard: list[HeardWire]
    made_by: MadeByWire


class TransformWire(TypedDict):
    """One algorithm of a proposal: `name` as IANA has it (of a group its number), `written` as the line has it."""

    type: str
    name: str
    written: str


class ProposalWire(TypedDict):
    """One proposal; several transforms of one type are alternatives."""

    protocol: str
    transforms: list[TransformWire]


class RuleWire(TypedDict):
    """The template that read the line: its grammar, its line there, and how its wording is known."""

    grammar: str
    line: int
    provenance: Literal["seen", "assumed", "gist"]


class OriginWire(TypedDict):
    """Where a line stands: `line` counts from 1, `offset` is in bytes of the unpacked member."""

    source: str
    member: str
    line: int
    offset: int


class EventWire(TypedDict):
    """One thing that happened, as a line (or block) of a log tells it; `at` is by the writer's own clock."""

    type: Literal["event"]
    schema: int
    id: str
    at: str
    certainty: Literal["untimed", "year_assumed", "zone_assumed", "stamped"]
    side: SideName | None
    host: str
    app: str
    pid: str
    vendor: str
    kind: str
    direction: Literal["in", "out", "local"]
    fields: dict[str, str | int | float | list[str | ProposalWire]]
    rule: RuleWire
    origins: list[OriginWire]
    text: str


class BundleWire(TypedDict):
    """One of many bundles (`scan --jobs` or `--store`), after its incidents, which bear its name as `bundle`."""

    type: Literal["bundle"]
    schema: int
    bundle: str
    status: Literal["read", "damaged", "nothing", "failed"]
    message: str
    incidents: int
    summary: SummaryWire | None


class CountWire(TypedDict):
    """How many incidents have one name in common, how many of them are open, and in how many bundles they are."""

    name: str
    incidents: int
    open: int
    bundles: int


class RollUpWire(TypedDict):
    """All bundles together, once, last; `by` reason, cause, session, edge, peer_vendor and hour."""

    type: Literal["rollup"]
    schema: int
    bundles: int
    failed: int
    incidents: int
    open: int
    by: dict[str, list[CountWire]]
    made_by: MadeByWire
