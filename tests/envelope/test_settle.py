from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whydown.envelope import stamps
from whydown.envelope.records import records
from whydown.envelope.settle import Stretch, Years, settle_year
from whydown.envelope.watch import Watch
from whydown.sources.line import Line, Origin
from whydown.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Sequence

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICRO = timedelta(microseconds=1)
moments = st.integers(366 * 86_400, 1_900_000_000).map(lambda at: EPOCH + timedelta(seconds=at))


def at(text: str) -> int:
    return (datetime.fromisoformat(text).replace(tzinfo=UTC) - EPOCH) // MICRO


def stretch(text: str) -> Stretch:
    begin, end = text.split(" .. ")
    return Stretch(at(begin), at(end))


@pytest.mark.parametrize(
    ("read", "years", "off", "rule"),
    [
        # the last line is of when the file was last written, whatever else lies around
        ("2026-05-01 .. 2026-05-03", Years(written=at("2024-05-03T02:00"), neighbours=(at("2026-04-01"), at("2026-06-01"))), -2, "modification"),
        ("2026-12-31T20:00 .. 2027-01-01T03:00", Years(written=at("2025-01-01T03:00")), -2, "modification"),
        # written in a zone ahead of UTC, across New Year in both directions
        ("2026-01-01T08:00 .. 2026-01-01T09:00", Years(written=at("2024-12-31T22:00")), -1, "modification"),
        ("2026-12-31T14:00 .. 2026-12-31T15:00", Years(written=at("2025-01-01T01:00")), -2, "modification"),
        # copied later: the complete stamps of the same trouble tell
        ("2026-11-21 .. 2026-11-22", Years(written=at("2030-02-01"), neighbours=(at("2024-11-20"), at("2024-11-23"))), -2, "other logs"),
        ("2026-12-31 .. 2026-12-31T23:00", Years(neighbours=(at("2024-01-01"), at("2024-01-02"))), -3, "other logs"),
        ("2026-01-01 .. 2026-01-01T05:00", Years(neighbours=(at("2024-12-30"), at("2024-12-31"))), -1, "other logs"),
        ("2026-02-28 .. 2026-03-01", Years(neighbours=(at("2024-02-29"), at("2024-02-29T12:00"))), -2, "other logs"),
        # the day in its name comes first
        ("2026-11-14 .. 2026-11-21T06:25", Years(named=at("2025-11-22"), neighbours=(at("2023-11-20"), at("2023-11-23"))), -1, "file's name"),
        ("2026-01-14 .. 2026-01-21", Years(named=at("2025-11-22"), neighbours=(at("2023-01-20"), at("2023-01-23"))), -3, "other logs"),
    ],
)  # fmt: skip
def test_the_year_is_settled_by_the_best_that_is_known(read: str, years: Years, off: int, rule: str) -> None:
    found = settle_year(stretch(read), years)
    assert found is not None
    assert found[0] == off
    assert rule in found[1]


def test_where_nothing_tells_the_first_guess_stays() -> None:
    assert (
        settle_year(stretch("2026-11-14 .. 2026-11-21"), Years(written=at("2026-12-25"), now=at("2027-01-01"))) is None
    )


@pytest.mark.parametrize(
    ("start", "years", "wanted"),
    [
        ("2024-02-29T12:00", 1, "2025-03-01T12:00"),
        ("2024-02-29T12:00", -4, "2020-02-29T12:00"),
        ("2025-12-31T23:59:59", 1, "2026-12-31T23:59:59"),
    ],
)
def test_the_same_day_in_another_year(start: str, years: int, wanted: str) -> None:
    assert stamps.years_later(at(start), years) == at(wanted)


def short(moment: datetime) -> str:
    return f"{moment:%b} {moment.day:>2} {moment:%H:%M:%S}"


def settled(*logs: tuple[str, Sequence[str]]) -> dict[str, list[int]]:
    """Read logs in their order; give the times of each as they are known in the end."""
    tally = Tally()
    watch = Watch(tally)
    lines = (Line(text, Origin(name, "", n, 0), None) for name, texts in logs for n, text in enumerate(texts, start=1))
    times: dict[str, list[int]] = {name: [] for name, _ in logs}
    found = list(records(lines, tally, watch=watch))
    for record in found:
        times[record.origin.source].append(watch.settled(record.origin.source, "", record.at))
    return times


@given(moments, st.lists(st.integers(0, 40 * 86_400), min_size=1, max_size=8), st.integers(0, 8))
def test_a_log_rewritten_without_years_gives_the_same_instants(begin: datetime, steps: list[int], place: int) -> None:
    written = [begin]
    for step in steps[:4]:
        written.append(written[-1] + timedelta(seconds=step))
    peer = [f"{short(moment)} gw-b charon: 01[IKE] x" for moment in written]
    near = written[place % len(written)]
    edge = [f"{near:%Y-%m-%dT%H:%M:%SZ} edge-01 charon: 01[IKE] y"]
    wanted = [(moment - EPOCH) // MICRO for moment in written]
    for logs in ((("edge", edge), ("peer", peer)), (("peer", peer), ("edge", edge))):  # in either order
        assert settled(*logs)["peer"] == wanted


def test_lines_a_minute_out_of_order_keep_their_year_at_new_year() -> None:
    peer = ["Jan  1 00:00:10 gw charon: x", "Dec 31 23:59:20 gw charon: y", "Jan  1 00:00:11 gw charon: z"]
    edge = ["2024-12-31T23:58:00Z e charon: x", "2025-01-01T00:03:00Z e charon: x"]
    assert settled(("peer", peer), ("edge", edge))["peer"] == [
        at("2025-01-01T00:00:10"),
        at("2024-12-31T23:59:20"),
        at("2025-01-01T00:00:11"),
    ]


def test_the_notice_tells_the_rule_that_holds_in_the_end() -> None:
    tally = Tally()
    texts = [("a", "Nov 21 20:40:01 gw charon: x"), ("b", "2019-11-21T20:40:01Z gw charon: x")]
    list(records((Line(text, Origin(name, "", 1, 0), None) for name, text in texts), tally))
    assert [n.message for n in tally.notices] == [
        "no year in the stamps: 2019 is taken from the complete stamps of the other logs, UTC is assumed"
    ]


def test_a_leap_day_tells_that_the_year_guessed_first_was_wrong() -> None:
    peer = ["Feb 28 23:59:59 gw charon: x", "Feb 29 00:00:01 gw charon: y", "Mar  1 00:00:01 gw charon: z"]
    wanted = [at("2024-02-28T23:59:59"), at("2024-02-29T00:00:01"), at("2024-03-01T00:00:01")]
    tally = Tally()
    watch = Watch(tally)
    tally.written = ("t.tar", "messages", at("2027-02-01"))  # as if it had been unpacked and packed again
    lines = (Line(text, Origin("t.tar", "messages", n, 0), None) for n, text in enumerate(peer))
    found = list(records(lines, tally, watch=watch))
    assert [watch.settled("t.tar", "messages", record.at) for record in found] == wanted
