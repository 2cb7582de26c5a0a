"""Why a cause was not chosen: what became of it, and the clause at which its way ended."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from cases import events, given, knowledge, supply
from diagnose.episodes import episode, event
from whydown.diagnose.diagnosis import Told, tell
from whydown.diagnose.knowledge import Knowledge
from whydown.diagnose.syntax import read_causes
from whydown.diagnose.traces import Trace, trace
from whydown.sessions.episodes import cut_episodes
from whydown.sessions.rebuild import rebuild_sessions
from whydown.sources.line import Side
from whydown.tally import Tally

if TYPE_CHECKING:
    from whydown.sessions.model import Session

REASONS = """\
reason session/peer-sent-delete "Peer sent delete"
  if edge ike.delete in

reason session/timed-out "Timed out"
  if edge ike.timeout

"""
REST = "  fault none\n  do Look.\n  from RFC 7296\n  try x => none\n\n"
CAUSES = {
    "leading": "  if edge ike.delete in as received\n  rules-out silenced\n",
    "silenced": "  if edge ike.delete in as received\n",
    "weaker": "  if edge ike.delete in as received\n  and peer daemon.stop before received\n",
    "false": "  if edge ike.delete in as received\n  and edge admin.terminate before received\n  and peer ike.up\n",
    "either": "  if either ike.delete out as sent\n  and other ike.gone after sent\n  and either daemon.stop\n",
    "vetoed": "  if edge ike.delete in as received\n  unless edge ike.up before received\n",
    "nothing": "  if peer admin.terminate\n",
}
ELSEWHERE = 'cause elsewhere "Elsewhere"\n  explains session/timed-out\n  if edge ike.delete in\n' + REST


@cache
def known() -> Knowledge:
    text = REASONS + ELSEWHERE
    for name, clauses in CAUSES.items():
        text += f'cause {name} "{name.capitalize()}"\n  explains session/peer-sent-delete\n{clauses}{REST}'
    read = read_causes(text, "made.causes")
    assert read.problems == ()
    return Knowledge(read.reasons, read.causes)


@cache
def told() -> Told:
    made = episode(event("edge ike.up", at=-60.0), event("edge ike.delete in", at=0.0), sides="edge")
    ((_, found), *_) = tell(made.session, [made], known(), Tally())
    assert found is not None
    return found


def of(name: str) -> Trace:
    (one,) = trace(told(), [c for c in known().causes if c.name == name], known().reasons)
    return one


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("leading", "It is the leading cause (confirmed)."),
        ("silenced", "It fits (confirmed), but leading (confirmed) rules it out."),
        ("weaker", "It fits (possible), but leading leaves no doubt."),
        ("false", "It does not fit: a clause does not hold."),
        ("vetoed", "It does not fit: a clause does not hold."),
        ("nothing", "Nothing speaks for it: none of its clauses was found in the logs."),
        (
            "elsewhere",
            'It was not asked: the reason is "session Peer sent delete", and it explains "session Timed out".',
        ),
    ],
)
def test_each_cause_is_told_what_became_of_it(name: str, outcome: str) -> None:
    assert of(name).outcome == outcome


def test_the_clauses_end_with_the_one_that_failed() -> None:
    assert [(c.written, c.outcome, c.failed) for c in of("false").clauses] == [
        ("if edge ike.delete in as received", "bound to ike.delete in at edge.log:1", False),
        ("if edge admin.terminate before received", "no such event, and somebody listened", True),
    ]
    assert of("vetoed").clauses[-1].outcome == "is there: ike.up local at edge.log:-59999"
    assert [c.failed for c in of("leading").clauses] == [False]


def test_what_nobody_heard_is_no_failure() -> None:
    clause = of("weaker").clauses[-1]
    assert (clause.outcome, clause.failed) == ("not heard: no log of that side covers the time", False)


def test_the_gateway_that_either_stood_for_is_named() -> None:
    assert of("either").either is Side.PEER
    assert of("false").either is None


def test_the_way_that_holds_is_shown_although_another_is_as_long() -> None:
    events = event("peer ike.delete out", at=0.0), event("edge ike.delete in", at=0.1), event("edge ike.gone", at=1.0)
    made = episode(*events, event("peer daemon.stop", at=2.0))
    ((_, found), *_) = tell(made.session, [made], known(), Tally())
    assert found is not None
    (one,) = trace(found, [c for c in known().causes if c.name == "either"], known().reasons)
    assert one.either is Side.PEER
    assert [c.failed for c in one.clauses] == [False, False, False]


def test_a_tunnel_that_follows_its_session_has_no_trace_of_its_own() -> None:
    session_down = episode(event("edge ike.delete in", at=0.0))
    assert [t is None for _, t in tell(session_down.session, [session_down], known(), Tally())] == [False]


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        ("psk-mismatch/garbled", "no such event, and somebody listened"),  # strongSwan would say it in its own words
        ("malformed/impaired", "no known message of that gateway says it, and no clause above speaks for it"),
    ],
)
def test_what_a_gateway_would_say_in_one_wording_is_not_unheard_for_the_other(cause: str, outcome: str) -> None:
    made = rebuild("lab/dh-group-differs-strongswan-strongswan")
    asked = [c for c in knowledge().causes if c.name == cause]
    ((_, found), *_) = tell(made, cut_episodes(made), knowledge(), Tally(), supply())
    assert found is not None
    (one,) = trace(found, asked, knowledge().reasons)
    assert [(c.outcome, c.failed) for c in one.clauses] == [(outcome, True)]


def rebuild(case: str) -> Session:
    """Return the only session of a case."""
    (session,), _ = rebuild_sessions(events(case), given(case), Tally())
    return session
