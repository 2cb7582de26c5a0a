"""Statuses of a console and commands of vendors: what their blocks say, and what is told of those that do not read."""

from __future__ import annotations

import pytest

from whydown.diagnose.loading import combine, load
from whydown.diagnose.syntax import read_causes
from whydown.diagnose.tables import TOPICS, State

STATUS = """\
status row "A row"
  status  Down
  tunnel  Down|Off "IKE SA down"
  shows   session/peer-sent-delete tunnel/ike-sa-down
  problem "The keys differ" psk-mismatch id-mismatch
  problem "Something no log tells"
  do      Look.
  from    a page
"""
COMMANDS = """\
commands one "One"
  log     show log $remote
  raise   debug $local $$HOME
  from    a page
"""


def test_a_status_says_what_is_shown_and_what_can_be_wrong() -> None:
    read = read_causes(STATUS, "x.status")
    assert read.problems == ()
    (row,) = read.statuses
    assert (row.name, row.title, str(row)) == ("row", "A row", "Down / Down (IKE SA down)")
    assert row.states == {"status": State(("Down",)), "tunnel": State(("Down", "Off"), "IKE SA down")}
    assert [n.name for n in row.shows] == ["session/peer-sent-delete", "tunnel/ike-sa-down"]
    assert [(p.text, [c.name for c in p.causes]) for p in row.problems] == [
        ("The keys differ", ["psk-mismatch", "id-mismatch"]),
        ("Something no log tells", []),
    ]


def test_commands_name_the_addresses_of_this_gateway_and_the_other() -> None:
    (one,) = read_causes(COMMANDS, "x.commands").commands
    assert one.get("log", "192.0.2.1", "198.51.100.7") == "show log 198.51.100.7"
    assert one.get("raise", "192.0.2.1") == "debug 192.0.2.1 $HOME"
    assert one.get("raise") == "debug LOCAL-IP $HOME"
    assert one.get("clock") == ""


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "column"),
    [
        ("  status  Down\n", "  state   Down\n", "C004", 2, 3),
        ("  do      Look.\n", "  do\n", "C001", 7, 3),
        ("  do      Look.\n", "  shows   bgp/x\n", "C006", 7, 3),
        ('"The keys differ" psk-mismatch', "psk-mismatch", "C001", 5, 11),
        ("  from    a page\n", "", "C005", 1, 1),
        ('status row "A row"', 'status row "', "C001", 1, 12),
    ],
)
def test_what_is_wrong_with_a_status_is_told_with_its_place(
    old: str, new: str, code: str, line: int, column: int
) -> None:
    (problem,) = read_causes(STATUS.replace(old, new), "x.status").problems
    assert (problem.code, problem.span.line, problem.span.column) == (code, line, column)


def test_a_status_without_a_column_shows_nothing() -> None:
    (problem,) = read_causes('status x "X"\n  problem "A"\n  from a page\n', "x.status").problems
    assert (problem.code, problem.message) == ("C005", "this status shows nothing")


def test_a_place_that_no_command_fills_in_is_told() -> None:
    (problem,) = read_causes(COMMANDS.replace("$remote", "$peer"), "x.commands").problems
    assert (problem.code, problem.span.line, problem.span.column) == ("C011", 2, 20)


def test_the_first_block_of_a_name_stands() -> None:
    near, far = read_causes(COMMANDS.replace("show log", "near"), "n"), read_causes(COMMANDS, "f")
    (one,) = combine([[near], [far]]).commands
    assert one.get("log") == "near REMOTE-IP"


def test_every_shipped_vendor_has_commands_a_reader_can_undo() -> None:
    commands = load().commands
    assert {"nsx", "any", "strongswan", "libreswan"} <= {c.name for c in commands}
    for one in commands:
        assert set(one.topics) <= set(TOPICS)
        assert "lower" in one.topics or "debug" not in one.get("raise"), one.name
