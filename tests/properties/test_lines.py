"""For any bytes: every line is yielded or counted, stands where it says it stands, and no border of a block shows."""

from __future__ import annotations

import gzip
import io
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whydown.envelope.records import records
from whydown.sources import cutting
from whydown.sources.cutting import Cutter, Place, Sieve
from whydown.sources.damage import DamagedError
from whydown.sources.line import Line, Origin
from whydown.sources.streams import blocks
from whydown.tally import Tally

LIMIT = 7  # instead of 64 KiB, so that lines of a few bytes are too long
MARKS = [(), (b"ab",), (b"a", b"bc"), (b"abc", b"ab", b"x\xc3", b"c"), (b'x="cab"', b"\xc3"), (b'x="cab"', b'"a')]

# line ends of every kind, halves of UTF-8 characters, the begins of marks
spiced = st.lists(
    st.sampled_from(
        [
            b"\n",
            b"\n\n",
            b"\r\n",
            b"\r",
            b"ab",
            b"c",
            b"x",
            b'="',
            b'"',
            b'x="cab"',
            b"\xc3\xa9",
            b"\xc3",
            b"\xff",
            b"\0",
            b"\xe2\x80\xa8",
        ]
    )
    | st.binary(max_size=12),
    max_size=40,
).map(b"".join)


@pytest.fixture(autouse=True)
def _short_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "LIMIT", LIMIT)
    monkeypatch.setattr(cutting, "_KEPT", LIMIT + 2)
    monkeypatch.setattr(cutting, "_FAR", 0)  # jump from mark to mark however close they are


class Way(NamedTuple):
    """A way to cut: in blocks of a size, with marks, looking at each line or jumping from mark to mark."""

    size: int
    marks: tuple[bytes, ...] = ()
    dense: bool = False


ways = st.builds(Way, st.integers(1, 50), st.sampled_from(MARKS), st.booleans())
sifting_ways = st.builds(Way, st.integers(1, 50), st.sampled_from(MARKS[1:]), st.booleans())


def cut(data: bytes, way: Way) -> tuple[list[Line], Tally]:
    tally = Tally()
    sieve = Sieve(way.marks) if way.marks else None
    if sieve:
        sieve.dense = way.dense
    pieces = [data[start : start + way.size] for start in range(0, len(data), way.size)]
    return [line for batch in Cutter(Place("log"), tally, sieve).batches(pieces) for line in batch], tally


def line_feed_parts(data: bytes) -> list[bytes]:
    parts = data.split(b"\n")
    return parts[:-1] if parts[-1] == b"" else parts


@given(spiced, ways)
def test_every_line_feed_makes_one_line_that_is_yielded_or_counted(data: bytes, way: Way) -> None:
    lines, tally = cut(data, way)
    assert tally.lines == len(line_feed_parts(data)) == tally.by_source["log"]
    assert tally.lines == len(lines) + tally.blank + tally.other


@given(spiced, ways)
def test_number_and_offset_point_at_the_lines_bytes(data: bytes, way: Way) -> None:
    lines, _ = cut(data, way)
    for text, origin, _ in lines:
        written = text.encode(errors="surrogateescape")
        assert data[origin.offset :].startswith(written)
        assert data[: origin.offset].count(b"\n") == origin.line - 1
        assert origin.offset == 0 or data[origin.offset - 1 : origin.offset] == b"\n"


@given(spiced, ways)
def test_lines_do_not_depend_on_the_blocks_they_come_in(data: bytes, way: Way) -> None:
    assert cut(data, way) == cut(data, way._replace(size=len(data) or 1, dense=False))


@given(spiced, sifting_ways)
def test_a_line_is_kept_exactly_when_a_mark_stands_within_the_limit(data: bytes, way: Way) -> None:
    lines, _ = cut(data, way)
    expected = [
        number
        for number, part in enumerate(line_feed_parts(data), start=1)
        if any(mark in part[:LIMIT] for mark in way.marks)
    ]
    assert [line.origin.line for line in lines] == expected


@given(spiced)
def test_only_a_line_feed_ends_a_line_and_a_carriage_return_before_it_is_no_text(data: bytes) -> None:
    lines, _ = cut(data, Way(64))
    by_number = {line.origin.line: line.text.encode(errors="surrogateescape") for line in lines}
    for number, part in enumerate(line_feed_parts(data), start=1):
        text = by_number.get(number, b"")
        assert part.removesuffix(b"\r").startswith(text)
        assert len(text) > LIMIT - 4 or text == part.removesuffix(b"\r")


@given(spiced)
def test_bytes_that_are_no_utf8_are_kept_and_counted(data: bytes) -> None:
    lines, tally = cut(data, Way(64))
    assert tally.undecodable == sum(not _encodes(line.text) for line in lines)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@given(spiced.filter(bool), st.integers(1, 4), st.integers(1, 64))
def test_a_gzip_file_of_several_members_gives_the_bytes_that_went_in(data: bytes, members: int, size: int) -> None:
    step = len(data) // members + 1
    packed = b"".join(gzip.compress(data[start : start + step]) for start in range(0, len(data), step))
    assert b"".join(blocks(io.BytesIO(packed + bytes(size)).read, size)) == data


@given(spiced.filter(bool), st.data())
def test_a_gzip_file_that_is_cut_off_gives_its_begin_and_says_so(data: bytes, draw: st.DataObject) -> None:
    packed = gzip.compress(data)
    end = draw.draw(st.integers(2, len(packed) - 1))
    begin, damage = b"", ""
    try:
        for block in blocks(io.BytesIO(packed[:end]).read, 16):
            begin += block
    except DamagedError as error:
        damage = str(error)
    assert "cut off" in damage
    assert data.startswith(begin)


pieces_of_headers = st.lists(
    st.sampled_from(
        [
            *(
                "<30>",
                "1 ",
                "2026-11-21T20:40:01Z ",
                "2026-11-21T20:40:01 ",
                "Nov 21 20:40:01 ",
                "Nov 21 2026 20:40:01: ",
            ),
            *(
                "gw-b ",
                "charon[7]: ",
                "NSX 7 VPN ",
                "- - - ",
                '[nsx@6876 comp="x"] ',
                "[x ",
                '"] ',
                '"',
                "15[IKE] ",
                "#012",
            ),
            *(
                "message repeated 2 times: [",
                "]",
                "last message repeated 2 times",
                "{",
                '"MESSAGE":',
                " ",
                ":",
                "%ASA-1-2: ",
                "\0",
            ),
        ]
    ),
    min_size=1,
    max_size=12,
).map("".join)


@given(st.lists(st.text(min_size=1) | pieces_of_headers, max_size=20))
def test_any_text_becomes_records_and_every_one_is_accounted_for(texts: list[str]) -> None:
    tally = Tally()
    lines = [Line(text, Origin("log", "", number, 0), None) for number, text in enumerate(texts, start=1)]
    found = list(records(lines, tally))
    assert len(found) + tally.blank + tally.repeated == len(lines) + tally.unfolded
    assert all(record.text.strip() == record.text != "" for record in found)
