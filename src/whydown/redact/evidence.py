"""What a support case needs, in one archive: the report, the lines that prove it, and what wrote it."""

from __future__ import annotations

import json
import platform
from dataclasses import fields
from importlib import metadata
from typing import TYPE_CHECKING, Any

import whydown
from whydown.redact.writing import Item, zipped
from whydown.report.formats import Format, parts
from whydown.report.layout import Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.redact.making import Redacted
    from whydown.report.model import Report
    from whydown.tally import Tally

_LIBRARIES = ("pyparsing", "typer", "rich", "isal", "ahocorasick_rs", "stringzilla", "zstandard", "pandas", "pyarrow")
_COUNTS = (
    *("lines", "other", "events", "continued", "ignored", "unknown", "gists", "repeated", "blank", "cut"),
    *("undecodable", "unfolded", "folded", "damaged"),
)


def bundled(report: Report, files: Sequence[Redacted], options: Any, tally: Tally) -> bytes:
    """Return the archive: the report as text and as JSON lines, the logs it rests on, and the environment.

    `options` is how the logs were read, `tally` what became of all their lines. The files' names and lines are those
    that the report names.
    """
    items = [Item(file.name, file.data, file.written) for file in files]
    texts = {
        f"report.{suffix}": _written(report, form) for suffix, form in (("txt", Format.TEXT), ("jsonl", Format.JSONL))
    }
    texts["environment.json"] = json.dumps(_environment(report, files, options, tally), indent=1) + "\n"
    items += [Item(name, text.encode(errors="backslashreplace"), 0) for name, text in texts.items()]
    return zipped(items)


def _written(report: Report, form: Format) -> str:
    return "".join(part if isinstance(part, str) else part.decode() for part in parts(report, form, Style(width=80)))


def _environment(report: Report, files: Sequence[Redacted], options: Any, tally: Tally) -> dict[str, Any]:
    """Return what wrote the report and how: no path, no name of a user or a machine."""
    return {
        "whydown": whydown.__version__,
        "grammars": report.grammars,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "machine": platform.machine(),
        "libraries": {name: version for name in _LIBRARIES if (version := _version(name))},
        "options": {
            field.name: value if isinstance(value, int) else str(value)
            for field in fields(options)
            if (value := getattr(options, field.name)) not in (None, ())
        },
        "all lines": {name: getattr(tally, name) for name in _COUNTS},
        "kept lines": {file.name: file.lines for file in files},
    }


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
