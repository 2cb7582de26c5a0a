"""The ladder: which lines are one message, in which order they stand, what is marked, and where labels end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import CASES, told
from report.given import EDGE, IN, LOCAL, OUT, PEER, SECOND, T0, an_event, step
from whydown.grammar.vocabulary import Direction, Kind
from whydown.report.document import Ladder
from whydown.report.rungs import Rung, essential, rungs
from whydown.report.svg import fit, measure

if TYPE_CHECKING:
    from whydown.grammar.event import Event
    from whydown.sources.line import Side


def message(side: Side, direction: Direction, at: float, line: int, role: str = "request", **fields: Any) -> Event:
    """Return a line about an IKE_SA_INIT message; `at` in seconds."""
    named: dict[str, Any] = {"exchange": "IKE_SA_INIT", "role": role, "message_id": 0} | fields
    return an_event(side, Kind.IKE_MESSAGE, direction, at=T0 + round(at * SECOND), line=line, **named)


def drawn(*events: Event, aligned: bool = True, proofs: tuple[Event, ...] = ()) -> tuple[Rung, ...]:
    in_order = sorted(events, key=lambda event: event.at)
    return rungs(Ladder(tuple(map(step, in_order)), tuple(map(step, proofs)), aligned=aligned))


def told_by(found: tuple[Rung, ...]) -> list[list[str]]:
    return [[told.side.value for told in rung.told] for rung in found]


def test_what_one_side_sent_and_the_other_got_is_one_rung_from_the_sender() -> None:
    found = drawn(message(PEER, OUT, 0, 1), message(EDGE, IN, 0.01, 1))
    assert [(rung.sender, len(rung.told)) for rung in found] == [(PEER, 2)]
    assert told_by(found) == [["peer", "edge"]], "the sender's line first"


@pytest.mark.parametrize(
    "other",
    [
        message(EDGE, IN, 2.5, 1),
        message(EDGE, IN, 0.01, 1, message_id=1),
        message(EDGE, IN, 0.01, 1, role="response"),
        message(EDGE, OUT, 0.01, 1),
        message(PEER, IN, 0.01, 2),
    ],
    ids=["too late", "another number", "the answer", "both sent", "the same side"],
)
def test_lines_that_cannot_be_of_one_message_are_two_rungs(other: Event) -> None:
    assert [len(rung.told) for rung in drawn(message(PEER, OUT, 0, 1), other)] == [1, 1]


def test_a_refusal_in_one_sides_words_is_the_message_that_carried_it() -> None:
    sent = message(PEER, OUT, 0, 1, role="response", payloads="N(NO_PROP)")
    got = an_event(EDGE, Kind.IKE_FAILED, IN, at=T0 + 30_000, notify="NO_PROPOSAL_CHOSEN")
    (rung,) = drawn(sent, got)
    assert (rung.sender, rung.fails, rung.text) == (PEER, True, "IKE SA refused: NO_PROPOSAL_CHOSEN")


def test_what_a_side_says_of_a_message_it_told_of_is_a_note_and_no_second_message() -> None:
    got = message(PEER, IN, 0, 1, role="response", payloads="N(NO_PROP)")
    said = an_event(PEER, Kind.IKE_FAILED, IN, at=T0 + 300, line=2, notify="NO_PROPOSAL_CHOSEN")
    assert [rung.sender for rung in drawn(got, said)] == [EDGE, None]


def test_clocks_that_were_not_compared_join_only_what_nothing_else_could_be() -> None:
    once = (message(PEER, OUT, 0.5, 1), message(EDGE, IN, 0, 1))
    assert told_by(drawn(*once, aligned=False)) == [["peer", "edge"]]
    twice = (*once, message(PEER, OUT, 1, 2), message(EDGE, IN, 0.6, 2))
    assert all(len(rung.told) < 2 for rung in drawn(*twice, aligned=False))


def test_on_one_clock_retries_are_joined_with_what_arrived_next_to_them() -> None:
    events = [message(PEER, OUT, at, n) for n, at in enumerate((0, 0.5, 1.5), start=1)]
    events += [message(EDGE, IN, at, n) for n, at in enumerate((0.01, 0.51, 1.51), start=1)]
    (rung,) = drawn(*events)
    assert (len(rung.told), rung.times) == (2, 3)


def test_each_side_keeps_its_order_whatever_the_clocks_say() -> None:
    early = an_event(EDGE, Kind.IKE_START, IN, at=T0 + 1, line=2)
    found = drawn(message(PEER, OUT, 0.5, 1), message(EDGE, IN, 0, 1), early, aligned=False)
    assert told_by(found) == [["peer", "edge"], ["edge"]]


@pytest.mark.parametrize(
    ("failure", "heading"),
    [
        (an_event(EDGE, Kind.PROPOSALS_MISMATCH, LOCAL, at=T0 + SECOND, line=3), "IKE_SA_INIT fails"),
        (an_event(EDGE, Kind.IKE_TIMEOUT, LOCAL, at=T0 + 30 * SECOND, line=3), "Here it fails"),
        (an_event(EDGE, Kind.IKE_DELETE, IN, at=T0 + SECOND, line=3), "Here it ends"),
    ],
)
def test_the_exchange_that_fails_is_named_and_one_that_was_answered_is_not(failure: Event, heading: str) -> None:
    asked, answered = message(EDGE, OUT, 0, 1), message(EDGE, IN, 0.1, 2, role="response", payloads="SA KE No")
    found = drawn(asked, answered, failure, proofs=(failure,))
    assert [rung.heading for rung in found if rung.heading] == [heading]
    assert found[-1].fails


def test_a_retry_is_counted_and_a_round_of_them_stands_once() -> None:
    again = [an_event(EDGE, Kind.RETRANSMIT, OUT, at=T0 + n * SECOND, line=n + 1) for n in range(5)]
    (rung,) = drawn(*again)
    assert (rung.times, rung.until) == (5, T0 + 4 * SECOND)
    kinds = (Kind.IKE_START, Kind.IKE_TIMEOUT) * 3
    rounds = drawn(*(an_event(EDGE, kind, at=T0 + n * SECOND, line=n + 1) for n, kind in enumerate(kinds)))
    assert [rung.text for rung in rounds][2:] == ["… the same 2 steps 2 more times"]


@pytest.mark.parametrize("case", CASES)
def test_every_line_of_a_case_stands_on_one_rung_in_the_order_of_its_log(case: str) -> None:
    for incident in told(case):
        ladder = Ladder(incident.timeline, incident.evidence, aligned=incident.clocks.offset_s is not None)
        found = rungs(ladder)
        lines = [t.event for rung in found for t in rung.told]
        assert len({(e.origins, e.kind) for e in lines}) == len(lines)
        for side in (EDGE, PEER):
            times = [event.at for event in lines if event.side is side]
            assert times == sorted(times)
        few = essential(found)
        assert len([rung for rung in few if not rung.remark]) <= 5
        assert any(rung.fails for rung in few) == any(rung.fails for rung in found)


@given(st.text(max_size=200), st.integers(60, 420))
def test_labels_keep_within_their_width_and_rows(text: str, width: int) -> None:
    rows = fit(text, width)
    assert 1 <= len(rows) <= 5
    assert all(measure(row) <= width for row in rows)


@given(st.text(alphabet="abc/,; ", max_size=60))
def test_a_label_that_fits_keeps_every_letter(text: str) -> None:
    assert "".join(fit(text, 400)).replace(" ", "") == text.replace(" ", "")
