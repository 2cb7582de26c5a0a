"""The screen and the files a command writes to: what they can show, progress, and writing all or nothing."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from whydown.errors import UsageError, WhydownError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from whydown.tally import Tally

_PATIENCE_S = 1.0  # work shorter than this shows no progress
_REFRESH_S = 0.25
_NARROW, _WIDE = 60, 100  # columns a page is laid out for, at least and at most


def say(message: str, kind: str = "") -> None:
    """Tell the user something beside the result, on standard error."""
    with suppress(OSError, ValueError):  # whoever closed standard error does not want to hear it
        from whydown.report.quote import quote  # noqa: PLC0415 - most runs have nothing to say

        shown = "\n".join(map(quote, message.split("\n")))
        sys.stderr.write(f"whydown: {kind + ': ' if kind else ''}{shown}\n")


def coloured(stream: TextIO) -> bool:
    """Whether a stream's reader wants colours: a terminal, no NO_COLOR, TERM not dumb."""
    return bool(stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "") != "dumb")


def unicode_shown(stream: TextIO) -> bool:
    """Whether a stream can take every character."""
    return (stream.encoding or "").lower().replace("-", "").startswith("utf")


def width_of(stream: TextIO) -> int:
    """Return the columns to lay a page out for: the terminal's within reason, 80 where there is none."""
    if not stream.isatty():
        return 80
    return max(_NARROW, min(_WIDE, shutil.get_terminal_size((80, 24)).columns))


def write(text: Iterable[str] | Iterable[bytes], output: Path | None) -> None:
    """Write the result to standard output, or to a file whole or not at all.

    Raises UsageError where the file cannot be made, WhydownError where writing fails half-way.
    """
    if output is not None:
        _write_file(text, output)
        return
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    try:
        for part in text:
            if isinstance(part, bytes):
                sys.stdout.buffer.write(part)
            else:
                sys.stdout.write(part)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise WhydownError(f"The result could not be written to standard output: {error.strerror or error}.") from error


def _write_file(text: Iterable[str] | Iterable[bytes], output: Path) -> None:
    target = Path(os.path.realpath(output))
    try:
        if target.exists() and not stat.S_ISREG(target.stat().st_mode):  # a device or a pipe: there is nothing to swap
            with target.open("wb") as file:
                file.writelines(map(_bytes, text))
            return
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror or error}.") from error
    scratch = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(map(_bytes, text))
            file.flush()
            os.fsync(file.fileno())
        scratch.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        scratch.replace(target)
    except OSError as error:
        raise WhydownError(f"{output} was not written: {error.strerror or error}.") from error
    finally:
        scratch.unlink(missing_ok=True)


def _bytes(part: str | bytes) -> bytes:
    return part if isinstance(part, bytes) else part.encode(errors="backslashreplace")


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


@contextmanager
def progress(tally: Tally, total: int, *, wanted: bool) -> Iterator[None]:
    """Show on a terminal's standard error how far the reading is, once the work has taken a second.

    `total` is the number of bytes to read, 0 where it cannot be known.
    """
    if not wanted or not sys.stderr.isatty() or os.environ.get("TERM", "") == "dumb":
        yield
        return
    done = threading.Event()
    watcher = threading.Thread(target=_show, args=(tally, total, done), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _show(tally: Tally, total: int, done: threading.Event) -> None:
    if done.wait(_PATIENCE_S):
        return
    from rich.console import Console  # noqa: PLC0415 - a fifth of a second of start-up, for long work only
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    console = Console(stderr=True, no_color=not coloured(sys.stderr))
    columns = (
        TextColumn("reading"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[lines]:,} lines, {task.fields[events]:,} events"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total or None, lines=0, events=0)
        while not done.wait(_REFRESH_S):
            bar.update(task, completed=tally.read, lines=tally.lines, events=tally.events)
