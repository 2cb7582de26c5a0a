"""The command `whydown`: options to values, the pipeline, a format, an exit status. Heavy imports wait for their use."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Never

import typer

import whydown
from whydown.cli_batch import Jobs, StoreFile, Timeout, Whole, scan_batch
from whydown.cli_fleet import fleet
from whydown.cli_inventory import inventory
from whydown.cli_look import events, explain, unmatched
from whydown.cli_options import (
    Edge,
    Grammars,
    Output,
    Paths,
    Peer,
    Quiet,
    Written,
    Year,
    Zone,
    remarks,
    style_of,
)
from whydown.cli_redact import Bundle, Map, Redact, allow, give, read_book, redact
from whydown.diagnose.asked import Options
from whydown.errors import UsageError, WhydownError
from whydown.options import (
    causes_named,
    fails,
    instant,
    load_knowledge,
    load_library,
    read_inputs,
    read_zone,
    recognised,
    size_of,
)
from whydown.report.formats import Format, parts, ready
from whydown.terminal import progress, say, write

if TYPE_CHECKING:
    from collections.abc import Sequence


EPILOG = (
    "Exit status: 0 the analysis ran; 1 --fail-on found what it names; 2 wrong usage; 3 an input is missing or nothing "
    "in it was recognised; 4 some input is damaged, the rest was analysed; 5 an internal error; 130 interrupted."
)

_MOST_PROBLEMS = 3  # of a grammar that does not read; `whydown grammar check` shows all

app = typer.Typer(
    help="Why is this NSX IPsec VPN down? Reads the Edge's and the peer's logs and shows the lines that prove it.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(*, wanted: bool) -> None:
    if wanted:
        from whydown.grammar.places import digest  # noqa: PLC0415

        typer.echo(f"whydown {whydown.__version__} (grammars {digest()})")
        raise typer.Exit


@app.callback()
def _whydown(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and the grammars' digest."
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an internal error.")
    ] = False,  # main takes it out
) -> None:
    """Take what stands before the command."""


@app.command(epilog=EPILOG)
def scan(
    paths: Paths = None,
    *,
    edge: Edge = None,
    peer: Peer = None,
    written: Written = Format.TEXT,
    output: Output = None,
    grammars: Grammars = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only what happened from then on (ISO 8601).")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Only what happened until then.")] = None,
    year: Year = None,
    zone: Zone = None,
    edge_zone: Annotated[str | None, typer.Option(metavar="ZONE", help="The same, for the Edge's logs.")] = None,
    peer_zone: Annotated[str | None, typer.Option(metavar="ZONE", help="The same, for the peer's logs.")] = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT",
            help="Exit 1 on such an incident: any, open, confirmed, probable, a reason or a cause; repeatable.",
        ),
    ] = None,
    why_not: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CAUSE",
            help="Instead of the page: why this cause was not chosen, clause by clause; repeatable.",
        ),
    ] = None,
    width: Annotated[int | None, typer.Option(min=40, max=400, metavar="N", help="Columns of the text page.")] = None,
    most_events: Annotated[
        int, typer.Option(min=1000, metavar="N", help="Events of the VPN kept in memory at most, the latest.")
    ] = 100_000,
    jobs: Jobs = None,
    store: StoreFile = None,
    whole: Whole = False,
    timeout: Timeout = 3600,
    redacted: Redact = False,
    private_map: Map = None,
    bundle: Bundle = None,
    quiet: Quiet = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Counts and remarks on standard error.")] = False,
) -> None:
    """Say why sessions and tunnels went down, with the lines that prove it."""
    if why_not and written is not Format.TEXT:
        raise UsageError("--why-not is written as text only.", "Leave --format out.")
    ready(written, screen=output is None and sys.stdout.isatty())
    allow(
        redacted=redacted,
        private_map=private_map,
        bundle=bundle,
        batch=jobs is not None or store is not None,
        store=store,
    )
    inputs = read_inputs(paths, edge, peer, output)
    read_inputs(paths, edge, peer, bundle)  # nor may this overwrite an input
    default_zone = read_zone(zone)
    options = Options(
        zone=default_zone,
        edge_zone=read_zone(edge_zone),
        peer_zone=read_zone(peer_zone),
        year=year,
        since=instant(since, default_zone),
        until=instant(until, default_zone),
        most=most_events,
    )
    if jobs is not None or store is not None:
        if edge or peer or why_not:
            raise UsageError(
                "With --jobs or --store each bundle is a case of its own: --edge, --peer and --why-not are for one case.",
                "Put both sides' logs of a case into one folder.",
            )
        status = scan_batch(
            paths,
            options,
            jobs=jobs,
            store=store,
            whole=whole,
            timeout=timeout,
            written=written,
            output=output,
            width=width,
            grammars=grammars,
            book=read_book(private_map, inputs, output) if redacted else None,
            private_map=private_map,
            fail_on=fail_on,
            quiet=quiet,
            verbose=verbose,
        )
        raise typer.Exit(status)
    from whydown import pipeline  # noqa: PLC0415 - what is read from a store needs none of it
    from whydown.grammar.places import digest  # noqa: PLC0415
    from whydown.report.trace import render_traces  # noqa: PLC0415
    from whydown.tally import Tally  # noqa: PLC0415

    library, knowledge = load_library(grammars), load_knowledge(grammars)
    options = replace(options, why_not=causes_named(why_not or (), knowledge))
    if not quiet and paths and (edge or peer):
        say("logs named without --edge or --peer are sorted by what they hold; repeat the option for each log", "note")
    wanted = fails(fail_on or [], knowledge)
    tally = Tally()
    book = read_book(private_map, inputs, output) if redacted else None
    with progress(tally, size_of(inputs), wanted=not quiet):
        analyse = partial(pipeline.share, book=book) if redacted or bundle else pipeline.analyze
        told = analyse(inputs, library=library, knowledge=knowledge, options=options, tally=tally)
    recognised(tally)
    report = give(told, digest(grammars or ()), private_map, bundle, options)
    if why_not:
        write([render_traces(report, style_of(output, width))], output)
    else:
        write(parts(report, written, style_of(output, width)), output)
    remarks(report.tally, quiet=quiet, verbose=verbose)
    if any(map(wanted, report.incidents)):
        raise typer.Exit(1)
    raise typer.Exit(4 if tally.damaged else 0)


for _command in (inventory, redact, fleet, events, unmatched, explain):
    app.command()(_command)


def _mount_grammar() -> None:
    """Add `whydown grammar`, whose imports only it and the help need."""
    if app.registered_groups:
        return
    from whydown.cli_grammar import app as grammar_app  # noqa: PLC0415

    app.add_typer(grammar_app, name="grammar", help="Check, try and write message grammars.")


def main(argv: Sequence[str] | None = None) -> Never:
    """Run the command and leave with its exit status; nothing but one sentence is said of a failure."""
    given = list(sys.argv[1:] if argv is None else argv)
    own = given[: given.index("--")] if "--" in given else given
    debug = "--debug" in own
    words = [word for word in own if word != "--debug"] + given[len(own) :]
    _die_quietly_on_a_closed_pipe()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)  # lines, records and events hold no cycles: looking for some takes a tenth
    try:
        if not words or words[0] in ("grammar", "-h", "--help"):
            _mount_grammar()
        app(words, prog_name="whydown")
    except WhydownError as error:
        say(_told(error), "error")
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(141)
    except Exception as error:  # noqa: BLE001 - the edge: whatever it is, the user gets a sentence
        if debug:
            traceback.print_exc()
        say(_blame(error), "internal error")
        sys.exit(5)
    sys.exit(0)


def _die_quietly_on_a_closed_pipe() -> None:
    """End as other filters do when the reader of standard output has gone (`whydown ... | head`)."""
    with suppress(ImportError, AttributeError, ValueError):  # Windows has no such signal; a thread may not set it
        import signal  # noqa: PLC0415

        signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def _told(error: WhydownError) -> str:
    """Say an error of use; of a knowledge file's problems, drawn as a compiler does, the first few."""
    if "\n" not in error.message:
        return str(error)
    problems = [part for part in error.message.split("\n\n") if part.startswith("error[")]
    more = len(problems) - _MOST_PROBLEMS
    rest = [f"... and {more} more of them."] if more > 0 else []
    return "\n\n".join(["the grammars or causes do not read.", *problems[:_MOST_PROBLEMS], *rest, error.next_step])


def _blame(error: Exception) -> str:
    """Say where an error struck, and nothing of what was read: its own message might quote a log."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}, line {last.lineno}"
    return (
        f"{type(error).__name__} in {where}. This is a fault of whydown, not of your logs. "
        "Please report it; --debug shows the traceback."
    )
