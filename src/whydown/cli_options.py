"""What the commands have in common: their options, how a result is laid out, and what is said beside it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whydown.report.formats import Format
from whydown.terminal import coloured, say, unicode_shown, width_of

if TYPE_CHECKING:
    from whydown.report.layout import Style
    from whydown.tally import Tally

Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATHS]...",
        help="Logs of either side: files, packed ones, archives, directories, globs, - for standard input.",
    ),
]
Edge = Annotated[list[str] | None, typer.Option("--edge", metavar="PATH", help="A log of the Edge's side; repeatable.")]
Peer = Annotated[list[str] | None, typer.Option("--peer", metavar="PATH", help="A log of the peer's side; repeatable.")]
Written = Annotated[
    Format,
    typer.Option(
        "--format", "-f", help="text: to read; md: for tickets; html: one file with pictures; the others: for programs."
    ),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the result there, whole or not at all.")
]
Grammars = Annotated[
    list[Path] | None,
    typer.Option("--grammars", metavar="DIR", help="Further grammars and causes, beside those shipped; repeatable."),
]
Year = Annotated[
    int | None, typer.Option(min=1970, max=9999, metavar="YYYY", help="The year of stamps that bear none.")
]
Zone = Annotated[
    str | None, typer.Option(metavar="ZONE", help="The zone of stamps without one: UTC, +02:00, Area/City.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no remarks on standard error.")]


def style_of(output: Path | None, width: int | None) -> Style:
    """Return how to lay a page out: for a file plainly, for a screen as far as it shows colours and characters."""
    from whydown.report.layout import Style  # noqa: PLC0415

    if output is not None:
        return Style(width=width or 80)
    return Style(width or width_of(sys.stdout), coloured(sys.stdout), unicode_shown(sys.stdout))


def remarks(tally: Tally, *, quiet: bool, verbose: bool) -> None:
    """Tell what was odd about the input; nothing with --quiet."""
    if quiet:
        return
    for notice in tally.notices:
        say(f"{notice.where}: {notice.message}", "note")
    if verbose:
        from whydown.report.coverage import lines_of  # noqa: PLC0415

        say(lines_of(tally))
        for source, count in sorted(tally.by_source.items()):
            say(f"{source}: {count:,} lines")
