"""The command `fleet`: what a store of results tells."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from whydown.cli_options import Output, style_of
from whydown.options import instant
from whydown.terminal import write

StoreFile = Annotated[Path, typer.Option("--store", metavar="FILE", help="The store that `whydown scan` keeps.")]


class Listed(StrEnum):
    """How the fleet is written."""

    TEXT = "text"
    JSONL = "jsonl"


def fleet(
    *,
    store: StoreFile,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="New is what began then or later; else what the last run found first."),
    ] = None,
    written: Annotated[
        Listed, typer.Option("--format", "-f", help="text: to read; jsonl: for programs.")
    ] = Listed.TEXT,
    output: Output = None,
    width: Annotated[int | None, typer.Option(min=40, max=400, metavar="N", help="Columns of the text page.")] = None,
) -> None:
    """Say of all bundles in a store what recurs, what is new, and which sessions flap."""
    from whydown.batch import fleet as fleets  # noqa: PLC0415
    from whydown.batch.store import opened  # noqa: PLC0415
    from whydown.report.text import render_page  # noqa: PLC0415

    begin = instant(since, None)
    with opened(store, make=False) as kept:
        told = fleets.fleet(kept, begin)
    if written is Listed.JSONL:
        write(fleets.json_lines(told), output)
    else:
        write([render_page(fleets.page(told), style_of(output, width))], output)
