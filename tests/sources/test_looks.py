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


@pytest.mark.parametrize(
    "head",
    [
        b"edge-01> get ipsecvpn session down\n",
        b"IKE Session ID     : 3\nUUID : x\n",
        b"  Session Status : Up\n08-Apr-2026 06:35:37 : IKE_STATUS_UP\n",
        b"Version SID Compliance Suite Type Auth Status Local IP Peer IP Down Reason\n",
        b'[\n  {"id": 1, "Session_Status": "UP"}]',
        b'{"ike_status": {"ike_session_state": "UP"}}',
        b'{"results": [{"event_type": "ipsec_service_down"}]}',
        b"The IPsec service 7 is down. Reason: x.\n",
    ],
)
def test_what_nsx_answers_is_a_state_dump(head: bytes) -> None:
    assert look(head).dump


@pytest.mark.parametrize(
    "head",
    [
        b'2026-05-04T08:13:20.001Z edge-01 NSX 7 SYSTEM [nsx@6876 comp="nsx-edge"] CMD: get ipsecvpn session down\n',
        b"May  4 08:13:20 edge-01 nsxcli[7]: The IPsec service 7 is down.\n",
        b'{"__REALTIME_TIMESTAMP":"1","SYSLOG_IDENTIFIER":"charon","MESSAGE":"Session_Status"}\n',
        b'{"time":"2026-05-04T08:13:20Z","msg":"ike_status","group":"IKE"}\n',
        b"a note on get ipsecvpn session\n",
    ],
)
def test_a_log_that_speaks_of_such_answers_is_none(head: bytes) -> None:
    assert not look(head).dump
