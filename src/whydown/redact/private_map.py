"""The private map as a file: which pseudonym stands for what, for its owner's eyes only."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from whydown.errors import UsageError
from whydown.redact.pseudonyms import KEY_BYTES, Book, new_book

_FORM = 1
_PARTS = ("names", "addresses", "uuids")


def load(path: Path | None) -> Book:
    """Read a map; a new one where there is no such file. UsageError for a file that is none."""
    if path is None or not path.exists():
        return new_book()
    try:
        told = json.loads(path.read_bytes())
        key = bytes.fromhex(told["key"])
        parts = {part: _texts(told[part]) for part in _PARTS}
    except OSError as error:
        raise UsageError(f"The map {path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path} is no map of pseudonyms.", "Name the file that --map wrote before, or a new one."
        ) from error
    if told.get("whydown_map") != _FORM or len(key) != KEY_BYTES:
        raise UsageError(f"{path} is a map of another version.", "Name a new file.")
    return Book(key, **parts)


def _texts(told: Any) -> dict[str, str]:
    if not all(isinstance(text, str) for pair in told.items() for text in pair):
        raise ValueError
    return dict(told)


def save(book: Book, path: Path) -> None:
    """Write a map, whole or not at all; nobody but its owner may read it (mode 0600).

    Raises UsageError where the file cannot be made.
    """
    told = {"whydown_map": _FORM, "key": book.key.hex(), **{part: dict(getattr(book, part)) for part in _PARTS}}
    text = json.dumps(told, indent=1, sort_keys=True) + "\n"
    target = Path(os.path.realpath(path))
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # made with mode 0600
    except OSError as error:
        raise UsageError(f"The map {path} cannot be written: {error.strerror or error}.") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except OSError as error:
        raise UsageError(f"The map {path} was not written: {error.strerror or error}.") from error
    finally:
        Path(name).unlink(missing_ok=True)
