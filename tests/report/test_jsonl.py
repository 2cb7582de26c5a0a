"""The wire contract: names, types, times; and the schema in docs/ that is made from it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from report.given import (
    EDGE,
    PEER,
    T0,
    a_report,
    a_session,
    a_tally,
    an_event,
    both_sides,
    edge_alone,
    step,
    tunnel_below,
)
from whydown.grammar.proposals import Proposal, Transform
from whydown.grammar.vocabulary import Kind
from whydown.report import schema
from whydown.report.jsonl import event_line, iso, render
from whydown.report.model import Report

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "incident.schema.json"
SCHEMA = json.loads(SCHEMA_FILE.read_text())


def rows(report: Report) -> list[Any]:
    return [json.loads(line) for line in render(report).splitlines()]


def faults(value: Any, kind: Any) -> list[str]:
    """Return where a value is not as the schema says."""
    return [error.message for error in Draft202012Validator(kind).iter_errors(value)]


def test_incidents_come_first_and_one_summary_last() -> None:
    report = a_report(both_sides(), tunnel_below())
    assert [row["type"] for row in rows(report)] == ["incident", "incident", "summary"]


def test_no_incident_is_a_summary_alone() -> None:
    assert [row["type"] for row in rows(Report((), a_tally()))] == ["summary"]


def test_the_fields_of_the_contract_have_their_values() -> None:
    row = rows(a_report(both_sides()))[0]
    assert row["schema"] == 1
    assert row["id"] == "7f3a01c2d4e5"
    assert (row["layer"], row["state"], row["tunnel"]) == ("session", "down", None)
    assert (row["began"], row["ended"]) == ("2026-03-04T10:55:16.290Z", None)
    assert row["session"]["name"] == "to-branch-12"
    assert row["session"]["edge"]["host"] == "edge-01"
    assert row["session"]["peer"]["address"] == "198.51.100.7"
    assert (row["reason"]["name"], row["reason"]["basis"]) == ("No proposal chosen", "stated")
    assert (row["cause"]["name"], row["cause"]["fault_side"]) == ("dh-group-mismatch", "both")
    assert row["confidence"] == "confirmed"
    assert row["differs"] == [{"parameter": "DH group", "edge": "MODP_2048", "peer": "ECP_384"}]
    assert row["attempts"] == 41
    assert row["clocks"] == {"offset_s": 2.31, "spread_s": 0.02, "votes": 12}
    evidence = row["evidence"][0]
    assert (evidence["side"], evidence["source"], evidence["line"]) == ("peer", "logs/from-branch-12/charon.log", 90112)
    assert (evidence["role"], evidence["provenance"]) == ("offered", "seen")
    assert evidence["at"] == "2026-03-04T10:55:16.301Z"


def test_an_unknown_cause_is_null_with_its_alternatives_and_what_is_missing() -> None:
    row = rows(a_report(edge_alone(), peer=False))[0]
    assert row["cause"] is None
    assert [other["name"] for other in row["alternatives"]] == ["dh-group-mismatch", "ike-proposal-mismatch"]
    assert row["missing"][0]["from"] == "2026-03-04T10:50:16.290Z"
    assert row["missing"][0]["to"] == "2026-03-04T11:00:16.290Z"
    assert (row["missing"][0]["level"], row["missing"][0]["after"]) == ("", "")
    assert row["possible_problems"] == []


def test_the_summary_accounts_for_every_line() -> None:
    tally = a_tally()
    tally.unknown_shapes.update({("charon", "something <n>"): 2, ("iked", "else"): 9})
    row = rows(Report((both_sides(),), tally, (a_session(),), grammars="0123456789ab"))[-1]
    parts = ("other", "events", "continued", "ignored", "unknown", "repeated", "blank")
    assert row["lines"] == sum(row[part] for part in parts) == 5000
    assert [shape["count"] for shape in row["unknown_shapes"]] == [9, 2]
    assert row["incidents"] == 1
    assert row["made_by"]["grammars"] == "0123456789ab"
    assert row["heard"][0]["side"] == "edge"


@pytest.mark.parametrize(
    "report",
    [
        a_report(both_sides(), tunnel_below(), edge_alone()),
        Report((), a_tally(), (a_session(),)),
        Report((replace(both_sides(), ended=T0 + 5, state="recovered"),), a_tally(), (a_session(),)),
    ],
    ids=["incidents", "quiet", "recovered"],
)
def test_output_is_as_the_schema_says(report: Report) -> None:
    for row in rows(report):
        assert faults(row, SCHEMA) == []


@pytest.mark.parametrize(
    ("field", "value"), [("began", None), ("layer", "phase"), ("attempts", "41"), ("cause", {"name": "x"}), ("id", 7)]
)
def test_the_schema_refuses_what_breaks_the_contract(field: str, value: object) -> None:
    row = rows(a_report(both_sides()))[0] | {field: value}
    assert faults(row, SCHEMA) != []


def test_the_schema_in_docs_is_made_from_the_types() -> None:
    assert SCHEMA_FILE.read_text() == schema.text(), "python -m whydown.report.schema > docs/incident.schema.json"


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (T0, "2026-03-04T10:55:16.290Z"),
        (T0 + 1, "2026-03-04T10:55:16.290001Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
    ],
)
def test_times_are_iso_8601_in_utc(at: int, text: str) -> None:
    assert iso(at) == text


@given(st.text())
def test_any_text_survives_the_wire_or_is_escaped(text: str) -> None:
    event = an_event(PEER, Kind.NOTIFY, text=text, reason=text)
    line = render(a_report(replace(both_sides(), evidence=(step(event),)))).splitlines()[0]
    assert line.isascii()
    assert json.loads(line)["evidence"][0]["text"].encode() is not None


def test_a_lone_surrogate_is_shown_as_the_byte_it_was() -> None:
    event = an_event(PEER, Kind.NOTIFY, text="caf\udce9")
    assert json.loads(event_line(event))["text"] == "caf\\xe9"


def test_controls_are_kept_as_json_escapes() -> None:
    line = event_line(an_event(PEER, Kind.NOTIFY, text="\x1b[2J"))
    assert "\x1b" not in line
    assert json.loads(line)["text"] == "\x1b[2J"


def test_secrets_are_in_no_line() -> None:
    event = an_event(EDGE, Kind.NOTIFY, text='PSK "hunter22hunter22"', error="secret: hunter22hunter22")
    assert "hunter22" not in render(a_report(replace(both_sides(), evidence=(step(event),)))) + event_line(event)


def test_an_events_proposals_are_objects() -> None:
    proposal = Proposal("IKE", (Transform("group", "MODP_2048", "MODP_2048"),))
    fields = json.loads(event_line(an_event(PEER, Kind.PROPOSALS_RECEIVED, proposals=(proposal,))))["fields"]
    assert fields["proposals"][0]["transforms"][0]["name"] == "MODP_2048"
