"""The report as plain text: for a terminal of 80 columns, and to be pasted into a ticket as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.diagnose.incident import Layer
from whydown.report.coverage import write_coverage
from whydown.report.layout import Paper, Style, many, stamp
from whydown.report.page import title, write_page
from whydown.report.quiet import write_quiet
from whydown.report.quote import prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.diagnose.incident import Incident
    from whydown.report.model import Report

# Reasons by which NSX says no more than that the tunnel waits for its session.
_WITH_THE_SESSION = frozenset({"IKE SA down", "IPsec negotiation not started"})


def render(report: Report, style: Style | None = None) -> str:
    """Write the whole report: a page an incident, an overview before them where there are several, the coverage last.

    A tunnel that is down only because its session is down stands on the session's page. Times are UTC on the edge's
    clock. No control character, secret or colour (unless the style has it) is in the text.
    """
    paper = Paper(style or Style())
    if not report.incidents:
        write_quiet(paper, report)
        return paper.text()
    pages = _pages(report.incidents)
    if len(pages) > 1:
        _write_overview(paper, pages)
    for number, (incident, followers) in enumerate(pages, start=1):
        if len(pages) > 1:
            paper.blank()
            paper.exact("-" * min(paper.style.width, 80))
        write_page(paper, incident, followers, report.hearing_of(incident), number if len(pages) > 1 else 0)
    write_coverage(paper, report)
    return paper.text()


def _pages(incidents: Sequence[Incident]) -> list[tuple[Incident, tuple[Incident, ...]]]:
    """Pair each incident that has its own page with the tunnels that are down only because it is; open ones first."""
    sessions = [incident for incident in incidents if incident.layer is Layer.SESSION]
    led: dict[str, list[Incident]] = {}
    leading = []
    for incident in incidents:
        if (leader := _leader(incident, sessions)) is not None:
            led.setdefault(leader.id, []).append(incident)
        else:
            leading.append(incident)
    leading.sort(key=lambda incident: (incident.ended is not None, incident.began, incident.id))
    return [(incident, tuple(led.get(incident.id, ()))) for incident in leading]


def _leader(incident: Incident, sessions: Sequence[Incident]) -> Incident | None:
    """Return the session's incident on whose page this tunnel's belongs, if there is one."""
    if incident.layer is not Layer.TUNNEL or incident.reason not in _WITH_THE_SESSION:
        return None
    for session in sessions:
        same = session.session.id == incident.session.id and session.session.name == incident.session.name
        if same and _overlap(session, incident):
            return session
    return None


def _overlap(first: Incident, second: Incident) -> bool:
    return (first.ended is None or second.began <= first.ended) and (
        second.ended is None or first.began <= second.ended
    )


def _write_overview(paper: Paper, pages: Sequence[tuple[Incident, tuple[Incident, ...]]]) -> None:
    still = sum(incident.ended is None for incident, _ in pages)
    paper.heading(f"{many(len(pages), 'incident')}, {still} still open", level=1)
    for number, (incident, _) in enumerate(pages, start=1):
        name = incident.session.name or incident.session.id or incident.session.peer.address
        cause = f" {incident.cause.title}, {incident.confidence}." if incident.cause else ""
        paper.sentence(
            f"{stamp(incident.began)}  {prose(name)}: {prose(title(incident))}.{prose(cause)}",
            indent="    ",
            first=f"{number}. ".ljust(4),
        )
