"""The private map: for its owner alone, whole or not at all, and the same pseudonyms the next time."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from whydown.errors import UsageError
from whydown.redact.names import Named
from whydown.redact.private_map import load, save
from whydown.redact.pseudonyms import new_book

if TYPE_CHECKING:
    from pathlib import Path


def test_a_map_is_read_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "map.json"
    book = new_book().with_names([Named("fw7", "host"), Named("to-acme", "conn")])
    save(book, path)
    assert load(path) == book


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_else_may_read_it_also_where_it_was_open_before(tmp_path: Path) -> None:
    path = tmp_path / "map.json"
    path.write_text("")
    path.chmod(0o644)
    save(new_book(), path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["map.json"]


def test_two_new_maps_have_two_keys() -> None:
    assert new_book().key != new_book().key


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "no map", '{"whydown_map": 2, "key": "00", "names": {}, "addresses": {}, "uuids": {}}']
)
def test_a_file_that_is_no_map_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "map.json"
    path.write_text(text)
    with pytest.raises(UsageError):
        load(path)
    assert path.read_text() == text


def test_a_map_with_a_wrong_value_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "map.json"
    save(new_book(), path)
    told = json.loads(path.read_text())
    told["names"] = {"fw7": 7}
    path.write_text(json.dumps(told))
    with pytest.raises(UsageError):
        load(path)


def test_a_map_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        save(new_book(), tmp_path / "nowhere" / "map.json")
