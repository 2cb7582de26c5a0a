"""The page of one incident: what is down, why, what to do, and what proves it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from whydown.diagnose.incident import STATED, Confidence, Missing
from whydown.grammar.event import Provenance
from whydown.report.document import (
    Item,
    Ladder,
    Lane,
    Page,
    Pairs,
    Points,
    Quotes,
    Reference,
    Said,
    Section,
    Table,
)
from whydown.report.facts import facts
from whydown.report.headline import LOOKS, open_question, title
from whydown.report.layout import many, stamps
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.diagnose.incident import Difference, Evidence, Incident
    from whydown.sessions.model import Heard

_SURENESS = {Confidence.CONFIRMED: "", Confidence.PROBABLE: ", probably", Confidence.POSSIBLE: ", possibly"}
_FAULT = {
    "edge": "the edge's side",
    "peer": "the peer's side",
    "path": "something between the two gateways",
    "both": "both: the two sides must agree, and changing one is enough",
    "none": "nobody",
}
_FEW = 2  # differing parameters that find room above the table


def page_of(
    incident: Incident, followers: Sequence[Incident] = (), heard: Sequence[Heard] = (), number: int = 0
) -> Page:
    """Return an incident's page.

    `followers` are the tunnels that are down with it, `heard` the logs of its session, `number` its place among
    several pages.
    """
    unsettled = bool(open_question(incident))
    parts = (
        _short(incident, unsettled=unsettled),
        facts(incident, followers, heard),
        _missing("Get next", incident.missing) if unsettled else None,
        _cause(incident),
        _actions(incident),
        _timeline(incident, heard),
        _evidence(incident),
        _alternatives(incident),
        _ruled_out(incident),
        _possible_problems(incident),
        None if unsettled else _missing("Missing (nice to have)", incident.missing),
        _documented(incident),
    )
    return Page(
        name=f"i{incident.id}",
        title=title(incident),
        sections=tuple(part for part in parts if part),
        look=LOOKS.get(incident.state, "bold"),
        incident=incident,
        number=number,
    )


def _short(incident: Incident, *, unsettled: bool) -> Section:
    """Say in a few rows why, how surely, whose matter it is, and what comes first: to change something, or to get more."""
    cause, guess = incident.cause, incident.confidence is Confidence.POSSIBLE
    more = _together(incident.missing)[0] if unsettled and incident.missing else None
    first = f"get more, from the {more.side}: {more.what}" if more else next(iter(incident.actions), "")
    label = "next" if _is_over(incident) and not more else "first"
    rows = (
        ("cause", f"{cause.title} ({incident.confidence})" if cause else "not known"),
        ("differs", "; ".join(map(_both_values, incident.differs)) if 0 < len(incident.differs) <= _FEW else ""),
        ("at fault", _FAULT.get(cause.fault_side, "") if cause and not guess else ""),
        (label, _capital(first)),
    )
    return Section("short", "", (Pairs(rows),))


def _both_values(difference: Difference) -> str:
    edge, peer = (value or "UNKNOWN" for value in (difference.edge, difference.peer))
    return f"{difference.parameter}, {edge} on the Edge, {peer} on the peer"


def _is_over(incident: Incident) -> bool:
    """Whether what was down is up again, so that nothing need be done at once."""
    return incident.state == "recovered"


def _cause(incident: Incident) -> Section:
    cause = incident.cause
    sure = str(incident.confidence) if cause else f"{incident.confidence}, of the reason alone"
    if cause is None:
        title, answer, says = "Cause", "not known", "Nothing in these logs settles why. No guess is made."
    else:
        title, answer, says = f"Cause{_SURENESS[incident.confidence]}", cause.title, _capital(cause.says)
    known = Pairs(
        (
            ("confidence", f"{sure}. {_capital(incident.confidence_why)}".strip()),
            ("wording", _wording(incident.evidence)),
            ("clocks", _clocks(incident)),
            *(("but", text) for text in incident.contradictions),
        )
    )
    said = () if cause and cause.says == cause.title else (Said(says),)
    return Section("cause", title, (*said, known, *_parameters(incident)), answer)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _wording(evidence: Sequence[Evidence]) -> str:
    """Say how the wording of the lines is known on which the verdict rests."""
    if not evidence:
        return ""
    known = [step.event.rule.provenance for step in evidence if step.role != STATED]
    known = known or [step.event.rule.provenance for step in evidence]
    assumed, guessed = known.count(Provenance.ASSUMED), known.count(Provenance.GIST)
    parts = [
        f"ASSUMED for {assumed} of {many(len(known), 'line')}: no published line reads so" if assumed else "",
        f"UNKNOWN for {guessed} of {many(len(known), 'line')}: only a standard name in it was read" if guessed else "",
    ]
    return "; ".join(part for part in parts if part) or "seen in the daemon's source or in real logs, for every line"


def _clocks(incident: Incident) -> str:
    clocks = incident.clocks
    if not (incident.session.edge.heard and incident.session.peer.heard):
        return ""
    if clocks.offset_s is None:
        return "not compared, too few exchanges stand in both logs: each side's times are as written"
    ahead = "ahead" if clocks.offset_s >= 0 else "behind"
    spread = f"±{clocks.spread_s:.2f} s, " if clocks.spread_s is not None else "by no more than "
    return f"peer {abs(clocks.offset_s):.2f} s {ahead} ({spread}{many(clocks.votes, 'exchange')}); times are the edge's"


def _parameters(incident: Incident) -> tuple[Table, ...]:
    if not incident.differs:
        return ()
    rows = [(d.parameter, d.edge or "UNKNOWN", d.peer or "UNKNOWN", "≠") for d in incident.differs]
    looks = tuple("bold" if "UNKNOWN" not in row else "doubt" for row in rows)
    rows = [(*row[:3], "?") if "UNKNOWN" in row else row for row in rows]
    for agreed in incident.agrees:
        value = agreed.value
        rows.append((agreed.parameter, value or "not reached", value or "not reached", "=" if value else "?"))
    return (Table(("Parameter", "Edge", "Peer", " "), tuple(rows), looks),)


def _actions(incident: Incident) -> Section | None:
    if not incident.actions:
        return None
    title = "So that it stays up" if _is_over(incident) else "Do this"
    return Section("do", title, (Points(tuple(map(Item, incident.actions)), numbered=True),))


def _timeline(incident: Incident, heard: Sequence[Heard]) -> Section | None:
    if not incident.timeline:
        return None
    session, aligned = incident.session, incident.clocks.offset_s is not None
    gateways = {Side.EDGE: session.edge, Side.PEER: session.peer}
    lanes = tuple(
        Lane(side, gateway.host or gateway.address, gateway.heard or any(log.side is side for log in heard))
        for side, gateway in gateways.items()
    )
    ladder = Ladder(incident.timeline, incident.evidence, lanes, aligned)
    return Section("timeline", "Timeline, on the edge's clock" if aligned else "Timeline", (ladder,))


def _evidence(incident: Incident) -> Section | None:
    if not incident.evidence:
        return None
    return Section("evidence", "Evidence", (Quotes(incident.evidence),))


def _alternatives(incident: Incident) -> Section | None:
    """Say what else it may be; of a finer cause the plain form is no other answer."""
    plain = incident.cause.name.partition("/")[0] if incident.cause else ""
    others = [other for other in incident.alternatives if other.name != plain]
    if not others:
        return None
    items = [
        Item(
            f"{other.title or other.name} ({other.confidence})"
            + (f"; settled by: {other.would_settle}" if other.would_settle else "")
        )
        for other in others
    ]
    return Section("alternatives", "Could also be" if incident.cause else "Could be", (Points(tuple(items)),))


def _ruled_out(incident: Incident) -> Section | None:
    if not incident.ruled_out:
        return None
    return Section("ruled-out", "Ruled out", (Points(tuple(map(Item, incident.ruled_out))),))


def _possible_problems(incident: Incident) -> Section | None:
    """Say what the console's status table names for such an incident, by what the logs say of it."""
    if not incident.possible_problems:
        return None
    said: dict[str, list[str]] = {"supported": [], "open": [], "ruled out": []}
    for possible in incident.possible_problems:
        said[possible.verdict].append(possible.problem)
    first = incident.possible_problems[0]
    rows = [(verdict, "; ".join(problems)) for verdict, problems in said.items()]
    return Section("console", "The console's table", (Pairs((*rows, ("tip", first.tip))),), first.row)


def _documented(incident: Incident) -> Section | None:
    if not incident.link:
        return None
    return Section("link", "", (Reference("The reason is documented at", incident.link),))


def _together(missing: Sequence[Missing]) -> list[Missing]:
    """Join the requests that one command answers for one stretch of time."""
    asked: dict[tuple[Side, int | None, int | None, str], list[Missing]] = {}
    for item in missing:
        asked.setdefault((item.side, item.begin, item.end, item.command), []).append(item)
    return [replace(items[0], what="; ".join(item.what for item in items)) for items in asked.values()]


def _missing(title: str, missing: Sequence[Missing]) -> Section | None:
    if not missing:
        return None
    items = []
    for item in _together(missing):
        window = ""
        if item.begin is not None and item.end is not None:
            window = f", {stamps(item.begin, item.end)} on its clock"
        level = f" (log level: {item.level})" if item.level else ""
        commands = tuple(filter(None, (item.command, item.after and f"{item.after}   (afterwards)")))
        items.append(Item(f"From the {item.side}{window}: {item.what}{level}", commands))
    return Section("next" if title == "Get next" else "missing", title, (Points(tuple(items), numbered=True),))
