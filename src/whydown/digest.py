"""A digest of the grammars and causes in use, so that two reports can tell whether they were made alike."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SUFFIXES = (".grammar", ".causes", ".reasons")


def shipped() -> Path | None:
    """Return the folder of the shipped knowledge: in the installed package, or beside `src` in a checkout."""
    here = Path(__file__).parent
    return next((folder for folder in (here / "grammars", here.parents[1] / "grammars") if folder.is_dir()), None)


def digest(folders: Iterable[Path] = ()) -> str:
    """Return twelve hex digits over every knowledge file, shipped first, by name and content; nothing is parsed."""
    seed = hashlib.blake2b(digest_size=6)
    for folder in (shipped(), *folders):
        for path in sorted(folder.rglob("*")) if folder is not None else ():
            if path.suffix in SUFFIXES and path.is_file():
                seed.update(f"{path.name}\0".encode(errors="surrogateescape"))
                seed.update(path.read_bytes())
    return seed.hexdigest()
