"""The page of one incident: what is down, why, what to do, and what proves it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from whydown.diagnose.incident import Confidence, Layer, Missing
from whydown.envelope.record import Certainty
from whydown.grammar.event import Provenance
from whydown.report.ladder import draw, labels, place
from whydown.report.layout import clock, day, duration, many, stamp, stamps
from whydown.report.phrases import phrase
from whydown.report.quote import prose, quote
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from whydown.diagnose.incident import Evidence, Incident
    from whydown.report.layout import Paper
    from whydown.sessions.model import Heard
    from whydown.sessions.names import Gateway

_LAYERS = {Layer.SESSION: "IPsec session", Layer.TUNNEL: "IPsec tunnel", Layer.BGP: "BGP neighbour"}
_STATES = {"down": "DOWN", "recovered": "was down, is up again", "flapping": "FLAPPING", "degraded": "DEGRADED"}
_LOOKS = {"down": "bad", "recovered": "good", "flapping": "bad", "degraded": "doubt"}
# Reasons behind which one parameter differs: naming it is what the reader waits for.
_OF_A_PARAMETER = frozenset({"No proposal chosen", "TS unacceptable", "Authentication failed"})
_SURENESS = {Confidence.CONFIRMED: "", Confidence.PROBABLE: ", probably", Confidence.POSSIBLE: ", possibly"}
_FAULT = {
    "edge": "the edge's side",
    "peer": "the peer's side",
    "path": "something between the two gateways",
    "both": "both: the two sides must agree, and changing one is enough",
    "none": "nobody",
}
_LONGEST_QUOTE = 700
_MINUTE = 60_000_000


def title(incident: Incident) -> str:
    """Say in a line what is down and the reason, and whether the answer is still open."""
    said = f"{_LAYERS[incident.layer]} {_STATES.get(incident.state, incident.state)}: {incident.reason}"
    return f"{said} - {doubt}" if (doubt := _open_question(incident)) else said


def began(incident: Incident) -> str:
    """Say when it began, where the lines tell."""
    return stamp(incident.began) if incident.certainty is not Certainty.UNTIMED else "without a time"


def write_page(
    paper: Paper, incident: Incident, followers: Sequence[Incident], heard: Sequence[Heard], number: int = 0
) -> None:
    """Write an incident's page.

    `followers` are the tunnels that are down with it, `heard` the logs of its session, `number` its place among
    several pages.
    """
    named = labels([step.event for step in (*incident.timeline, *incident.evidence)])
    unsettled = bool(_open_question(incident))
    numbered = f"{number}. " if number else ""
    paper.heading(numbered + prose(title(incident)), level=1, look=_LOOKS.get(incident.state, "bold"))
    _write_header(paper, incident, followers, heard, named)
    if unsettled:
        _write_missing(paper, "Get next", _wanted(incident, heard))
    _write_cause(paper, incident)
    _write_parameters(paper, incident)
    _write_actions(paper, incident)
    _write_timeline(paper, incident, named)
    _write_evidence(paper, incident)
    _write_alternatives(paper, incident)
    _write_possible_problems(paper, incident)
    if not unsettled:
        _write_missing(paper, "Missing (nice to have)", incident.missing)
    if incident.link:
        paper.blank()
        paper.exact(f"The reason is documented at {incident.link}", "dim")  # not wrapped: it is there to be opened


def _open_question(incident: Incident) -> str:
    """Name what the logs leave open; empty where the answer is given."""
    guess = incident.cause is None or incident.confidence is Confidence.POSSIBLE
    half = bool(incident.differs) and not any(d.edge and d.peer for d in incident.differs)
    if incident.reason in _OF_A_PARAMETER and (guess or (half and incident.confidence is not Confidence.CONFIRMED)):
        return "differing parameter UNKNOWN"
    if incident.cause is None:
        return "cause UNKNOWN"
    return "cause NOT SETTLED" if guess else ""


def _write_header(
    paper: Paper,
    incident: Incident,
    followers: Sequence[Incident],
    heard: Sequence[Heard],
    named: Mapping[str, str],
) -> None:
    session = incident.session
    stated = (
        "stated by NSX"
        if incident.basis == "stated"
        else "inferred from the lines; NSX itself states none in these logs"
    )
    before = ""
    if incident.trigger is not None:
        step = incident.trigger
        time = "" if step.event.certainty is Certainty.UNTIMED else f"{_moment(step.at, incident.began)} "
        before = f"{time}{step.event.side or ''}: {phrase(step.event)}"
        before += f" ({place(step.event, named)}), a probable trigger"
    rows = [
        ("session", prose(" ".join(dict.fromkeys(part for part in (session.name, _uuid(session.id)) if part)))),
        ("edge", _gateway(session.edge, Side.EDGE, heard)),
        ("peer", _gateway(session.peer, Side.PEER, heard)),
        ("tunnel", prose(incident.tunnel) if incident.layer is Layer.TUNNEL else ""),
        ("neighbour", prose(incident.tunnel) if incident.layer is Layer.BGP else ""),
        (incident.state if incident.state in ("flapping", "degraded") else "down", _when(incident)),
        ("reason", f"{stated}. {prose(incident.reason_means)}".strip()),
        *(("with it", f"tunnel {prose(f.tunnel)}".strip() + f": {prose(f.reason)}") for f in followers),
        ("before", before),
        *(("then", prose(text)) for text in incident.consequences),
        ("incident", incident.id if incident.revision == 1 else f"{incident.id}, revision {incident.revision}"),
    ]
    paper.pairs(rows)


def _uuid(identity: str) -> str:
    """Return NSX's own name of a session; one that was made up from the logs helps nobody to find it."""
    return identity if identity.count("-") == 4 else ""


def _gateway(gateway: Gateway, side: Side, heard: Sequence[Heard]) -> str:
    listened = gateway.heard or any(h.side is side for h in heard)
    identity = gateway.identity if gateway.identity not in (gateway.address, "%any") else ""
    names = [gateway.host, gateway.address, f"ID {identity}" if identity else ""]
    shown = prose(" ".join(name for name in names if name)) or "name and address not in the logs"
    return f"{shown}, {prose(gateway.vendor) or 'vendor not known'}" if listened else f"{shown} - NO LOG GIVEN"


def _when(incident: Incident) -> str:
    """Say since when, until when or still, and how often."""
    text = f"since {stamp(incident.began)}"
    if incident.certainty is Certainty.UNTIMED:
        text = "the lines bear no time" + ("; up again in the end" if incident.state == "recovered" else "")
    elif incident.ended is not None:
        text = f"{stamps(incident.began, incident.ended)}, {duration(incident.ended - incident.began)}"
    elif incident.last_seen is not None and incident.last_seen > incident.began + 1_000_000:
        text += f", still failing {_moment(incident.last_seen, incident.began)}Z"
    if incident.attempts > 1:
        text += f", {many(incident.attempts, 'attempt')}"
    doubts = {1: "; year and zone assumed", 2: "; zone assumed"}
    return text + doubts.get(int(incident.certainty), "")


def _moment(at: int, near: int) -> str:
    return clock(at, millis=False) if day(at) == day(near) else stamp(at).removesuffix("Z")


def _write_cause(paper: Paper, incident: Incident) -> None:
    cause = incident.cause
    sure = str(incident.confidence) if cause else f"{incident.confidence}, of the reason alone"
    if cause is None:
        paper.heading("Cause: not known")
        paper.sentence("Nothing in these logs settles why. No guess is made.")
    else:
        heading, named = f"Cause{_SURENESS[incident.confidence]}", prose(cause.title)
        if len(heading) + len(named) + 5 <= paper.style.width:
            paper.heading(f"{heading}: {named}")
        else:
            paper.heading(heading)
            paper.sentence(f"{named}.", look="bold")
            paper.blank()
        paper.sentence(_capital(prose(cause.says)))
    paper.blank()
    paper.pairs(
        [
            ("confidence", f"{sure}. {_capital(prose(incident.confidence_why))}".strip()),
            ("wording", _wording(incident.evidence)),
            ("clocks", _clocks(incident)),
            ("at fault", _FAULT.get(cause.fault_side, "") if cause else ""),
            *(("but", prose(text)) for text in incident.contradictions),
        ]
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _wording(evidence: Sequence[Evidence]) -> str:
    """Say how the wording of the lines is known on which the verdict rests."""
    if not evidence:
        return ""
    known = [step.event.rule.provenance for step in evidence]
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
    spread = f"±{clocks.spread_s:.2f} s, " if clocks.spread_s is not None else ""
    return f"peer {abs(clocks.offset_s):.2f} s {ahead} ({spread}{many(clocks.votes, 'exchange')}); times are the edge's"


def _write_parameters(paper: Paper, incident: Incident) -> None:
    if not incident.differs:
        return
    rows = [(prose(d.parameter), prose(d.edge) or "UNKNOWN", prose(d.peer) or "UNKNOWN", "≠") for d in incident.differs]
    signs = ["bold" if "UNKNOWN" not in row else "doubt" for row in rows]
    rows = [(*row[:3], "?") if "UNKNOWN" in row else row for row in rows]
    for agreed in incident.agrees:
        value = prose(agreed.value)
        rows.append((prose(agreed.parameter), value or "not reached", value or "not reached", "=" if value else "?"))
    paper.blank()
    paper.table(("Parameter", "Edge", "Peer", " "), rows, signs)


def _write_actions(paper: Paper, incident: Incident) -> None:
    if incident.actions:
        paper.heading("Do this")
        for number, action in enumerate(incident.actions, start=1):
            paper.sentence(prose(action), indent="   ", first=f"{number}. ")


def _write_timeline(paper: Paper, incident: Incident, named: Mapping[str, str]) -> None:
    if not incident.timeline:
        return
    aligned = incident.clocks.offset_s is not None
    paper.heading("Timeline, on the edge's clock" if aligned else "Timeline")
    draw(paper, incident.timeline, named)


def _write_evidence(paper: Paper, incident: Incident) -> None:
    """Quote every line of the evidence whole, up to a length, as a block that Markdown leaves alone."""
    if not incident.evidence:
        return
    paper.heading("Evidence")
    for step in incident.evidence:
        event = step.event
        how = {Provenance.GIST: "wording unknown"}.get(event.rule.provenance, f"wording {event.rule.provenance}")
        role = "" if step.role in ("", "why") else f"{quote(step.role)}, "
        where = ", ".join(quote(str(origin)) for origin in event.origins[:3])
        head = f"    {where}  ({event.side or 'side not known'}, {role}{how})"
        if len(head) <= paper.style.width:
            paper.exact(head)
        else:
            paper.exact(f"    {where}")
            paper.exact(f"      ({event.side or 'side not known'}, {role}{how})")
        text = " / ".join(event.text.split("\n"))
        shown = quote(text[:_LONGEST_QUOTE])
        if len(text) > _LONGEST_QUOTE:
            shown += f" … ({len(text) - _LONGEST_QUOTE} more characters)"
        paper.quoted(shown, "        ")


def _write_alternatives(paper: Paper, incident: Incident) -> None:
    if incident.alternatives:
        paper.heading("Could also be" if incident.cause else "Could be")
    for other in incident.alternatives:
        settle = f"; settled by: {prose(other.would_settle)}" if other.would_settle else ""
        paper.sentence(f"{prose(other.title or other.name)} ({other.confidence}){settle}", indent="  ", first="- ")
    if incident.ruled_out:
        paper.heading("Ruled out")
        for text in incident.ruled_out:
            paper.sentence(prose(text), indent="  ", first="- ")


def _write_possible_problems(paper: Paper, incident: Incident) -> None:
    """Write what the console's status table names for such an incident, by what the logs say of it."""
    if not incident.possible_problems:
        return
    paper.heading(f"The console's table: {prose(incident.possible_problems[0].row)}")
    said: dict[str, list[str]] = {"supported": [], "open": [], "ruled out": []}
    for possible in incident.possible_problems:
        said[possible.verdict].append(prose(possible.problem))
    paper.pairs((verdict, "; ".join(problems)) for verdict, problems in said.items())


def _wanted(incident: Incident, heard: Sequence[Heard]) -> list[Missing]:
    """Return what is missing; at least the log of a side of which there is none."""
    wanted = list(incident.missing)
    begin: int | None = incident.began - 5 * _MINUTE
    end: int | None = (incident.ended or incident.last_seen or incident.began) + 5 * _MINUTE
    if incident.certainty is Certainty.UNTIMED:
        begin = end = None
    wanted += [
        Missing(side, begin, end, f"the {side}'s IKE log", "")
        for side, gateway in ((Side.EDGE, incident.session.edge), (Side.PEER, incident.session.peer))
        if not (gateway.heard or any(h.side is side for h in heard) or any(m.side is side for m in incident.missing))
    ]
    return wanted


def _together(missing: Sequence[Missing]) -> list[Missing]:
    """Join the requests that one command answers for one stretch of time."""
    asked: dict[tuple[Side, int | None, int | None, str], list[Missing]] = {}
    for item in missing:
        asked.setdefault((item.side, item.begin, item.end, item.command), []).append(item)
    return [replace(items[0], what="; ".join(item.what for item in items)) for items in asked.values()]


def _write_missing(paper: Paper, heading: str, missing: Sequence[Missing]) -> None:
    if not missing:
        return
    paper.heading(heading)
    for number, item in enumerate(_together(missing), start=1):
        window = ""
        if item.begin is not None and item.end is not None:
            window = f", {stamps(item.begin, item.end)} on its clock"
        level = f" (log level: {prose(item.level)})" if item.level else ""
        paper.sentence(f"From the {item.side}{window}: {prose(item.what)}{level}", indent="   ", first=f"{number}. ")
        for command in filter(None, (item.command, item.after and f"{item.after}   (afterwards)")):
            paper.blank()
            paper.exact(f"       {quote(command)}")  # not wrapped: it is there to be copied
            paper.blank()
