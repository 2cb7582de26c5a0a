"""Events whose year is only known at the end: no more of them are held back than may count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.episodes import event
from whydown.envelope.record import Certainty
from whydown.envelope.watch import Watch
from whydown.grammar.library import PAUSE
from whydown.pipeline import _settled
from whydown.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whydown.grammar.event import Event

MOST, ALL = 100, 20_000


def test_of_events_without_a_year_no_more_are_held_back_than_may_count() -> None:
    taken = 0

    def stream() -> Iterator[Event]:
        nonlocal taken
        for number in range(ALL):
            taken += 1
            yield event("edge ike.up", at=number)._replace(certainty=Certainty.YEAR_ASSUMED)

    given = held = 0
    for _ in _settled(([one] for one in stream()), Watch(Tally()), MOST):
        given += 1
        held = max(held, taken - given)
    assert (given, taken) == (ALL, ALL)
    assert held == MOST


def test_an_event_with_a_year_waits_for_none_without() -> None:
    yearless = event("edge ike.up", at=1)._replace(certainty=Certainty.YEAR_ASSUMED)
    complete = event("edge ike.up", at=2)
    assert [e.at for e in _settled([[yearless, complete]], Watch(Tally()), MOST)] == [complete.at, yearless.at]


def test_in_a_pause_of_the_input_no_event_waits_for_its_year() -> None:
    yearless = event("edge ike.up", at=1)._replace(certainty=Certainty.YEAR_ASSUMED)
    complete = event("edge ike.up", at=2)
    assert [e.at for e in _settled([[yearless], PAUSE, [complete]], Watch(Tally()), MOST)] == [yearless.at, complete.at]
