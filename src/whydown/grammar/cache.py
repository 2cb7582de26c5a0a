"""Files that were read once, kept as JSON in the user's cache folder: reading a thousand wordings takes a second.

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
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import whydown
from whydown.grammar import model
from whydown.grammar.event import Provenance
from whydown.grammar.vocabulary import Direction, Kind, SlotType
from whydown.text import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_V = TypeVar("_V")
_MOST = 200  # entries kept; the oldest go
_TUPLE, _MAPPING, _SET = "", "{}", "{"
_HOME = Path(whydown.__file__).parent


class Cache(Generic[_V]):
    """What files of one kind were read to, by the modules of some packages."""

    def __init__(self, kind: type[_V], parts: Iterable[type], packages: Iterable[Path] = ()) -> None:
        """Take what a file is read to, all types that occur in one, and the packages that read it beside this one."""
        self._kind = kind
        self._folders = (_HOME, Path(__file__).parent, *packages)
        self._types: dict[str, Callable[..., Any]] = {part.__name__: part for part in (kind, Span, *parts)}
        self._types |= {_TUPLE: _tuple, _MAPPING: _mapping, _SET: _set}

    def find(self, text: str, path: str) -> _V | None:
        """Return what a file of this text and path was read to; None when that is not known."""
        try:
            entry = (cache_folder() / self._name(text, path)).read_bytes()
            found = _decode(json.loads(entry), self._types, path)
        except (OSError, ValueError, LookupError, TypeError, RecursionError, RuntimeError):
            return None
        return found if isinstance(found, self._kind) else None

    def keep(self, text: str, path: str, value: _V) -> None:
        """Remember what a file was read to, if the cache folder can be written to."""
        with contextlib.suppress(OSError, RuntimeError):
            write_entry(self._name(text, path), _encode(value, path))
            _tidy(cache_folder())

    def _name(self, text: str, path: str) -> str:
        seed = f"{self._kind.__name__} {_modules(self._folders)}\0{path}\0{text}"
        return f"{hashlib.blake2b(seed.encode(errors='surrogateescape'), digest_size=16).hexdigest()}.json"


def cache_folder() -> Path:
    """Return the folder of the user's cache, which need not be there yet."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(given) if given else Path("~/.cache").expanduser()) / "whydown" / "grammars"


def write_entry(name: str, value: Any) -> None:
    """Write an entry of the cache as JSON, whole or not at all; OSError or RuntimeError where that cannot be."""
    entry = cache_folder() / name
    entry.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = entry.with_suffix(f".{os.getpid()}")
    unfinished.write_text(json.dumps(value, separators=(",", ":")), encoding="utf-8")
    unfinished.replace(entry)


def _tidy(folder: Path) -> None:
    """Remove all but the youngest entries."""
    entries = sorted(folder.iterdir(), key=lambda entry: entry.stat().st_mtime)
    for entry in entries[:-_MOST]:
        entry.unlink(missing_ok=True)


@cache
def _modules(folders: tuple[Path, ...]) -> str:
    """Tell the modules of some packages as they stand from those of another version or an edited checkout."""
    files: list[tuple[str, int, int]] = []
    for folder in folders:
        with os.scandir(folder) as entries:
            found = [(e.name, e.stat()) for e in entries if e.name.endswith(".py")]
        files += sorted((name, stat.st_size, stat.st_mtime_ns) for name, stat in found)
    return f"{whydown.__version__} {files}"


def _encode(value: Any, path: str) -> Any:
    """Write a value as JSON: texts and numbers as they are, all else as a list that begins with the name of its type.

    A place in the file itself, which most values hold, is written shorter: its three numbers.
    """
    if isinstance(value, Enum):
        return [type(value).__name__, value.value]
    if isinstance(value, Span) and value.path == path:
        return [value.line, value.column, value.length]
    if dataclasses.is_dataclass(value):
        parts, name = [getattr(value, field.name) for field in dataclasses.fields(value)], type(value).__name__
    elif isinstance(value, tuple):
        parts, name = [*value], type(value).__name__ if hasattr(value, "_fields") else _TUPLE
    elif isinstance(value, dict):
        parts, name = [part for item in value.items() for part in item], _MAPPING
    elif isinstance(value, frozenset):
        parts, name = sorted(value), _SET
    else:
        return value
    return [name, *(_encode(part, path) for part in parts)]


def _decode(entry: Any, types: dict[str, Callable[..., Any]], path: str) -> Any:
    def decoded(value: list[Any]) -> Any:
        name, *parts = value
        if type(name) is int:
            return Span(path, *value)
        return types[name](*[decoded(part) if type(part) is list else part for part in parts])

    return decoded(entry) if type(entry) is list else None


def _tuple(*parts: Any) -> tuple[Any, ...]:
    return parts


def _set(*parts: Any) -> frozenset[Any]:
    return frozenset(parts)


def _mapping(*parts: Any) -> dict[Any, Any]:
    return dict(zip(parts[::2], parts[1::2], strict=True))


GRAMMARS = Cache(
    model.Grammar,
    (
        model.Slot,
        model.Template,
        model.Example,
        model.Turn,
        model.EventBlock,
        model.IgnoreBlock,
        Provenance,
        Direction,
        Kind,
        SlotType,
    ),
)
