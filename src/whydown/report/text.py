"""The report as plain text: for a terminal of 80 columns, and to be pasted into a ticket as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.report.coverage import write_coverage
from whydown.report.layout import Paper, Style, many
from whydown.report.page import began, title, write_page
from whydown.report.quiet import write_quiet
from whydown.report.quote import prose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from whydown.diagnose.incident import Incident
    from whydown.report.model import Report


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


def parts(report: Report, style: Style) -> Iterator[str]:
    """Write the report as the formats of a report are written."""
    yield render(report, style)


def _pages(incidents: Sequence[Incident]) -> list[tuple[Incident, tuple[Incident, ...]]]:
    """Pair each incident that has its own page with the tunnels that are down only because it is; open ones first."""
    known = {incident.id for incident in incidents}
    leading = [incident for incident in incidents if incident.follows not in known]
    leading.sort(key=lambda incident: (incident.ended is not None, incident.began, incident.id))
    return [(leader, tuple(other for other in incidents if other.follows == leader.id)) for leader in leading]


def _write_overview(paper: Paper, pages: Sequence[tuple[Incident, tuple[Incident, ...]]]) -> None:
    still = sum(incident.ended is None for incident, _ in pages)
    paper.heading(f"{many(len(pages), 'incident')}, {still} still open", level=1)
    for number, (incident, _) in enumerate(pages, start=1):
        name = incident.session.name or incident.session.id or incident.session.peer.address
        cause = f" {incident.cause.title}, {incident.confidence}." if incident.cause else ""
        paper.sentence(
            f"{began(incident)}  {prose(name)}: {prose(title(incident))}.{prose(cause)}",
            indent="    ",
            first=f"{number}. ".ljust(4),
        )
