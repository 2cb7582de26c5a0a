"""Secrets in dumps, damaged dumps, and dumps made to hurt."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dumps.given import HEAD, SECRET, UUID, folded, read, report, session
from examples import examples
from whydown.dumps.objects import NotReadError
from whydown.dumps.objects import read as read_json
from whydown.dumps.reading import read_dump
from whydown.errors import InputError
from whydown.report import jsonl, text
from whydown.sources.cutting import Place
from whydown.tally import Tally

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = f"""# Suggestive peer configuration for Policy IPSec Vpn Session
#
# IKE version                 : IKE_V2
# Connection initiation mode  : INITIATOR
# Authentication method       : PSK
# Pre-shared key              : {SECRET} {SECRET}
# Local ID                    : 192.0.2.1
# DH group                    : [GROUP14]
"""
OBJECT = {
    "id": UUID,
    "Session_Status": "DOWN",
    "Session_Down_Reason": "Authentication failed",
    "psk": SECRET,
    "Auth": {"secret": SECRET, "password": [SECRET, {"value": SECRET}], "certificate": SECRET},
    "resource_type": "PolicyBasedIPSecVpnSession",
    SECRET: SECRET,
}


@pytest.mark.parametrize(
    "dump",
    [
        CONFIG,
        CONFIG.replace("# ", ""),
        json.dumps([OBJECT]),
        json.dumps([OBJECT], indent=1),
        json.dumps({**OBJECT, "enabled": False, "Session_Status": None}),
        HEAD.format(what="") + session("Down", "Authentication failed") + f"Pre-shared Key : {SECRET}\nPSK: {SECRET}\n",
        folded(session("Down", "Authentication failed", tunnel_reason="Moon") + f"Pre-shared Key : {SECRET}"),
    ],
    ids=["download", "bare download", "JSON", "JSON in lines", "configuration", "text", "folded"],
)
def test_no_secret_of_a_dump_is_ever_seen_again(tmp_path: Path, dump: str) -> None:
    events = read(tmp_path / "dump.txt", dump)
    assert all(SECRET not in repr(event) for event in events)
    told = report(tmp_path / "dump.txt")
    assert SECRET not in repr(told)
    assert SECRET not in text.render(told)
    assert SECRET not in "".join(jsonl.render(told))


def test_a_dump_that_is_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = json.dumps([OBJECT, {**OBJECT, "id": "second", "Session_Status": "UP"}], indent=1)
    tally = Tally()
    events = read(tmp_path / "vpn-session", whole[: whole.index('"second"')], tally)
    assert [e.get("session") for e in events] == [UUID]
    assert tally.damaged
    assert "ends too early" in tally.notices[0].message


def test_deep_nesting_is_refused_with_a_notice(tmp_path: Path) -> None:
    tally = Tally()
    deep = '[{"Session_Status": "DOWN", "id": "a"}, ' + '{"x": [' * 100_000
    read(tmp_path / "deep.json", deep, tally)
    assert any("nested deeper" in notice.message for notice in tally.notices)


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whydown.dumps.objects._MOST", 100)
    with pytest.raises(NotReadError, match="more than") as refused:
        read_json(b'{"id":1},' * 101, frozenset({"id"}))
    assert len(refused.value.roots) >= 100


def test_too_many_statements_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whydown.dumps.reading._MOST", 10)
    tally = Tally()
    row = b"04-May-2026 08:12:10 : IKE_STATUS_DOWN (Peer sent delete)\n"
    assert len(read_dump(Place("-"), iter([b"IKE Session ID : 1\n" + row * 11]), tally)) == 10
    assert "more than 10 things" in tally.notices[0].message


def test_a_text_that_is_too_long_is_read_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whydown.dumps.reading._TEXT_LIMIT", 2048)
    tally = Tally()
    content = session("Down", "Invalid spi").encode() + b"x\n" * 5000
    assert len(read_dump(Place("-"), iter([content]), tally)) == 2
    assert tally.damaged
    assert tally.lines == content.count(b"\n")


def test_more_than_the_limit_is_not_read() -> None:
    tally = Tally()
    big = iter([session("Down", "Invalid spi").encode(), b"x" * 5000])
    assert read_dump(Place("-"), big, tally, limit=2048)
    assert "more than" in tally.notices[0].message


def test_a_comma_too_many_and_words_in_capitals_are_read() -> None:
    assert read_json(b'[{"id": "a", "enabled": False,},]', frozenset({"id", "enabled"})) == [
        [{"id": "a", "enabled": False}]
    ]


scraps = st.sampled_from(
    [
        *(part.encode() for part in session("Down", "Invalid spi").split("\n")),
        *(f"{label} :".encode() for label in ("IKE Version", "UUID", "Session ID", "Policy UUID", "Last Updated")),
        b"04-May-2026 08:12:10 : IKE_STATUS_DOWN (Peer sent delete)",
        b"99-Xyz-2026 99:12:10 : IPSEC_STATUS_NEGO",
        b"edge-01> get ipsecvpn session",
        b"Mon May 04 2026 UTC 08:40:01.123",
        b"IKEv2 4 None Policy PSK Down 192.0.2.1 198.51.100.7 Timed out*",
        b'{"Session_Status":',
        b'"DOWN","Session_Down_Reason":"x",',
        b'{"ike_session_state": "DOWN", "last_update_timestamp": 99999999999999999999}',
        b'"Peer_Endpoint_Profile": {"Peer_Address": 99999999999999}',
        b'{"error_code": 110199, "enabled": false, "event_type": "ipsec_service_down"}',
        b'"\\ud800\\',
        b"[",
        b"]",
        b"}",
        b"\n",
        b" ",
    ]
)


@settings(
    max_examples=examples(100),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(content=st.lists(scraps | st.binary(max_size=6), max_size=40).map(b"".join), first=scraps)
def test_any_dump_is_read_without_a_complaint_but_notices(content: bytes, first: bytes) -> None:
    data = first + content
    tally = Tally()
    events = read_dump(Place("-"), iter([data]), tally)
    lines = data.count(b"\n") + (not data.endswith(b"\n") and bool(data))
    assert tally.lines == lines == tally.events + tally.continued + tally.blank + tally.ignored
    assert all(1 <= e.origins[0].line <= lines and e.at >= 0 for e in events)


@pytest.mark.parametrize(
    "hostile",
    [
        b"IKE Session ID :" + b" " * 30_000,
        b"IKEv2 4 " * 6_000,
        b"Local " * 10_000,
        b'{"Session_Status":"' + b"\\" * 30_000,
    ],
    ids=["blanks", "rows", "labels", "escapes"],
)
def test_hostile_text_takes_linear_time(hostile: bytes) -> None:
    once, twice = (min(_timed(hostile * n) for _ in range(2)) for n in (1, 4))
    assert twice < 12 * once + 0.2


def _timed(data: bytes) -> float:
    import time  # noqa: PLC0415

    begin = time.process_time()
    partial(read_dump, Place("-"))(iter([data]), Tally())
    return time.process_time() - begin


def test_a_dump_without_a_word_is_an_empty_input(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")
    with pytest.raises(InputError):
        report(tmp_path / "empty")
