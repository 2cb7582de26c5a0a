from __future__ import annotations

import gzip
import io
import os
import sys
import tracemalloc
from pathlib import Path

import pytest

from whydown.errors import InputError, UsageError
from whydown.sources.files import Input, lines, modified
from whydown.sources.line import Origin, Side
from whydown.tally import Tally

LINE = "2026-11-21T20:40:01.000000+00:00 gw-b charon[7]: 15[IKE] received DELETE for IKE_SA site-b[7]\n"
OTHER = "2026-11-21T20:40:02.000000+00:00 gw-b cron[9]: nothing of interest\n"
LATER = LINE.replace("20:40:01", "20:40:03")


def texts(tally: Tally, *paths: object, marks: tuple[str, ...] = ()) -> list[str]:
    return [line.text for line in lines([Input(str(path)) for path in paths], tally, marks)]


def told(tally: Tally) -> list[tuple[str, str]]:
    return [(Path(notice.where).name, notice.message) for notice in tally.notices]


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_lines_bear_their_place_and_the_side_the_user_gave(tmp_path: Path) -> None:
    log = write(tmp_path / "peer.log", "first\r\n\nthird")
    tally = Tally()
    first, third = lines([Input(str(log), Side.PEER)], tally)
    assert first == ("first", Origin(str(log), "", 1, 0), Side.PEER)
    assert third == ("third", Origin(str(log), "", 3, 8), Side.PEER)
    assert (tally.lines, tally.blank, tally.by_source[str(log)], tally.read) == (3, 1, 3, 13)


def test_lines_without_a_mark_are_counted_and_left_out(tmp_path: Path) -> None:
    tally = Tally()
    assert texts(tally, write(tmp_path / "syslog", OTHER + LINE + OTHER), marks=("charon", "pluto")) == [LINE.strip()]
    assert (tally.lines, tally.other) == (3, 2)


@pytest.mark.parametrize(
    "content",
    [
        "Nov 21 20:40:01 15[IKE] <site-b|7> received DELETE for IKE_SA site-b[7]\n",
        "15[IKE] received DELETE for IKE_SA site-b[7]\n",
        'Nov 21 20:40:01.123456: "site-b" #7: deleting IKE SA\n',
        '002 "site-b" #7: deleting IKE SA\n',
        "2026-11-21 20:40:01: INFO: purged ISAKMP-SA\n",
        "Message: Authentication failed (24)\n",
    ],
)
def test_a_daemons_own_log_names_no_program_so_every_line_is_read(tmp_path: Path, content: str) -> None:
    tally = Tally()
    assert len(texts(tally, write(tmp_path / "x.log", content * 3), marks=("charon", "pluto"))) == 3


def test_gzip_is_known_by_its_content_whatever_the_name(tmp_path: Path) -> None:
    packed = write(tmp_path / "syslog.2", gzip.compress(LINE.encode()) + gzip.compress(OTHER.encode()) + bytes(512))
    plain = write(tmp_path / "syslog.gz", LATER)
    tally = Tally()
    assert texts(tally, packed, plain) == [LINE.strip(), OTHER.strip(), LATER.strip()]
    assert not tally.notices


def test_of_a_gzip_file_that_is_cut_off_the_good_part_is_read(tmp_path: Path) -> None:
    packed = gzip.compress(b"".join(b"%05d %s" % (number, LINE.encode()) for number in range(20_000)))
    tally = Tally()
    got = texts(tally, write(tmp_path / "syslog.1.gz", packed[:-20]))
    assert [int(text[:5]) for text in got] == list(range(len(got)))
    assert len(got) > 19_000
    assert tally.damaged
    assert told(tally) == [("syslog.1.gz", "cut off in the middle of its gzip data; read up to there")]
    assert tally.lines == len(got) + tally.other  # half of the last line says nothing
    assert tally.other <= 1


def test_of_a_gzip_file_with_a_wrong_checksum_the_data_is_read(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(LINE.encode() * 3))
    packed[-5] ^= 1
    tally = Tally()
    assert texts(tally, write(tmp_path / "a.gz", bytes(packed)))[:2] == [LINE.strip()] * 2
    assert tally.damaged
    ((name, message),) = told(tally)
    assert name == "a.gz"
    assert message.startswith("its gzip data is damaged (")


def test_what_follows_the_gzip_data_is_left_out_and_told(tmp_path: Path) -> None:
    tally = Tally()
    assert texts(tally, write(tmp_path / "a.gz", gzip.compress(LINE.encode()) + b"junk")) == [LINE.strip()]
    assert told(tally) == [("a.gz", "bytes that are no gzip data follow its end; they were left out")]


def test_bytes_that_are_no_utf8_are_kept_and_counted(tmp_path: Path) -> None:
    tally = Tally()
    assert texts(tally, write(tmp_path / "a.log", b"caf\xe9\ncaf\xc3\xa9\n")) == ["caf\udce9", "café"]
    assert tally.undecodable == 1


def test_no_other_character_than_a_line_feed_begins_a_line(tmp_path: Path) -> None:
    tally = Tally()
    text = "a\rb\x85c\u2028d\u2029e\x0bf\x0cg\x1ch\x1dj\x1ek"
    assert texts(tally, write(tmp_path / "a.log", text + "\n")) == [text]


def test_a_line_of_a_gigabyte_is_cut_and_does_not_fill_the_memory(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    with log.open("wb") as file:
        file.write(b"begin ")
        file.truncate(1 << 30)
        file.seek(0, os.SEEK_END)
        file.write(b"\nend\n")
    tally = Tally()
    tracemalloc.start()
    first, end = lines([Input(str(log))], tally)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert first.text.startswith("begin ")
    assert len(first.text) == 64 * 1024
    assert end == ("end", Origin(str(log), "", 2, (1 << 30) + 1), None)
    assert (tally.lines, tally.cut) == (2, 1)
    assert peak < 4_000_000


def test_a_gzip_bomb_does_not_fill_the_memory(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        for _ in range(256):
            file.write(bytes(1 << 20))
        file.write(b"\nend\n")
    log = write(tmp_path / "a.log.gz", packed.getvalue())
    tally = Tally()
    tracemalloc.start()
    *_, end = lines([Input(str(log))], tally)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert end.origin == Origin(str(log), "", 2, (256 << 20) + 1)
    assert peak < 6_000_000


def test_a_log_with_a_hole_of_nuls_is_no_binary(tmp_path: Path) -> None:
    tally = Tally()
    assert len(texts(tally, write(tmp_path / "a.log", bytes(5000) + LINE.encode() * 3))) == 3
    assert not tally.notices


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bytes(range(256)) * 9, "left out, it is binary"),
        (b"7z\xbc\xaf\x27\x1c" + b"\0" * 90, "left out, it is a 7z archive: unpack it first"),
        (LINE.encode("utf-16"), "left out, it is UTF-16 text: convert it with 'iconv -f UTF-16 -t UTF-8'"),
    ],
)
def test_what_is_no_text_is_left_out_and_the_rest_goes_on(tmp_path: Path, content: bytes, said: str) -> None:
    tally = Tally()
    good = write(tmp_path / "good.log", LINE)
    assert texts(tally, write(tmp_path / "x", content), good) == [LINE.strip()]
    assert told(tally) == [("x", said)]
    assert tally.damaged


def test_a_missing_file_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    tally = Tally()
    assert texts(tally, tmp_path / "gone.log", write(tmp_path / "good.log", LINE)) == [LINE.strip()]
    assert told(tally) == [("gone.log", "there is no such file")]
    assert tally.damaged


def test_an_unreadable_file_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    loop = tmp_path / "loop.log"
    loop.symlink_to(loop)
    tally = Tally()
    assert texts(tally, loop, write(tmp_path / "good.log", LINE)) == [LINE.strip()]
    assert told(tally) == [("loop.log", "cannot be read: Too many levels of symbolic links")]
    assert tally.damaged


def test_an_empty_file_is_told_but_nothing_is_damaged(tmp_path: Path) -> None:
    tally = Tally()
    assert texts(tally, write(tmp_path / "empty.log", ""), write(tmp_path / "good.log", LINE)) == [LINE.strip()]
    assert told(tally) == [("empty.log", "empty")]
    assert not tally.damaged


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("gone.log", None, "there is no such file"),
        ("empty.log", b"", "empty"),
        ("program", b"\x7fELF\2\1\1" + bytes(99), "left out, it is a program"),
    ],
)
def test_when_nothing_at_all_can_be_read_one_sentence_says_why(
    tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    if content is not None:
        write(tmp_path / name, content)
    with pytest.raises(InputError) as caught:
        texts(Tally(), tmp_path / name)
    assert caught.value.message == f"There is no log line to read ({tmp_path / name}: {reason})."
    assert caught.value.next_step == "Name a log, or a directory with logs in it."


def test_standard_input_is_read_as_a_file_is(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(gzip.compress(LINE.encode())))
    monkeypatch.setattr(sys, "stdin", stream)
    tally = Tally()
    (line,) = lines([Input("-", Side.EDGE)], tally, ["charon"])
    assert line == (LINE.strip(), Origin("-", "", 1, 0), Side.EDGE)


def test_logs_with_complete_stamps_come_first(tmp_path: Path) -> None:
    yearless = write(tmp_path / "a.log", "Nov 21 20:40:01 gw charon: 15[IKE] x\n")
    full = write(tmp_path / "b.log", LINE)
    assert [line.origin.source for line in lines([Input(str(yearless)), Input(str(full))], Tally())] == [
        str(full),
        str(yearless),
    ]


def test_a_file_that_is_reached_twice_is_read_once_for_the_side_that_was_said(tmp_path: Path) -> None:
    log = write(tmp_path / "logs" / "edge.log", LINE)
    (tmp_path / "link.log").symlink_to(log)
    inputs = [Input(str(log.parent)), Input(str(log), Side.EDGE), Input(str(tmp_path / "link.log"))]
    (line,) = lines(inputs, Tally())
    assert line.side is Side.EDGE


def test_a_file_cannot_be_both_sides_log(tmp_path: Path) -> None:
    log = str(write(tmp_path / "a.log", LINE))
    with pytest.raises(UsageError, match="is given for both sides") as caught:
        list(lines([Input(log, Side.EDGE), Input(log, Side.PEER)], Tally()))
    assert caught.value.next_step == "Give each log once, with --edge or with --peer."


def test_globs_are_expanded_and_one_that_matches_nothing_is_told(tmp_path: Path) -> None:
    write(tmp_path / "x" / "syslog.1", OTHER)
    write(tmp_path / "syslog", LINE)
    tally = Tally()
    assert texts(tally, tmp_path / "**" / "syslog*", tmp_path / "*.nothing") == [LINE.strip(), OTHER.strip()]
    assert told(tally) == [("*.nothing", "no file is called so")]


def test_a_name_with_glob_characters_that_exists_is_that_file(tmp_path: Path) -> None:
    write(tmp_path / "a1.log", OTHER)
    assert texts(Tally(), write(tmp_path / "a[1].log", LINE)) == [LINE.strip()]


def test_of_a_directory_the_logs_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    write(tmp_path / "b" / "charon.log", "b " + LINE)
    write(tmp_path / "syslog.1.gz", gzip.compress(b"s " + LINE.encode()))
    write(tmp_path / "app", LINE * 3)  # not called so, but most lines bear a time
    write(tmp_path / "README", "A few words\nabout these files\n")
    write(tmp_path / "wtmp", b"\7\0\0\0" * 96)
    write(tmp_path / "empty", "")
    tally = Tally()
    got = texts(tally, tmp_path)
    assert [text[:2] for text in got] == ["20", "20", "20", "s ", "b "]
    assert told(tally) == [(tmp_path.name, "3 files that are no logs were left out: README, empty, wtmp")]
    assert not tally.damaged


def test_a_packed_log_in_a_directory_that_cannot_be_read_is_told_by_name(tmp_path: Path) -> None:
    write(tmp_path / "syslog", LINE)
    write(tmp_path / "syslog.3.7z", b"7z\xbc\xaf\x27\x1c" + bytes(90))
    tally = Tally()
    assert len(texts(tally, tmp_path)) == 1
    assert told(tally) == [("syslog.3.7z", "left out, it is a 7z archive: unpack it first")]


def test_a_directory_without_logs_is_told(tmp_path: Path) -> None:
    write(tmp_path / "notes" / "README", "no log\nat all\n")
    tally = Tally()
    with pytest.raises(InputError, match="there is no log in this directory"):
        texts(tally, tmp_path / "notes")
    assert tally.damaged


def test_pipes_in_a_directory_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.log")
    write(tmp_path / "a.log", LINE)
    assert texts(Tally(), tmp_path) == [LINE.strip()]


def test_the_time_of_change_comes_from_the_gzip_header_or_the_file(tmp_path: Path) -> None:
    plain = write(tmp_path / "a.log", LINE)
    os.utime(plain, ns=(0, 1_700_000_000_123_456_000))
    assert modified(str(plain)) == 1_700_000_000_123_456
    dated = write(tmp_path / "b.gz", gzip.compress(LINE.encode(), mtime=1_600_000_000))
    assert modified(str(dated)) == 1_600_000_000_000_000
    undated = write(tmp_path / "c.gz", gzip.compress(LINE.encode(), mtime=0))
    os.utime(undated, ns=(0, 1_700_000_000_000_000_000))
    assert modified(str(undated)) == 1_700_000_000_000_000
    assert modified("-") is None
    assert modified(str(tmp_path)) is None
