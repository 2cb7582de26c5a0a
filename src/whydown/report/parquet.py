"""The report and events as parquet: the frames of `frames`, in groups of rows, so that any number of events fits."""

from __future__ import annotations

import io
from itertools import islice
from typing import TYPE_CHECKING

from whydown.report.frames import frame, library
from whydown.report.table import EVENTS, INCIDENTS, event_rows, incident_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from whydown.grammar.event import Event
    from whydown.report.layout import Style
    from whydown.report.model import Report
    from whydown.report.table import Row, Table

_GROUP = 50_000  # rows that are held at a time

library("pandas")  # whoever imports this module is told at once what is not installed
library("pyarrow.parquet")


def parts(report: Report, _style: Style) -> Iterator[bytes]:
    """Write the report's incidents as a parquet file, piece by piece."""
    return written(INCIDENTS, incident_rows(report))


def event_parts(events: Iterable[Event]) -> Iterator[bytes]:
    """Write events as a parquet file, piece by piece."""
    return written(EVENTS, event_rows(events))


def written(table: Table, rows: Iterable[Row]) -> Iterator[bytes]:
    """Write a table as a parquet file, piece by piece; the types are kept for pandas."""
    arrow, parquet = library("pyarrow"), library("pyarrow.parquet")
    schema = arrow.Schema.from_pandas(frame(table, ()), preserve_index=False)
    pieces = _Pieces()
    rest = iter(rows)
    with parquet.ParquetWriter(pieces, schema, compression="zstd") as writer:
        while group := list(islice(rest, _GROUP)):
            writer.write_table(arrow.Table.from_pandas(frame(table, group), schema=schema, preserve_index=False))
            yield pieces.taken()
    yield pieces.taken()


class _Pieces(io.RawIOBase):
    """A file that is only written to, whose content is taken away piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()
        self._gone = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(memoryview(data))  # type: ignore[arg-type]
        self._held += piece
        return len(piece)

    def tell(self) -> int:
        return self._gone + len(self._held)

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        piece = bytes(self._held)
        self._gone += len(piece)
        self._held.clear()
        return piece
