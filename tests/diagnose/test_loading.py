"""Reading reasons and causes from folders, and the cache of what was read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from whydown.diagnose import loading
from whydown.errors import KnowledgeError
from whydown.grammar import library

if TYPE_CHECKING:
    from whydown.diagnose.knowledge import Knowledge

WORKED = (Path(__file__).parent / "worked.causes").read_text(encoding="utf-8")
STATUS = """\
status down "All is down"
  status   DOWN
  channel  Down | Negotiating "No proposal chosen"
  problem  "Nothing was told"
  from     a page
"""
COMMANDS = """\
commands some "Some"
  log   show log $remote
  from  a page
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a user without any files but for those of the folder `g`."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("WHYDOWN_GRAMMARS", raising=False)
    (tmp_path / "g").mkdir()
    (tmp_path / "g" / "worked.causes").write_text(WORKED, encoding="utf-8")
    return tmp_path


def _load(home: Path) -> Knowledge:
    return loading.load([home / "g"], shipped=False)


def _entries(home: Path) -> list[Path]:
    return list((home / "cache").rglob("*.json"))


def test_what_was_read_comes_from_the_cache(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "g" / "console.status").write_text(STATUS)
    (home / "g" / "vendors.commands").write_text(COMMANDS)
    first = _load(home)
    monkeypatch.setattr(loading, "_parsed", None)  # nothing is read now
    again = _load(home)
    assert again == first
    assert again.causes
    assert again.statuses[0].states["channel"].words == ("Down", "Negotiating")
    assert again.commands[0].get("log", remote="192.0.2.1") == "show log 192.0.2.1"


def test_all_that_is_shipped_reads_the_same_from_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    first = loading.load()
    monkeypatch.setattr(loading, "_parsed", None)
    assert loading.load() == first


def test_a_file_that_was_changed_is_read_anew(home: Path) -> None:
    assert "Other words" not in {cause.title for cause in _load(home).causes}
    title = _load(home).causes[0].title
    (home / "g" / "worked.causes").write_text(WORKED.replace(f'"{title}"', '"Other words"'), encoding="utf-8")
    assert _load(home).causes[0].title == "Other words"


def test_a_further_file_counts_beside_those_of_the_cache(home: Path) -> None:
    assert _load(home).commands == ()
    (home / "g" / "vendors.commands").write_text(COMMANDS)
    assert [commands.name for commands in _load(home).commands] == ["some"]


def test_a_block_written_twice_is_told_though_both_files_come_from_the_cache(home: Path) -> None:
    _load(home)
    (home / "g" / "copied.causes").write_text(WORKED, encoding="utf-8")
    for _ in range(2):
        with pytest.raises(KnowledgeError, match="C021"):
            _load(home)


def test_a_file_with_a_problem_is_not_kept(home: Path) -> None:
    (home / "g" / "worked.causes").write_text(WORKED + "\ncause x\n", encoding="utf-8")
    with pytest.raises(KnowledgeError):
        _load(home)
    assert _entries(home) == []


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", "7", "[7]", '["Cause"]', '["open","/etc/passwd"]', '["{}",1]', '["{",["{}"]]', "[" * 9999]
)
def test_a_damaged_entry_is_made_anew(home: Path, damage: str) -> None:
    first = _load(home)
    (entry,) = _entries(home)
    whole = entry.read_text()
    entry.write_text(damage)
    assert _load(home) == first
    assert json.loads(entry.read_text()) == json.loads(whole)


def test_an_entry_of_a_grammar_is_none_of_causes(home: Path) -> None:
    _load(home)
    (entry,) = _entries(home)
    library.load()
    grammar = next(e for e in _entries(home) if e != entry)
    entry.write_bytes(grammar.read_bytes())
    assert len(_load(home).causes) == WORKED.count("\ncause ") + WORKED.startswith("cause ")


def test_a_cache_that_cannot_be_written_is_no_trouble(home: Path) -> None:
    (home / "cache").write_text("a file where the folder would be")
    assert _load(home).causes == _load(home).causes != ()
