from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from whydown.envelope.clock import Clock
from whydown.envelope.record import Certainty
from whydown.envelope.settle import Years

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def read(clock: Clock, *stamps: str) -> list[str]:
    """Give the times of stamps of either kind, in UTC."""
    times = []
    for stamp in stamps:
        assert (clock.full(stamp) if "T" in stamp else clock.short(stamp)) is not None
        times.append((datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=clock.at)).isoformat()[:19])
    return times


def clock(years: Years = Years(), zone: ZoneInfo | None = None, told: list[str] | None = None) -> Clock:  # noqa: B008
    return Clock(zone, lambda: years, (told if told is not None else []).append)


@pytest.mark.parametrize(
    ("years", "year", "source"),
    [
        (Years(given=2021), 2021, "the command line"),
        (
            Years(given=2021, neighbours=(at("2024-01-01"), at("2024-06-01")), written=at("2026-12-01")),
            2021,
            "the command line",
        ),
        (
            Years(neighbours=(at("2024-11-01"), at("2024-12-01")), written=at("2026-12-01")),
            2024,
            "the complete stamps of the other logs",
        ),
        (Years(neighbours=(at("2024-01-02"), at("2024-01-03"))), 2023, "the complete stamps of the other logs"),
        (Years(named=at("2025-11-22"), written=at("2026-12-01")), 2025, "the date in the file's name"),
        (Years(written=at("2026-12-01"), now=at("2030-01-01")), 2026, "the file's modification time"),
        (Years(written=at("2026-11-20T18:40:02")), 2026, "the file's modification time"),  # a day ahead: another zone
        (Years(written=at("2026-11-20T18:40:00")), 2025, "the file's modification time"),  # more than 26 hours ahead
        (Years(now=at("2030-01-01")), 2029, "today's date"),
    ],
)
def test_the_year_comes_from_the_best_source_and_the_rule_is_told(years: Years, year: int, source: str) -> None:
    told: list[str] = []
    assert read(clock(years, told=told), "Nov 21 20:40:01", "Nov 21 20:40:02") == [
        f"{year}-11-21T20:40:01",
        f"{year}-11-21T20:40:02",
    ]
    assert told == [f"no year in the stamps: {year} is taken from {source}, UTC is assumed"]


def test_complete_stamps_in_the_same_file_tell_the_year() -> None:
    told: list[str] = []
    reader = clock(Years(written=at("2030-01-01")), told=told)
    assert read(reader, "2024-12-31T23:59:59Z", "Jan  1 00:00:01") == ["2024-12-31T23:59:59", "2025-01-01T00:00:01"]
    assert told == ["no year in the stamps: 2025 is taken from the complete stamps beside them, UTC is assumed"]


def test_the_year_rolls_over_at_new_year_and_back_for_a_late_line() -> None:
    stamps = ["Dec 31 23:59:59", "Jan  1 00:00:00", "Dec 31 23:59:58", "Jan  1 00:00:01", "Nov 30 12:00:00"]
    assert read(clock(Years(written=at("2027-12-01"))), *stamps) == [
        "2026-12-31T23:59:59",
        "2027-01-01T00:00:00",
        "2026-12-31T23:59:58",
        "2027-01-01T00:00:01",
        "2027-11-30T12:00:00",
    ]


def test_leap_days_are_found_in_leap_years() -> None:
    assert (
        read(clock(Years(written=at("2027-06-01"))), "Feb 28 12:00:00", "Feb 29 12:00:00")[0] == "2027-02-28T12:00:00"
    )
    assert read(clock(Years(written=at("2027-06-01"))), "Feb 29 12:00:00") == ["2024-02-29T12:00:00"]
    assert read(clock(), "2024-02-29T12:00:00Z") == ["2024-02-29T12:00:00"]
    assert clock().full("2026-02-29T12:00:00Z") is None
    assert clock(Years(now=at("2026-01-01"))).short("Feb 30 12:00:00") is None


def test_a_leap_second_is_the_first_of_the_next_minute() -> None:
    assert read(clock(), "2016-12-31T23:59:60Z", "2017-01-01T00:59:60.5+01:00") == [
        "2017-01-01T00:00:00",
        "2017-01-01T00:00:00",
    ]
    assert read(clock(Years(given=2016)), "Dec 31 23:59:60") == ["2017-01-01T00:00:00"]


def test_in_the_hour_that_comes_twice_the_file_goes_on_in_time() -> None:
    stamps = [
        "2026-10-25T02:10:00",
        "2026-10-25T02:50:00",
        "2026-10-25T02:05:00",
        "2026-10-25T02:50:00",
        "2026-10-25T03:00:00",
    ]
    assert [time[11:16] for time in read(clock(zone=BERLIN), *stamps)] == ["00:10", "00:50", "01:05", "01:50", "02:00"]


def test_in_the_hour_that_comes_twice_a_line_out_of_order_stays() -> None:
    assert [time[11:16] for time in read(clock(zone=BERLIN), "2026-10-25T02:10:30", "2026-10-25T02:09:59")] == [
        "00:10",
        "00:09",
    ]


def test_the_hour_that_never_comes_is_read_as_if_the_clock_had_not_been_moved() -> None:
    assert read(clock(zone=BERLIN), "2026-03-29T01:59:59", "2026-03-29T02:30:00", "2026-03-29T03:30:01") == [
        "2026-03-29T00:59:59",
        "2026-03-29T01:30:00",
        "2026-03-29T01:30:01",
    ]


def test_stamps_without_a_year_are_in_the_zone_too() -> None:
    assert read(clock(Years(given=2026), BERLIN), "Jan 10 12:00:00", "Jul 10 12:00:00") == [
        "2026-01-10T11:00:00",
        "2026-07-10T10:00:00",
    ]


@pytest.mark.parametrize(
    ("zone", "given", "short", "full", "told"),
    [
        (None, None, Certainty.YEAR_ASSUMED, Certainty.ZONE_ASSUMED, 1),
        (BERLIN, None, Certainty.YEAR_ASSUMED, Certainty.STAMPED, 1),
        (None, 2026, Certainty.ZONE_ASSUMED, Certainty.ZONE_ASSUMED, 1),
        (BERLIN, 2026, Certainty.STAMPED, Certainty.STAMPED, 0),
    ],
)
def test_what_the_user_said_is_not_assumed(
    zone: ZoneInfo | None, given: int | None, short: Certainty, full: Certainty, told: int
) -> None:
    said: list[str] = []
    reader = clock(Years(given=given, now=at("2026-12-01")), zone, said)
    assert (reader.short("Nov 21 20:40:01"), reader.full("2026-11-21T20:40:02")) == (short, full)
    assert reader.full("2026-11-21T20:40:02Z") is Certainty.STAMPED
    assert len(said) == told


def test_a_file_without_any_time_is_ordered_by_its_lines() -> None:
    reader = clock()
    times = [(reader.none(), reader.at)[1] for _ in range(3)]
    assert times == [1000, 2000, 3000]


def test_a_line_without_a_time_has_the_time_of_the_line_before_it() -> None:
    reader = clock()
    reader.full("2026-11-21T20:40:01Z")
    assert reader.none() is Certainty.UNTIMED
    assert reader.at == at("2026-11-21T20:40:01")


@pytest.mark.parametrize(
    "stamp",
    [
        "",
        "2026-11-21",
        "2026-11-21T24:00:00Z",
        "2026-11-21T20:40:61Z",
        "2026-11-21T20:40:01+25:00",
        "2026-11-21T20:40:01.Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-11-21T20:40:01.1234567890Z",
        "\uff12026-11-21T20:40:01Z",
    ],
)
def test_what_is_no_time_is_refused(stamp: str) -> None:
    reader = clock()
    assert reader.full(stamp) is None
    assert reader.at == 0


@pytest.mark.parametrize(
    "stamp", ["Nov 21 20:40", "Nov 00 20:40:01", "Nov 2x 20:40:01", "nov 21 20:40:01", "Nov 21 25:40:01"]
)
def test_what_is_no_short_stamp_is_refused(stamp: str) -> None:
    assert clock(Years(now=at("2026-12-01"))).short(stamp) is None
