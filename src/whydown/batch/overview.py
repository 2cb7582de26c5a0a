"""A batch as a page and as JSON lines: what there is in all, what went wrong, and each bundle's incidents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import whydown
from whydown.batch.outcome import Status
from whydown.batch.rollup import count
from whydown.report import sheet
from whydown.report.document import Item, Page, Points, Said, Section, Table
from whydown.report.formats import Format
from whydown.report.jsonl import written
from whydown.report.layout import many, stamp
from whydown.report.quote import quote
from whydown.report.table import BUNDLED_INCIDENTS
from whydown.report.wire import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from whydown.batch.outcome import Outcome, Row
    from whydown.batch.rollup import Count
    from whydown.batch.run import Batch
    from whydown.report.formats import Parts
    from whydown.report.wire import BundleWire, CountWire, RollUpWire, SummaryWire

_MOST = 15  # rows of a table
TITLES = {
    "reason": "Reason",
    "cause": "Cause",
    "session": "Session",
    "edge": "Edge",
    "peer_vendor": "Peer's vendor",
    "hour": "Hour (UTC)",
}


def overview(batch: Batch) -> Page:
    """Return the page of a batch: counts first, then what could not be read, then a list for each bundle."""
    leading = [(case, row) for case, outcome in batch.outcomes for row in outcome.rows if not row.follows]
    still = sum(row.ended is None for _, row in leading)
    title = f"{many(len(leading), 'incident')} in {many(len(batch.outcomes), 'bundle')}, {still} still open"
    sections = [_table(by, counts) for by, counts in count(leading).items() if counts]
    wrong = [(case, outcome) for case, outcome in batch.outcomes if outcome.status is not Status.READ]
    if wrong:
        items = tuple(Item(f"{case}: {_trouble(outcome)}") for case, outcome in wrong)
        sections.insert(0, Section("trouble", "Not read in full", (Points(items),)))
    sections += [_list(case, outcome) for case, outcome in batch.outcomes if outcome.packed]
    return Page("batch", title, tuple(sections))


def json_lines(batch: Batch, grammars: str) -> Iterator[str]:
    """Write a batch as JSON lines: each bundle's incidents and then the bundle, and the roll-up last."""
    leading = [(case, row) for case, outcome in batch.outcomes for row in outcome.rows if not row.follows]
    for case, outcome in batch.outcomes:
        summary: SummaryWire | None = None
        for wire in outcome.wires():
            if wire["type"] == "summary":
                summary = cast("SummaryWire", wire)
            else:
                yield _line({**wire, "bundle": case})
        bundle: BundleWire = {
            "type": "bundle",
            "schema": SCHEMA,
            "bundle": case,
            "status": cast("Any", outcome.status.value),
            "message": outcome.message,
            "incidents": len(outcome.rows),
            "summary": summary,
        }
        yield _line(bundle)
    rollup: RollUpWire = {
        "type": "rollup",
        "schema": SCHEMA,
        "bundles": len(batch.outcomes),
        "failed": sum(outcome.status is Status.FAILED for _, outcome in batch.outcomes),
        "incidents": len(leading),
        "open": sum(row.ended is None for _, row in leading),
        "by": {by: [cast("CountWire", one._asdict()) for one in counts] for by, counts in count(leading).items()},
        "made_by": {"whydown": whydown.__version__, "grammars": grammars},
    }
    yield _line(rollup)


def tables(batch: Batch, written_as: Format) -> Parts:
    """Write the incidents of all bundles as one table, with the bundle in its first column."""
    rows = ((quote(case), *cells) for case, outcome in batch.outcomes for cells in outcome.table_rows())
    if written_as is Format.CSV:
        return sheet.written(BUNDLED_INCIDENTS, rows)
    from whydown.report import parquet  # noqa: PLC0415 - needs a library

    return parquet.written(BUNDLED_INCIDENTS, rows)


def said(row: Row) -> str:
    """Say an incident in one sentence."""
    what = f"{row.layer} {'' if row.ended is None else 'was '}{'flapping' if row.state == 'flapping' else 'down'}"
    if row.state == "degraded":
        what = f"{row.layer} degraded"
    tunnel = f" ({row.tunnel})" if row.tunnel else ""
    cause = f" {row.cause.title}, {row.confidence}." if row.cause else " Cause not known."
    return f"{row.session}: {what}{tunnel}, {row.reason}.{cause}"


def _line(value: Mapping[str, Any]) -> str:
    return f"{json.dumps(written(value))}\n"


def _trouble(outcome: Outcome) -> str:
    match outcome.status:
        case Status.DAMAGED:
            return "damaged; what could be read was analysed"
        case Status.NOTHING:
            return outcome.message.rstrip(".")
        case _:
            return f"not analysed: {outcome.message}"


def _table(by: str, counts: Sequence[Count]) -> Section:
    shown = sorted(counts, key=lambda c: -c.incidents)[:_MOST] if len(counts) > _MOST else counts
    rows = [(c.name, str(c.incidents), str(c.open), str(c.bundles)) for c in counts if c in shown]
    table = Table((TITLES[by], "Incidents", "Open", "Bundles"), tuple(rows))
    more = [Said(f"and {len(counts) - len(rows)} more.")] if len(rows) < len(counts) else []
    return Section(by, f"By {TITLES[by][0].lower()}{TITLES[by][1:]}", (table, *more))


def _list(case: str, outcome: Outcome) -> Section:
    leading = [row for row in outcome.rows if not row.follows]
    leading.sort(key=lambda row: (row.ended is not None, row.began, row.id))
    items = tuple(Item(f"{stamp(row.began)}  {said(row)}") for row in leading)
    block = Points(items, numbered=True) if items else Said(f"No incident in {many(outcome.lines, 'line')}.")
    return Section("bundle", case, (block,))
