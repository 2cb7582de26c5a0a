"""CSV: one row an incident or event, no cell a formula, no control character, and everything comes back."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.given import EDGE, a_report, an_event, both_sides, edge_alone
from report.hostile import SECRET, acting, event_of, report_of, texts
from whydown.grammar.vocabulary import Kind
from whydown.report import columns, sheet
from whydown.report.layout import Style
from whydown.report.table import EVENTS, INCIDENTS

if TYPE_CHECKING:
    from whydown.report.model import Report

FORMULA = re.compile(r'(?:^|[;,|])[\s"]*[=+\-@\uff1d\uff0b\uff0d\uff20]')


def csv_of(report: Report) -> str:
    return "".join(sheet.parts(report, Style()))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_each_incident_is_a_row_with_its_values() -> None:
    first, second = rows(csv_of(a_report(both_sides(), edge_alone())))
    assert (first["id"], first["layer"], first["state"]) == ("7f3a01c2d4e5", "session", "down")
    assert (first["began"], first["ended"], first["duration_s"]) == ("2026-03-04T10:55:16.290Z", "", "")
    assert (first["reason"], first["basis"], first["cause"]) == ("No proposal chosen", "stated", "dh-group-mismatch")
    assert first["differs"] == "DH group: edge MODP_2048, peer ECP_384"
    assert first["evidence"].split(" | ")[0] == "logs/from-branch-12/charon.log:90112"
    assert (first["attempts"], first["clock_offset_s"], first["edge_heard"]) == ("41", "2.31", "true")
    assert (second["cause"], second["peer_heard"], second["confidence"]) == ("", "false", "possible")


def test_an_empty_report_is_the_header_alone() -> None:
    assert csv_of(a_report()) == ",".join(column.name for column in INCIDENTS.columns) + "\n"


def test_an_events_fields_have_a_column_each() -> None:
    event = an_event(EDGE, Kind.IKE_LIFETIME, lifetime=28800.0, local="192.0.2.1", local_port=500, text="one\ntwo")
    (row,) = rows("".join(sheet.event_parts([event])))
    assert (row["kind"], row["direction"], row["side"]) == ("ike.lifetime", "local", "edge")
    assert (row["lifetime"], row["local"], row["local_port"], row["remote"]) == ("28800.0", "192.0.2.1", "500", "")
    assert (row["place"], row["line"], row["text"]) == ("bundle/edge-01/syslog:1", "1", "one / two")


def test_no_two_columns_have_one_name() -> None:
    for each in (INCIDENTS, EVENTS):
        names = [column.name for column in each.columns]
        assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2", "'-2"),
        (' "=1', " \"'=1"),
        ("'=1", "''=1"),
        ("a;=1+1", "a;'=1+1"),
        ("a, -1", "a, '-1"),
        ("\uff1d1", "'\uff1d1"),
        ("10.0.0.0/24 === 10.1.0.0/24", "10.0.0.0/24 === 10.1.0.0/24"),
        ("it's-so", "it's-so"),
    ],
)
def test_what_a_spreadsheet_would_calculate_gets_an_apostrophe(text: str, safe: str) -> None:
    assert sheet.protected(text) == safe
    assert sheet.bare(safe) == text


@given(st.one_of(texts, st.text("'=+-@;,|\" a", max_size=12)))
def test_protection_leaves_no_formula_and_can_be_undone(text: str) -> None:
    safe = sheet.protected(text)
    assert not FORMULA.search(safe)
    assert sheet.bare(safe) == text


@given(texts)
def test_hostile_text_is_in_its_cells_and_does_nothing(text: str) -> None:
    for written in (csv_of(report_of(text)), "".join(sheet.event_parts([event_of(text)]))):
        written.encode()
        assert not acting(written)
        read = list(csv.reader(io.StringIO(written, newline="")))
        assert {len(row) for row in read} == {len(read[0])}
        numbers = re.compile(r"-?[0-9.]+")
        assert not [cell for row in read for cell in row if FORMULA.search(cell) and not numbers.fullmatch(cell)]


def test_secrets_are_in_no_cell() -> None:
    for text in (f'PSK "{SECRET}"', f"secret: {SECRET}", f"a\npsk={SECRET}"):
        assert SECRET not in csv_of(report_of(text)) + "".join(sheet.event_parts([event_of(text)]))


def test_the_page_of_columns_is_made_from_them() -> None:
    page = Path(__file__).parents[2] / "docs" / "columns.md"
    assert page.read_text() == columns.text(), "python -m whydown.report.columns > docs/columns.md"
