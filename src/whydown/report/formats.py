"""The formats of a report and of events by name, and the module that writes each: a new format is a word and a row."""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, cast

from whydown.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from whydown.grammar.event import Event
    from whydown.report.layout import Style
    from whydown.report.model import Report

    Parts = Iterable[str] | Iterable[bytes]


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    MD = "md"
    HTML = "html"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    ECS = "ecs"
    OCSF = "ocsf"


class EventFormat(StrEnum):
    """How events are written."""

    TEXT = "text"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    ECS = "ecs"
    OCSF = "ocsf"


# Each module has `parts(report, style)`; it is imported when its format is asked for, for some need a library.
_WRITERS: Mapping[Format, str] = {
    Format.TEXT: "whydown.report.text",
    Format.MD: "whydown.report.markdown",
    Format.HTML: "whydown.report.html",
    Format.JSONL: "whydown.report.jsonl",
    Format.CSV: "whydown.report.sheet",
    Format.PARQUET: "whydown.report.parquet",
    Format.ECS: "whydown.report.ecs",
    Format.OCSF: "whydown.report.ocsf",
}
# Each of these has `event_parts(events)`.
_LISTERS: Mapping[EventFormat, str] = {
    EventFormat.TEXT: "whydown.report.lists",
    **{listed: _WRITERS[Format(listed)] for listed in EventFormat if listed is not EventFormat.TEXT},
}
_NO_TEXT = ("parquet",)


def parts(report: Report, written: Format, style: Style) -> Parts:
    """Write a report in a format, part by part; bytes where the format is no text.

    Raises UsageError where the format needs a library that is not installed.
    """
    module = import_module(_WRITERS[written])
    return cast("Callable[[Report, Style], Parts]", module.parts)(report, style)


def event_parts(events: Iterable[Event], written: EventFormat) -> Parts:
    """Write events in a format, part by part, as `parts` does a report."""
    module = import_module(_LISTERS[written])
    return cast("Callable[[Iterable[Event]], Parts]", module.event_parts)(events)


def ready(written: Format | EventFormat, *, screen: bool) -> None:
    """Raise UsageError, before anything is read, where a format cannot be written: a library is missing, or to a screen."""
    if screen and written in _NO_TEXT:
        raise UsageError(f"{written} is not for a screen.", "Name a file: -o FILE.")
    import_module(_WRITERS[written] if isinstance(written, Format) else _LISTERS[written])
