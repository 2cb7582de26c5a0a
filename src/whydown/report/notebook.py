"""What a notebook shows of an analysis: a headline and a short table, as HTML that loads and runs nothing."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from whydown.report.headline import began, title
from whydown.report.layout import many
from whydown.report.quote import quote

if TYPE_CHECKING:
    from whydown.diagnose.incident import Incident
    from whydown.report.model import Report

_MOST = 20
_HEADS = ("began", "session", "what", "cause", "confidence", "do first")


def headline(report: Report) -> str:
    """Say in a line how many incidents there are, and how much was read."""
    leading, tally = _leading(report), report.tally
    still = sum(incident.ended is None for incident in leading)
    with_them = len(report.incidents) - len(leading)
    told = f"{many(len(leading), 'incident')}, {still} still open" if leading else "no incident found"
    told += f", {many(with_them, 'tunnel')} down with {'it' if len(leading) == 1 else 'them'}" if with_them else ""
    return f"{told}; {many(tally.lines, 'line')}, {many(tally.events, 'event')}"


def snippet(report: Report) -> str:
    """Write the headline and a row an incident, the first of them; what is from a log is escaped."""
    leading = _leading(report)
    rows = [_row(_cells(incident)) for incident in leading[:_MOST]]
    more = len(leading) - _MOST
    rest = f"<p>... and {more} more: see <code>.incidents</code></p>" if more > 0 else ""
    table = f"<table><thead>{_row(_HEADS, 'th')}</thead><tbody>{''.join(rows)}</tbody></table>" if rows else ""
    return f"<div><p><b>whydown</b>: {escape(headline(report))}</p>{table}{rest}</div>"


def _leading(report: Report) -> list[Incident]:
    """Return the incidents but those of tunnels that are down only because their session is."""
    known = {incident.id for incident in report.incidents}
    return [incident for incident in report.incidents if incident.follows not in known]


def _row(cells: tuple[str, ...], tag: str = "td") -> str:
    style = ' style="text-align:left"'
    return f"<tr>{''.join(f'<{tag}{style}>{escape(quote(cell))}</{tag}>' for cell in cells)}</tr>"


def _cells(incident: Incident) -> tuple[str, ...]:
    cause = incident.cause.title if incident.cause else "not known"
    session = incident.session.name or incident.session.id
    first = incident.actions[0] if incident.actions else ""
    return began(incident), session, title(incident), cause, str(incident.confidence), first
