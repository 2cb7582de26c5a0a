from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whydown.sources import cutting
from whydown.sources.cutting import LIMIT, Cutter, Place, Sieve
from whydown.sources.streams import blocks
from whydown.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def texts(pieces: Iterable[bytes], tally: Tally, sieve: Sieve | None = None) -> list[str]:
    return [line.text for batch in Cutter(Place("log"), tally, sieve).batches(pieces) for line in batch]


@pytest.mark.parametrize("length", [LIMIT - 1, LIMIT, LIMIT + 1, 3 * LIMIT])
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_line_is_read_up_to_the_limit(length: int, end: bytes) -> None:
    tally = Tally()
    assert [len(text) for text in texts([b"x" * length + end], tally)] == [min(length, LIMIT)]
    assert tally.cut == (length > LIMIT)


def test_a_long_line_is_never_cut_inside_a_character() -> None:
    tally = Tally()
    (text,) = texts([b"x" + "é".encode() * LIMIT], tally)
    assert text == "x" + "é" * (LIMIT // 2 - 1)
    assert (tally.cut, tally.undecodable) == (1, 0)


def test_a_mark_beyond_the_limit_is_none() -> None:
    tally = Tally()
    far = b"x" * LIMIT + b"charon"
    assert texts([far + b"\nnear charon\n" + far], tally, Sieve([b"charon"])) == ["near charon"]
    assert (tally.lines, tally.other, tally.cut) == (3, 2, 0)


def test_an_error_while_reading_keeps_the_whole_lines_before_it() -> None:
    answers: Iterator[bytes | OSError] = iter([b"first\nsecond\nhalf of the thi", OSError(5, "Input/output error")])

    def read(_size: int) -> bytes:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    tally = Tally()
    assert texts(blocks(read), tally) == ["first", "second"]
    assert [(notice.where, notice.message) for notice in tally.notices] == [
        ("log", "reading stopped: Input/output error")
    ]
    assert (tally.damaged, tally.lines, tally.other) == (True, 3, 1)


@settings(max_examples=100, deadline=None)
@given(
    gaps=st.lists(st.sampled_from([0, 1, 30, 900, 3000]), min_size=1, max_size=40),
    size=st.integers(1, 9000),
    own=st.booleans(),
)
def test_lines_with_a_mark_stand_where_counting_every_line_puts_them(gaps: list[int], size: int, *, own: bool) -> None:
    marked = [f"charon {number}".encode() for number in range(len(gaps))]
    whole = b"".join(b"other\n" * gap + line + b"\n" for gap, line in zip(gaps, marked, strict=True))
    expected = [(number, line) for number, line in enumerate(whole.split(b"\n"), start=1) if b"charon" in line]
    tally = Tally()
    pieces = [whole[begin : begin + size] for begin in range(0, len(whole), size)]
    with pytest.MonkeyPatch.context() as patch:
        if own:  # as without stringzilla
            patch.setattr(cutting, "_count", bytes.count)
        found = [line for batch in Cutter(Place("log"), tally, Sieve([b"charon"])).batches(pieces) for line in batch]
    assert [(line.origin.line, line.text.encode()) for line in found] == expected
    assert [whole[line.origin.offset :].startswith(line.text.encode()) for line in found] == [True] * len(marked)
    assert (tally.lines, tally.other) == (sum(gaps) + len(gaps), sum(gaps))
