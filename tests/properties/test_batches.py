"""However many lines come at once, the same events come out and the same is counted as line by line."""

from __future__ import annotations

from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from whydown.envelope import records
from whydown.grammar.events import Events
from whydown.grammar.library import load
from whydown.sources import files
from whydown.sources.line import Line, Lines, Origin
from whydown.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from whydown.grammar.library import Library

SAMPLES = Path(__file__).parents[2] / "sample_logs"
HEAD = '{stamp} {host} NSX {pid} VPN [nsx@6876 comp="nsx-edge" subcomp="iked" level="INFO"] '

_stamps = st.builds(
    "2026-11-2{}T20:40:0{}{}".format,
    st.integers(1, 3),
    st.integers(0, 9),
    st.sampled_from(
        [
            ".123Z",
            ".1Z",
            "Z",
            "+01:00",
            "",
            ".123456Z",
            ".654321+02:00",
            ",123456Z",
            "x123456Z",
            ".12345\uff16Z",
            ".1234567Z",
            "7Z",
        ]
    ),
)
_messages = st.sampled_from(
    [
        "keep alive was sent",
        " keep alive was sent  ",
        "",
        "one#012two",
        "message repeated 3 times: [ again]",
        "last message repeated 2 times",
        'a "] b',
    ]
)
_heads = st.builds(HEAD.format, stamp=_stamps, host=st.sampled_from(["edge-1", "-", "edge:"]), pid=st.just("1"))
_texts = st.builds("{}{}".format, _heads | st.sampled_from(["Nov 21 20:40:01 gw charon: ", "<14>1 ", ""]), _messages)


def _read(lines: Sequence[Line], *, at_once: bool) -> tuple[list[Any], dict[str, Any]]:
    tally = Tally()
    found = list(
        chain.from_iterable(records.batches([Lines.of(lines)], tally)) if at_once else records.records(lines, tally)
    )
    return found, asdict(tally)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(_texts.filter(bool), st.integers(1, 12)), min_size=1, max_size=12))
def test_lines_read_at_once_give_the_records_of_each_line(written: list[tuple[str, int]]) -> None:
    texts = [text for text, times in written for _ in range(times)]
    lines = [Line(text, Origin("log", "", number, number), None) for number, text in enumerate(texts, start=1)]
    assert _read(lines, at_once=True) == _read(lines, at_once=False)


def _events(batches: Iterable[Lines], tally: Tally, library: Library, batch: int) -> list[Any]:
    if batch == 1:
        events = library.events(records.records(chain.from_iterable(batches), tally), tally, batch=1)
    else:
        events = library.read(records.batches(batches, tally), tally, batch=batch)
    return [event._replace(fields=dict(event.fields)) for event in events]


def test_recordings_read_in_batches_give_the_events_of_each_line() -> None:
    alone, together = Tally(), Tally()
    library = load()
    inputs = [files.Input(str(SAMPLES))]
    one = _events(files.batches(inputs, alone, library.marks), alone, library, 1)
    many = _events(files.batches(inputs, together, library.marks), together, library, 16 * 1024)
    assert len(many) > 4_000
    assert many == one
    assert asdict(together) == asdict(alone)


def test_columns_hold_what_the_single_events_hold() -> None:
    tally = Tally()
    library = load()
    lines = files.batches([files.Input(str(SAMPLES))], tally, library.marks)
    columns = 0
    for events in library.parts(records.batches(lines, tally), tally):
        single = list(events)
        assert [*map(events.__getitem__, range(len(events)))] == single
        if isinstance(events, Events):
            columns += len(events)
            assert list(events.ats) == [event.at for event in single]
            assert list(events.kinds) == [event.kind for event in single]
            assert list(map(dict, events.fields)) == [dict(event.fields) for event in single]
            assert list(events[1:]) == single[1:]
    assert columns > 2_000
