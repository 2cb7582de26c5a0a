"""The library: where grammars are looked for, what is said of those that do not read, and the cache."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grammar.written import HEAD, line, record
from whydown.errors import KnowledgeError
from whydown.grammar import cache, library, match
from whydown.tally import Tally


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a user without any files."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("WHYDOWN_GRAMMARS", raising=False)
    return tmp_path


def _write(path: Path, name: str, text: str = "it is over") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD.replace("grammar some", f"grammar {name}") + "\n" + line(text), encoding="utf-8")
    return path


def test_folders_count_in_their_order(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(home / "own" / "a.grammar", "given")
    _write(home / "one" / "messages" / "b.grammar", "named-one")
    _write(home / "two" / "c.grammar", "named-two")
    _write(home / "config" / "whydown" / "grammars" / "d.grammar", "users")
    monkeypatch.setenv("WHYDOWN_GRAMMARS", f"{home / 'one'}:{home / 'two'}")
    found = library.load([home / "own"], shipped=False)
    assert [g.name for g in found.grammars] == ["given", "named-one", "named-two", "users"]


def test_shipped_grammars_come_last() -> None:
    assert library.folders((Path("x"),))[-1] == library.shipped_folder()
    assert (library.shipped_folder() / "messages").is_dir()


def test_the_first_grammar_wins(home: Path) -> None:
    _write(home / "a" / "a.grammar", "first")
    _write(home / "b" / "b.grammar", "second")
    found = library.load([home / "b", home / "a"], shipped=False)
    (event,) = found.events([record("it is over")], Tally())
    assert event.rule.grammar == "second"


def test_every_problem_of_every_file_is_told(home: Path) -> None:
    _write(home / "g" / "a.grammar", "one", "it is $ovr now")
    _write(home / "g" / "b.grammar", "two", "it is $remot now")
    with pytest.raises(KnowledgeError) as raised:
        library.load([home / "g"], shipped=False)
    text = str(raised.value)
    assert "2 problems in the grammars" in text
    assert "a.grammar:8:" in text
    assert "did you mean 'remote'" in text
    assert not list((home / "cache").rglob("*.json"))


def test_a_folder_that_is_not_there_is_told(home: Path) -> None:
    with pytest.raises(KnowledgeError, match="is not there"):
        library.load([home / "nowhere"], shipped=False)


def test_a_file_that_is_no_text_is_told(home: Path) -> None:
    path = _write(home / "g" / "a.grammar", "one")
    path.write_bytes(b"grammar \xff")
    with pytest.raises(KnowledgeError, match="is not UTF-8"):
        library.load([home / "g"], shipped=False)


def test_marks_are_the_grammars_marks_or_programs(home: Path) -> None:
    _write(home / "g" / "a.grammar", "one")
    marked = _write(home / "g" / "b.grammar", "two")
    marked.write_text(marked.read_text().replace("source", 'mark    subcomp="iked"\n  source'))
    assert library.load([home / "g"], shipped=False).marks == ("some", 'subcomp="iked"')


def test_a_grammar_that_was_read_comes_from_the_cache(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _write(home / "g" / "a.grammar", "one")
    first = library.load([home / "g"], shipped=False)
    monkeypatch.setattr(library, "_read", None)  # nothing is read now
    assert library.load([home / "g"], shipped=False).grammars == first.grammars
    path.write_text(path.read_text() + "# changed\n")
    with pytest.raises(TypeError):
        library.load([home / "g"], shipped=False)


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", "7", '["Slot"]', '["open","/etc/passwd"]', '["Kind","x"]', "[" * 9999]
)
def test_a_damaged_entry_is_as_good_as_none(home: Path, damage: str) -> None:
    _write(home / "g" / "a.grammar", "one")
    first = library.load([home / "g"], shipped=False)
    (entry,) = (home / "cache").rglob("*.json")
    entry.write_text(damage)
    assert library.load([home / "g"], shipped=False).grammars == first.grammars
    assert json.loads(entry.read_text())


def test_a_cache_that_cannot_be_written_is_no_trouble(home: Path) -> None:
    _write(home / "g" / "a.grammar", "one")
    (home / "cache").write_text("a file where the folder would be")
    assert [g.name for g in library.load([home / "g"], shipped=False).grammars] == ["one"]


def test_the_cache_keeps_a_bounded_number_of_entries(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_MOST", 3)
    for number in range(6):
        _write(home / "g" / "a.grammar", f"one-{number}")
        library.load([home / "g"], shipped=False)
    assert len(list((home / "cache").rglob("*.json"))) == 3


def test_a_shipped_grammar_reads_the_same_from_the_cache(home: Path) -> None:
    shipped = (library.shipped_folder() / "messages" / "openiked.grammar").read_text(encoding="utf-8")
    (home / "g").mkdir()
    (home / "g" / "openiked.grammar").write_text(shipped, encoding="utf-8")
    first, again = (library.load([home / "g"], shipped=False).grammars for _ in range(2))
    assert first == again


def test_a_library_compiles_a_grammar_once_for_all_readings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(home / "g" / "a.grammar", "one")
    known = library.load([home / "g"], shipped=False)
    first = list(known.events([record("it is over")], Tally()))
    monkeypatch.setattr(match, "compile_grammar", None)  # nothing is compiled now
    assert len(first) == 1
    assert list(known.events([record("it is over")], Tally())) == first
