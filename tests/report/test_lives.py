"""Sessions over time and the overview of many incidents: what is counted, and that no trouble is too short to be seen."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from cases import SAMPLES, knowledge, library
from report.given import EDGE, IN, LOCAL, OUT, PEER, SECOND, T0, a_report, a_session, a_tally, an_event, both_sides
from report.test_text import flat, section
from whydown import pipeline
from whydown.diagnose.incident import Cause, Layer
from whydown.grammar.vocabulary import Kind
from whydown.report.layout import Style
from whydown.report.lives import Life, Span, State, lives_of, paint
from whydown.report.model import Report
from whydown.report.text import render
from whydown.sources.files import Input

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.grammar.event import Event

UP, NEGOTIATING, DOWN = State


def life_of(*events: Event) -> Life:
    lives = lives_of(Report((), a_tally(), (a_session(*events),)), ())
    assert lives is not None
    return lives.rows[0]


def states(spans: Sequence[Span]) -> list[tuple[State, int]]:
    return [(span.state, (span.begin - T0) // SECOND) for span in spans]


def at(seconds: int, kind: Kind, **fields: str) -> Event:
    direction = IN if kind is Kind.IKE_DELETE else OUT if kind is Kind.IKE_START else LOCAL
    return an_event(EDGE, kind, direction, at=T0 + seconds * SECOND, line=seconds + 1, **fields)  # type: ignore[arg-type]


def test_a_session_negotiates_comes_up_and_goes_down() -> None:
    life = life_of(at(0, Kind.IKE_START), at(2, Kind.IKE_UP), at(60, Kind.IKE_DELETE), at(90, Kind.IKE_START))
    assert states(life.spans) == [(NEGOTIATING, 0), (UP, 2), (DOWN, 60), (NEGOTIATING, 90)]
    assert life.share(UP) == 58 * SECOND


def test_an_attempt_that_fails_is_down_until_the_next_one() -> None:
    life = life_of(at(0, Kind.IKE_START), at(1, Kind.IKE_FAILED), at(30, Kind.IKE_START), at(31, Kind.IKE_TIMEOUT))
    assert states(life.spans) == [(NEGOTIATING, 0), (DOWN, 1), (NEGOTIATING, 30), (DOWN, 31)]


def test_an_sa_that_the_other_side_refused_at_once_was_never_up() -> None:
    begun = an_event(PEER, Kind.IKE_START, OUT, at=T0, line=1)
    refused = an_event(PEER, Kind.AUTH_ID_MISMATCH, LOCAL, at=T0 + 2 * SECOND, line=2)
    life = life_of(begun, at(1, Kind.IKE_UP), refused, at(9, Kind.IKE_DELETE))
    assert states(life.spans) == [(NEGOTIATING, 0), (DOWN, 2)]


def test_a_tunnel_that_is_down_while_its_session_is_up_stands_below() -> None:
    tunnel = replace(both_sides(), layer=Layer.TUNNEL, began=T0 + 5 * SECOND, ended=T0 + 9 * SECOND)
    report = Report((tunnel,), a_tally(), (a_session(at(0, Kind.IKE_UP)),))
    lives = lives_of(report, report.incidents)
    assert lives is not None
    assert states(lives.rows[0].spans) == [(UP, 0)]
    assert states(lives.rows[0].below) == [(DOWN, 5)]
    assert lives.rows[0].page == f"i{tunnel.id}"


SPANS = st.lists(st.tuples(st.integers(0, 999), st.integers(1, 400), st.sampled_from(State)), min_size=1, max_size=9)


@given(SPANS, st.integers(1, 80))
def test_painted_spans_are_in_order_and_no_trouble_is_too_short_to_be_seen(
    given_spans: list[tuple[int, int, State]], columns: int
) -> None:
    spans = [Span(begin, begin + long, state) for begin, long, state in given_spans]
    painted = list(paint(spans, 0, 1400, columns))
    assert all(0 <= one.begin < one.end <= columns for one in painted)
    assert all(one.end <= other.begin for one, other in pairwise(painted))
    for span in spans:
        if span.state is DOWN:
            column = span.begin * columns // 1400
            assert any(one.begin <= column < one.end and one.state is DOWN for one in painted)


def test_a_flapping_session_shows_its_life_on_its_page() -> None:
    case = SAMPLES / "lab" / "flapping-strongswan-libreswan"
    inputs = [Input(str(case / "edge.log"), EDGE), Input(str(case / "peer.log"), PEER)]
    page = render(pipeline.analyze(inputs, library=library(), knowledge=knowledge()))
    bar = section(page, "The session over time").split("\n")[1]
    assert {"=", "x"} <= set(bar.split("  ")[-1])
    assert "down" in section(page, "The session over time")


def test_many_incidents_are_counted_by_reason_before_they_are_named() -> None:
    incidents = [replace(both_sides(), id=f"{n:012x}", began=T0 + n * SECOND) for n in range(12)]
    incidents[0] = replace(incidents[0], reason="TS unacceptable", ended=T0 + 99 * SECOND, state="recovered")
    incidents[1] = replace(incidents[1], cause=Cause("psk-mismatch", "The keys differ", "", "both"))
    page = render(a_report(*incidents), Style(width=200))
    assert page.startswith("# 12 incidents, 11 still open\n\n## By reason and cause\n")
    rows = [[c.strip() for c in row.split("|")[1:-1]] for row in section(page, "By reason").split("\n")[2:]]
    assert rows == [
        ["No proposal chosen", "11", "11", "the DH groups differ (10); 1 other cause"],
        ["TS unacceptable", "1", "0", "the DH groups differ"],
    ]
    assert "12. 2026-03-04 10:55:16Z" in flat(section(page, "Every incident"))
