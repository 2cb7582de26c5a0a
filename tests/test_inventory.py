"""What `whydown inventory` finds, in recorded cases as customers send them and in logs made for it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from bundles import UUID, customer, vpn_session
from cases import SAMPLES, knowledge, library
from whydown.envelope import records
from whydown.envelope.traffic import Traffic
from whydown.pipeline import take_inventory
from whydown.report.inventory import page
from whydown.report.inventory_lines import lines
from whydown.report.layout import Style
from whydown.sources.files import Input, batches
from whydown.sources.line import Side
from whydown.tally import Tally

if TYPE_CHECKING:
    from pathlib import Path

    from whydown.diagnose.inventory import Inventory

CASE = SAMPLES / "cases" / "dh-group-mismatch"
ENDS = "198.51.100.128", "203.0.113.128"


def stock(*paths: Path) -> Inventory:
    return take_inventory([Input(str(path)) for path in paths], library=library(), knowledge=knowledge())


def objects(inventory: Inventory) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(inventory)]


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    dump = "edge/vpn-session", vpn_session(*ENDS)
    standby = vpn_session(*ENDS, reason="SR state is not Active")
    return customer(tmp_path, (CASE / "edge.log").read_bytes(), (CASE / "peer.log").read_bytes(), dump, standby=standby)


def test_a_customers_bundles_are_told_apart_and_joined(bundled: Path) -> None:
    found = stock(bundled)
    assert [(g.side, g.host, g.vendor, g.pair[:1]) for g in found.gateways] == [
        (Side.EDGE, "edge-01", "VMware NSX", ("has the session",)),
        (Side.EDGE, "edge-02", "VMware NSX", ("standby for the session",)),
        (Side.PEER, "peer-right", "Libreswan", ()),
    ]
    assert [len(g.logs) for g in found.gateways] == [2, 2, 1]
    assert found.gateways[0].levels == ("iked ERROR", "iked INFO")
    assert [(s.name.id, s.name.edge.address, s.name.peer.address) for s in found.sessions] == [(UUID, *ENDS)]
    assert not found.missing


def test_each_dump_is_shown_with_what_it_states(bundled: Path) -> None:
    first, second = stock(bundled).dumps
    assert (first.form, first.host, dict(first.states)) == (
        "nsx-vpn-session",
        "edge-01",
        {"session.down": 1, "tunnel.down": 1},
    )
    assert first.reasons == ("No proposal chosen", "IKE SA down")
    assert not first.dated
    assert second.reasons[0] == "SR state is not Active"


def test_the_page_and_the_lines_say_the_same_and_no_secret(bundled: Path) -> None:
    found = stock(bundled)
    shown = page(found, Style(width=400))
    told = objects(found)
    assert [o["type"] for o in told] == [*["gateway"] * 3, "session", *["dump"] * 2, "summary"]
    for gateway in (o for o in told if o["type"] == "gateway"):
        assert gateway["host"] in shown
        assert all(log["path"] in "".join(shown.split()) for log in gateway["logs"])
    assert "canary" not in shown + json.dumps(told)
    counts = told[-1]
    assert counts["lines"] == found.tally.lines
    parts = ("of_events", "ignored", "other", "unknown", "repeated", "blank")
    assert sum(counts[name] for name in parts) == counts["lines"] + found.tally.unfolded


def test_one_side_alone_is_told_what_to_get_from_the_other() -> None:
    found = stock(CASE / "edge.log")
    missing = {m.side: m for m in reversed(found.missing)}
    assert missing[Side.PEER].begin == found.gateways[0].begin
    assert missing[Side.PEER].command
    assert "get ipsecvpn session history" in [m.command for m in found.missing]
    assert any("set service ike debug-tunnel local-ip 198.51.100.128" in m.command for m in found.missing)


def minutes(*spans: tuple[int, int]) -> str:
    """Make a log of a line a minute, in spans of minutes of a day."""
    row = '2026-11-21T{:02}:{:02}:01Z edge-01 NSX 46794 VPN [nsx@6876 comp="nsx-edge" subcomp="iked" level="INFO"] x\n'
    return "".join(row.format(*divmod(minute, 60)) for begin, end in spans for minute in range(begin, end))


def test_a_stretch_without_lines_is_a_gap_where_lines_were_to_be_expected(tmp_path: Path) -> None:
    (tmp_path / "syslog").write_text(minutes((600, 660), (700, 760)))
    (gap,) = stock(tmp_path).gateways[0].gaps
    assert (gap.end - gap.begin) // 60_000_000 == 40
    assert "NO LINE from 2026-11-21 11:00:00 to 11:40:00Z, 40 min" in page(stock(tmp_path), Style(width=200))


def test_a_log_that_is_quiet_anyway_has_no_gap(tmp_path: Path) -> None:
    often = [(minute, minute + 1) for minute in range(0, 1400, 30)]
    (tmp_path / "syslog").write_text(minutes(*often))
    assert not stock(tmp_path).gateways[0].gaps


def test_rotated_logs_close_each_others_gaps(tmp_path: Path) -> None:
    (tmp_path / "syslog").write_text(minutes((600, 640), (720, 760)))
    (tmp_path / "syslog.1").write_text(minutes((640, 720)))
    assert not stock(tmp_path).gateways[0].gaps


def test_the_rules_by_which_times_were_read_are_shown(tmp_path: Path) -> None:
    log = tmp_path / "charon.log.2"
    log.write_text("Nov 21 20:40:01 gw-b charon: 05[IKE] initiating IKE_SA a[1] to 192.0.2.1\n")
    os.utime(log, (0, 1_669_063_201))
    found = stock(log)
    (gateway,) = (o for o in objects(found) if o["type"] == "gateway")
    assert gateway["logs"][0]["year_from"] == "the file's modification time, that of its last line"
    assert gateway["logs"][0]["zone"] == "UTC assumed"
    assert gateway["begin"] == "2022-11-21T20:40:01.000Z"
    assert "no year in the stamps, it is taken from the file's modification time" in page(found, Style(width=200))


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("gw-b charon: 05[CFG] selecting proposal:", ("charon cfg >= 2",)),
        ("gw-b charon: 05[IKE] IKE_SA a[1] established", ()),
        ("gw-b pluto[7]: | processing payload", ("pluto debug",)),
    ],
)
def test_the_log_level_shows_in_lines_that_only_it_has(tmp_path: Path, line: str, level: tuple[str, ...]) -> None:
    (tmp_path / "peer.log").write_text(f"2026-11-21T20:40:01Z {line}\n")
    assert stock(tmp_path / "peer.log").gateways[0].levels == level


def test_times_in_which_only_one_side_was_heard_are_asked_for(tmp_path: Path) -> None:
    init = "2026-11-21T{} gw-b charon: 05[IKE] initiating IKE_SA a[1] to 192.0.2.1\n"
    (tmp_path / "peer.log").write_text(init.format("20:00:00Z") + init.format("23:00:00Z"))
    (tmp_path / "edge.log").write_text(
        init.format("21:00:00Z").replace("gw-b", "edge-01").replace("192.0.2.1", "192.0.2.2")
    )
    asked = [m for m in stock(tmp_path).missing if "only the other side" in m.what]
    assert [(m.side, m.end - m.begin) for m in asked if m.begin and m.end] == [
        (Side.EDGE, 3600_000_000),
        (Side.EDGE, 7200_000_000),
    ]


def test_nothing_of_a_log_acts_on_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "peer.log").write_bytes(b"2026-11-21T20:40:01Z gw\x1b[2J charon[1]: 05[IKE] x\x1b]0;y\x07\n" * 3)
    shown = page(stock(tmp_path / "peer.log"), Style())
    assert "\x1b" not in shown + "".join(lines(stock(tmp_path / "peer.log")))


def test_where_only_dumps_are_there_the_logs_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "vpn-session").write_bytes(vpn_session(*ENDS))
    edge, peer = stock(tmp_path / "vpn-session").missing
    assert (edge.side, edge.begin, edge.command) == (Side.EDGE, None, "get support-bundle file edge.tgz log-age 7")
    assert (peer.side, peer.begin, peer.what) == (Side.PEER, None, "its IKE log: nothing of this side is there")


def test_where_no_line_is_of_an_ike_daemon_the_logs_of_both_sides_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "syslog").write_text("2026-11-21T20:40:01Z gw-b cron[1]: nothing of a VPN\n")
    found = stock(tmp_path / "syslog")
    assert [(m.side, m.what) for m in found.missing] == [
        (side, "its IKE log: nothing of this side is there") for side in Side
    ]
    assert "Nothing: both sides" not in page(found, Style())


def test_the_names_of_hosts_and_programs_that_are_kept_are_few_and_the_frequent_ones(tmp_path: Path) -> None:
    tally = Tally()
    traffic = Traffic(["charon"], tally)
    lines = "".join(
        f"2026-11-21T20:40:01Z h{n} p{n}[1]: x\n2026-11-21T20:40:01Z gw-b cron[1]: {n}\n" for n in range(5000)
    )
    (tmp_path / "syslog").write_text(lines)
    for _ in traffic.watch(records.batches(batches([Input(str(tmp_path / "syslog"))], tally), tally)):
        pass
    (log,) = traffic.logs.values()
    assert log.records == 10_000
    assert [max(names, key=lambda n: names[n]) for names in (log.hosts, log.programs)] == ["gw-b", "cron"]
    assert max(len(log.hosts), len(log.programs)) < 2000
