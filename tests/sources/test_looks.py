from __future__ import annotations

import pytest

from whydown.sources.looks import look, named_like_a_log


@pytest.mark.parametrize(
    ("line", "tells"),
    [
        ("<30>1 2026-11-21T20:40:01.1+00:00 gw charon - - - 15[IKE] x", (True, True)),
        ('2026-11-21T20:40:01.123Z edge NSX 46794 VPN [nsx@6876 comp="nsx-edge"] x', (True, True)),
        ("2026-11-21T20:40:01.123456+00:00 gw charon[7]: x", (True, True)),
        ("Nov 21 20:40:01 gw charon[7]: x", (True, False)),
        ("Nov 21 20:40:01 charon[7]: x", (True, False)),
        ("<30>Nov  1 20:40:01 gw pluto[7]: x", (True, False)),
        ("2026/11/21 20:40:01 BGP: x", (True, False)),
        ('{"__REALTIME_TIMESTAMP":"1","SYSLOG_IDENTIFIER":"charon","MESSAGE":"x"}', (True, True)),
        ('{"time":"2026-11-21T20:40:01","thread":15,"group":"IKE","msg":"x"}', (False, False)),
        ("Nov 21 20:40:01 15[IKE] <gw|1> x", (False, False)),
        ("2026-11-21T20:40:01 15[IKE] <gw|1> x", (False, False)),
        ("15[IKE1] <gw|1> x", (False, False)),
        ("[IKE] x", (False, False)),
        ('Nov 21 20:40:01.123456: "gw" #1: x', (False, False)),
        ('"gw"[1] 192.0.2.1 #1: x', (False, False)),
        ("2026-11-21 20:40:01: INFO: x", (False, False)),
    ],
)
def test_first_lines_tell_whether_programs_are_named_and_stamps_are_complete(
    line: str, tells: tuple[bool, bool]
) -> None:
    for lines in (1, 300):
        seen = look((line + "\n").encode() * lines)
        assert (seen.alien, seen.log, (seen.programs, seen.stamped)) == ("", True, tells)


def test_one_odd_line_does_not_stop_the_sifting_of_a_syslog() -> None:
    assert look(b"Nov 21 20:40:01 gw cron[7]: x\n" * 30 + b"[ERR] at com.example\n").programs


def test_text_without_times_is_no_log() -> None:
    assert not look(b"A list of files\nand what they hold\n").log


@pytest.mark.parametrize(
    "name",
    ["edge.log", "syslog", "syslog.1", "syslog.2.gz", "messages-20261121", "charon.log.1", "auth.log.3.gz", "pluto"],
)
def test_logs_are_known_by_name(name: str) -> None:
    assert named_like_a_log(name)


@pytest.mark.parametrize("name", ["README", "truth.json", "logo.png", "catalog"])
def test_other_files_are_not(name: str) -> None:
    assert not named_like_a_log(name)
