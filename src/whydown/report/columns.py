"""The page that says what the columns of the tables are, made from the tables, so that it cannot drift from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.report.table import EVIDENCE, INCIDENTS, PLACED_EVENTS

if TYPE_CHECKING:
    from whydown.report.table import Column

_MANY = 10  # choices that are not listed: the kinds of events
_INCIDENTS_ARE = "What `scan --format csv` and `parquet` write, and `Analysis.incidents`."
_EVIDENCE_IS = "`Analysis.evidence`: the lines that the incidents rest on."
_EVENTS_ARE = (
    "What `events --format csv` and `parquet` write, and `whydown.events`; `vpn` and `edge_at` only in "
    "`Analysis.events`, where an analysis tells them. From `local` on, a column is a fact that a line may hold."
)


def text() -> str:
    """Write what the columns are, as `docs/columns.md` has it."""
    described = ((INCIDENTS, _INCIDENTS_ARE), (EVIDENCE, _EVIDENCE_IS), (PLACED_EVENTS, _EVENTS_ARE))
    rows = ["# Columns", "", "`python -m whydown.report.columns > docs/columns.md` writes this page.", ""]
    for table, said in described:
        rows += [f"## {table.name.capitalize()}", "", said, "", "| Column | Holds | |", "|---|---|---|"]
        rows += [f"| `{column.name}` | {column.holds}{_words(column)} | {column.meaning} |" for column in table.columns]
        rows += [""]
    return "\n".join(rows)


def _words(column: Column) -> str:
    few = column.of if len(column.of) < _MANY else ()
    return f": {(' < ' if column.ranked else ', ').join(few)}" if few else ""


if __name__ == "__main__":
    print(text(), end="")  # noqa: T201
