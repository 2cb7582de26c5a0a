"""The command `redact`, and what `scan` does with --redact and --bundle-evidence."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whydown.cli_options import Edge, Grammars, Paths, Peer, Quiet, Year, Zone  # noqa: TC001 - typer reads them
from whydown.diagnose.asked import Options
from whydown.errors import UsageError
from whydown.options import load_knowledge, load_library, read_inputs, read_zone, recognised, size_of
from whydown.terminal import progress, say, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.pipeline import Shared
    from whydown.redact.pseudonyms import Book
    from whydown.report.model import Report
    from whydown.sources.files import Input

Redact = Annotated[
    bool, typer.Option("--redact", help="Write the report with pseudonyms for names and addresses, without secrets.")
]
Map = Annotated[
    Path | None,
    typer.Option(
        "--map",
        metavar="FILE",
        help="Keep the pseudonyms in this private file (mode 0600), and use those in it. Never send it along.",
    ),
]
Bundle = Annotated[
    Path | None,
    typer.Option(
        "--bundle-evidence",
        metavar="OUT.zip",
        help="Write report, evidence lines and environment there, for a support case; with --redact under pseudonyms.",
    ),
]


def redact(
    paths: Paths = None,
    *,
    edge: Edge = None,
    peer: Peer = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="A new folder, or a file OUT.zip.")],
    private_map: Map = None,
    grammars: Grammars = None,
    year: Year = None,
    zone: Zone = None,
    quiet: Quiet = False,
) -> None:
    """Write only the lines that matter, with pseudonyms for names and addresses, without secrets: to send.

    The result is read by `whydown scan` and gives the same verdict; that is checked.
    """
    from whydown import pipeline  # noqa: PLC0415
    from whydown.redact import private_map as maps  # noqa: PLC0415
    from whydown.redact.verdict import verdicts  # noqa: PLC0415
    from whydown.redact.writing import Item, write_folder, zipped  # noqa: PLC0415
    from whydown.tally import Tally  # noqa: PLC0415

    inputs = read_inputs(paths, edge, peer, output)
    book = read_book(private_map, inputs, output)
    tally = Tally()
    with progress(tally, size_of(inputs), wanted=not quiet):
        shared = pipeline.share(
            inputs,
            library=load_library(grammars),
            knowledge=load_knowledge(grammars),
            options=Options(zone=read_zone(zone), year=year),
            tally=tally,
            book=book,
        )
    recognised(tally)
    if private_map is not None and shared.book is not None:
        maps.save(shared.book, private_map)
    items = [Item(file.name, file.data, file.written) for file in shared.files]
    if output.suffix.lower() == ".zip":
        write([zipped(items)], output)
    else:
        write_folder(items, output)
    same = verdicts(shared.report) == verdicts(shared.original)
    write([_told(shared, output, private_map, lines=tally.lines, same=same)], None)
    if not same:
        say("the verdict on the redacted logs is another: say so when you send them", "warning")
    if not quiet and tally.damaged:
        say("some input is damaged or missing; `whydown scan` says which", "note")
    raise typer.Exit(4 if tally.damaged else 0)


def read_book(path: Path | None, inputs: Sequence[Input], output: Path | None) -> Book:
    """Return the pseudonyms of a map, or none yet; UsageError where the map would be overwritten or sent along."""
    from whydown.redact import private_map as maps  # noqa: PLC0415

    if path is not None:
        place = Path(os.path.realpath(path))
        if any(Path(os.path.realpath(given.path)) == place for given in inputs):
            raise UsageError(f"{path} is an input, no map.", "Name another file after --map.")
        if output is not None and Path(os.path.realpath(output)) in (place, *place.parents):
            raise UsageError("The map would be sent along with the logs.", "Keep it outside of the result.")
    return maps.load(path)


def allow(*, redacted: bool, private_map: Path | None, bundle: Path | None, batch: bool, store: Path | None) -> None:
    """Raise UsageError where the options of a scan do not go together."""
    if private_map and not redacted:
        raise UsageError("--map holds pseudonyms, which only --redact writes.", "Add --redact.")
    if batch and bundle:
        raise UsageError(
            "--bundle-evidence is for one case, not for many with --jobs or --store.",
            "Scan the case by itself.",
        )
    if store and redacted:
        raise UsageError("A store keeps names and addresses; --redact writes none.", "Leave --store out.")


def give(
    told: Report | Shared, grammars: str, private_map: Path | None, bundle: Path | None, options: Options
) -> Report:
    """Return the report to write; write the map and the evidence bundle where they were asked for."""
    from whydown.pipeline import Shared  # noqa: PLC0415
    from whydown.redact import private_map as maps  # noqa: PLC0415
    from whydown.redact.evidence import bundled  # noqa: PLC0415

    if not isinstance(told, Shared):
        return replace(told, grammars=grammars)
    report = replace(told.report, grammars=grammars)
    if private_map is not None and told.book is not None:
        maps.save(told.book, private_map)
    if bundle is not None:
        write([bundled(report, told.files, options, told.original.tally)], bundle)
    return report if told.book is not None else replace(told.original, grammars=grammars)


def _told(shared: Shared, output: Path, private_map: Path | None, *, lines: int, same: bool) -> str:
    """Say what was written, and what to do with it."""
    from whydown.report.layout import many  # noqa: PLC0415
    from whydown.report.quote import quote  # noqa: PLC0415

    kept = sum(file.lines for file in shared.files)
    book = shared.book
    rows = [f"{kept:,} of {many(lines, 'line')} written to {quote(str(output))}:", ""]
    rows += [f"    {file.name}  {many(file.lines, 'line')}" for file in sorted(shared.files)]
    rows.append("")
    if book is not None:
        held = f"{many(len(book.names), 'name')}, {many(len(book.addresses), 'address', 'addresses')}"
        held += f" and {many(len(book.uuids), 'UUID')}"
        rows.append(
            f"The map {quote(str(private_map))} tells what stands for what: {held}. Keep it, never send it."
            if private_map
            else f"Nothing tells what stands for what ({held}); to have that, add --map FILE."
        )
    found = many(len(shared.report.incidents), "incident")
    rows.append(f"The verdict on these files is {'the same' if same else 'NOT the same'}: {found}.")
    rows.append("Read them before you send them: a name that stands only in a sentence is not known for one.")
    return "\n".join(rows) + "\n"
