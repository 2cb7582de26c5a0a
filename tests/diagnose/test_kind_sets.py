"""Sets of kinds: a clause that names one means its kinds, wherever the set is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from whydown.diagnose import loading
from whydown.diagnose.model import Pattern, Want
from whydown.errors import KnowledgeError
from whydown.grammar.vocabulary import Kind

if TYPE_CHECKING:
    from pathlib import Path

SETS = """\
kinds new-sa "An SA is there that was not"
  are  ike.up|child.up
"""
REASONS = """\
reason session/timed-out "Timed out"
  if     edge new-sa|ike.failed|ike.up as up
  or     edge ike.up as up
  unless peer new-sa
"""


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a user without any files."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("WHYDOWN_GRAMMARS", raising=False)


def folder(path: Path, **files: str) -> Path:
    path.mkdir()
    for name, text in files.items():
        (path / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return path


def meant(*folders: Path) -> list[set[Kind]]:
    """Return the kinds of each pattern of the one reason that these folders hold."""
    (reason,) = loading.load(folders, shipped=False).reasons
    wants = [step for way in reason.ways for step in way if isinstance(step, Want)]
    return [set(p.kinds) for want in wants for p in want.patterns if isinstance(p, Pattern)]


def test_a_clause_means_the_kinds_of_the_set_and_those_it_names_beside_it(tmp_path: Path) -> None:
    own = folder(tmp_path / "own", a_reasons=REASONS, b_kinds=SETS)
    both = {Kind.IKE_UP, Kind.CHILD_UP}
    assert meant(own) == [both | {Kind.IKE_FAILED}, {Kind.IKE_UP}, both]


def test_a_set_may_stand_in_any_file(tmp_path: Path) -> None:
    apart = folder(tmp_path / "apart", a_reasons=REASONS, b_kinds=SETS)
    below = folder(tmp_path / "below", a_reasons=f"{REASONS}\n{SETS}")
    assert meant(below) == meant(apart)


def test_a_set_of_a_folder_that_counts_more_serves_all_clauses(tmp_path: Path) -> None:
    less = folder(tmp_path / "less", a_reasons=REASONS, b_kinds=SETS)
    more = folder(tmp_path / "more", c_kinds=SETS.replace("child.up", "ike.rekey"))
    assert meant(more, less)[2] == {Kind.IKE_UP, Kind.IKE_REKEY}


def test_what_comes_from_the_cache_means_the_sets_as_they_are_now(tmp_path: Path) -> None:
    own = folder(tmp_path / "own", a_reasons=REASONS, b_kinds=SETS)
    meant(own)
    (own / "b.kinds").write_text(SETS.replace("child.up", "ike.rekey"), encoding="utf-8")
    assert meant(own)[2] == {Kind.IKE_UP, Kind.IKE_REKEY}


def test_a_misspelt_set_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    own = folder(tmp_path / "own", a_reasons=REASONS.replace("peer new-sa", "peer new-as"), b_kinds=SETS)
    with pytest.raises(KnowledgeError, match=r"(?s)error\[C033\].*did you mean 'new-sa'\?") as told:
        meant(own)
    assert str(told.value).count("error[") == 1


def test_two_sets_of_one_name_are_told(tmp_path: Path) -> None:
    own = folder(tmp_path / "own", a_reasons=REASONS, b_kinds=SETS, c_kinds=SETS)
    with pytest.raises(KnowledgeError, match=r"error\[C021\]: there are two blocks 'kinds new-sa'"):
        meant(own)


def test_a_site_need_not_use_a_set_of_its_own_files(tmp_path: Path) -> None:
    own = folder(tmp_path / "own", a_reasons=REASONS.replace("new-sa", "child.up"), b_kinds=SETS)
    assert len(meant(own)) == 3


def test_every_shipped_set_is_used_by_three_clauses_at_least() -> None:
    known = loading.load()
    ways = [w for r in known.reasons for w in r.ways] + [c.steps for c in known.causes]
    patterns = [p for w in ways for s in w if isinstance(s, Want) for p in s.patterns if isinstance(p, Pattern)]
    for one in known.kind_sets:
        assert sum(one.name == named.name for p in patterns for named in p.sets) >= 3, one.name
