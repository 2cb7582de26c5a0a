"""The report and events as CSV: a row an incident or an event, the columns of `table`, safe in a spreadsheet.

RFC 4180 with a header, UTF-8, rows that end in a line feed. An empty cell: the logs do not tell. Times are ISO 8601 in
UTC. A spreadsheet takes text that begins with `=`, `+`, `-` or `@` for a formula, also after a `;` or `,` where that
parts the cells on its reader's computer; there an apostrophe is put before it (OWASP, CSV injection). `bare` takes it
off again.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from whydown.report.jsonl import iso
from whydown.report.table import EVENTS, INCIDENTS, Cell, Holds, event_rows, incident_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from whydown.grammar.event import Event
    from whydown.report.layout import Style
    from whydown.report.model import Report
    from whydown.report.table import Row, Table

# Where a cell begins, or would begin for a reader whose cells are parted by another sign; blanks and quotes aside.
_BEGINNING = r"""(?P<before>(?:^|[;,|])[\s"]*)"""
_FORMULA = r"""(?='*[=+\-@\uff1d\uff0b\uff0d\uff20])"""  # the last four: full width, which some take for the same
_ACTING = re.compile(_BEGINNING + _FORMULA)
_PROTECTED = re.compile(_BEGINNING + "'" + _FORMULA)


def parts(report: Report, _style: Style) -> Iterator[str]:
    """Write the report's incidents as CSV, row by row, the header alone where there is none."""
    return written(INCIDENTS, incident_rows(report))


def event_parts(events: Iterable[Event]) -> Iterator[str]:
    """Write events as CSV, row by row."""
    return written(EVENTS, event_rows(events))


def written(table: Table, rows: Iterable[Row]) -> Iterator[str]:
    """Write a table as CSV: its header, then row by row."""
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    shown = [_SHOWN[column.holds] for column in table.columns]
    header = [column.name for column in table.columns]
    writer.writerow(header)
    yield _taken(line)
    for row in rows:
        cells = ["" if cell is None else show(cell) for show, cell in zip(shown, row, strict=True)]
        writer.writerow(cells)
        yield _taken(line)


def protected(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return _ACTING.sub(r"\g<before>'", text)


def bare(text: str) -> str:
    """Return the text that `protected` was given."""
    return _PROTECTED.sub(r"\g<before>", text)


def _taken(line: io.StringIO) -> str:
    row = line.getvalue()
    line.seek(0)
    line.truncate()
    return row


def _shown_time(at: Cell) -> str:
    return iso(int(at or 0))


def _shown_flag(flag: Cell) -> str:
    return "true" if flag else "false"


def _shown_text(text: Cell) -> str:
    return protected(str(text))


_SHOWN: dict[Holds, Callable[[Cell], str]] = {
    Holds.TEXT: _shown_text,
    Holds.CHOICE: str,
    Holds.TIME: _shown_time,
    Holds.WHOLE: str,
    Holds.REAL: repr,
    Holds.FLAG: _shown_flag,
}
