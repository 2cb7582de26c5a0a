"""The Python API: what the commands `scan` and `events` do, as values and as pandas frames."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from whydown import pipeline
from whydown.diagnose.asked import Options
from whydown.errors import UsageError
from whydown.grammar.places import digest
from whydown.options import instant, load_knowledge, load_library, read_inputs, read_zone, recognised
from whydown.report import jsonl, notebook, text
from whydown.report.formats import Format, parts
from whydown.report.frames import frame, read
from whydown.report.layout import Style
from whydown.report.table import (
    EVENTS,
    EVIDENCE,
    INCIDENTS,
    PLACED_EVENTS,
    event_rows,
    evidence_rows,
    incident_rows,
    placed_rows,
)
from whydown.tally import Tally
from whydown.terminal import write

if TYPE_CHECKING:
    import pandas as pd

    from whydown.diagnose.knowledge import Knowledge
    from whydown.grammar.event import Event
    from whydown.grammar.library import Library
    from whydown.report.model import Report
    from whydown.sources.files import Input

Log = str | os.PathLike[str]
Logs = Log | Iterable[Log]
Zone = str | tzinfo | None
Time = str | datetime | None

_NOTHING = "There is nothing to read.", "Name logs: whydown.analyze(edge='edge.log', peer='peer.log')."


@dataclass(frozen=True, eq=False, repr=False)
class Analysis:
    """What was found in some logs; `report` holds it as typed values, `read` every event in the order of reading.

    Times of typed values are integers, microseconds since 1970-01-01 UTC; those of frames are `datetime64[us, UTC]`. A
    frame wants pandas: where it is not installed, UsageError says how to get it.
    """

    report: Report
    read: tuple[Event, ...]

    @cached_property
    def incidents(self) -> pd.DataFrame:
        """One row an incident: what is down, since when, why, how sure that is, and what to do."""
        return frame(INCIDENTS, incident_rows(self.report))

    @cached_property
    def evidence(self) -> pd.DataFrame:
        """One row a line that an incident rests on, with its file and line; `incident` is the incident's id."""
        return frame(EVIDENCE, evidence_rows(self.report))

    @cached_property
    def events(self) -> pd.DataFrame:
        """One row an event, also those of no session; `edge_at` is its time on the edge's clock, `vpn` its session."""
        return frame(PLACED_EVENTS, placed_rows(self.read, self.report))

    def to_text(self, width: int = 80) -> str:
        """Return the page for a person, as `whydown scan` prints it, in rows of at most `width` columns."""
        return text.render(self.report, Style(width=width))

    def to_jsonl(self) -> str:
        """Return JSON lines as `whydown scan --format jsonl` prints them."""
        return jsonl.render(self.report)

    def save(self, path: Log, form: str = "") -> None:
        """Write a report to a file, whole or not at all, in one of `scan`'s formats: `form`, or that of the file's ending.

        Raises UsageError for a format that is none, for one whose library is not installed, and where the file cannot be
        made; WhydownError where writing fails half-way.
        """
        ending = form or Path(path).suffix.removeprefix(".") or Format.TEXT
        try:
            wanted = Format({"txt": Format.TEXT}.get(ending, ending))
        except ValueError as error:
            raise UsageError(f"'{ending}' is no format.", f"Take one of {', '.join(Format)}.") from error
        write(parts(self.report, wanted, Style()), Path(path))

    def __repr__(self) -> str:
        return f"<whydown: {notebook.headline(self.report)}>"

    def _repr_html_(self) -> str:
        return notebook.snippet(self.report)


def analyze(
    *paths: Log,
    edge: Logs = (),
    peer: Logs = (),
    since: Time = None,
    until: Time = None,
    year: int | None = None,
    zone: Zone = None,
    edge_zone: Zone = None,
    peer_zone: Zone = None,
    grammars: Logs = (),
) -> Analysis:
    """Read the logs of one or both gateways and say why sessions and tunnels went down.

    Logs are files, folders, archives or globs: of the Edge's side, of the peer's, or (`paths`) of one that is found out.
    Only what happened from `since` to `until` counts, ISO 8601 texts or datetimes. `year` and the zones (`"+02:00"`,
    `"Europe/Berlin"`, a tzinfo) are of stamps that name none. `grammars` are folders of further grammars and causes.

    Raises UsageError for arguments that make no sense, InputError where nothing could be read or nothing in it was
    recognised, KnowledgeError for grammars or causes that do not read.
    """
    given = _inputs(paths, edge, peer)
    further = tuple(Path(folder) for folder in _each(grammars))
    mark = digest(further)
    library, knowledge, tally = _library(further, mark), _knowledge(further, mark), Tally()
    default = _zone(zone)
    options = Options(
        zone=default,
        edge_zone=_zone(edge_zone),
        peer_zone=_zone(peer_zone),
        year=year,
        since=_instant(since, default),
        until=_instant(until, default),
    )
    found = tuple(pipeline.read_events(given, library=library, tally=tally, options=options))
    report = pipeline.conclude(found, given, library=library, knowledge=knowledge, options=options, tally=tally)
    recognised(tally)
    return Analysis(replace(report, grammars=mark), found)


def events(
    *paths: Log,
    edge: Logs = (),
    peer: Logs = (),
    year: int | None = None,
    zone: Zone = None,
    grammars: Logs = (),
) -> pd.DataFrame:
    """Return the typed events that the grammars read from logs, as `whydown events` does, one row each.

    The arguments are those of `analyze`, and so is what is raised. Times are by the writer's own clock.
    """
    given = _inputs(paths, edge, peer)
    further = tuple(Path(folder) for folder in _each(grammars))
    library, tally = _library(further, digest(further)), Tally()
    options = Options(zone=_zone(zone), year=year)
    found = frame(EVENTS, event_rows(pipeline.read_events(given, library=library, tally=tally, options=options)))
    recognised(tally)
    return found


def read_table(path: Log) -> pd.DataFrame:
    """Read a CSV or parquet file that whydown wrote, as the frame it was made of, with its types.

    Raises InputError for a file that cannot be read or holds no table of whydown's, UsageError where pandas, or pyarrow
    for parquet, is not installed.
    """
    return read(Path(path))


# Reading the grammars takes longer than a short log: while their files stay as they are, they are read once.


@lru_cache(maxsize=2)
def _library(further: tuple[Path, ...], _digest: str) -> Library:
    return load_library(further)


@lru_cache(maxsize=2)
def _knowledge(further: tuple[Path, ...], _digest: str) -> Knowledge:
    return load_knowledge(further)


def _inputs(paths: Iterable[Log], edge: Logs, peer: Logs) -> list[Input]:
    unsorted, edges, peers = ([os.fspath(log) for log in _each(logs)] for logs in (paths, edge, peer))
    if not (unsorted or edges or peers):
        raise UsageError(*_NOTHING)
    return read_inputs(unsorted, edges, peers, None)


def _each(logs: Logs) -> Iterable[Log]:
    return (logs,) if isinstance(logs, str | os.PathLike) else logs


def _zone(zone: Zone) -> tzinfo | None:
    return zone if isinstance(zone, tzinfo) else read_zone(zone)


def _instant(time: Time, zone: tzinfo | None) -> int | None:
    return instant(time.isoformat() if isinstance(time, datetime) else time, zone)
