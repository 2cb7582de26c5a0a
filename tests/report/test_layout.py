"""The paper: widths, tables and times."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whydown.report.layout import Paper, Style, clock, duration, many, stamps, wrap

SECOND = 1_000_000
NOON = 43_200 * SECOND


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "under 1 s"),
        (1, "1 s"),
        (89, "89 s"),
        (90, "2 min"),
        (3600, "60 min"),
        (7200, "2 h"),
        (9000, "2 h 30 min"),
        (180_000, "2 d 2 h"),
    ],
)
def test_durations_are_as_people_say_them(seconds: int, said: str) -> None:
    assert duration(seconds * SECOND) == said


def test_a_stretch_of_time_names_its_day_once_where_it_can() -> None:
    assert stamps(NOON, NOON + 61 * SECOND) == "1970-01-01 12:00:00 to 12:01:01Z"
    assert stamps(NOON, 3 * NOON) == "1970-01-01 12:00:00 to 1970-01-02 12:00:00Z"


def test_times_are_cut_to_milliseconds_not_rounded_up() -> None:
    assert clock(NOON + 999_999) == "12:00:00.999"


def test_counts_have_their_noun() -> None:
    assert [many(n, "line") for n in (0, 1, 1204)] == ["0 lines", "1 line", "1,204 lines"]


@given(st.text(alphabet="ab/,;- ", max_size=300), st.integers(24, 90))
def test_wrapping_keeps_every_character_but_blanks_and_the_width(text: str, width: int) -> None:
    rows = wrap(text, width)
    assert all(len(row) <= width for row in rows)
    assert "".join(rows).replace(" ", "") == text.replace(" ", "")


def test_a_proposal_breaks_behind_a_slash() -> None:
    assert wrap("AES_CBC_256/HMAC_SHA2_256_128/MODP_2048", 32) == ["AES_CBC_256/HMAC_SHA2_256_128/", "MODP_2048"]


@given(st.lists(st.tuples(*[st.text(alphabet="abc|/ ", max_size=90)] * 3), min_size=1, max_size=4))
def test_a_table_fits_the_page_and_its_bars_stand_in_line(rows: list[tuple[str, str, str]]) -> None:
    paper = Paper(Style(width=72))
    paper.table(("one", "two", "three"), rows)
    bars = {tuple(n for n, character in enumerate(row) if character == "|") for row in paper.lines}
    assert len(bars) == 1
    assert all(len(row) <= 72 for row in paper.lines)
