"""What a clock writes is what is read back, in any zone and any year, with the year and the zone left out as well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from whydown.envelope.clock import Clock
from whydown.envelope.record import Certainty
from whydown.envelope.settle import Years

DAY = 86_400_000_000
moments = st.integers(366 * DAY, 43_800 * DAY).map(
    lambda at: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
zones = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]).map(
    ZoneInfo
)


def micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def clock(zone: ZoneInfo | None = None, **years: int | tuple[int, int]) -> Clock:
    return Clock(zone, lambda: Years(**years), lambda _: None)  # type: ignore[arg-type]


def short(moment: datetime) -> str:
    return f"{moment:%b} {moment.day:>2} {moment:%H:%M:%S}"


@given(moments, offsets, st.sampled_from(["seconds", "milliseconds", "microseconds"]))
def test_a_complete_stamp_is_read_exactly(moment: datetime, offset: timezone, precision: str) -> None:
    written = moment.astimezone(offset).isoformat(timespec=precision)
    reader = clock()
    assert reader.full(written) is Certainty.STAMPED
    assert reader.at == micros(datetime.fromisoformat(written))
    assert reader.full(written) is Certainty.STAMPED  # from memory
    assert reader.at == micros(datetime.fromisoformat(written))


@given(st.lists(moments, min_size=2, max_size=6), offsets)
def test_what_was_read_before_does_not_change_a_complete_stamp(several: list[datetime], offset: timezone) -> None:
    reader = clock()
    for moment in several:
        reader.full(moment.astimezone(offset).isoformat(timespec="microseconds"))
        assert reader.at == micros(moment)
    assert reader.full_range == (micros(several[0]), micros(several[-1]))


@given(moments, zones)
def test_a_stamp_without_zone_is_read_in_the_zone_given(moment: datetime, zone: ZoneInfo) -> None:
    local = moment.astimezone(zone)
    assume(local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset())  # not in an hour that comes twice
    reader = clock(zone)
    assert reader.full(local.replace(tzinfo=None).isoformat(timespec="microseconds")) is Certainty.STAMPED
    assert reader.at == micros(moment)


@given(moments, st.integers(0, 360))
def test_the_year_comes_from_a_change_up_to_a_year_later(moment: datetime, days: int) -> None:
    moment = moment.replace(microsecond=0)
    reader = clock(written=micros(moment) + days * DAY)
    assert reader.short(short(moment)) is Certainty.YEAR_ASSUMED
    assert reader.at == micros(moment)


@given(moments, st.lists(st.integers(-25, 330), max_size=12))
def test_years_roll_over_in_both_directions(moment: datetime, steps: list[int]) -> None:
    moment = moment.replace(microsecond=0)
    reader = clock(written=micros(moment))
    reader.short(short(moment))
    for step in steps:
        moment += timedelta(days=step)
        reader.short(short(moment))
        assert reader.at == micros(moment)


@given(moments, st.integers(0, 150), st.integers(0, 30))
def test_the_year_comes_from_other_logs_before_the_file_itself(moment: datetime, away: int, length: int) -> None:
    moment = moment.replace(microsecond=0)
    begin = micros(moment) + away * DAY
    reader = clock(neighbours=(begin, begin + length * DAY), written=micros(moment) + 3000 * DAY)
    reader.short(short(moment))
    assert reader.at == micros(moment)


@given(st.text(max_size=40))
def test_no_text_upsets_a_clock(text: str) -> None:
    reader = clock(now=0)
    assert reader.full(text) in {None, Certainty.STAMPED, Certainty.ZONE_ASSUMED}
    assert reader.short(text[:15]) in {None, Certainty.YEAR_ASSUMED}
    assert reader.at > -366 * DAY
