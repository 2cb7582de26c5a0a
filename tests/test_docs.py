"""Every console block of the README and the docs is run: the commands print what the pages say they print.

A block is fenced with ```console; a row that begins with `$ whydown` is a command, the rows under it are what it
prints (standard output, then standard error). A row of `...` stands for any rows. `python tests/test_docs.py` writes
the true output into the pages; read the difference before you commit it.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "sample_logs").glob("**/*.md"))]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def examples(page: Path) -> list[tuple[str, str, int]]:
    """Return each command of a page, what the page says it prints, and the line of the page."""
    text = page.read_text(encoding="utf-8")
    return [
        (command[1], command[2], text.count("\n", 0, block.start(1) + command.start()) + 1)
        for block in BLOCK.finditer(text)
        for command in COMMAND.finditer(block[1])
    ]


def run(command: str) -> str:
    """Run a command as a reader in the project's folder would; `echo $?` is not one: write the status in words."""
    words = shlex.split(command)
    assert words[0] == "whydown", f"only whydown's own commands are run, not: {command}"
    done = subprocess.run(
        [sys.executable, "-c", "from whydown.cli import main; main()", *words[1:]],
        capture_output=True,
        check=False,
        timeout=120,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "XDG_CONFIG_HOME": "/nonexistent", "COLUMNS": "80"},
    )
    return re.sub(r"[ \t]+$", "", (done.stdout + done.stderr).decode(), flags=re.MULTILINE)


def fits(said: str, printed: str) -> bool:
    """Whether the output is what a page says, `...` standing for any rows."""
    parts = re.split(r"^\.\.\.\n", said, flags=re.MULTILINE)
    return re.fullmatch("(?s:.*)".join(map(re.escape, parts)), printed) is not None


@pytest.mark.parametrize(
    ("command", "said"),
    [
        pytest.param(command, said, id=f"{page.relative_to(ROOT)}:{line}")
        for page in PAGES
        for command, said, line in examples(page)
    ],
)
def test_a_console_block_prints_what_the_page_says(command: str, said: str) -> None:
    printed = run(command)
    if not fits(said, printed):
        assert printed == said, "python tests/test_docs.py writes the true output; read it before you commit it"


def test_the_readme_has_its_two_commands_and_an_example() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    assert all(block.startswith("python3 -m venv .venv") for block in blocks)
    assert "whydown scan --edge sample_logs/" in blocks[0]
    assert ".venv/bin/pytest" in blocks[1].splitlines()[-1]
    assert examples(ROOT / "README.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)", re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.DOTALL)):
        if "://" not in link and not link.startswith("mailto:"):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"


def test_a_block_may_leave_rows_out_but_not_change_them() -> None:
    assert fits("a\n...\nd\n", "a\nb\nc\nd\n")
    assert fits("a\n...\n", "a\n")
    assert not fits("a\n...\nd\n", "a\nb\nc\n")
    assert not fits("a\nc\n", "a\nb\n")


def bless() -> None:
    """Write the true output of every command into the pages, where it is not what they say."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for command, said, line in examples(page):
            printed = run(command)
            if not fits(said, printed):
                print(f"{page.relative_to(ROOT)}:{line}: {command}")  # noqa: T201
                text = text.replace(f"$ {command}\n{said}", f"$ {command}\n{printed}", 1)
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    bless()
