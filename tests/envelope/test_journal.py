from __future__ import annotations

import json

import pytest

from whydown.envelope.clock import Clock
from whydown.envelope.journal import read
from whydown.envelope.record import Certainty
from whydown.envelope.settle import Years

ENTRY = {
    "__REALTIME_TIMESTAMP": "1795293601123456",
    "_HOSTNAME": "gw-b",
    "SYSLOG_IDENTIFIER": "charon",
    "_COMM": "charon-systemd",
    "_PID": "77",
    "MESSAGE": "15[IKE] received DELETE for IKE_SA site-b[7]",
}


def clock() -> Clock:
    return Clock(None, Years, lambda _: None)


def entry(**changes: object) -> str:
    return json.dumps({**ENTRY, **changes})


def test_an_entry_is_read() -> None:
    assert read(entry(), clock()) == (
        1_795_293_601_123_456,
        Certainty.STAMPED,
        "gw-b",
        "charon",
        "77",
        "",
        "",
        "15[IKE] received DELETE for IKE_SA site-b[7]",
    )


@pytest.mark.parametrize("frame", ["\x1e{}", "data: {}"])
def test_the_frames_of_json_seq_and_json_sse_are_taken_off(frame: str) -> None:
    assert read(frame.replace("{}", entry()), clock()) == read(entry(), clock())


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ([104, 105, 0xFF], "hi\udcff"),
        (["first", "second"], "second"),
        ("one\ntwo", "one#012two"),
        ("half a pair \ud800", "half a pair ?"),
        (None, ""),
        ([1.5, {}], ""),
        ([300], ""),
    ],
)
def test_a_message_may_be_bytes_or_come_twice_or_be_odd(message: object, text: str) -> None:
    head = read(entry(MESSAGE=message), clock())
    assert head is not None
    assert head[7] == text


def test_the_programs_name_falls_back_to_the_command() -> None:
    head = read(entry(SYSLOG_IDENTIFIER=None), clock())
    assert head is not None
    assert head[3] == "charon-systemd"


@pytest.mark.parametrize("stamp", ["", "soon", "-5", "9" * 40, "²", None, {}])
def test_an_entry_without_a_time_is_untimed(stamp: object) -> None:
    head = read(entry(__REALTIME_TIMESTAMP=stamp), clock())
    assert head is not None
    assert head[1] is Certainty.UNTIMED


@pytest.mark.parametrize("text", ["{", "[]", "{}", "1", '{"a": ' * 50_000, '{"MESSAGE": ' + "9" * 5000 + "}"])
def test_what_is_no_entry_is_refused_or_empty(text: str) -> None:
    head = read(text, clock())
    assert head is None or head[7] == ""
