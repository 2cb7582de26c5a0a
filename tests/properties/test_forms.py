"""Whatever header lines bear, many read at once give the records, the counts and the notices of each line."""

from __future__ import annotations

from dataclasses import asdict
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whydown.envelope import records
from whydown.sources.line import Line, Lines, Origin
from whydown.tally import Tally

_days = st.sampled_from(
    ["Nov 21", "Nov 22", "Oct 25", "Oct 26", "Dec 31", "Jan  1", "Jan 01", "Feb 28", "Feb 29", "Feb 30", "Mar 29"]
)
_dates = st.sampled_from(["2026-11-21", "2026-10-25", "2026-02-29", "2024-02-29", "2026-12-31", "2027-01-01"])
_times = st.sampled_from(
    ["20:40:01", "20:40:02", "02:30:00", "02:10:00", "23:59:59", "23:59:60", "00:00:00", "24:00:00", "1:00:00"]
)
_tails = st.sampled_from(
    ["Z", "+00:00", ".5Z", ".123456Z", ".654321+01:00", "", ".1", ".123456", ",123456Z", "x", "+0000"]
)
PRIORITIES = ["", "<30>1 ", "<30>", "<1234>", "1 ", " "]
STAMPS = ["2026-11-21T20:40:01.123456+00:00 ", "2026-11-21T20:40:01 ", "Nov 21 20:40:01 "]
OWN = ["2026-11-21 20:40:01 ", "Nov 21 20:40:01 ", "Nov 21 20:40:01.123456: ", "2026-11-21T20:40:01.1Z "]
BODIES = [
    "gw charon - - -  ",
    "gw charon 12 - - ",
    "gw charon 12 ID7 - ",
    'gw charon 12 - [a@1 b="c"] ',
    'gw charon 12 - [a@1 b="c"][d@1 e="f] g"] ',
    'gw" charon 12 - [a@1 b="c"] ',
    "gw: charon 12 - - ",
    "gw charon: - - - ",
    "gw charon[12]: ",
    "gw charon: ",
    "charon: ",
    "gw: charon: ",
    "2026 charon[1]: ",
    "gw /usr/lib/ipsec/charon[12]: ",
    'gw "charon": ',
    "gw  charon: ",
    "gw charon[12] ",
    "gw NSX 46794 VPN [nsx@6876 comp='x'] ",
    "",
    "gw ",
    ": ",
]
MESSAGES = [
    "07[IKE] received DELETE for IKE_SA a[1]",
    "[IKE] received DELETE: now",
    "07[IKE] <a|1> note: parsed 1: 2",
    '"a"[1] 192.0.2.1 #1: answered',
    "packet from 192.0.2.1:500: dropped",
    "<1> said",
    "<30>1 2026-11-21T20:40:09Z gw2 pluto 7 - - told by another",
    "  blank before, and behind  ",
    "\tone#012two",
    "message repeated 3 times: [ again]",
    "last message repeated 2 times",
    "%ASA-4-402123: CRYPTO",
    '[nsx@6876 comp="x"] told',
    "| debugging",
    "ssh_stack: told",
    "DEBUG: told",
    "INFO: told",
    "002 told",
    'a "] b',
    "\ufeffmarked",
    "a\vb\x85c\u2028d\r",
    "-",
    "",
]
HEADS = [
    *(f"{priority}{stamp}{body}" for priority in PRIORITIES for stamp in STAMPS for body in BODIES),
    *OWN,
]
_priorities, _bodies, _messages = map(st.sampled_from, (PRIORITIES, BODIES, MESSAGES))
_texts = (
    st.builds("{}{}T{}{} {}{}".format, _priorities, _dates, _times, _tails, _bodies, _messages)
    | st.builds("{}{} {} {}{}".format, _priorities, _days, _times, _bodies, _messages)
    | st.builds("{} {}{} {}".format, _dates, _times, _tails, _messages)
    | st.builds("{} {}{}: {}".format, _days, _times, st.sampled_from(["", ".123456", ".5", ".000000"]), _messages)
    | _messages.filter(bool)
)


def _read(lines: list[Line], *, at_once: bool, zone: str | None, year: int | None) -> tuple[list[Any], dict[str, Any]]:
    tally = Tally()
    told: dict[str, Any] = {"zone": ZoneInfo(zone) if zone else None, "year": year}
    found = list(
        chain.from_iterable(records.batches([Lines.of(lines)], tally, **told))
        if at_once
        else records.records(lines, tally, **told)
    )
    return found, asdict(tally)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("first", [MESSAGES[0], MESSAGES[3]], ids=["charon", "pluto"])
def test_every_message_read_behind_many_such_headers_is_what_it_is_behind_one(head: str, first: str) -> None:
    texts = [f"{head}{message}" for message in (first, *MESSAGES) for _ in range(9)]
    lines = [Line(text, Origin("log-2026-11-21", "", n, n), None) for n, text in enumerate(texts, start=1) if text]
    together = _read(lines, at_once=True, zone=None, year=None)
    assert together == _read(lines, at_once=False, zone=None, year=None)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.lists(_texts, min_size=1, max_size=3), st.integers(1, 12)), min_size=1, max_size=6),
    st.sampled_from([None, "UTC", "Europe/Berlin"]),
    st.sampled_from([None, 2024, 2026]),
)
def test_lines_of_any_header_read_at_once_give_the_records_of_each_line(
    written: list[tuple[list[str], int]], zone: str | None, year: int | None
) -> None:
    texts = [text for some, times in written for text in some * times]
    lines = [Line(text, Origin("log-2026-11-21", "", n, n), None) for n, text in enumerate(texts, start=1)]
    together = _read(lines, at_once=True, zone=zone, year=year)
    assert together == _read(lines, at_once=False, zone=zone, year=year)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(_days, _times, st.sampled_from(["", ".123456"])), min_size=8, max_size=60),
    st.sampled_from([None, "Europe/Berlin"]),
)
def test_days_without_a_year_read_at_once_go_on_as_they_do_line_by_line(
    written: list[tuple[str, str, str]], zone: str | None
) -> None:
    texts = [f"{day} {time} gw charon: told" for day, time, _ in written]
    texts += [f'{day} {time}.{n:06}: "a" #1: told' for n, (day, time, _) in enumerate(written)]
    lines = [Line(text, Origin("log-2026-11-21", "", n, n), None) for n, text in enumerate(texts, start=1)]
    together = _read(lines, at_once=True, zone=zone, year=None)
    assert together == _read(lines, at_once=False, zone=zone, year=None)
