"""The blocks of docs/notebook.md are run in order, as a notebook would; each prints what the page says under it.

`python tests/test_notebook.py` writes the true output into the page; read the difference before you commit it.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "notebook.md"
CELL = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)


def run(code: str, names: dict[str, Any]) -> str:
    """Run a cell and return what a notebook shows: what it prints, then the value of its last row."""
    block = ast.parse(code)
    last = block.body.pop() if isinstance(block.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(block, PAGE.name, "exec"), names)  # noqa: S102 - the project's own page
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), PAGE.name, "eval"), names)  # noqa: S307
            if value is not None:
                print(repr(value))  # noqa: T201
    return re.sub(r"[ \t]+$", "", printed.getvalue(), flags=re.MULTILINE)


def outputs(text: str) -> list[tuple[str, str, str]]:
    """Return each cell's code, what the page says it shows, and what it does show."""
    names: dict[str, Any] = {}
    kept = {name: pd.get_option(name) for name in ("display.width", "display.max_columns", "display.max_colwidth")}
    with contextlib.chdir(ROOT), pd.option_context(kept):  # the page sets them for its reader
        return [(cell[1], cell[2] or "", run(cell[1], names)) for cell in CELL.finditer(text)]


def test_every_cell_shows_what_the_page_says() -> None:
    cells = outputs(PAGE.read_text(encoding="utf-8"))
    assert len(cells) > 5
    for code, said, shown in cells:
        assert shown == said, f"{code}\npython tests/test_notebook.py writes the true output"


def bless() -> None:
    """Write what each cell shows into the page."""
    text = PAGE.read_text(encoding="utf-8")
    shown = iter(outputs(text))

    def cell(match: re.Match[str]) -> str:
        _, _, output = next(shown)
        below = f"\n```text\n{output}```\n" if output else ""
        return f"```python\n{match[1]}```\n{below}"

    PAGE.write_text(CELL.sub(cell, text), encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("XDG_CONFIG_HOME", "/nonexistent")
    bless()
