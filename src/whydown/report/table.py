"""Incidents, their evidence, and events as flat rows: what each column holds, for CSV, parquet and data frames.

What the logs do not tell is None, never an empty text. Text is as it may be shown: no control character, no secret;
further lines of a block follow after ` / `, several values stand in one cell with ` | ` between them. Choices are
closed sets, the same in every table, so that tables of several runs can be put together.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from whydown.diagnose.incident import Confidence, Layer
from whydown.envelope.record import Certainty
from whydown.grammar.event import Provenance
from whydown.grammar.vocabulary import FIELDS, Direction, Kind, SlotType
from whydown.report.phrases import value_text
from whydown.report.quote import quote
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from whydown.diagnose.incident import Evidence, Incident, Missing
    from whydown.grammar.event import Event
    from whydown.report.model import Report
    from whydown.sessions.names import Gateway
    from whydown.sources.line import Origin

Cell = str | int | float | bool | None
Row = tuple[Cell, ...]

_BETWEEN = " | "
_LARGEST = 2**63


class Holds(StrEnum):
    """What the cells of a column are; a time is microseconds since 1970 UTC."""

    TEXT = "text"
    CHOICE = "choice"
    TIME = "time"
    WHOLE = "whole number"
    REAL = "number"
    FLAG = "true or false"


class Column(NamedTuple):
    """One column: its name, what its cells are, and what they mean; `of` are the choices, least first if `ranked`."""

    name: str
    holds: Holds
    meaning: str
    of: tuple[str, ...] = ()
    ranked: bool = False


class Table(NamedTuple):
    """A table's name and its columns."""

    name: str
    columns: tuple[Column, ...]


def incident_rows(report: Report) -> Iterator[Row]:
    """Return one row an incident, in the report's order; its columns are `INCIDENTS`."""
    return (tuple(get(incident) for _, get in _OF_INCIDENT) for incident in report.incidents)


def evidence_rows(report: Report) -> Iterator[Row]:
    """Return one row a line (or block) that an incident rests on; its columns are `EVIDENCE`."""
    return (
        (incident.id, number, *(get(step) for _, get in _OF_STEP))
        for incident in report.incidents
        for number, step in enumerate(incident.evidence, start=1)
    )


def event_rows(events: Iterable[Event]) -> Iterator[Row]:
    """Return one row an event, in the given order; its columns are `EVENTS`."""
    return (tuple(get(event) for _, get in _OF_EVENT) for event in events)


def placed_rows(events: Iterable[Event], report: Report) -> list[Row]:
    """Return one row an event with its sessions and its time on the edge's clock, in that order: `PLACED_EVENTS`."""
    known: dict[str, tuple[dict[str, None], Event]] = {}
    for session in report.sessions:
        for event in session.events:
            names, _ = known.setdefault(event.id, ({}, event))
            names[session.name.name or session.name.id] = None
    placed: list[tuple[int, Row]] = []
    for event in events:
        names, moved = known.get(event.id, ({}, None))
        (row,) = event_rows([event if moved is None else event._replace(side=moved.side)])
        at = None if moved is None else _time(moved.at, moved.certainty)
        placed.append((event.at if at is None else at, (*row[:_PLACE], _all(names), at, *row[_PLACE:])))
    return [row for _, row in sorted(placed, key=lambda pair: pair[0])]


def _text(text: str | None) -> str | None:
    return quote(" / ".join(text.split("\n"))) if text else None


def _all(texts: Iterable[str]) -> str | None:
    return _BETWEEN.join(_text(text) or "" for text in texts) or None


def _time(at: int | None, certainty: Certainty) -> int | None:
    return None if certainty is Certainty.UNTIMED else at


def _whole(value: Any) -> int | None:
    """Return a whole number that 64 bits hold; none for one that they do not."""
    return value if isinstance(value, int) and -_LARGEST <= value < _LARGEST else None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _value(value: Any) -> str | None:
    return None if value is None else _text(value_text(value))


def _missing(item: Missing) -> str:
    return f"{item.side}: {item.what}" + (f" ({item.command})" if item.command else "")


def _differs(incident: Incident) -> str | None:
    return _all(f"{d.parameter}: edge {d.edge or 'unknown'}, peer {d.peer or 'unknown'}" for d in incident.differs)


def _place(origin: Origin) -> str:
    """Return file:line; each part by itself is free of secrets, a name in one could hide where another's ends."""
    return str(origin._replace(source=_text(origin.source) or "", member=_text(origin.member) or ""))


def _places(origins: Iterable[Origin]) -> str | None:
    return _BETWEEN.join(dict.fromkeys(map(_place, origins))) or None


def _duration(incident: Incident) -> float | None:
    if incident.ended is None or incident.certainty is Certainty.UNTIMED:
        return None
    return (incident.ended - incident.began) / 1_000_000


def _choice(name: str, of: Iterable[str], meaning: str, *, ranked: bool = False) -> Column:
    return Column(name, Holds.CHOICE, meaning, tuple(map(str, of)), ranked)


def _gateway(side: str) -> tuple[tuple[Column, Callable[[Incident], Cell]], ...]:
    def of(incident: Incident) -> Gateway:
        return incident.session.edge if side == "edge" else incident.session.peer

    return (
        (Column(f"{side}_host", Holds.TEXT, f"the {side}'s host name"), lambda i: _text(of(i).host)),
        (Column(f"{side}_address", Holds.TEXT, f"the {side}'s outside address"), lambda i: _text(of(i).address)),
        (Column(f"{side}_vendor", Holds.TEXT, f"whose gateway the {side} is"), lambda i: _text(of(i).vendor)),
        (Column(f"{side}_identity", Holds.TEXT, f"the {side}'s IKE identity"), lambda i: _text(of(i).identity)),
        (Column(f"{side}_heard", Holds.FLAG, f"a log of the {side} was given"), lambda i: of(i).heard),
    )


_CERTAINTY = _choice("certainty", (c.name.lower() for c in sorted(Certainty)), "how the time is known", ranked=True)
_SIDE = _choice("side", Side, "whose log it stands in")
_KIND = _choice("kind", Kind, "what happened")
_DIRECTION = _choice("direction", Direction, "from the writer's point of view")
_PROVENANCE = _choice("provenance", Provenance, "how its wording is known")

_OF_INCIDENT: tuple[tuple[Column, Callable[[Incident], Cell]], ...] = (
    (Column("id", Holds.TEXT, "the same in every run over the same lines"), lambda i: i.id),
    (_choice("layer", Layer, "what is down: the IKE SA, a CHILD_SA, or BGP over it"), lambda i: str(i.layer)),
    (_choice("state", ("down", "recovered", "flapping", "degraded"), "how it is at the end"), lambda i: i.state),
    (Column("began", Holds.TIME, "on the edge's clock"), lambda i: _time(i.began, i.certainty)),
    (Column("ended", Holds.TIME, "none while it is down"), lambda i: _time(i.ended, i.certainty)),
    (Column("duration_s", Holds.REAL, "seconds from `began` to `ended`"), _duration),
    (Column("session", Holds.TEXT, "the session's name"), lambda i: _text(i.session.name or i.session.id)),
    (Column("tunnel", Holds.TEXT, "which tunnel or BGP neighbour"), lambda i: _text(i.tunnel)),
    (Column("reason", Holds.TEXT, "the reason as NSX documents it"), lambda i: _text(i.reason)),
    (_choice("basis", ("stated", "inferred"), "whether a line of NSX says the reason"), lambda i: i.basis),
    (Column("cause", Holds.TEXT, "the cause's name"), lambda i: _text(i.cause.name) if i.cause else None),
    (Column("cause_title", Holds.TEXT, "the cause in words"), lambda i: _text(i.cause.title) if i.cause else None),
    (
        _choice(
            "confidence", (Confidence.POSSIBLE, Confidence.PROBABLE, Confidence.CONFIRMED), "how sure", ranked=True
        ),
        lambda i: str(i.confidence),
    ),
    (Column("differs", Holds.TEXT, "the parameters that differ, and each side's value"), _differs),
    (Column("actions", Holds.TEXT, "what to do, in order"), lambda i: _all(i.actions)),
    (
        Column("evidence", Holds.TEXT, "the lines it rests on, as file:line"),
        lambda i: _places(step.event.origins[0] for step in i.evidence),
    ),
    (
        _choice("fault_side", ("edge", "peer", "path", "both", "none", "unknown"), "at whose side the fault lies"),
        lambda i: i.cause.fault_side if i.cause else None,
    ),
    (Column("cause_says", Holds.TEXT, "what the logs say of it"), lambda i: _text(i.cause.says) if i.cause else None),
    (Column("confidence_why", Holds.TEXT, "why it is no surer"), lambda i: _text(i.confidence_why)),
    (
        Column("alternatives", Holds.TEXT, "causes not ruled out"),
        lambda i: _all(other.name for other in i.alternatives),
    ),
    (Column("contradictions", Holds.TEXT, "what speaks against it"), lambda i: _all(i.contradictions)),
    (Column("ruled_out", Holds.TEXT, "what it is not"), lambda i: _all(i.ruled_out)),
    (
        Column("missing", Holds.TEXT, "what would settle it, and how to get it"),
        lambda i: _all(map(_missing, i.missing)),
    ),
    (Column("consequences", Holds.TEXT, "what went down with it"), lambda i: _all(i.consequences)),
    (
        Column("trigger", Holds.TEXT, "the line of a reload, restart or failover just before"),
        lambda i: _places(i.trigger.event.origins[:1]) if i.trigger else None,
    ),
    (Column("attempts", Holds.WHOLE, "how many negotiations failed"), lambda i: _whole(i.attempts)),
    (Column("downs", Holds.WHOLE, "how often it went down"), lambda i: _whole(i.downs)),
    (Column("last_seen", Holds.TIME, "the last sign of trouble"), lambda i: _time(i.last_seen, i.certainty)),
    (_CERTAINTY, lambda i: i.certainty.name.lower()),
    (Column("session_id", Holds.TEXT, "NSX's UUID of the session, where known"), lambda i: _text(i.session.id)),
    *_gateway("edge"),
    *_gateway("peer"),
    (Column("clock_offset_s", Holds.REAL, "the peer's clock minus the edge's"), lambda i: i.clocks.offset_s),
    (Column("clock_spread_s", Holds.REAL, "how far the exchanges differ on it"), lambda i: i.clocks.spread_s),
    (Column("clock_votes", Holds.WHOLE, "how many exchanges tell it"), lambda i: _whole(i.clocks.votes)),
    (Column("reason_means", Holds.TEXT, "the reason in words"), lambda i: _text(i.reason_means)),
    (Column("link", Holds.TEXT, "the page that documents the reason"), lambda i: _text(i.link)),
    (Column("follows", Holds.TEXT, "the incident it merely follows"), lambda i: _text(i.follows)),
    (Column("revision", Holds.WHOLE, "raised when later lines changed it"), lambda i: _whole(i.revision)),
)

_OF_STEP: tuple[tuple[Column, Callable[[Evidence], Cell]], ...] = (
    (_SIDE, lambda s: s.event.side and str(s.event.side)),
    (Column("role", Holds.TEXT, "what the line is in the verdict"), lambda s: _text(s.role)),
    (Column("at", Holds.TIME, "on the edge's clock"), lambda s: _time(s.at, s.event.certainty)),
    (_KIND, lambda s: str(s.event.kind)),
    (_DIRECTION, lambda s: str(s.event.direction)),
    (Column("place", Holds.TEXT, "file:line"), lambda s: _place(s.event.origins[0])),
    (Column("source", Holds.TEXT, "the file"), lambda s: _text(s.event.origins[0].source)),
    (Column("member", Holds.TEXT, "the member of an archive"), lambda s: _text(s.event.origins[0].member)),
    (Column("line", Holds.WHOLE, "the line, from 1"), lambda s: _whole(s.event.origins[0].line)),
    (_PROVENANCE, lambda s: str(s.event.rule.provenance)),
    (Column("text", Holds.TEXT, "the line as it is written"), lambda s: _text(s.event.text)),
    (Column("event", Holds.TEXT, "the event's id"), lambda s: s.event.id),
)

_BASE: tuple[tuple[Column, Callable[[Event], Cell]], ...] = (
    (Column("id", Holds.TEXT, "the same in every run over the same lines"), lambda e: e.id),
    (Column("at", Holds.TIME, "by the writer's clock"), lambda e: _time(e.at, e.certainty)),
    (_CERTAINTY, lambda e: e.certainty.name.lower()),
    (_SIDE, lambda e: e.side and str(e.side)),
    (Column("host", Holds.TEXT, "the writer"), lambda e: _text(e.host)),
    (Column("vendor", Holds.TEXT, "whose gateway it is"), lambda e: _text(e.vendor)),
    (_KIND, lambda e: str(e.kind)),
    (_DIRECTION, lambda e: str(e.direction)),
    (Column("place", Holds.TEXT, "file:line of its first line"), lambda e: _place(e.origins[0])),
    (Column("text", Holds.TEXT, "the lines as they are written"), lambda e: _text(e.text)),
    (Column("source", Holds.TEXT, "the file"), lambda e: _text(e.origins[0].source)),
    (Column("member", Holds.TEXT, "the member of an archive"), lambda e: _text(e.origins[0].member)),
    (Column("line", Holds.WHOLE, "the first line, from 1"), lambda e: _whole(e.origins[0].line)),
    (Column("lines", Holds.WHOLE, "how many records it stands on"), lambda e: len(e.origins)),
    (Column("app", Holds.TEXT, "the program"), lambda e: _text(e.app)),
    (Column("pid", Holds.TEXT, "its process"), lambda e: _text(e.pid)),
    (Column("rule", Holds.TEXT, "the grammar that read it, and its line"), lambda e: f"{e.rule.grammar}:{e.rule.line}"),
    (_PROVENANCE, lambda e: str(e.rule.provenance)),
)
_PLACE = 8  # columns of an event before its place


def _field(name: str) -> tuple[Column, Callable[[Event], Cell]]:
    field = FIELDS[name]
    if field.type in (SlotType.INT, SlotType.PORT, SlotType.GROUP):
        return Column(name, Holds.WHOLE, field.meaning), lambda e: _whole(e.get(name))
    if field.type is SlotType.SECONDS:
        return Column(name, Holds.REAL, field.meaning), lambda e: _number(e.get(name))
    return Column(name, Holds.TEXT, field.meaning), lambda e: _value(e.get(name))


_OF_EVENT = (*_BASE, *(_field(name) for name in FIELDS))

INCIDENTS = Table("incidents", tuple(column for column, _ in _OF_INCIDENT))
EVIDENCE = Table(
    "evidence",
    (
        Column("incident", Holds.TEXT, "the incident's id"),
        Column("number", Holds.WHOLE, "its place in the evidence"),
        *(column for column, _ in _OF_STEP),
    ),
)
EVENTS = Table("events", tuple(column for column, _ in _OF_EVENT))
PLACED_EVENTS = Table(
    "events",
    (
        *EVENTS.columns[:_PLACE],
        Column("vpn", Holds.TEXT, "the sessions it belongs to, as the incidents name them"),
        Column("edge_at", Holds.TIME, "on the edge's clock"),
        *EVENTS.columns[_PLACE:],
    ),
)
_BUNDLE = Column("bundle", Holds.TEXT, "the bundle it is of, where many were read")
BUNDLED_INCIDENTS = Table("incidents", (_BUNDLE, *INCIDENTS.columns))
BUNDLED_EVENTS = Table("events", (_BUNDLE, *EVENTS.columns))
TABLES: Mapping[tuple[str, ...], Table] = {
    tuple(column.name for column in table.columns): table
    for table in (INCIDENTS, BUNDLED_INCIDENTS, EVIDENCE, EVENTS, BUNDLED_EVENTS, PLACED_EVENTS)
}
