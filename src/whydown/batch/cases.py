"""Paths to cases: which of them are one bundle, and which are folders of bundles."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from whydown.sources.finding import expanded, holds_a_log, peek

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from whydown.tally import Tally


def find_cases(paths: Iterable[str], tally: Tally, *, whole: bool = False) -> list[str]:
    """Return the paths that are a case each, in the order of their names.

    A file is a case. A folder in which a log or a state dump lies is one; of any other folder each archive and each
    folder in it is one, with everything below. With `whole` every folder is one. What cannot be a case is a notice.
    """
    cases: dict[str, str] = {}
    for path in paths:
        for case in _behind(path, tally, whole=whole):
            cases.setdefault(os.path.realpath(case), case)
    return sorted(cases.values())


def _behind(path: str, tally: Tally, *, whole: bool) -> Iterator[str]:
    for name in expanded(path, tally):
        if not Path(name).exists():
            tally.notice(name, "there is no such file", damaged=True)
        elif whole or not Path(name).is_dir() or holds_a_log(name):
            yield name
        else:
            yield from _entries(name, tally)


def _entries(folder: str, tally: Tally) -> Iterator[str]:
    """Give the archives and folders in a folder of bundles."""
    left_out: list[str] = []
    found = 0
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - names are wanted as the user would write them
    except OSError as error:
        tally.notice(folder, f"cannot be read: {error.strerror}", damaged=True)
        return
    for name in names:
        path = os.path.join(folder, name)  # noqa: PTH118 - "./a" stays as the user would write it
        if name.startswith("."):
            continue
        if Path(path).is_dir() or _is_archive(path):
            found += 1
            yield path
        else:
            left_out.append(name)
    if left_out:
        shown = ", ".join(left_out[:5]) + (", ..." if len(left_out) > 5 else "")
        tally.notice(folder, f"no bundles, left out: {shown}")
    if not found:
        tally.notice(folder, "there is no bundle in this directory", damaged=True)


def _is_archive(path: str) -> bool:
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            return False
        seen = peek(path)
    except OSError:
        return True  # what is wrong is said when it is read
    return seen is not None and seen.packed
