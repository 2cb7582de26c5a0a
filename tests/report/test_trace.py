"""The trace of a cause that was not chosen, as a page."""

from __future__ import annotations

from dataclasses import replace

from report.given import PEER, a_report, both_sides
from whydown.diagnose.outcomes import Tried
from whydown.diagnose.traces import Trace
from whydown.report.layout import Style
from whydown.report.trace import render_traces

TRACE = Trace(
    both_sides(),
    "psk-mismatch/told",
    "The pre-shared keys differ",
    "It does not fit: a clause does not hold.",
    PEER,
    (
        Tried("if either ike.failed in", "bound to ike.failed in at edge.log:7", failed=False),
        Tried("unless other auth.id_mismatch", "not heard: no log of that side covers the time", failed=False),
        Tried("if other auth.key_mismatch", "no such event, and somebody listened", failed=True),
    ),
)


def test_each_clause_is_marked_by_what_came_of_it() -> None:
    page = render_traces(replace(a_report(both_sides()), traces=(TRACE,)))
    assert page.startswith("# IPsec session DOWN: No proposal chosen (2026-03-04 10:55:16Z, to-branch-12)\n")
    assert "## psk-mismatch/told: The pre-shared keys differ\n\nIt does not fit: a clause does not hold." in page
    assert "Here 'either' is the peer, and 'other' is the Edge" in page
    assert (
        "    + if either ike.failed in\n          bound to ike.failed in at edge.log:7\n"
        "    ? unless other auth.id_mismatch\n          not heard: no log of that side covers the time\n"
        "    - if other auth.key_mismatch\n          no such event, and somebody listened\n"
    ) in page


def test_an_incident_is_named_once_for_several_causes() -> None:
    page = render_traces(
        replace(a_report(both_sides()), traces=(TRACE, replace(TRACE, cause="peer-down", either=None)))
    )
    assert page.count("# IPsec session DOWN") == 1
    assert page.count("Here 'either'") == 1


def test_no_incident_is_said_in_a_sentence() -> None:
    assert render_traces(a_report()) == "No incident was found, so no cause was asked for.\n"


def test_nothing_of_a_log_acts_on_a_screen() -> None:
    evil = replace(TRACE, clauses=(Tried("where a = b", "does not hold: \x1b[2J = x", failed=True),))
    page = render_traces(replace(a_report(both_sides()), traces=(evil,)), Style(width=60))
    assert "\x1b" not in page
