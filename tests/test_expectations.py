"""Every case with an `expect.toml`: the reasons, the cause, what differs, and never surer than the case allows."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from cases import LEVELS, SAMPLES, told

if TYPE_CHECKING:
    from pathlib import Path

    from whydown.diagnose.incident import Incident

EXPECTED = sorted(SAMPLES.glob("*/*/expect.toml"))


def _case(path: Path) -> str:
    return str(path.parent.relative_to(SAMPLES))


@pytest.fixture(params=EXPECTED, ids=_case)
def case(request: pytest.FixtureRequest) -> tuple[dict[str, Any], tuple[Incident, ...]]:
    """Give what a case must come to, and what it comes to."""
    path: Path = request.param
    return tomllib.loads(path.read_text(encoding="utf-8")), told(_case(path))


Case = tuple[dict[str, Any], tuple["Incident", ...]]


def test_each_layer_is_down_for_the_reason_an_edge_would_show(case: Case) -> None:
    expected, said = case
    for layer in ("session", "tunnel"):
        wanted = {expected[f"{layer}_reason"]} - {""}
        assert {i.reason for i in said if i.layer == layer} == wanted


def test_the_leading_cause_is_the_storys_and_no_surer_than_it_may_be(case: Case) -> None:
    expected, said = case
    leading = [i for i in said if i.cause]
    assert {i.cause.name.split("/")[0] for i in leading if i.cause} == {expected["cause"]} - {""}
    for incident in leading:
        assert LEVELS.index(incident.confidence) <= LEVELS.index(expected["confidence"])


def test_what_differs_is_shown_side_by_side(case: Case) -> None:
    expected, said = case
    shown = {(d.parameter, d.edge, d.peer) for i in said for d in i.differs}
    for wanted in expected.get("differs", []):
        assert (wanted["parameter"], wanted["edge"], wanted["peer"]) in shown
