"""The command `inventory`: what was found in the inputs, and what is missing."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from whydown.cli_options import (
    Edge,
    Grammars,
    Output,
    Paths,
    Peer,
    Quiet,
    Year,
    Zone,
    style_of,
)
from whydown.diagnose.asked import Options
from whydown.options import load_knowledge, load_library, read_inputs, read_zone, size_of
from whydown.terminal import progress, write


class Listed(StrEnum):
    """How an inventory is written."""

    TEXT = "text"
    JSONL = "jsonl"


def inventory(
    paths: Paths = None,
    *,
    edge: Edge = None,
    peer: Peer = None,
    written: Annotated[
        Listed, typer.Option("--format", "-f", help="text: to read; jsonl: for programs.")
    ] = Listed.TEXT,
    output: Output = None,
    grammars: Grammars = None,
    year: Year = None,
    zone: Zone = None,
    width: Annotated[int | None, typer.Option(min=40, max=400, metavar="N", help="Columns of the page.")] = None,
    quiet: Quiet = False,
) -> None:
    """Show what the logs and bundles hold: gateways, times, gaps, clocks, log levels, state dumps; and what is missing."""
    from whydown import pipeline  # noqa: PLC0415
    from whydown.report import inventory as report  # noqa: PLC0415
    from whydown.report.inventory_lines import lines  # noqa: PLC0415
    from whydown.tally import Tally  # noqa: PLC0415

    inputs = read_inputs(paths, edge, peer, output)
    library, knowledge = load_library(grammars), load_knowledge(grammars)
    options = Options(zone=read_zone(zone), year=year)
    tally = Tally()
    with progress(tally, size_of(inputs), wanted=not quiet):
        found = pipeline.take_inventory(inputs, library=library, knowledge=knowledge, options=options, tally=tally)
    if written is Listed.JSONL:
        write((f"{line}\n" for line in lines(found)), output)
    else:
        write([report.page(found, style_of(output, width))], output)
    raise typer.Exit(4 if tally.damaged else 0)
