"""What was listened to: the logs' windows, and what became of every line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.report.document import Pairs, Section
from whydown.report.layout import many, stamps
from whydown.sources.line import Side

if TYPE_CHECKING:
    from whydown.report.model import Report
    from whydown.tally import Tally


def coverage(report: Report) -> Section:
    """Say the window of each side's logs, what became of the lines, and what was odd about the input."""
    heard = sorted(report.listening(), key=lambda log: (log.side, log.begin))
    rows = []
    for log in heard:
        files = ", ".join(log.sources[:3])
        more = f" and {len(log.sources) - 3} more" if len(log.sources) > 3 else ""
        when = stamps(log.begin, log.end) if log.timed else "no line bears a time"
        rows.append((str(log.side), f"{when}, {many(log.events, 'event')}, {files}{more}"))
    absent = [(str(side), "no log given") for side in Side if not any(log.side is side for log in heard)]
    rows = sorted([*rows, *absent], key=lambda row: row[0])  # the edge first
    stated = {e.origins[0].source: None for s in report.sessions for e in s.events if e.of_dump}
    if stated:
        more = f" and {len(stated) - 3} more" if len(stated) > 3 else ""
        rows.append(("dumps", ", ".join(list(stated)[:3]) + more))
    rows.append(("lines", lines_of(report.tally)))
    rows += [("note", f"{notice.where}: {notice.message}") for notice in report.tally.notices[:8]]
    if len(report.tally.notices) > 8:
        rows.append(("note", f"and {len(report.tally.notices) - 8} more, see standard error"))
    return Section("coverage", "Coverage", (Pairs(tuple(rows)),))


def lines_of(tally: Tally) -> str:
    """Say what became of every line; the unknown ones are never left out."""
    parts = [
        (tally.events + tally.continued, "of IKE events"),
        (tally.ignored, "known to say nothing"),
        (tally.other, "of other programs"),
        (tally.repeated, "repeated"),
        (tally.blank, "empty"),
    ]
    said = [f"{count:,} {what}" for count, what in parts if count]
    unknown = f"{tally.unknown:,} UNKNOWN (see `whydown unmatched`)" if tally.unknown else "none unknown"
    odd = [(tally.cut, "cut at the length limit"), (tally.undecodable, "not UTF-8")]
    said += [unknown, *(f"{count:,} {what}" for count, what in odd if count)]
    return f"{many(tally.lines, 'line')} read: {', '.join(said)}"
