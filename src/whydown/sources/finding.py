"""Paths, directories and globs to the files that are to be read, each once."""

from __future__ import annotations

import glob
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from whydown.errors import UsageError
from whydown.sources.damage import DamagedError
from whydown.sources.looks import HEAD, Look, look, named_like_a_dump, named_like_a_log
from whydown.sources.streams import blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from whydown.sources.line import Content, Side
    from whydown.tally import Tally

STDIN = "-"


class Found(NamedTuple):
    """One file to read; `look` is None where nothing can be known before reading (standard input, a pipe)."""

    path: str
    side: Side | None
    look: Look | None
    content: Content | None = None  # where it is at hand


def find(inputs: Iterable[tuple[str, Side | None, Content | None]], tally: Tally) -> list[Found]:
    """Give the files behind the inputs, files with complete time stamps first, otherwise in the order given.

    A file that is reached twice is read once. What cannot be read becomes a notice; UsageError when a file is given
    for both sides. Complete stamps come first so that they can tell the year of those that have none.
    """
    found: dict[tuple[int, int] | str, Found] = {}
    for path, side, content in inputs:
        for one in _behind(path, side, tally) if content is None else [_at_hand(path, side, content)]:
            key = path if content else _identity(one.path)
            before = found.get(key)
            if before is None:
                found[key] = one
            elif before.side is None:
                found[key] = before._replace(side=one.side)
            elif one.side not in (None, before.side):
                raise UsageError(
                    f"'{one.path}' is given for both sides.", "Give each log once, with --edge or with --peer."
                )
    return sorted(found.values(), key=lambda one: not (one.look and one.look.stamped))


def _at_hand(path: str, side: Side | None, content: Content) -> Found:
    return Found(path, side, look(content.data[:HEAD]), content)


def _identity(path: str) -> tuple[int, int] | str:
    if path == STDIN:
        return path
    status = Path(path).stat()
    return (status.st_dev, status.st_ino) if status.st_ino else path


def _behind(path: str, side: Side | None, tally: Tally) -> Iterator[Found]:
    """Give the readable files behind one input."""
    if path == STDIN:
        yield Found(path, side, None)
        return
    for name in expanded(path, tally):
        if Path(name).is_dir():
            yield from _inside(name, side, tally)
        elif one := _explicit(name, side, tally):
            yield one


def expanded(path: str, tally: Tally) -> list[str]:
    """Return the paths that one with wildcards stands for; of any other, and of a file called so, itself."""
    if os.path.lexists(path) or not glob.has_magic(path):
        return [path]
    names = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
    if not names:
        tally.notice(path, "no file is called so", damaged=True)
    return names


def _explicit(path: str, side: Side | None, tally: Tally) -> Found | None:
    """Take a file the user named; say why when it cannot be read."""
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            return Found(path, side, None)
        seen = peek(path)
    except FileNotFoundError:
        tally.notice(path, "there is no such file", damaged=True)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        tally.notice(path, f"cannot be read: {getattr(error, 'strerror', None) or error}", damaged=True)
    else:
        if seen is None:
            tally.notice(path, "empty")
        elif seen.alien:
            tally.notice(path, f"left out, it is {seen.alien}", damaged=True)
        else:
            return Found(path, side, seen)
    return None


def _inside(directory: str, side: Side | None, tally: Tally) -> Iterator[Found]:
    """Give the logs below a directory, in the order of their names; say what was left out."""
    left_out = []
    logs = 0

    def refused(error: OSError) -> None:
        tally.notice(str(error.filename or directory), f"cannot be read: {error.strerror}", damaged=True)

    for folder, folders, names in os.walk(directory, onerror=refused):
        folders.sort()
        for name in sorted(names):
            path = str(Path(folder, name))
            try:
                seen = peek(path) if stat.S_ISREG(Path(path).stat().st_mode) else None
            except OSError as error:
                refused(error)
                continue
            if seen and not seen.alien and (seen.packed or _is_read(seen, path)):
                logs += 1
                yield Found(path, side, seen)
            elif seen and ":" in seen.alien:  # there may be a log in it
                tally.notice(path, f"left out, it is {seen.alien}")
            else:
                left_out.append(os.path.relpath(path, directory))
    if left_out:
        shown = ", ".join(left_out[:5]) + (", ..." if len(left_out) > 5 else "")
        what = "1 file that is no log was" if len(left_out) == 1 else f"{len(left_out)} files that are no logs were"
        tally.notice(directory, f"{what} left out: {shown}")
    if not logs:
        tally.notice(directory, "there is no log in this directory", damaged=True)


def holds_a_log(directory: str) -> bool:
    """Whether a log or a state dump lies in a directory itself, packed or not; an archive is none."""
    with os.scandir(directory) as entries:
        return any(_is_log(entry) for entry in entries)


def _is_log(entry: os.DirEntry[str]) -> bool:
    try:
        seen = peek(entry.path) if entry.is_file() else None
    except OSError:
        return False
    return bool(seen and not seen.alien and not seen.packed and _is_read(seen, entry.path))


def _is_read(seen: Look, path: str) -> bool:
    """Whether a text is a log or a state dump, by its content or by its name."""
    return seen.log or seen.dump or named_like_a_log(Path(path).name) or named_like_a_dump(path)


def peek(path: str) -> Look | None:
    """Look at the first bytes of a regular file, inflated; None when it is empty."""
    with Path(path).open("rb", buffering=0) as file:
        try:
            head = next(blocks(file.read, HEAD), b"")
        except DamagedError:  # what is wrong is said when it is read
            return Look(packed=True)
    return look(head) if head else None
