from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cases import events
from whydown.grammar.vocabulary import Kind
from whydown.sessions.latest import latest, latest_sessions
from whydown.sessions.rebuild import rebuild_sessions
from whydown.tally import Tally

SOME = events("cases/psk-mismatch")[:1]


@given(times=st.lists(st.integers(0, 400), max_size=60, unique=True), most=st.integers(1, 12), data=st.data())
def test_the_latest_events_are_kept_whatever_the_order_they_come_in(
    times: list[int], most: int, data: st.DataObject
) -> None:
    stream = [SOME[0]._replace(at=at) for at in times]
    assert [e.at for e in latest(stream, most, Tally())] == [at for at in times if at in sorted(times)[-most:]]
    other = latest(data.draw(st.permutations(stream)), most, Tally())
    assert {e.at for e in other} == set(sorted(times)[-most:])


@given(times=st.lists(st.integers(0, 3), max_size=60), most=st.integers(1, 12))
def test_of_events_at_one_time_no_more_are_kept_than_may_be(times: list[int], most: int) -> None:
    kept = latest([SOME[0]._replace(at=at) for at in times], most, Tally())
    assert min(len(times), 1) <= len(kept) <= most


def test_what_is_left_out_is_told_with_the_way_to_ask_for_it() -> None:
    tally = Tally()
    latest([SOME[0]._replace(at=at * 1_000_000) for at in range(10)], 3, tally)
    (notice,) = tally.notices
    assert "only those after 1970-01-01 00:00:06Z count; --until asks for earlier ones" in notice.message


@given(times=st.lists(st.integers(1, 400), min_size=1, max_size=20, unique=True), most=st.integers(1, 30))
def test_of_too_many_sessions_those_heard_of_last_are_kept_in_their_order(times: list[int], most: int) -> None:
    asked = SOME[0]._replace(kind=Kind.RETRANSMIT, side=None)
    seen = [asked._replace(at=at, host=f"h{at}", fields={"remote": f"192.0.2.{n}"}) for n, at in enumerate(times)]
    sessions, _ = rebuild_sessions(seen, frozenset(), Tally())
    tally = Tally()
    kept = latest_sessions(sessions, most, tally)
    assert [s.events[0].at for s in kept] == sorted(sorted(times)[-most:])
    assert bool(tally.notices) is (len(times) > most)
