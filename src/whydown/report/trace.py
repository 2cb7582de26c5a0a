"""Why causes were not chosen, as plain text: incident by incident, clause by clause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.diagnose.incident import Layer
from whydown.report.headline import began, title
from whydown.report.layout import Paper, Style
from whydown.report.quote import prose, quote

if TYPE_CHECKING:
    from whydown.diagnose.traces import Trace
    from whydown.report.model import Report

_TITLES = {"edge": "the Edge", "peer": "the peer"}


def render_traces(report: Report, style: Style | None = None) -> str:
    """Write for each incident with its own episode what became of each cause that was asked about.

    A clause is marked `+` where it holds, `?` where nobody could tell, `-` where it failed: there the way ends.
    """
    paper = Paper(style or Style())
    if not report.traces:
        paper.sentence("No incident was found, so no cause was asked for.")
    last = None
    for one in report.traces:
        incident = one.incident
        if incident is not last:
            name = incident.session.name or incident.session.id or incident.session.peer.address
            which = f" {prose(incident.tunnel)}" if incident.layer is not Layer.SESSION and incident.tunnel else ""
            paper.heading(f"{prose(title(incident))} ({began(incident)}, {prose(name)}{which})", level=1)
            last = incident
        _write_trace(paper, one)
    return paper.text()


def _write_trace(paper: Paper, one: Trace) -> None:
    paper.heading(f"{one.cause}: {prose(one.title)}")
    paper.sentence(prose(one.outcome))
    if one.either is not None:
        other = _TITLES[one.either.other]
        paper.sentence(f"Here 'either' is {_TITLES[one.either]}, and 'other' is {other}: so it got furthest.")
    paper.blank()
    for clause in one.clauses:
        mark = "-" if clause.failed else "?" if clause.outcome.startswith(("not heard", "not found", "'")) else "+"
        paper.sentence(quote(clause.written), indent="      ", first=f"    {mark} ")
        paper.sentence(prose(clause.outcome), indent="          ")
