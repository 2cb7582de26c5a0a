"""The formats of a report by name, and the module that writes each: a new format is a word and a row here."""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from whydown.report.layout import Style
    from whydown.report.model import Report


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    MD = "md"
    HTML = "html"
    JSONL = "jsonl"


# Each module has `parts(report, style)`; it is imported when its format is asked for, for some need a library.
_WRITERS: Mapping[Format, str] = {
    Format.TEXT: "whydown.report.text",
    Format.MD: "whydown.report.markdown",
    Format.HTML: "whydown.report.html",
    Format.JSONL: "whydown.report.jsonl",
}


def parts(report: Report, written: Format, style: Style) -> Iterable[str] | Iterable[bytes]:
    """Write a report in a format, part by part; bytes where the format is no text.

    Raises UsageError where the format needs a library that is not installed.
    """
    module = import_module(_WRITERS[written])
    return cast("Callable[[Report, Style], Iterable[str] | Iterable[bytes]]", module.parts)(report, style)
