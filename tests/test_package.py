"""What is handed out: the wheel with the knowledge in it, and the versions that are asked for."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import whydown

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements-dev.txt").read_text().splitlines()
PINS = [Requirement(row) for row in LOCK if row and not row.startswith("#")]


def canonical(name: str) -> str:
    return name.lower().replace("_", "-")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("dist")
    program = f"from hatchling.build import build_wheel; print(build_wheel({str(folder)!r}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return zipfile.ZipFile(folder / done.stdout.split()[-1])


def test_the_wheel_holds_every_grammar_cause_and_reason(wheel: zipfile.ZipFile) -> None:
    kept = [path for path in (ROOT / "grammars").rglob("*") if path.is_file()]
    assert {path.suffix for path in kept} >= {".grammar", ".causes", ".reasons"}
    assert {f"whydown/{path.relative_to(ROOT).as_posix()}" for path in kept} <= set(wheel.namelist())


def test_the_wheel_is_typed_licensed_and_holds_no_logs(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert "whydown/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.endswith(".log") or name.startswith(("tests/", "sample_logs/"))]


def test_the_wheels_version_is_the_packages(wheel: zipfile.ZipFile) -> None:
    assert Path(wheel.filename or "").name.startswith(f"whydown-{whydown.__version__}-py3-none-any")


def test_every_pin_is_exact_and_names_no_place_to_get_it_from() -> None:
    for pin in PINS:
        assert [specifier.operator for specifier in pin.specifier] == ["=="], pin
        assert pin.url is None
    assert not [row for row in LOCK if "://" in row or row.startswith("-")]


def test_the_pins_are_within_the_ranges_that_users_get() -> None:
    pinned = {canonical(pin.name): Version(next(iter(pin.specifier)).version) for pin in PINS}
    wanted = [Requirement(row) for row in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]]
    for requirement in wanted:
        assert pinned[canonical(requirement.name)] in requirement.specifier, requirement


def test_every_range_has_both_ends() -> None:
    for row in PROJECT["dependencies"]:
        assert {specifier.operator for specifier in Requirement(row).specifier} == {">=", "<"}, row
