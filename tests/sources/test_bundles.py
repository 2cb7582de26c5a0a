from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import zstandard

from sources import hostile
from sources.archives import header, library_tar, library_zip, padded, tar_file
from whydown.envelope.records import records
from whydown.errors import InputError
from whydown.sources.bundles import Window
from whydown.sources.files import Input, lines
from whydown.sources.line import Origin, Side
from whydown.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sources.attack import Attack
    from whydown.sources.cutting import Place

MARKS = ("charon", "iked")
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "bz2": bz2.compress,
    "zst": zstandard.compress,
}
BINARY = bytes(range(256)) * 9


def line(number: int, app: str = "charon") -> bytes:
    return b"2026-11-21T20:40:%02dZ gw-b %s[7]: 15[IKE] message %d\n" % (number, app.encode(), number)


def read(*paths: Path, tally: Tally | None = None, side: Side | None = None, **options: Any) -> list[tuple[str, str]]:
    """Read archives; give where each line stands (without the folder) and the number in it."""
    inputs = [Input(str(path), side) for path in paths]
    found = lines(inputs, Tally() if tally is None else tally, MARKS, **options)
    return [(str(one.origin).removeprefix(str(paths[0].parent) + "/"), one.text.split()[-1]) for one in found]


def told(tally: Tally) -> list[tuple[str, str]]:
    return [(re.sub(r"^.*?/test_[^/]*/", "", notice.where), notice.message) for notice in tally.notices]


def write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_a_log_is_found_in_an_edges_bundle_in_a_managers_and_says_where_it_stands(tmp_path: Path) -> None:
    rotated = gzip.compress(line(1, "cron") + line(2))
    edge = gzip.compress(library_tar(("edge-01/var/log/syslog.3.gz", rotated), ("edge-01/var/log/syslog", line(3))))
    bundle = write(tmp_path / "mgr.tar", library_tar(("mgr/notes.txt", b"some words\n"), ("edge-01.tgz", edge)))
    tally = Tally()
    first, second = lines([Input(str(bundle), Side.EDGE)], tally, MARKS)
    assert first.origin == Origin(str(bundle), "edge-01.tgz!edge-01/var/log/syslog.3.gz", 2, len(line(1, "cron")))
    assert str(second.origin) == f"{bundle}!edge-01.tgz!edge-01/var/log/syslog:1"
    assert (first.side, second.side) == (Side.EDGE, Side.EDGE)
    assert (tally.lines, tally.other, tally.damaged) == (3, 1, False)
    assert told(tally)[0][1] == "left out of this archive: 1 file that is no log"


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("outer", PACKERS)
def test_every_packing_is_known_by_content_for_archives_and_members(tmp_path: Path, packer: str, outer: str) -> None:
    bundle = PACKERS[outer](library_tar(("a.log", PACKERS[packer](line(1) + line(2)))))
    tally = Tally()
    assert read(write(tmp_path / "bundle", bundle), tally=tally) == [("bundle!a.log:1", "1"), ("bundle!a.log:2", "2")]
    assert not tally.notices


@pytest.mark.parametrize("packer", PACKERS)
def test_a_packed_log_on_its_own_is_no_archive(tmp_path: Path, packer: str) -> None:
    tally = Tally()
    packed = PACKERS[packer](line(1)) + PACKERS[packer](line(2))
    assert read(write(tmp_path / "a", packed), tally=tally) == [("a:1", "1"), ("a:2", "2")]
    assert not tally.notices


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_zip_members_are_read_however_they_are_packed(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as made:
        made.mkdir("logs")
        made.writestr("logs/a.log", line(1) * 2000)
        made.writestr("logs/b.bin", BINARY)
        made.writestr("logs/c.log", line(2))
    tally = Tally()
    assert len(read(tmp_path / "a.zip", tally=tally)) == 2001
    assert told(tally)[0][1] == "left out of this archive: 1 file that is no log"


class _Pipe(io.RawIOBase):
    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.data += data
        return len(data)


@pytest.mark.parametrize("size", [1, 40, 9000])
def test_a_zip_written_to_a_pipe_tells_lengths_after_the_data(tmp_path: Path, size: int) -> None:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(4):
            made.writestr(f"{number}.log", line(number) * size)
            made.writestr(f"{number}.bin", BINARY)
    tally = Tally()
    assert len(read(write(tmp_path / "a.zip", bytes(pipe.data)), tally=tally)) == 4 * size
    assert not tally.damaged


def test_archives_of_different_kinds_stand_in_each_other(tmp_path: Path) -> None:
    inner = library_zip(("c.log", line(3)), ("d.tgz", gzip.compress(library_tar(("e.log", line(4))))))
    bundle = library_tar(("a.zip", library_zip(("b.log", line(1)), ("x.zip", inner))), ("z.log", line(5)))
    assert read(write(tmp_path / "t", bundle)) == [
        ("t!a.zip!b.log:1", "1"),
        ("t!a.zip!x.zip!c.log:1", "3"),
        ("t!a.zip!x.zip!d.tgz!e.log:1", "4"),
        ("t!z.log:1", "5"),
    ]


def test_members_are_taken_for_their_content_or_for_where_an_edge_keeps_its_logs(tmp_path: Path) -> None:
    bundle = library_tar(
        ("x/anything", line(1) * 2),
        ("x/var/log/frr/frr", b"% no time at all: charon 2\n"),
        ("x/var/log/rcpm/out", b"charon 3\n"),
        ("x/etc/passwd", b"root:x:0:0\ncharon 4\n"),
        ("x/var/log/lastlog", BINARY),
        ("x/var/log/empty.log", b""),
    )
    tally = Tally()
    assert [number for _, number in read(write(tmp_path / "t", bundle), tally=tally)] == ["1", "1", "2", "3"]
    assert told(tally)[0][1] == "left out of this archive: 2 files that are no logs"


def test_of_a_daemons_own_log_in_an_archive_every_line_is_read(tmp_path: Path) -> None:
    own = b"Nov 21 20:40:01 15[IKE] <site-b|7> received DELETE for IKE_SA site-b 7\n"
    assert len(read(write(tmp_path / "t", library_tar(("charon.log", own * 3))))) == 3


@pytest.mark.parametrize(
    ("form", "length"),
    [
        *((tarfile.USTAR_FORMAT, length) for length in (130, 200)),
        *((form, length) for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT) for length in (130, 252, 256, 3000)),
    ],
)
def test_long_names_are_read_in_every_tar_format(tmp_path: Path, form: int, length: int) -> None:
    name = ("d" * 60 + "/" + "e" * 60 + "/").ljust(length, "f") + ".log"
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=form) as tar:
        info = tarfile.TarInfo(name)
        info.size = len(line(1))
        tar.addfile(info, io.BytesIO(line(1)))
    assert read(write(tmp_path / "t", made.getvalue())) == [(f"t!{name}:1", "1")]


def test_a_tar_of_the_seventies_has_no_magic(tmp_path: Path) -> None:
    old = header(b"a.log", len(line(1)), b"\0", version=bytes(8)) + padded(line(1))
    assert read(write(tmp_path / "t", old + bytes(1024))) == [("t!a.log:1", "1")]


def year_of(bundle: Path) -> tuple[list[int], list[tuple[str, str]]]:
    tally = Tally()
    found = [
        datetime.fromtimestamp(r.at // 1_000_000, UTC).year for r in records(lines([Input(str(bundle))], tally), tally)
    ]
    return found, told(tally)


def tar_of(*members: tuple[str, bytes, int | float]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, data, mtime in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), mtime
            tar.addfile(info, io.BytesIO(data))
    return made.getvalue()


SHORT = b"Nov 21 20:40:01 gw-b charon[7]: 15[IKE] message 1\n"
IN_2019, IN_2021 = 1_575_000_000, 1_640_000_000
HOUR = 3600
BEGAN = int(datetime(2026, 11, 21, 20, 40, 2, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("data", "mtime", "year"),
    [
        (SHORT, IN_2019, 2019),
        (SHORT, IN_2021 + 0.5, 2021),
        (gzip.compress(SHORT, mtime=IN_2019), IN_2021, 2019),
        (gzip.compress(SHORT, mtime=0), IN_2021, 2021),
        (lzma.compress(SHORT), IN_2021, 2021),
        (SHORT, 0, 2016),  # the archive's own
    ],
)
def test_the_year_is_that_in_which_the_member_was_written(tmp_path: Path, data: bytes, mtime: float, year: int) -> None:
    bundle = write(tmp_path / "t", tar_of(("a.log", data, mtime)))
    os.utime(bundle, (1_480_000_000, 1_480_000_000))
    years, notices = year_of(bundle)
    assert years == [year]
    assert notices[0][1] == (
        f"no year in the stamps: {year} is taken from the file's modification time, UTC is assumed"
    )


def test_rotated_members_bear_their_own_years_and_what_is_assumed_is_told_once_an_archive(tmp_path: Path) -> None:
    other = SHORT.replace(b"message 1", b"message 2")
    bundle = tar_of(
        ("syslog.1", SHORT, IN_2019), ("syslog.2", other, IN_2019 - 360 * 86400), ("syslog.3", other + b"\n", IN_2019)
    )
    years, notices = year_of(write(tmp_path / "t", bundle))
    assert years == [2019, 2018]  # the third holds nothing new
    assert [message[:29] for _, message in notices] == [
        "no year in the stamps: 2019 i",
        "no year in the stamps: 2018 i",
    ]


def test_the_day_in_a_members_name_is_known(tmp_path: Path) -> None:
    bundle = write(tmp_path / "t", tar_of(("a/syslog-20171122", SHORT, 0)))
    os.utime(bundle, (IN_2021, IN_2021))
    assert year_of(bundle)[0] == [2017]


def test_lines_that_stand_in_two_members_count_once(tmp_path: Path) -> None:
    bundle = library_tar(
        ("syslog", line(1) + line(2) + line(2) + line(3)),
        ("syslog.1", line(2) + line(3) + line(4)),
    )
    again = write(tmp_path / "u.zip", library_zip(("syslog.1", line(4) + line(5))))
    tally = Tally()
    found = read(write(tmp_path / "t", bundle), again, tally=tally)
    assert [number for _, number in found] == ["1", "2", "2", "3", "4", "5"]
    assert (tally.lines, tally.repeated) == (9, 3)


def test_the_two_sides_may_say_the_same(tmp_path: Path) -> None:
    inputs = [Input(str(write(tmp_path / side, line(1))), side) for side in Side]
    assert len(list(lines(inputs, Tally(), MARKS))) == 2


def test_lines_without_host_and_time_are_never_taken_for_repeats(tmp_path: Path) -> None:
    own = b"15[IKE] received DELETE for IKE_SA site-b 7\n"
    bundle = library_tar(("charon.log", own), ("more.charon.log", own + own))
    assert len(read(write(tmp_path / "t", bundle))) == 3


def test_a_bundle_that_comes_twice_is_read_once(tmp_path: Path) -> None:
    edge = gzip.compress(library_tar(("syslog", line(1)), ("syslog.1", line(2))))
    first, second = (write(tmp_path / name, library_tar((name, edge))) for name in ("a", "b"))
    tally = Tally()
    assert [number for _, number in read(first, second, tally=tally)] == ["1", "2"]
    assert (tally.lines, tally.repeated) == (2, 0)
    assert told(tally)[0][1] == "left out of this archive: 1 copy of another member"


def test_of_a_damaged_copy_the_whole_one_is_read_too(tmp_path: Path) -> None:
    noisy = gzip.compress(b"".join(line(number) for number in range(60)) + os.urandom(5000).hex().encode())
    bad = library_tar(("syslog.gz", noisy[:-2000] + bytes(2000)))
    good = library_tar(("syslog.gz", noisy))
    tally = Tally()
    found = read(write(tmp_path / "bad", bad), write(tmp_path / "good", good), tally=tally)
    assert [number for _, number in found] == [str(number) for number in range(60)]
    assert tally.damaged


def test_archives_are_found_in_directories_and_globs_and_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "d" / "one.tgz", gzip.compress(library_tar(("a.log", line(1)))))
    write(tmp_path / "d" / "two.zip", library_zip(("a.log", line(2))))
    assert [number for _, number in read(tmp_path / "d")] == ["1", "2"]
    assert [number for _, number in read(tmp_path / "d" / "*.zip")] == ["2"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(library_tar(("a.log", line(3))))))
    (found,) = lines([Input("-")], Tally())
    assert str(found.origin) == "-!a.log:1"


def test_an_archive_without_a_log_says_so(tmp_path: Path) -> None:
    bundle = write(tmp_path / "t", library_tar(("a.txt", b"a few words\n")))
    with pytest.raises(InputError, match=r"archive: 1 file that is no log; .*there is no log in this"):
        read(bundle)


def test_members_written_before_the_time_that_matters_are_not_read(tmp_path: Path) -> None:
    bundle = tar_of(("syslog.1", line(1), BEGAN), ("syslog", line(2), BEGAN + 9 * HOUR), ("undated.log", line(3), 0))
    tally = Tally()
    found = read(write(tmp_path / "t", bundle), tally=tally, window=Window(since=(BEGAN + 3 * HOUR) * 1_000_000))
    assert [number for _, number in found] == ["2", "3"]
    assert tally.lines == 2
    assert told(tally)[0][1] == "left out of this archive: 1 log from before the time that was asked for"


@pytest.mark.parametrize(
    "pack",
    [partial(gzip.compress, mtime=0), partial(gzip.compress, mtime=BEGAN), lzma.compress, bz2.compress],
    ids=["gzip without a time", "gzip", "xz", "bzip2"],
)
@pytest.mark.parametrize(("changed", "left_out"), [(BEGAN, True), (BEGAN + 3 * HOUR, False)])
def test_a_packed_log_in_a_folder_last_written_before_the_time_that_matters_is_not_read(
    tmp_path: Path, pack: Callable[[bytes], bytes], changed: int, *, left_out: bool
) -> None:
    for number, name, data in ((1, "syslog.1", pack(line(1))), (2, "syslog", line(2))):
        (tmp_path / name).write_bytes(data)
        os.utime(tmp_path / name, (changed, changed) if number == 1 else None)
    tally = Tally()
    found = read(tmp_path, tally=tally, window=Window(since=(BEGAN + 3 * HOUR) * 1_000_000))
    assert len(found) == 2 - left_out
    said = [("syslog.1", "left out, it is a log from before the time that was asked for")]
    assert told(tally) == said * left_out
    assert not tally.damaged


def test_a_log_that_is_not_packed_is_read_whenever_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "syslog").write_bytes(line(1))
    os.utime(tmp_path / "syslog", (BEGAN, BEGAN))
    assert len(read(tmp_path, window=Window(since=(BEGAN + 30 * HOUR) * 1_000_000))) == 1


def test_a_packed_log_whose_second_part_is_of_later_is_read(tmp_path: Path) -> None:
    parts = gzip.compress(line(1), mtime=BEGAN) + gzip.compress(line(2), mtime=BEGAN + 9 * HOUR)
    (tmp_path / "syslog.gz").write_bytes(parts)
    os.utime(tmp_path / "syslog.gz", (BEGAN + 9 * HOUR, BEGAN + 9 * HOUR))
    assert len(read(tmp_path, window=Window(since=(BEGAN + 3 * HOUR) * 1_000_000))) == 2


def test_members_that_begin_after_the_time_that_matters_are_not_read(tmp_path: Path) -> None:
    first, second = line(1), line(2).replace(b"2026-11-21", b"2026-11-23")
    bundle = library_tar(
        ("syslog.1", first + second), ("syslog", second), ("short.log", b"Nov 23 20:40:01 a b[1]: c\n")
    )
    until = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp()) * 1_000_000
    tally = Tally()
    read(write(tmp_path / "t", bundle), tally=tally, window=Window(until=until))
    assert tally.lines == 3
    assert told(tally)[0][1] == "left out of this archive: 1 log from after the time that was asked for"


@pytest.mark.parametrize(
    ("log", "written", "kept"),
    [
        (line(1), BEGAN + 9, False),  # stamps and time in UTC: an hour is enough
        (line(1), BEGAN + 2 * HOUR, True),
        (SHORT, BEGAN + 9, True),  # stamps of any zone
        (line(1), 315_532_800, True),  # the archive's times are no times: its lines are younger
    ],
)
def test_a_member_is_left_out_only_where_its_last_change_is_surely_too_early(
    tmp_path: Path, log: bytes, written: int, *, kept: bool
) -> None:
    window = Window(since=(BEGAN + 3 * HOUR) * 1_000_000)
    bundle = tar_of(("syslog.1", log, written), ("syslog", line(2), BEGAN + 9 * HOUR))
    assert len(read(write(tmp_path / "t", bundle), window=window)) == 1 + kept


def test_a_zips_own_times_are_of_any_zone(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        for number, hour in ((1, 20), (2, 23)):
            info = zipfile.ZipInfo(f"{number}.log", (2026, 11, 21, hour, 50, 0))
            made.writestr(info, line(number))
    assert len(read(tmp_path / "a.zip", window=Window(since=(BEGAN + 3 * HOUR) * 1_000_000))) == 2
    assert len(read(tmp_path / "a.zip", window=Window(since=(BEGAN + 28 * HOUR) * 1_000_000))) == 1


def test_state_dumps_in_archives_go_aside(tmp_path: Path) -> None:
    dump = b'[{"Session_Status": "Down", "Session_Down_Reason": "No proposal chosen"}]\n'
    bundle = library_tar(("edge/vpn-session", dump), ("syslog", line(1)))
    aside: list[tuple[str, bytes]] = []

    def take(place: Place, blocks: Iterator[bytes]) -> None:
        aside.append((place.member, b"".join(blocks)))

    assert read(write(tmp_path / "t", bundle), aside=take) == [("t!syslog:1", "1")]
    assert aside == [("edge/vpn-session", dump)]


def test_without_the_package_for_zstd_a_notice_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    bundle = library_tar(("a.log.zst", zstandard.compress(line(1))), ("b.log", line(2)))
    tally = Tally()
    assert read(write(tmp_path / "t", bundle), tally=tally) == [("t!b.log:1", "2")]
    assert told(tally) == [("t!a.log.zst", "zstd-compressed: install whydown[zstd], or unpack it with 'zstd -d'")]
    assert tally.damaged


def test_a_zstd_bomb_is_stopped(tmp_path: Path) -> None:
    bomb = zstandard.compress(bytes(1 << 27))
    tally = Tally()
    bundle = write(tmp_path / "t", library_tar(("a.log.zst", bomb), ("b.log", line(2))))
    assert read(bundle, tally=tally)[-1] == ("t!b.log:1", "2")
    assert "taken for a bomb" in told(tally)[0][1]


def test_nothing_is_told_of_a_bundle_as_the_tools_make_them(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    for number in range(3):
        write(folder / f"syslog.{number}", line(number) * 500)
    tar, zipped = tmp_path / "a.tgz", tmp_path / "b.zip"
    with tarfile.open(tar, "w:gz") as made:
        made.add(folder, "logs")
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path)
    for bundle in (tar, zipped):
        tally = Tally()
        assert len(read(bundle, tally=tally)) == 1500
        assert not tally.notices


class Outcome(NamedTuple):
    """What became of a hostile archive."""

    attack: Attack
    found: dict[str, Any]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """Read every hostile archive in a process of its own."""
    folder, work = tmp_path_factory.mktemp("hostile"), tmp_path_factory.mktemp("work")
    attacks = [(attack._replace(pieces=()), hostile.write(attack, folder)) for attack in hostile.attacks()]
    reader = [sys.executable, "-B", str(Path(__file__).with_name("confined.py"))]
    done = subprocess.run(
        [*reader, *(path for _, path in attacks)], cwd=work, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    rows = [json.loads(row) for row in done.stdout.splitlines()]
    assert not list(work.iterdir())
    assert sorted(folder.iterdir()) == sorted(path for _, path in attacks)
    for _, path in attacks:
        path.unlink()
    return [Outcome(attack, row) for (attack, _), row in zip(attacks, rows, strict=True)]


def test_hostile_archives_take_little_memory_and_time_and_write_nothing(outcomes: list[Outcome]) -> None:
    assert len(outcomes) >= 160
    assert {o.attack.name: o.found["status"] for o in outcomes if o.found["status"]} == {}
    assert {o.attack.name: o.found["mib"] for o in outcomes if o.found["mib"] > 256} == {}
    together = sum(o.found["seconds"] for o in outcomes)  # a measure that every machine has
    assert {o.attack.name: o.found["seconds"] for o in outcomes if o.found["seconds"] > together / 2} == {}
    assert not Path("/tmp/escaped.log").exists()  # noqa: S108 - where the attacks would write


def test_the_good_logs_beside_hostile_members_are_read(outcomes: list[Outcome]) -> None:
    missing = {
        o.attack.name: [g for g in o.attack.read if g.decode().strip() not in o.found["texts"]] for o in outcomes
    }
    assert {name: texts for name, texts in missing.items() if texts} == {}


def test_what_is_wrong_with_a_hostile_archive_is_told(outcomes: list[Outcome]) -> None:
    untold = {
        o.attack.name: o.found["told"] for o in outcomes if not any(o.attack.told in t for t in [*o.found["told"], ""])
    }
    assert untold == {}
    assert [o.attack.name for o in outcomes if o.found["damaged"] is not o.attack.damaged] == []


def test_tar_file_is_what_the_library_writes() -> None:
    with tarfile.open(fileobj=io.BytesIO(tar_file(b"a.log", line(1)))) as tar:
        assert tar.extractfile("a.log").read() == line(1)  # type: ignore[union-attr]
