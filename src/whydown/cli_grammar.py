"""The command `whydown grammar`: check grammar files, try a line, begin a new message, list the language's words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from whydown.grammar.syntax import read_grammar
from whydown.text import render_problem

app = typer.Typer(help="Check, try and write message grammars.", no_args_is_help=True, add_completion=False)


@app.callback()
def _grammar() -> None:
    """Check, try and write message grammars."""


def _shipped() -> list[Path]:
    for folder in (Path(__file__).parent / "grammars", Path(__file__).parents[2] / "grammars"):
        if folder.is_dir():
            return sorted((folder / "messages").glob("*.grammar"))
    return []


@app.command("check")
def check_command(
    files: Annotated[list[Path] | None, typer.Argument(help="Grammar files besides those shipped.")] = None,
) -> None:
    """Check all shipped grammars and the given ones; print every problem, exit 1 if there is one."""
    count = 0
    for path in dict.fromkeys([*(files or _shipped())]):
        text = path.read_text(encoding="utf-8")
        _, problems = read_grammar(text, str(path))
        for problem in problems:
            typer.echo(render_problem(problem, text) + "\n")
        count += len(problems)
    typer.echo(f"{count} problems" if count else "no problems")
    raise typer.Exit(1 if count else 0)


if __name__ == "__main__":
    app()
