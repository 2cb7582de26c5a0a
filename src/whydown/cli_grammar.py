"""The command `whydown grammar`: check grammar files, try a line, begin a new message, list the language's words."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, Never

import typer

from whydown.errors import KnowledgeError, UsageError, WhydownError
from whydown.grammar.places import CAUSES, SUFFIXES
from whydown.terminal import say
from whydown.text import printable, render_problem, suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from whydown.diagnose.knowledge import Reading
    from whydown.grammar.model import Grammar
    from whydown.text import Problem

app = typer.Typer(
    help="Check, try and write message grammars.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Folders = Annotated[
    list[Path] | None,
    typer.Option("--grammars", metavar="DIR", help="A folder of further grammars, besides those shipped; repeatable."),
]
Name = Annotated[
    str | None, typer.Option("--grammar", metavar="NAME", help="Only this grammar, whatever the line's header says.")
]


@app.callback()
def _grammar() -> None:
    """Check, try and write message grammars."""


@app.command()
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILES]...", help="Grammar and cause files or folders, besides those shipped."),
    ] = None,
) -> None:
    """Check all grammars and causes.

    Those shipped and those given; every problem is printed, and the exit status is 1 if there is one.
    """
    from whydown.grammar.check import check as checked  # noqa: PLC0415 - pyparsing is slow to load
    from whydown.grammar.places import folders  # noqa: PLC0415

    found = _files([*folders(), *(files or [])])
    read = _read((path for path in found if path.suffix not in CAUSES), anew=True)
    problems = [*read.problems, *checked(read.grammars)]
    problems += _causes([path for path in found if path.suffix in CAUSES], read)
    problems.sort(key=lambda p: (p.span.path, p.span.line, p.span.column))
    _print(f"{render_problem(problem, read.sources[problem.span.path])}\n" for problem in problems)
    _print([_summary(read, problems)])
    raise typer.Exit(1 if problems else 0)


@app.command("try")
def try_line(
    line: Annotated[
        str, typer.Argument(help="A log line, with or without its header; - reads it from standard input.")
    ],
    *,
    grammar: Name = None,
    grammars: Folders = None,
) -> None:
    """Show what reads a log line, and what it yields.

    Or, with exit status 1, how far the nearest wordings go along with it.
    """
    from whydown.grammar.trial import not_read, told, trials  # noqa: PLC0415
    from whydown.report.secrets import without_secrets  # noqa: PLC0415

    tried = trials(_line(line), _named(_loaded(grammars), grammar))
    readings = [(t, r) for t in tried for r in t.readings]
    for one, reading in readings:
        _print(map(without_secrets, told(one, reading)))
    if not readings:
        _print(map(without_secrets, not_read(tried)))
    raise typer.Exit(0 if readings else 1)


@app.command()
def new(
    *,
    line: Annotated[str, typer.Option("--from", metavar="LINE", help="A log line; - reads it from standard input.")],
    grammar: Name = None,
    grammars: Folders = None,
) -> None:
    """Write a message block for a log line.

    With slots for what varies and an example with documentation addresses. The block goes to standard output, to be appended to a file; what else is to say, to standard error.
    """
    from whydown.grammar.scaffold import likely_kinds, scaffold  # noqa: PLC0415
    from whydown.grammar.trial import told, trials  # noqa: PLC0415
    from whydown.report.secrets import without_secrets  # noqa: PLC0415

    tried = trials(_line(line), _named(_loaded(grammars), grammar))
    best = min(tried, key=lambda t: (not t.readings, not t.headed, len(t.message), len(t.grammar.name)), default=None)
    if best is None or not best.message:
        raise UsageError("This line holds no message.", "Hand over a whole log line, with what follows its header.")
    _print([scaffold(without_secrets(best.message), best.prefix).rstrip("\n")])
    for reading in best.readings:
        say(f"a grammar reads this line: {next(iter(told(best, reading)))}", "note")
    if best.headed or best.prefix:
        say(f"this block is for {best.grammar.path}", "note")
    say(f"kinds whose words fit: {', '.join(likely_kinds(best.message))} (whydown grammar kinds lists all)", "note")


@app.command()
def kinds(*, grammars: Folders = None) -> None:
    """List the kinds of events.

    And the sets of kinds that causes name.
    """
    from whydown.diagnose.loading import gather  # noqa: PLC0415
    from whydown.grammar import tables  # noqa: PLC0415

    _print(tables.kinds())
    for one in gather(grammars or ()).knowledge.kind_sets:  # of files with problems, too
        _print(["", f"{one.name}: {one.title}", f"  {'|'.join(one.kinds)}"])


@app.command()
def fields() -> None:
    """List the fields of events, which are slots."""
    from whydown.grammar import tables  # noqa: PLC0415

    _print(tables.fields())


@app.command()
def coverage(*, grammars: Folders = None) -> None:
    """Show what each vendor's grammars can give.

    For each kind of event, how many wordings are seen and how many assumed.
    """
    from whydown.grammar import tables  # noqa: PLC0415

    _print(tables.coverage(_loaded(grammars)))


@app.command()
def fmt(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILES...", help="Grammar or cause files, or folders of them.")
    ],
    *,
    only_check: Annotated[
        bool, typer.Option("--check", help="Change nothing; name the files that would change and exit 1.")
    ] = False,
) -> None:
    """Lay files out, as shipped files are.

    Clauses are aligned and blocks divided by one empty line; words and comments stay.
    """
    from whydown.grammar.fmt import formatted  # noqa: PLC0415

    failed = False
    for path in _files(files):
        text = _text(path)
        tidy, problems = formatted(text, str(path))
        _print(f"{render_problem(problem, text)}\n" for problem in problems)
        failed = failed or bool(problems) or (only_check and tidy != text)
        if tidy == text:
            continue
        _print([f"{path} {'would change' if only_check else 'laid out'}"])
        if not only_check:
            path.write_text(tidy, encoding="utf-8", newline="\n")
    raise typer.Exit(1 if failed else 0)


# --- reading ---------------------------------------------------------------------------------------------------------


class _Read(NamedTuple):
    """Grammar files as they read, whatever is wrong with them."""

    grammars: list[Grammar]
    problems: list[Problem]
    sources: dict[str, str]


def _read(paths: Iterable[Path], *, anew: bool) -> _Read:
    """Read grammar files; those that were read before without a problem only `anew`."""
    from whydown.grammar.cache import GRAMMARS  # noqa: PLC0415

    read = _Read([], [], {})
    for path in paths:
        text = read.sources[str(path)] = _text(path)
        grammar = None if anew else GRAMMARS.find(text, str(path))
        if grammar is None:
            from whydown.grammar.syntax import read_grammar  # noqa: PLC0415 - loads pyparsing

            grammar, problems = read_grammar(text, str(path))
            read.problems.extend(problems)
            if grammar is not None and not problems:
                GRAMMARS.keep(text, str(path), grammar)
        if grammar is not None:
            read.grammars.append(grammar)
    return read


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except OSError as err:
        raise UsageError(
            f"{path} cannot be read: {err.strerror}.", "Name a grammar file, or a folder of them."
        ) from err
    except UnicodeDecodeError as err:
        raise KnowledgeError(f"{path} is no UTF-8 text: byte {err.start} does not fit.", "Save it as UTF-8.") from err


def _causes(paths: Sequence[Path], read: _Read) -> list[Problem]:
    """Read reason and cause files and check them with the grammars that feed them.

    A block of a file that is given takes the place of one with the same name in a folder that counts less.
    """
    from whydown.diagnose.check import check as checked  # noqa: PLC0415
    from whydown.diagnose.loading import combine, doubles  # noqa: PLC0415
    from whydown.diagnose.syntax import read_causes  # noqa: PLC0415
    from whydown.grammar.places import folders  # noqa: PLC0415

    places = [place.resolve() for place in folders()]
    by_place: list[list[Reading]] = [[] for _ in (None, *places)]
    for path in sorted(paths, key=lambda p: p.suffix != ".reasons"):
        text = read.sources[str(path)] = _text(path)
        home = next((n for n, place in enumerate(places, 1) if path.resolve().is_relative_to(place)), 0)
        by_place[home].append(read_causes(text, str(path)))
    found = [problem for readings in by_place for reading in readings for problem in reading.problems]
    twice = [problem for readings in by_place for problem in doubles(readings)]
    return [*found, *checked(combine(by_place), read.grammars, twice=twice)]


def _files(places: Iterable[Path]) -> list[Path]:
    """Return the named files and the knowledge files of named folders, each once, under a short path."""
    found: dict[Path, Path] = {}
    for place in places:
        inside = [p for suffix in SUFFIXES for p in sorted(place.rglob(f"*{suffix}"))] if place.is_dir() else [place]
        for file in inside:
            found.setdefault(file.resolve(), _short(file))
    return list(found.values())


def _short(path: Path) -> Path:
    try:
        return path.resolve().relative_to(Path.cwd()) if path.is_absolute() else path
    except ValueError:
        return path


def _loaded(folders: Sequence[Path] | None) -> list[Grammar]:
    """Return the grammars that there are; files that do not read are told on standard error and left out."""
    from whydown.grammar.places import folders as places  # noqa: PLC0415

    read = _read((path for path in _files(places(folders or [])) if path.suffix == ".grammar"), anew=False)
    for path in dict.fromkeys(p.span.path for p in read.problems):
        count = sum(p.span.path == path for p in read.problems)
        say(f"{path} has {count} problems; see whydown grammar check", "note")
    return read.grammars


def _named(grammars: list[Grammar], name: str | None) -> list[Grammar]:
    if name is None:
        return grammars
    found = [g for g in grammars if g.name == name]
    if not found:
        names = [g.name for g in grammars]
        raise UsageError(f"There is no grammar '{name}'.", suggest(name, names) or f"There are {', '.join(names)}.")
    return found


def _line(given: str) -> str:
    """Return the line that is meant: the first that is not empty, of standard input for `-`."""
    text = sys.stdin.buffer.read(1 << 20).decode(errors="surrogateescape") if given == "-" else given
    line = next((row.strip() for row in text.split("\n") if row.strip()), "")
    if not line:
        raise UsageError("There is no line to read.", "Hand over a log line in quotes, or - to read one.")
    return line


# --- telling ---------------------------------------------------------------------------------------------------------


def _print(rows: Iterable[str]) -> None:
    for row in rows:
        typer.echo("\n".join(map(printable, row.split("\n"))))


def _summary(read: _Read, problems: Sequence[Problem]) -> str:
    if problems:
        files = len({p.span.path for p in problems})
        return f"{len(problems)} problem{'s' * (len(problems) > 1)} in {files} of {len(read.sources)} files"
    from whydown.grammar.claims import blocks_of  # noqa: PLC0415

    messages = sum(len(g.events) for g in read.grammars)
    examples = sum(len(b.tries) for g in read.grammars for b in blocks_of(g))
    return f"no problems: {len(read.grammars)} grammars, {messages} messages, {examples} examples"


def main() -> Never:
    """Run `python -m whydown.cli_grammar`."""
    try:
        app()
    except WhydownError as error:
        say(str(error), "error")
        sys.exit(error.exit_status)
    sys.exit(0)


if __name__ == "__main__":
    main()
