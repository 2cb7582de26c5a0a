"""Files, directories, globs, standard input and gzip files to lines."""

from __future__ import annotations

import stat
import sys
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from whydown.errors import InputError
from whydown.sources.cutting import Cutter, Place, Sieve
from whydown.sources.finding import STDIN, find
from whydown.sources.looks import HEAD, look
from whydown.sources.streams import GZIP_MAGIC, DamagedError, blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from io import BufferedReader

    from whydown.sources.line import Line, Side
    from whydown.tally import Tally


class Input(NamedTuple):
    """One input as the user gave it: a file, a directory, a glob or `-`, and whose log it is if that was said."""

    path: str
    side: Side | None = None


def lines(inputs: Sequence[Input], tally: Tally, marks: Sequence[str] = ()) -> Iterator[Line]:
    """Read every line of the inputs: files whose stamps are complete first, directories in the order of their names.

    Every line is yielded or counted in `tally` as blank; with `marks`, lines that hold none of them are counted as
    `other` and not yielded, except in files whose lines name no program (a daemon's own log, pasted lines). What
    cannot be read becomes a notice. Raises InputError when there is not one line to read, UsageError when a file is
    given for both sides.
    """
    byte_marks = [mark.encode() for mark in marks if mark]
    before = tally.lines
    for path, side, seen in find(inputs, tally):
        try:
            with _opened(path, tally) as read:
                stream = blocks(read)
                first = next(stream, b"")
                known = seen or look(first[:HEAD])
                if known.alien:
                    tally.notice(path, f"left out, it is {known.alien}", damaged=True)
                    continue
                sieve = Sieve(byte_marks) if byte_marks and known.programs else None
                cutter = Cutter(Place(path, "", side), tally, sieve)
                for batch in cutter.batches(chain([first], stream)):
                    yield from batch
        except DamagedError as error:
            tally.notice(path, str(error), damaged=True)
        except OSError as error:
            tally.notice(path, f"cannot be read: {error.strerror or error}", damaged=True)
    if tally.lines == before:
        why = "; ".join(f"{notice.where}: {notice.message}" for notice in tally.notices[:3])
        raise InputError(
            f"There is no log line to read ({why or 'no input'}).", "Name a log, or a directory with logs in it."
        )


@contextmanager
def _opened(path: str, tally: Tally) -> Iterator[Callable[[int], bytes]]:
    """Give the function that reads at most n bytes of a file or of standard input, and counts them."""

    def counted(take: Callable[[int], bytes]) -> Callable[[int], bytes]:
        def read(size: int) -> bytes:
            data = take(size)
            tally.read += len(data)
            return data

        return read

    if path == STDIN:
        yield counted(cast("BufferedReader", sys.stdin.buffer).read1)
    else:
        with Path(path).open("rb", buffering=0) as file:
            yield counted(file.read)


def modified(source: str) -> int | None:
    """When a file's content was last written: from its gzip header, else from the file system; microseconds UTC.

    None for what has no such time: standard input, a pipe, a file that is gone.
    """
    path = Path(source)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return None
        with path.open("rb") as file:
            head = file.read(8)
    except (OSError, ValueError):
        return None
    packed = int.from_bytes(head[4:8], "little") if head.startswith(GZIP_MAGIC) else 0
    return packed * 1_000_000 or status.st_mtime_ns // 1000
