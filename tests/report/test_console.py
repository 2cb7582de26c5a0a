"""What `whydown explain` says of a console's statuses and of vendors' commands, and which logs prove what."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from whydown.diagnose.console import find_rows
from whydown.diagnose.loading import load
from whydown.errors import UsageError
from whydown.grammar.library import load as load_library
from whydown.report.console import explain_status
from whydown.report.explain import explain

if TYPE_CHECKING:
    from whydown.diagnose.knowledge import Knowledge
    from whydown.grammar.model import Grammar

NO_ANSWER = {"status": "Down", "channel": "Negotiating", "tunnel": "IPSec negotiation not started"}


@cache
def known() -> Knowledge:
    return load()


@cache
def grammars() -> tuple[Grammar, ...]:
    return load_library().grammars


def rows(**asked: str) -> list[str]:
    return [row.name for row in find_rows(known().statuses, asked)[0]]


@pytest.mark.parametrize(
    ("row", "asked"),
    [
        ("no-answer", NO_ANSWER),
        ("no-answer", {"channel": "Negotiating"}),
        ("no-answer", {"tunnel": "Down (Error Message: IPSec negotiation not started)"}),
        ("no-answer", {"status": "DOWN", "channel": "negotating", "tunnel": "ipsec negotiation not startd"}),
        ("phase-1-refused", {"status": "Down", "channel": "No proposal chosen", "tunnel": "IKE SA down"}),
        ("phase-1-refused", {"channel": "Down (Error Message: No proposal chosen)"}),
        ("phase-2-refused", {"status": "in progress", "channel": "up", "tunnel": "no proposal chosen"}),
        ("bgp-not-established", {"bgp": "yellow"}),
        ("bgp-not-established", {"status": "Up", "channel": "Up", "tunnel": "Up", "bgp": "down"}),
        ("bgp-no-routes", {"bgp": "Up"}),
    ],
)
def test_a_row_is_found_whatever_its_spelling(row: str, asked: dict[str, str]) -> None:
    assert rows(**asked) == [row]


def test_what_fits_several_rows_finds_all_of_them() -> None:
    assert rows(status="Down") == ["no-answer", "phase-1-refused"]


@pytest.mark.parametrize(
    "asked",
    [
        {"status": "Down", "channel": "Up", "tunnel": "IPsec negotiation not started"},
        {"channel": "Peer not responding"},
        {"status": "Up", "channel": "Up", "tunnel": "Up"},
    ],
)
def test_no_row_is_invented(asked: dict[str, str]) -> None:
    assert rows(**asked) == []


def test_the_nearest_rows_come_first_with_what_differs() -> None:
    _, near = find_rows(known().statuses, {"status": "Down", "channel": "Up", "tunnel": "IKE SA down"})
    assert [(n.row.name, n.differs) for n in near] == [
        ("phase-1-refused", ("channel",)),
        ("no-answer", ("channel", "tunnel")),
        ("phase-2-refused", ("status", "tunnel")),
    ]


def test_the_page_of_a_row_has_its_problems_its_tip_and_what_to_look_at() -> None:
    page = " ".join(explain_status(NO_ANSWER, known()).split())
    for problem in ("remote peer is not set up", "pre-shared keys differ (psk-mismatch)", "firewall drops IPsec"):
        assert problem in page
    assert "disable the VPN and enable it again" in page
    assert "UDP 500, UDP 4500 and ESP" in page
    assert "session down: Peer not responding" in page


def test_an_unknown_combination_names_the_rows_that_are_near() -> None:
    with pytest.raises(UsageError) as raised:
        explain_status({"status": "Up", "channel": "Down", "tunnel": "IKE SA down"}, known())
    assert "no row that shows status Up, channel Down, tunnel IKE SA down" in str(raised.value)
    assert "Down / Down (No proposal chosen) / Down (IKE SA down) (it differs in: status)" in str(raised.value)


def test_an_error_message_that_is_a_reason_of_the_alarm_is_sent_to_its_page() -> None:
    with pytest.raises(UsageError, match="whydown explain 'Authentication failed'"):
        explain_status({"channel": "Down (Error Message: Authentication failed)"}, known())


def test_where_no_row_is_near_all_are_named() -> None:
    with pytest.raises(UsageError, match="It has: Down / Negotiating"):
        explain_status({"channel": "purple"}, known())


def test_every_row_of_the_documented_table_is_there_to_the_letter() -> None:
    assert [str(row) for row in known().statuses if "bgp" not in row.states] == [
        "Down / Negotiating / Down (IPsec negotiation not started)",
        "Down / Down (No proposal chosen) / Down (IKE SA down)",
        "In Progress / Up / Down (No proposal chosen)",
    ]


@pytest.mark.parametrize("spelling", ["nsx", "VMware NSX", "vmware-nsx"])
def test_a_vendors_commands_are_explained(spelling: str) -> None:
    page = explain(spelling, known())
    assert "get ipsecvpn session history" in page
    assert "debug-level off" in page


def test_all_vendors_are_listed_together() -> None:
    page = explain("commands", known())
    for vendor in ("VMware NSX", "strongSwan", "Cisco ASA", "any gateway"):
        assert f"# {vendor} (" in page


def test_a_status_is_explained_by_its_name() -> None:
    assert explain("phase-1-refused", known()).startswith("# The console shows: Down / Down (No proposal chosen)")


def test_a_reason_says_whose_logs_prove_each_of_its_causes() -> None:
    page = explain("session/peer-sent-delete", known(), grammars=grammars())
    assert "| peer-deleted-ike/admin " in page
    row = next(line for line in page.split("\n") if line.startswith("| peer-deleted-ike/admin "))
    assert [cell.strip() for cell in row.split("|")][2:4] == ["peer", "Libreswan, OpenIKED, strongSwan"]
    assert "any log that shows the reason" in page


def test_a_cause_says_what_each_vendors_log_can_fill() -> None:
    page = explain("peer-deleted-ike/lifetime", known(), grammars=grammars())
    assert "| Log of     | as the peer |" in page
    assert "| strongSwan | yes         |" in page
    assert "| VMware NSX | 1 of 3      |" in page
    assert "FRR" not in page


def test_without_grammars_no_table_is_shown() -> None:
    assert "Which logs can prove it" not in explain("peer-deleted-ike", known())


def test_every_reason_and_cause_has_a_page_with_meaning_and_action() -> None:
    for reason in known().reasons:
        page = explain(reason.name, known())
        assert "down: " + reason.wording in page
        assert "## Do this" in page, reason.name
        assert reason.link in page, reason.name
    for cause in known().causes:
        page = explain(cause.name, known())
        assert f"({cause.name})" in page
        assert "## Do this" in page, cause.name
        assert "stands behind" in page, cause.name
