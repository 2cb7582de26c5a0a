"""Grammars that were read once, kept as JSON in the user's cache folder: reading a thousand wordings takes a second.

An entry's name is a digest of the file's text and path and of the modules that read it, so that it never goes stale.
Entries are data; nothing in them is run, and one that does not read is as good as none. A folder that cannot be
written to is no trouble: the file is read anew each time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import whydown
from whydown.grammar import model
from whydown.grammar.event import Provenance
from whydown.grammar.vocabulary import Direction, Kind, SlotType
from whydown.text import Span

_TYPES: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        model.Slot,
        model.Template,
        model.Example,
        model.Turn,
        model.EventBlock,
        model.IgnoreBlock,
        model.Grammar,
        Span,
        Provenance,
        Direction,
        Kind,
        SlotType,
    )
}
_MOST = 200  # entries kept; the oldest go


def cache_folder() -> Path:
    """Return the folder of the user's cache, which need not be there yet."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(given) if given else Path("~/.cache").expanduser()) / "whydown" / "grammars"


def find(text: str, path: str) -> model.Grammar | None:
    """Return what a grammar file of this text and path was read to; None when that is not known."""
    try:
        found = _decode(json.loads((cache_folder() / _name(text, path)).read_bytes()))
    except (OSError, ValueError, LookupError, TypeError, RecursionError, RuntimeError):
        return None
    return found if isinstance(found, model.Grammar) else None


def keep(text: str, path: str, grammar: model.Grammar) -> None:
    """Remember what a grammar file was read to, if the cache folder can be written to."""
    with contextlib.suppress(OSError, RuntimeError):
        entry = cache_folder() / _name(text, path)
        entry.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = entry.with_suffix(f".{os.getpid()}")
        unfinished.write_text(json.dumps(_encode(grammar), separators=(",", ":")), encoding="utf-8")
        unfinished.replace(entry)
        _tidy(entry.parent)


def _tidy(folder: Path) -> None:
    """Remove all but the youngest entries."""
    entries = sorted(folder.iterdir(), key=lambda entry: entry.stat().st_mtime)
    for entry in entries[:-_MOST]:
        entry.unlink(missing_ok=True)


def _name(text: str, path: str) -> str:
    seed = f"{_reader()}\0{path}\0{text}"
    return f"{hashlib.blake2b(seed.encode(errors='surrogateescape'), digest_size=16).hexdigest()}.json"


@cache
def _reader() -> str:
    """Tell the modules of this package as they stand from those of another version or an edited checkout."""
    with os.scandir(Path(__file__).parent) as entries:
        files = sorted((e.name, e.stat().st_size, e.stat().st_mtime_ns) for e in entries if e.name.endswith(".py"))
    return f"{whydown.__version__} {files}"


def _encode(value: Any) -> Any:
    """Write a value as JSON: texts and numbers as they are, all else as a list that begins with the name of its type."""
    if isinstance(value, Enum):
        return [type(value).__name__, value.value]
    if isinstance(value, tuple):
        return ["", *map(_encode, value)]
    if dataclasses.is_dataclass(value):
        return [type(value).__name__, *(_encode(getattr(value, field.name)) for field in dataclasses.fields(value))]
    return value


def _decode(value: Any) -> Any:
    if type(value) is not list:
        return value
    if not value[0]:
        return tuple([_decode(part) for part in value[1:]])
    return _TYPES[value[0]](*[_decode(part) for part in value[1:]])
