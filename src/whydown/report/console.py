"""A row of a console's status table as a page, and the commands of the vendors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.diagnose.console import find_rows
from whydown.diagnose.tables import COLUMNS
from whydown.errors import UsageError
from whydown.report.layout import Paper, Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from whydown.diagnose.knowledge import Knowledge
    from whydown.diagnose.tables import Commands, Status

_TOPICS = {
    "log": "the log",
    "level": "its level",
    "raise": "more detail",
    "lower": "back again",
    "history": "history",
    "values": "values",
    "state": "state",
    "active": "which node",
    "path": "capture",
    "clock": "clock",
}


def explain_status(asked: Mapping[str, str], knowledge: Knowledge, style: Style | None = None) -> str:
    """Write the page of each row that shows what is asked for by column (`status`, `channel`, `tunnel`, `bgp`).

    UsageError, with the rows that are near, where there is none.
    """
    rows, near = find_rows(knowledge.statuses, asked)
    if not rows:
        shown = ", ".join(f"{column} {asked[column]}" for column in COLUMNS if column in asked)
        rest = "; ".join(f"{n.row} (it differs in: {', '.join(n.differs)})" for n in near[:2])
        everything = "; ".join(map(str, knowledge.statuses))
        raise UsageError(
            f"The status table has no row that shows {shown}.",
            (f"Near are: {rest}." if rest else f"It has: {everything}.") + _as_reason(asked, knowledge),
        )
    paper = Paper(style or Style())
    for row in rows:
        write_status(paper, row, knowledge)
    return paper.text()


def _as_reason(asked: Mapping[str, str], knowledge: Knowledge) -> str:
    """Say how to ask for a reason that was given as a column's error message."""
    given = [text.casefold() for text in asked.values()]
    named = next((r.wording for r in knowledge.reasons if any(r.wording.casefold() in text for text in given)), None)
    return f" NSX documents '{named}' as a reason: whydown explain '{named}'." if named else ""


def write_status(paper: Paper, row: Status, knowledge: Knowledge) -> None:
    """Write the page of one row."""
    wordings = {
        reason.name: f"BGP: {reason.wording}" if reason.layer == "bgp" else f"{reason.layer} down: {reason.wording}"
        for reason in knowledge.reasons
    }
    paper.heading(f"The console shows: {row}", level=1)
    paper.sentence(f"{row.title}.")
    paper.blank()
    paper.pairs((column, str(row.states[column])) for column in COLUMNS if column in row.states)
    paper.heading("What can be wrong")
    for problem in row.problems:
        named = f" ({', '.join(n.name for n in problem.causes)})" if problem.causes else ""
        paper.sentence(f"{problem.text}{named}", indent="  ", first="- ")
    _write_numbered(paper, "Look at", row.look)
    _write_numbered(paper, "Do this", row.do)
    if row.shows:
        paper.heading("The same in the logs")
        for named_reason in row.shows:
            paper.sentence(wordings.get(named_reason.name, named_reason.name), indent="  ", first="- ")
        paper.blank()
        paper.sentence("`whydown scan` says of such an incident which of these problems its logs support or rule out.")
    if row.note:
        paper.blank()
        paper.sentence(row.note)
    if row.link:
        paper.blank()
        paper.exact(row.link)


def write_commands(paper: Paper, one: Commands) -> None:
    """Write how to get at the evidence of one vendor's gateway; commands stand on rows of their own, to be copied."""
    paper.heading(f"{one.vendor} ({one.name})", level=1)
    width = max((len(_TOPICS[topic]) for topic in one.topics), default=0)
    for topic in one.topics:
        paper.exact(f"    {_TOPICS[topic].ljust(width)}  {one.get(topic)}")
    if one.note:
        paper.blank()
        paper.sentence(one.note)


def _write_numbered(paper: Paper, heading: str, texts: Iterable[str]) -> None:
    numbered = list(enumerate(texts, start=1))
    if numbered:
        paper.heading(heading)
    for number, text in numbered:
        paper.sentence(text, indent="   ", first=f"{number}. ")
