from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from sources.archives import BEFORE, library_tar
from whydown.batch.cases import find_cases
from whydown.batch.fingerprint import content, glance
from whydown.tally import Tally

BUNDLE = gzip.compress(library_tar(("var/log/syslog", BEFORE)))


def made(folder: Path, **files: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def cases(*paths: Path, whole: bool = False) -> tuple[list[str], list[str]]:
    tally = Tally()
    return find_cases(map(str, paths), tally, whole=whole), [notice.message for notice in tally.notices]


def test_each_archive_and_folder_of_a_folder_of_bundles_is_a_case(tmp_path: Path) -> None:
    folder = made(tmp_path / "in", b=BUNDLE, a=BUNDLE, readme=b"Bundles of May.\n")
    made(folder / "case", edge=BEFORE)
    made(folder / ".hidden", edge=BEFORE)
    found, told = cases(folder)
    assert found == [str(folder / name) for name in ("a", "b", "case")]
    assert told == ["no bundles, left out: readme"]


def test_a_folder_in_which_a_log_lies_is_one_case(tmp_path: Path) -> None:
    folder = made(tmp_path / "in", edge=gzip.compress(BEFORE), peer=BUNDLE)
    assert cases(folder) == ([str(folder)], [])


def test_a_folder_can_be_said_to_be_one_case(tmp_path: Path) -> None:
    folder = made(tmp_path / "in", edge=BUNDLE, peer=BUNDLE)
    assert cases(folder, whole=True) == ([str(folder)], [])


def test_a_path_that_is_named_is_a_case_and_counts_once(tmp_path: Path) -> None:
    folder = made(tmp_path / "in", a=BUNDLE, log=BEFORE)
    found, told = cases(folder / "log", folder / "a", folder / ".." / "in" / "a", folder / "gone")
    assert (found, told) == ([str(folder / "a"), str(folder / "log")], ["there is no such file"])


def test_a_pattern_names_what_it_matches(tmp_path: Path) -> None:
    folder = made(tmp_path / "in", a=BUNDLE, b=BUNDLE)
    assert cases(folder / "*") == ([str(folder / "a"), str(folder / "b")], [])
    assert cases(folder / "x*")[1] == ["no file is called so"]


def test_a_damaged_archive_is_a_case(tmp_path: Path) -> None:
    folder = made(tmp_path / "in", a=BUNDLE[:20], b=BUNDLE[:5] + b"\0" * 30)
    assert cases(folder)[0] == [str(folder / "a"), str(folder / "b")]


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    assert cases(made(tmp_path / "in")) == ([], ["there is no bundle in this directory"])


@pytest.mark.parametrize("change", ["byte", "name", "time", "more"])
def test_every_change_of_a_case_changes_what_is_known_of_it(tmp_path: Path, change: str) -> None:
    import os  # noqa: PLC0415

    folder = made(tmp_path / "in", a=BUNDLE, b=BEFORE)
    os.utime(folder / "b", ns=(10**18, 10**18))
    before = glance(str(folder)).mark, content(str(folder))
    match change:
        case "byte":
            (folder / "b").write_bytes(BEFORE[:-2] + b"!\n")
            os.utime(folder / "b", ns=(10**18, 10**18))
        case "name":
            (folder / "b").rename(folder / "c")
        case "time":
            os.utime(folder / "b", ns=(10**18 + 1, 10**18 + 1))
        case _:
            (folder / "c").write_bytes(b"")
    after = glance(str(folder)).mark, content(str(folder))
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_a_copy_that_keeps_its_times_has_the_same_content_and_another_look(tmp_path: Path) -> None:
    import shutil  # noqa: PLC0415

    first = made(tmp_path / "a", log=BEFORE)
    second = Path(shutil.copytree(first, tmp_path / "b"))
    assert content(str(first)) == content(str(second))
    assert glance(str(first)).mark != glance(str(second)).mark


def test_a_glance_is_not_trusted_right_after_a_change(tmp_path: Path) -> None:
    folder = made(tmp_path / "in", a=BEFORE)
    written = max((folder / "a").stat().st_mtime_ns, (folder / "a").stat().st_ctime_ns)
    assert not glance(str(folder), written + 10**9).settled
    assert glance(str(folder), written + 10**10).settled
