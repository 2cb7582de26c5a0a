"""Inputs that somebody still writes to: when nothing waits in a pipe, what came is given on at once."""

from __future__ import annotations

import os
import select
import stat
from typing import TYPE_CHECKING

from whydown.sources.looks import HEAD, look

if TYPE_CHECKING:
    from collections.abc import Callable

_PATIENCE_S = 0.05  # a writer that pauses for less is one that is at work


def live(
    take: Callable[[int], bytes], handle: Callable[[], int], rest: Callable[[], None]
) -> Callable[[int], bytes | None]:
    """Read as `take` does; None stands for a pause, after which `rest` is called before the next bytes are waited for.

    Only of a log in plain text, and of what is no regular file, a pause is told. `handle` gives the file's number.
    """
    number = _number(handle)
    if number is None:
        return take
    begin = b""
    paused = known = False

    def read(size: int) -> bytes | None:
        nonlocal begin, paused, known
        if known and not _waits(number):
            if not paused:
                paused = True
                return None
            rest()
        data = take(size)
        paused = False
        if not known and len(begin) < HEAD:
            begin += data
            known = begin.endswith(b"\n") and _is_log(begin)
        return data

    return read


def _is_log(begin: bytes) -> bool:
    seen = look(begin[:HEAD])
    return seen.log and not seen.dump and not seen.alien and not seen.packed


def _number(handle: Callable[[], int]) -> int | None:
    """Give the number of a file that can be asked whether something waits in it; None for any other."""
    try:
        number = handle()
        if stat.S_ISREG(os.fstat(number).st_mode):
            return None
        select.select([number], [], [], 0)
    except (OSError, ValueError):  # no file at all, or a system that asks of sockets only
        return None
    return number


def _waits(number: int) -> bool:
    """Whether there is something to read, or the end, now or in a moment."""
    return bool(select.select([number], [], [], _PATIENCE_S)[0])
