"""The commands that look at one thing: `events`, `unmatched`, `explain`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from whydown.cli_batch import Jobs, Timeout, Whole, events_batch
from whydown.cli_options import (
    Edge,
    Grammars,
    Output,
    Paths,
    Peer,
    Quiet,
    Year,
    Zone,
    remarks,
    style_of,
)
from whydown.diagnose.asked import Options
from whydown.errors import UsageError
from whydown.options import load_knowledge, load_library, read_inputs, read_zone, recognised, size_of
from whydown.report.formats import EventFormat, event_parts, ready
from whydown.terminal import progress, write


def events(
    paths: Paths = None,
    *,
    edge: Edge = None,
    peer: Peer = None,
    written: Annotated[
        EventFormat, typer.Option("--format", "-f", help="text: to read; the others: for programs.")
    ] = EventFormat.TEXT,
    output: Output = None,
    grammars: Grammars = None,
    year: Year = None,
    zone: Zone = None,
    jobs: Jobs = None,
    whole: Whole = False,
    timeout: Timeout = 3600,
    quiet: Quiet = False,
) -> None:
    """Write the typed events that the grammars read from the logs, one a line; with --jobs those of many bundles."""
    from whydown import pipeline  # noqa: PLC0415
    from whydown.tally import Tally  # noqa: PLC0415

    ready(written, screen=output is None and sys.stdout.isatty())
    inputs = read_inputs(paths, edge, peer, output)
    options = Options(zone=read_zone(zone), year=year)
    if jobs is not None:
        if edge or peer:
            raise UsageError(
                "With --jobs each bundle is a case of its own: --edge and --peer are for one case.",
                "Put both sides' logs of a case into one folder.",
            )
        status = events_batch(
            paths,
            options,
            jobs=jobs,
            whole=whole,
            timeout=timeout,
            written=written,
            output=output,
            grammars=grammars,
            quiet=quiet,
        )
        raise typer.Exit(status)
    tally = Tally()
    rest = sys.stdout.flush if output is None else None
    found = pipeline.read_events(inputs, library=load_library(grammars), tally=tally, options=options, rest=rest)
    with progress(tally, size_of(inputs), wanted=not quiet and output is not None):
        write(event_parts(found, written), output)
    recognised(tally)
    remarks(tally, quiet=quiet, verbose=False)
    raise typer.Exit(4 if tally.damaged else 0)


def unmatched(
    paths: Paths = None,
    *,
    edge: Edge = None,
    peer: Peer = None,
    grammars: Grammars = None,
    most: Annotated[int, typer.Option("--most", min=1, metavar="N", help="How many wordings to show.")] = 50,
    quiet: Quiet = False,
) -> None:
    """List the wordings of known programs that no grammar knows, most frequent first, each with an example."""
    from whydown import pipeline  # noqa: PLC0415
    from whydown.report import lists  # noqa: PLC0415
    from whydown.tally import Tally  # noqa: PLC0415

    inputs = read_inputs(paths, edge, peer, None)
    tally = Tally()
    with progress(tally, size_of(inputs), wanted=not quiet):
        for _ in pipeline.read_events(inputs, library=load_library(grammars), tally=tally):
            pass
    write([lists.unmatched(tally, most)], None)
    remarks(tally, quiet=quiet, verbose=False)
    raise typer.Exit(4 if tally.damaged else 0)


def explain(
    name: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="A reason as NSX words it, a cause's name, or a vendor's commands."),
    ] = None,
    *,
    status: Annotated[str | None, typer.Option(metavar="STATE", help="What the console shows: overall status.")] = None,
    channel: Annotated[str | None, typer.Option(metavar="STATE", help="The channel's state or error message.")] = None,
    tunnel: Annotated[str | None, typer.Option(metavar="STATE", help="The tunnel's state or error message.")] = None,
    bgp: Annotated[str | None, typer.Option(metavar="STATE", help="BGP's state over a route-based VPN.")] = None,
    grammars: Grammars = None,
    width: Annotated[int | None, typer.Option(min=40, max=400, metavar="N", help="Columns of the page.")] = None,
) -> None:
    """Say what a reason or a cause means, what to do, and which causes are known behind it and whose logs prove them.

    With --status, --channel, --tunnel or --bgp: what the statuses of a VPN in the console can mean.
    """
    from whydown.report.console import explain_status  # noqa: PLC0415
    from whydown.report.explain import explain as explained  # noqa: PLC0415

    shown = {"status": status, "channel": channel, "tunnel": tunnel, "bgp": bgp}
    asked = {column: state for column, state in shown.items() if state}
    if bool(name) is bool(asked):
        raise UsageError(
            "Name a reason or a cause, or say what the console shows.",
            "For instance: whydown explain 'no proposal chosen', or whydown explain --channel Negotiating.",
        )
    knowledge, style = load_knowledge(grammars), style_of(None, width)
    if asked:
        write([explain_status(asked, knowledge, style)], None)
    else:
        write([explained(" ".join(name or ()), knowledge, style, load_library(grammars).grammars)], None)
