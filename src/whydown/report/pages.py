"""A report as a document: an overview where there are several incidents, a page an incident, the coverage last."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from whydown.report.coverage import coverage
from whydown.report.document import Chart, Document, Entry, Index, Page, Section, Table
from whydown.report.layout import many
from whydown.report.lives import lives_of, short_name
from whydown.report.page import LOOKS, began, page_of, title
from whydown.report.quiet import quiet_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.diagnose.incident import Incident
    from whydown.report.model import Report

_FEW = 2  # incidents that need no counting


def document_of(report: Report) -> Document:
    """Return everything that is said of a report.

    A tunnel that is down only because its session is down stands on the session's page. Times are UTC on the edge's
    clock.
    """
    if not report.incidents:
        return Document((quiet_page(report),), coverage(report))
    paired = _paired(report.incidents)
    several = len(paired) > 1
    pages = [
        page_of(incident, followers, report.hearing_of(incident), number if several else 0)
        for number, (incident, followers) in enumerate(paired, start=1)
    ]
    if several:
        pages.insert(0, _overview(report, [incident for incident, _ in paired]))
    return Document(tuple(pages), coverage(report))


def _paired(incidents: Sequence[Incident]) -> list[tuple[Incident, tuple[Incident, ...]]]:
    """Pair each incident that has its own page with the tunnels that are down only because it is; open ones first."""
    known = {incident.id for incident in incidents}
    leading = [incident for incident in incidents if incident.follows not in known]
    leading.sort(key=lambda incident: (incident.ended is not None, incident.began, incident.id))
    return [(leader, tuple(other for other in incidents if other.follows == leader.id)) for leader in leading]


def _overview(report: Report, leading: Sequence[Incident]) -> Page:
    still = sum(incident.ended is None for incident in leading)
    sections = [Section("index", "", (Index(tuple(map(_entry, leading))),))]
    if len(leading) > _FEW:
        sections.append(Section("counts", "By reason and cause", (_counts(leading),)))
    if lives := lives_of(report, leading):
        sections.append(Section("lives", "Sessions over time", (Chart(lives),)))
    return Page("overview", f"{many(len(leading), 'incident')}, {still} still open", tuple(sections))


def _entry(incident: Incident) -> Entry:
    return Entry(
        page=f"i{incident.id}",
        look=LOOKS.get(incident.state, "bold"),
        began=began(incident),
        session=short_name(incident.session),
        title=title(incident),
        cause=incident.cause.title if incident.cause else "",
        sure=str(incident.confidence),
    )


def _counts(leading: Sequence[Incident]) -> Table:
    """Count the incidents by reason and cause, the most frequent first."""
    kinds = Counter((i.reason, i.cause.title if i.cause else "not known") for i in leading)
    still = Counter((i.reason, i.cause.title if i.cause else "not known") for i in leading if i.ended is None)
    rows = sorted(kinds.items(), key=lambda item: (-item[1], -still[item[0]], item[0]))
    return Table(
        ("Reason", "Cause", "Incidents", "Open"),
        tuple((reason, cause, str(count), str(still[reason, cause])) for (reason, cause), count in rows),
    )
