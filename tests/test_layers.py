"""The street goes one way: a module imports its own stage and those before it, never one after it."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "whydown"
STREET = (
    "text",
    "errors",
    "tally",
    "sources",
    "envelope",
    "grammar",
    "sessions",
    "diagnose",
    "report",
    "pipeline",
    "batch",
)
BASE = {"text": 0, "errors": 0, "tally": 0}
BESIDE = {
    "dumps": "grammar",  # they make the same events of other texts than the grammars do
    "redact": "report",  # it writes logs, not reports
}
STAGE = BASE | {name: number for number, name in enumerate(STREET) if name not in BASE}
STAGE |= {name: STAGE[stage] for name, stage in BESIDE.items()}
CLI = len(STREET)  # cli.py and what only it uses
TOP = {
    "api",
    "cli",
    "cli_batch",
    "cli_fleet",
    "cli_grammar",
    "cli_inventory",
    "cli_look",
    "cli_options",
    "cli_redact",
    "options",
    "terminal",
    "__main__",
}


def stage(module: str) -> int:
    """Return the place in the street of `whydown.STAGE...`; the package itself, with its version, is its beginning."""
    parts = module.split(".")
    return -1 if len(parts) == 1 else CLI if parts[1] in TOP else STAGE[parts[1]]


def imported(path: Path) -> set[str]:
    """Return every module of whydown that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where a module stands"
            module = node.module or ""
            found |= {f"{module}.{alias.name}" for alias in node.names}  # a module of a package, or a name in a module
            found |= {module} - {"whydown"}
    return {name for name in found if name.split(".")[0] == "whydown"} - {"whydown.__version__"}


def module_name(path: Path) -> str:
    """Return the dotted name under which a file is imported."""
    return ".".join(("whydown", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")


def circle(imports: dict[str, set[str]]) -> list[str]:
    """Return the modules of a circle of imports; empty where there is none, within the package's doors."""
    inside = {module: names & set(imports) for module, names in imports.items() if module != "whydown"}
    try:
        TopologicalSorter(inside).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_imports_go_down_only(path: Path) -> None:
    module = module_name(path)
    door = ("whydown.api",) if module == "whydown" else ()  # the package hands the API on, and loads it when asked
    above = {name for name in imported(path) if stage(name) > stage(module) and not name.startswith(door)}
    assert not above, f"{module} imports {', '.join(sorted(above))}"


def test_every_stage_is_there() -> None:
    there = {path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert {*STREET, "cli"} <= there
    assert there - {*STREET, *BESIDE, *TOP, "__init__"} == set(), "a new module needs its place in the street"


def test_an_import_that_goes_up_is_seen(tmp_path: Path) -> None:
    guilty = tmp_path / "guilty.py"
    guilty.write_text("def late():\n    from whydown.report import text\n")
    assert imported(guilty) == {"whydown.report", "whydown.report.text"}
    assert stage("whydown.report") > stage("whydown.sources.files")


def test_no_two_modules_lean_on_each_other() -> None:
    assert circle({module_name(path): imported(path) for path in SOURCE.rglob("*.py")}) == []


def test_a_circle_is_seen() -> None:
    assert circle({"whydown.a": {"whydown.b"}, "whydown.b": {"whydown.c"}, "whydown.c": {"whydown.b"}}) != []
    assert circle({"whydown.a": {"whydown.b"}, "whydown.b": {"whydown.c"}}) == []
