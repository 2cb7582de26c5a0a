from __future__ import annotations

import gzip
import io
import os
import sys
from typing import TYPE_CHECKING

import pytest

from whydown.sources.files import Input, batches
from whydown.sources.line import PAUSE
from whydown.sources.live import live
from whydown.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINE = b"Nov 21 20:40:01 gw charon: 07[IKE] sending DPD request\n"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="only sockets can be asked there")


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    for end in (reader, writer):
        try:
            os.close(end)
        except OSError:  # the test closed it
            continue


def test_a_pause_is_told_once_and_then_the_next_bytes_are_waited_for(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    read = live(lambda size: os.read(reader, size), lambda: reader, lambda: os.close(writer))
    os.write(writer, LINE)
    assert [read(1000), read(1000), read(1000)] == [LINE, None, b""]


def test_what_waits_is_read_without_a_pause(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    read = live(lambda size: os.read(reader, size), lambda: reader, lambda: None)
    os.write(writer, LINE * 10)
    os.close(writer)
    assert [read(len(LINE)) for _ in range(11)] == [LINE] * 10 + [b""]


@pytest.mark.parametrize(
    "data",
    [gzip.compress(LINE * 50), b"PK\3\4" + bytes(40), LINE[:-1], b"no log at all\n", b"\0" * 600],
    ids=["gzip", "zip", "half a line", "no log", "binary"],
)
def test_of_what_is_no_log_in_plain_text_no_pause_is_told(data: bytes, pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    more = iter([data, b"more", b""])
    read = live(lambda _: next(more), lambda: reader, lambda: None)
    assert [read(1000) for _ in range(3)] == [data, b"more", b""]
    assert writer


def test_a_regular_file_and_what_is_no_file_are_read_as_always(tmp_path: Path) -> None:
    take = io.BytesIO().read
    with (tmp_path / "a.log").open("wb") as file:
        assert live(take, file.fileno, lambda: None) is take
    assert live(take, io.BytesIO().fileno, lambda: None) is take


def test_lines_come_in_a_pause_of_a_named_pipe(tmp_path: Path) -> None:
    path = tmp_path / "live"
    os.mkfifo(path)
    end = os.open(path, os.O_RDWR)  # so that opening waits for nobody
    writer = os.open(path, os.O_WRONLY)
    os.write(writer, LINE * 3)
    rests = []

    def rest() -> None:
        rests.append(len(found))
        if len(rests) == 1:
            os.write(writer, LINE * 2)
        else:
            os.close(writer)
            os.close(end)

    found: list[int] = []
    found.extend(-1 if batch is PAUSE else len(batch) for batch in batches([Input(str(path))], Tally(), rest=rest))
    assert found == [3, -1, 2, -1]
    assert rests == [2, 4]
