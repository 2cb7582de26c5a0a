"""Every `try CASE => LEVEL` of the shipped causes: the case says what the cause's author said it would."""

from __future__ import annotations

import pytest

from cases import CASES, knowledge, level_of, told

TRIALS = [(c.name, t.case, t.level) for c in knowledge().causes for t in c.tries]


@pytest.mark.parametrize(("cause", "case", "level"), TRIALS, ids=[f"{c} in {k}" for c, k, _ in TRIALS])
def test_a_case_shows_the_cause_as_its_author_says(cause: str, case: str, level: str) -> None:
    assert case in CASES, f"sample_logs has no case {case}"
    assert level_of(cause, told(case)) == level


def test_beside_a_probable_verdict_stands_no_cause_that_no_line_speaks_for() -> None:
    said = [i for i in told("cases/dh-group-asked-for-is-not-acceptable-edge-log-only") if not i.follows]
    assert [(i.confidence, i.alternatives) for i in said] == [("probable", ())]


@pytest.mark.parametrize(
    ("case", "differs"),
    [
        (
            "lab/traffic-selectors-differ-libreswan-strongswan",
            [
                ("Networks behind the gateway that refused", "10.2.0.0/24", ""),
                ("Networks behind the other gateway", "10.1.0.0/24", ""),
            ],
        ),
        ("lab/edge-has-another-id-libreswan-strongswan", [("ID of the other gateway", "edge.example.net", "")]),
    ],
)
def test_the_value_that_one_log_holds_is_shown_beside_the_unknown_one(
    case: str, differs: list[tuple[str, str, str]]
) -> None:
    said = [i for i in told(case) if not i.follows]
    assert [(d.parameter, d.edge, d.peer) for d in said[0].differs] == differs
    assert any("the value configured there" in m.what for m in said[0].missing)
