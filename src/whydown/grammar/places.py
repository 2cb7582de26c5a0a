"""Where grammars, causes and reasons are kept, and a digest of them; nothing is parsed here."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from whydown.errors import KnowledgeError

if TYPE_CHECKING:
    from collections.abc import Sequence

CAUSES = (".causes", ".reasons", ".status", ".commands", ".kinds")  # files in the cause language
SUFFIXES = (".grammar", *CAUSES)


def shipped_folder() -> Path:
    """Return the folder that comes with whydown: inside the package when installed, beside `src` in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "grammars"
    return inside if inside.is_dir() else package.parents[1] / "grammars"


def folders(further: Sequence[Path] = (), *, shipped: bool = True) -> tuple[Path, ...]:
    """Return the folders of knowledge in the order in which they count: given, $WHYDOWN_GRAMMARS, user's, shipped.

    Raises KnowledgeError for one that was named and is not there.
    """
    named = [Path(part) for part in os.environ.get("WHYDOWN_GRAMMARS", "").split(os.pathsep) if part]
    for folder in (*further, *named):
        if not folder.is_dir():
            raise KnowledgeError(
                f"{folder} is no folder.",
                "--grammars and $WHYDOWN_GRAMMARS take folders with .grammar or .causes files.",
            )
    own = _own_folder()
    found = [*further, *named, *([own] if own else []), *([shipped_folder()] if shipped else [])]
    return tuple(dict.fromkeys(found))


def digest(further: Sequence[Path] = ()) -> str:
    """Return twelve hex digits over the names and contents of every knowledge file, so that reports can be compared."""
    seed = hashlib.blake2b(digest_size=6)
    for folder in folders(further):
        for path in sorted(folder.rglob("*")):
            if path.suffix in SUFFIXES and path.is_file():
                seed.update(f"{path.name}\0".encode(errors="surrogateescape"))
                seed.update(path.read_bytes())
    return seed.hexdigest()


def _own_folder() -> Path | None:
    """Return the user's own folder of knowledge, if there is one."""
    config = os.environ.get("XDG_CONFIG_HOME")
    try:
        folder = (Path(config) if config else Path.home() / ".config") / "whydown" / "grammars"
    except RuntimeError:  # no home is known
        return None
    return folder if folder.is_dir() else None
