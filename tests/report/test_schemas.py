"""The published schemas, held by a validator that others wrote against what is really written of every recorded case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from cases import CASES, SAMPLES, events, knowledge, library, told
from failover import HANDED_OVER
from report.given import ALARM, OFFERED, a_report, a_session, a_tally, both_sides, edge_alone, tunnel_below
from report.hostile import event_of, report_of, texts
from whydown.grammar.proposals import parse
from whydown.pipeline import take_inventory
from whydown.report import schema
from whydown.report.inventory_lines import lines
from whydown.report.jsonl import event_line, render
from whydown.report.model import Report
from whydown.sources.files import Input

DOCS = Path(__file__).parents[2] / "docs"


def validator(name: str) -> Draft202012Validator:
    kind = json.loads((DOCS / name).read_text())
    Draft202012Validator.check_schema(kind)
    return Draft202012Validator(kind)


INCIDENT, EVENT = validator("incident.schema.json"), validator("event.schema.json")
INVENTORY = validator("inventory.schema.json")


def faults(lines: str, kind: Draft202012Validator) -> list[str]:
    return [error.message for line in lines.splitlines() for error in kind.iter_errors(json.loads(line))]


@pytest.mark.parametrize("case", CASES)
def test_what_is_written_of_a_recorded_case_is_as_the_schemas_say(case: str) -> None:
    assert faults(render(Report(told(case), a_tally())), INCIDENT) == []
    assert faults("\n".join(map(event_line, events(case))), EVENT) == []


@pytest.mark.parametrize(
    "report",
    [a_report(both_sides(), tunnel_below(), edge_alone()), Report((), a_tally(), (a_session(ALARM, OFFERED),))],
    ids=["incidents", "quiet"],
)
def test_a_summary_is_as_the_schema_says(report: Report) -> None:
    assert faults(render(report), INCIDENT) == []


@settings(deadline=None)
@given(texts)
def test_hostile_text_is_as_the_schemas_say(text: str) -> None:
    event = event_of(text)
    assert faults(render(report_of(text)), INCIDENT) == []
    assert faults(event_line(event._replace(fields={**event.fields, "proposals": parse(text)})), EVENT) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", None),
        ("direction", "up"),
        ("origins", [{"line": 1}]),
        ("fields", {"reason": None}),
        ("rule", "charon:12"),
    ],
)
def test_the_schema_refuses_what_breaks_the_contract_of_events(field: str, value: Any) -> None:
    row = json.loads(event_line(OFFERED)) | {field: value}
    assert faults(json.dumps(row), EVENT) != []


def test_a_further_field_is_no_breach() -> None:
    row = json.loads(event_line(OFFERED)) | {"further": 1}
    assert faults(json.dumps(row), EVENT) == []


def test_the_events_schema_in_docs_is_made_from_the_types() -> None:
    said = "python -m whydown.report.schema events > docs/event.schema.json"
    assert (DOCS / "event.schema.json").read_text() == schema.text(schema.event_schema()), said


@pytest.mark.parametrize("paths", [("lab/dh-group-differs-strongswan-strongswan",), ("cases/sr-standby",), CASES[::9]])
def test_an_inventory_is_as_its_schema_says(paths: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "edge").mkdir()
    (tmp_path / "edge" / "logical_topology").write_text("rows that nobody knows\n")
    (tmp_path / "ha.txt").write_bytes(HANDED_OVER)
    inputs = [Input(str(SAMPLES / path)) for path in paths] + [Input(str(tmp_path))]
    found = take_inventory(inputs, library=library(), knowledge=knowledge())
    written = list(lines(found))
    assert faults("\n".join(written), INVENTORY) == []
    kinds = {json.loads(line)["type"] for line in written}
    assert kinds >= {"gateway", "session", "dump", "unread", "summary"}


@pytest.mark.parametrize(("field", "value"), [("side", "left"), ("logs", [{"path": 1}]), ("ha", None), ("begin", 7)])
def test_the_schema_refuses_what_breaks_the_contract_of_an_inventory(field: str, value: Any) -> None:
    found = take_inventory([Input(str(SAMPLES / "cases/sr-standby"))], library=library(), knowledge=knowledge())
    row = json.loads(next(lines(found)))
    assert faults(json.dumps(row), INVENTORY) == []
    assert faults(json.dumps(row | {field: value}), INVENTORY) != []


def test_the_inventorys_schema_in_docs_is_made_from_the_types() -> None:
    said = "python -m whydown.report.schema inventory > docs/inventory.schema.json"
    assert (DOCS / "inventory.schema.json").read_text() == schema.text(schema.inventory_schema()), said
