"""Files, directories, globs, standard input and archives to lines."""

from __future__ import annotations

import re
import stat
import sys
from contextlib import contextmanager
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from whydown.errors import InputError
from whydown.sources.ahead import ahead
from whydown.sources.bundles import EVER, Copies, Opener, Window
from whydown.sources.cutting import Cutter, Place, Sieve
from whydown.sources.damage import DamagedError
from whydown.sources.finding import STDIN, find
from whydown.sources.inflating import GZIP_MAGIC
from whydown.sources.line import PAUSE, Side
from whydown.sources.live import live
from whydown.sources.looks import named_like_a_dump
from whydown.sources.repeats import Repeats
from whydown.sources.streams import packing_of
from whydown.sources.zips import is_zip
from whydown.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from io import BufferedReader

    from whydown.sources.line import Content, Line, Lines
    from whydown.tally import Tally


# A log that was redacted, or taken as evidence, says in its name whose it is, so that it can be given without --edge and --peer.
_REDACTED = re.compile(r"(?:^|[/\\!])(edge|peer|log)\.(?:redacted|evidence)-\d{1,6}\.(?:log|json|txt)$")


_MAGIC = 8  # bytes that tell how a file is packed


class Input(NamedTuple):
    """One input as the user gave it: a file, a directory, a glob or `-`, and whose log it is if that was said.

    With `content` it is a text at hand, and `path` is only how it is called.
    """

    path: str
    side: Side | None = None
    content: Content | None = None


def batches(  # noqa: PLR0913 - all but three are keywords
    inputs: Sequence[Input],
    tally: Tally,
    marks: Sequence[str] = (),
    *,
    aside: Callable[[Place, Iterator[bytes]], None] | None = None,
    window: Window = EVER,
    rest: Callable[[], None] | None = None,
) -> Iterator[Lines]:
    """Read every line of the inputs: files whose stamps are complete first, directories in the order of their names.

    A batch is of one file or member. Every line is yielded or counted in `tally` as blank; with `marks`, lines that hold none of them are counted as
    `other` and not yielded, except in files whose lines name no program (a daemon's own log, pasted lines). A state
    dump is no log: its blocks go to `aside` if that is given, which counts their lines. Archives are read member by
    member, in the order they have; members last written before `window` or begun after it are left out. A line that
    stands in two files of a side, time and host included, is yielded once, and counted as repeated. With `rest`, when
    nothing more waits in a pipe, all lines so far are yielded and then `PAUSE`, and `rest` is called before more
    is waited for. What cannot be read becomes a notice. Raises InputError when there is not one line to read, UsageError when a file is given for
    both sides.
    """
    byte_marks = [mark.encode() for mark in marks if mark]
    sieve = Sieve(byte_marks) if byte_marks else None  # one for all: it takes a millisecond to make
    before = tally.lines
    found = find(inputs, tally)
    copies = Copies()
    repeats = {side: Repeats(tally) for side in (None, *Side)}
    for path, said, _, content in found:
        opener = Opener(path, said or "", tally, copies, window)
        # what never waits for a writer, and takes more time to unpack than to hand over
        packed = content is None and path != STDIN and Path(path).is_file() and _is_packed(path)
        try:
            with _opened(path, tally, content, rest) as read:
                for member in opener.members(read, _changed(path) if packed else None):
                    name, known, pieces, written = member
                    if known.alien:
                        tally.notice(path, f"left out, it is {known.alien}", damaged=True)
                        continue
                    tally.written = (path, name, content.written if content else written)
                    side = said or _side_named(name or path)
                    if side:
                        tally.sides.add(side)
                    if aside is not None and (known.dump or named_like_a_dump(name or path)):
                        aside(Place(path, name, side), pieces)
                        continue
                    # what an archive holds is not what the user named: there only a daemon's own log is read unsifted
                    sifted = known.programs or (name and not known.daemon and not _REDACTED.search(name))
                    cutter = Cutter(Place(path, name, side), tally, sieve if sifted else None)
                    repeats[side].next_file()
                    last = not name and path == found[-1].path
                    for batch in cutter.batches(ahead(pieces) if packed else pieces):
                        fresh = known.programs and batch is not PAUSE
                        yield repeats[side].fresh(batch, last=last) if fresh else batch
        except DamagedError as error:
            tally.notice(path, str(error), damaged=True)
        except OSError as error:
            tally.notice(path, f"cannot be read: {error.strerror or error}", damaged=True)
    if tally.lines == before:
        why = "; ".join(printable(f"{notice.where}: {notice.message}") for notice in tally.notices[:3])
        raise InputError(
            f"There is no log line to read ({why or 'no input'}).", "Name a log, or a directory with logs in it."
        )


def lines(inputs: Sequence[Input], tally: Tally, marks: Sequence[str] = (), **options: Any) -> Iterator[Line]:
    """Read the lines of the batches one by one."""
    return chain.from_iterable(batches(inputs, tally, marks, **options))


@contextmanager
def _opened(
    path: str, tally: Tally, content: Content | None, rest: Callable[[], None] | None
) -> Iterator[Callable[[int], bytes | None]]:
    """Give the function that reads at most n bytes of a file or of standard input, and counts them."""

    def counted(take: Callable[[int], bytes], handle: Callable[[], int] | None = None) -> Callable[[int], bytes | None]:
        def read(size: int) -> bytes:
            data = take(size)
            tally.read += len(data)
            return data

        return read if rest is None or handle is None else live(read, handle, rest)

    if content is not None:
        yield counted(BytesIO(content.data).read)
    elif path == STDIN:
        yield counted(cast("BufferedReader", sys.stdin.buffer).read1, sys.stdin.fileno)
    else:
        with Path(path).open("rb", buffering=0) as file:
            yield counted(file.read, file.fileno)


def _side_named(path: str) -> Side | None:
    match = _REDACTED.search(path)
    return Side(match[1]) if match and match[1] in (*Side,) else None


def _is_packed(path: str) -> bool:
    """Whether a file begins as a packed one does."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(_MAGIC)
    except OSError:
        return False
    return packing_of(head) is not None or is_zip(head)


def _changed(path: str) -> int | None:
    """When a file was last changed, by the file system; microseconds UTC."""
    try:
        return Path(path).stat().st_mtime_ns // 1000
    except OSError:
        return None


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
