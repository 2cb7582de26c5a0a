"""A report as a document: an overview where there are several incidents, a page an incident, the coverage last."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from whydown.report.coverage import coverage
from whydown.report.document import Chart, Document, Entry, Index, Page, Section, Table
from whydown.report.headline import LOOKS, began, open_question, what
from whydown.report.layout import many
from whydown.report.lives import lives_of, short_name
from whydown.report.page import page_of
from whydown.report.quiet import quiet_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.diagnose.incident import Incident
    from whydown.report.model import Report

_FEW = 2  # incidents that need no counting
_MANY = 10  # incidents that are better counted before they are named


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
    elif paired[0][0].state in ("flapping", "recovered") and (lives := lives_of(report, [paired[0][0]])):
        pages[0] = _with_lives(pages[0], Section("lives", "The session over time", (Chart(lives),)))
    return Document(tuple(pages), coverage(report))


def _with_lives(page: Page, lives: Section) -> Page:
    """Return a page with the session's life before its timeline: how often it went up and down."""
    at = next((n for n, s in enumerate(page.sections) if s.name in ("timeline", "evidence")), len(page.sections))
    return replace(page, sections=(*page.sections[:at], lives, *page.sections[at:]))


def _paired(incidents: Sequence[Incident]) -> list[tuple[Incident, tuple[Incident, ...]]]:
    """Pair each incident that has its own page with the tunnels that are down only because it is; open ones first."""
    known = {incident.id for incident in incidents}
    leading = [incident for incident in incidents if incident.follows not in known]
    leading.sort(key=lambda incident: (incident.ended is not None, incident.began, incident.id))
    return [(leader, tuple(other for other in incidents if other.follows == leader.id)) for leader in leading]


def _overview(report: Report, leading: Sequence[Incident]) -> Page:
    still = sum(incident.ended is None for incident in leading)
    few = len(leading) <= _MANY
    index = Section("index", "" if few else "Every incident", (Index(tuple(map(_entry, leading))),))
    sections = [index] if few else []
    if len(leading) > _FEW:
        sections.append(Section("counts", "By reason and cause", (_counts(leading),)))
    if lives := lives_of(report, leading):
        sections.append(Section("lives", "Sessions over time", (Chart(lives),)))
    sections += [] if few else [index]
    counted = f"{many(len(leading), 'incident')}, {still} still open"
    return Page("overview", counted, tuple(sections), look="bad" if still else "bold")


def _entry(incident: Incident) -> Entry:
    return Entry(
        page=f"i{incident.id}",
        look=LOOKS.get(incident.state, "bold"),
        began=began(incident),
        session=short_name(incident.session),
        what=what(incident),
        reason=incident.reason,
        unsettled=open_question(incident),
        cause=incident.cause.title if incident.cause else "",
        sure=str(incident.confidence),
    )


def _counts(leading: Sequence[Incident]) -> Table:
    """Count the incidents by reason and cause, the most frequent first."""
    reasons = Counter(incident.reason for incident in leading)
    still = Counter(incident.reason for incident in leading if incident.ended is None)
    rows = []
    for reason, count in sorted(reasons.items(), key=lambda item: (-item[1], -still[item[0]], item[0])):
        causes = Counter(i.cause.title if i.cause else "not known" for i in leading if i.reason == reason)
        rows.append((reason, str(count), str(still[reason]), _foremost(causes)))
    return Table(("Reason", "Incidents", "Open", "Cause"), tuple(rows))


def _foremost(causes: Counter[str]) -> str:
    """Name the most frequent cause; only how many there are where each stands once."""
    (cause, count), *others = sorted(causes.items(), key=lambda item: (-item[1], item[0]))
    if not others:
        return cause
    if count == 1:
        return f"{len(causes)} different causes"
    return f"{cause} ({count}); {many(len(others), 'other cause')}"
