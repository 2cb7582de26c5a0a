"""Whether a case is still what it was: a quick look at names, sizes and times, and a hash of every byte."""

from __future__ import annotations

import os
import time
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK = 1 << 20
_SETTLED = 3_000_000_000  # nanoseconds after which a further change shows in a file's times on any file system


class Glance(NamedTuple):
    """What the file system says of a case; empty where it cannot be read."""

    mark: str
    settled: bool  # the last change is so long ago that another one would change the mark
    size: int  # bytes


def glance(case: str, now: int | None = None) -> Glance:
    """Look at a case without reading it; `now` is in nanoseconds."""
    seen = blake2b(digest_size=16)
    latest = size = 0
    try:
        for name, path in _files(case):
            status = Path(path).stat()
            times = status.st_mtime_ns, status.st_ctime_ns
            latest = max(latest, *times)
            size += status.st_size
            seen.update(
                f"{name}\0{status.st_dev} {status.st_ino} {status.st_size} {times}\n".encode(errors="surrogateescape")
            )
    except OSError:  # gone between two looks
        return Glance("", settled=False, size=0)
    now = time.time_ns() if now is None else now
    return Glance(seen.hexdigest(), settled=latest + _SETTLED < now, size=size)


def content(case: str) -> str:
    """Return a hash of a case's files: names, last changes (they tell years) and every byte that can be read."""
    seen = blake2b(digest_size=16)
    for name, path in _files(case):
        seen.update(f"\n{name}\0".encode(errors="surrogateescape"))
        try:
            with Path(path).open("rb", buffering=0) as file:
                own = blake2b(b"%d" % os.fstat(file.fileno()).st_mtime_ns, digest_size=16)
                while block := file.read(_BLOCK):
                    own.update(block)
        except OSError:
            continue  # the reading says so
        seen.update(own.digest())
    return seen.hexdigest()


def _files(case: str) -> Iterator[tuple[str, str]]:
    """Give the regular files of a case, by their names in it."""
    if not Path(case).is_dir():
        yield "", case
        return
    for folder, folders, names in os.walk(case):
        folders.sort()
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_file():
                yield os.path.relpath(path, case), str(path)
