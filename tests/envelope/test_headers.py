from __future__ import annotations

import pytest

from whydown.envelope.clock import Clock
from whydown.envelope.headers import read
from whydown.envelope.record import Certainty
from whydown.envelope.settle import Years

AT = 1_795_293_601_000_000  # 2026-11-21T20:40:01Z
MS, US = 123_000, 123_456
STAMPED, ZONE, YEAR, NONE = Certainty.STAMPED, Certainty.ZONE_ASSUMED, Certainty.YEAR_ASSUMED, Certainty.UNTIMED
DATA = '[nsx@6876 comp="nsx-edge" subcomp="iked" s2comp="ike-stack" level="ERROR" errorCode="EDG1000028"]'
TEXT = "15[IKE] <site-b|7> received DELETE for IKE_SA site-b[7]"


def head(line: str) -> tuple[object, ...]:
    clock = Clock(None, lambda: Years(written=AT + 86_400_000_000), lambda _: None)
    once = read(line, clock)
    if once[1] is not NONE:
        assert read(line, clock) == once  # the second time parts come from memory
    return once


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # RFC 5424 as sent, as an Edge keeps it on disk, and with the version left
        (
            f"<182>1 2026-11-21T20:40:01.123Z edge-01 NSX 46794 VPN {DATA} Message: Authentication failed (24)",
            (AT + MS, "edge-01", "NSX", "46794", "VPN", DATA, "Message: Authentication failed (24)"),
        ),
        (
            f"2026-11-21T20:40:01.123Z edge-01 NSX 46794 VPN {DATA} Message: Authentication failed (24)",
            (AT + MS, "edge-01", "NSX", "46794", "VPN", DATA, "Message: Authentication failed (24)"),
        ),
        (
            f"1 2026-11-21T20:40:01.123456+00:00 edge-01 NSX 1 - {DATA}   Reason:",
            (AT + US, "edge-01", "NSX", "1", "", DATA, "Reason:"),
        ),
        (
            f"2026-11-21T20:40:01.123456+00:00 ... NSX 46794 VPN {DATA} x",
            (AT + US, "...", "NSX", "46794", "VPN", DATA, "x"),
        ),
        (
            f"2026-11-21T22:40:01.123456+02:00 edge-01 NSX 46794 VPN {DATA}",
            (AT + US, "edge-01", "NSX", "46794", "VPN", DATA, ""),
        ),
        (f"<30>1 2026-11-21T20:40:01Z gw-b charon - - -  {TEXT}", (AT, "gw-b", "charon", "", "", "", TEXT)),
        (
            f'<30>1 2026-11-21T20:40:01Z gw-b charon 77 - [meta sequenceId="12"] {TEXT}',
            (AT, "gw-b", "charon", "77", "", '[meta sequenceId="12"]', TEXT),
        ),
        ("<30>1 2026-11-21T20:40:01Z - - - - -", (AT, "", "", "", "", "", "")),
        ("<30>1 2026-11-21T20:40:01Z gw-b charon - - - \ufeffx", (AT, "gw-b", "charon", "", "", "", "x")),
        # structured data of several elements, with escaped quotes, with brackets in quotes, without parameters
        (
            '<30>1 2026-11-21T20:40:01Z h a - - [x@1 k="v"][y@2 l="w"] t',
            (AT, "h", "a", "", "", '[x@1 k="v"][y@2 l="w"]', "t"),
        ),
        (
            '<30>1 2026-11-21T20:40:01Z h a - - [x@1 k="a \\"] b" l="c\\\\"] t',
            (AT, "h", "a", "", "", '[x@1 k="a \\"] b" l="c\\\\"]', "t"),
        ),
        (
            '<30>1 2026-11-21T20:40:01Z h a - - [x@1 k="a[b]"] t "] u',
            (AT, "h", "a", "", "", '[x@1 k="a[b]"]', 't "] u'),
        ),
        ('<30>1 2026-11-21T20:40:01Z h a - - [x@1] say "no"] t', (AT, "h", "a", "", "", "[x@1]", 'say "no"] t')),
        # rsyslog's file format, journalctl -o short-iso, ESX without a host
        (f"2026-11-21T20:40:01.123456+00:00 gw-b charon[77]: {TEXT}", (AT + US, "gw-b", "charon", "77", "", "", TEXT)),
        (f"2026-11-21T20:40:01+0000 gw-b charon[77]: {TEXT}", (AT, "gw-b", "charon", "77", "", "", TEXT)),
        (
            '2026-11-21T20:40:01Z nsxa: [nsx@6876 comp="nsx-esx" subcomp="NSXA[V:-2]"] [Do] failed: no',
            (AT, "", "nsxa", "", "", '[nsx@6876 comp="nsx-esx" subcomp="NSXA[V:-2]"]', "[Do] failed: no"),
        ),
        # a collector that put its own header before
        (
            f"Jan  5 01:02:03 collector 1 2026-11-21T20:40:01Z edge-01 NSX 46794 VPN {DATA} x",
            (AT, "edge-01", "NSX", "46794", "VPN", DATA, "x"),
        ),
        (
            f"Jan  5 01:02:03 collector <182>1 2026-11-21T20:40:01Z edge-01 NSX 46794 VPN {DATA} x",
            (AT, "edge-01", "NSX", "46794", "VPN", DATA, "x"),
        ),
        (
            f"Jan  5 01:02:03 collector relay: <182>1 2026-11-21T20:40:01Z edge-01 NSX 46794 VPN {DATA} x",
            (AT, "edge-01", "NSX", "46794", "VPN", DATA, "x"),
        ),
        (
            f"2026-12-01T00:00:00.1+00:00 collector 2026-11-21T20:40:01Z edge-01 NSX 46794 VPN {DATA} x",
            (AT, "edge-01", "NSX", "46794", "VPN", DATA, "x"),
        ),
        (
            f"<13>1 2026-12-01T00:00:00Z collector relay - - - <182>1 2026-11-21T20:40:01Z edge-01 NSX 46794 VPN {DATA} x",
            (AT, "edge-01", "NSX", "46794", "VPN", DATA, "x"),
        ),
        (
            f"Jan  5 01:02:03 collector 2026-11-21T20:40:01Z gw-b charon[77]: {TEXT}",
            (AT, "gw-b", "charon", "77", "", "", TEXT),
        ),
        # others
        (f"Sat 2026-11-21 20:40:01 UTC gw-b charon[77]: {TEXT}", (AT, "gw-b", "charon", "77", "", "", TEXT)),
        (f"1795293601.123456 gw-b charon[77]: {TEXT}", (AT + US, "gw-b", "charon", "77", "", "", TEXT)),
        (
            "Nov 21 2026 20:40:01 UTC: %ASA-5-713119: Group = 192.0.2.1",
            (AT, "", "ASA", "", "713119", "", "Group = 192.0.2.1"),
        ),
    ],
)
def test_a_complete_header_is_taken_off(line: str, expected: tuple[object, ...]) -> None:
    at, *rest = expected
    assert head(line) == (at, STAMPED, *rest)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2026-11-21T20:40:01 15[IKE] <site-b|7> x", (AT, "", "charon", "", "", "", "15[IKE] <site-b|7> x")),
        ("2026-11-21 20:40:01.123 15[IKE] x", (AT + MS, "", "charon", "", "", "", "15[IKE] x")),
        ("2026-11-21 20:40:01: INFO: x", (AT, "", "racoon", "", "", "", "INFO: x")),
        ("2026-11-21 20:40:01: [192.0.2.1] ERROR: x", (AT, "", "racoon", "", "", "", "[192.0.2.1] ERROR: x")),
        (
            "2026/11/21 20:40:01 BGP: [HZN6M-XRM1G] %NOTIFICATION: x",
            (AT, "", "BGP", "", "", "", "[HZN6M-XRM1G] %NOTIFICATION: x"),
        ),
        ("<164>Nov 21 2026 20:40:01: %ASA-4-113019: Group = x", (AT, "", "ASA", "", "113019", "", "Group = x")),
        ("Nov 21 20:40:01 2026 gw-b charon: x", (AT, "gw-b", "charon", "", "", "", "x")),
        ("2026 Nov 21 20:40:01 gw-b charon: x", (AT, "gw-b", "charon", "", "", "", "x")),
        (
            "21-Nov-2026 20:40:01 ssh_stack responder INFO completed",
            (AT, "", "ssh_stack", "", "", "", "responder INFO completed"),
        ),
        (
            '{"time":"2026-11-21T20:40:01","thread":5,"group":"IKE","level":1,"ikesa-uniqueid":"7","ikesa-name":"site-b","msg":"x"}',
            (AT, "", "charon", "", "", "", "05[IKE] <site-b|7> x"),
        ),
    ],
)
def test_a_header_without_a_zone_is_taken_off(line: str, expected: tuple[object, ...]) -> None:
    at, *rest = expected
    assert head(line) == (at, ZONE, *rest)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"Nov 21 20:40:01 gw-b charon: {TEXT}", (AT, "gw-b", "charon", "", TEXT)),
        (f"<30>Nov 21 20:40:01 gw-b charon[77]: {TEXT}", (AT, "gw-b", "charon", "77", TEXT)),
        ('Nov 21 20:40:01 gw-b pluto[77]:  "site-b" #1: x: y', (AT, "gw-b", "pluto", "77", '"site-b" #1: x: y')),
        ("Nov 21 20:40:01  gw-b pluto[77]: x", (AT, "gw-b", "pluto", "77", "x")),
        ("Nov 21 20:40:01 asa-1 : %ASA-4-750003: x", (AT, "asa-1", "ASA", "", "x")),
        ("Nov 21 20:40:01 charon[77]: x", (AT, "", "charon", "77", "x")),
        ("Nov 21 20:40:01  racoon: ERROR: x", (AT, "", "racoon", "", "ERROR: x")),
        ("Nov 21 20:40:01 gw-b /usr/lib/ipsec/charon[77]: x", (AT, "gw-b", "charon", "77", "x")),
        ("Nov 21 20:40:01 gw-b (charon)[77]: x", (AT, "gw-b", "charon", "77", "x")),
        ("Nov 21 20:40:01 gw-b NSX[46794] Message: x", (AT, "gw-b", "NSX", "46794", "Message: x")),
        ("Nov 21 20:40:01 gw-b charon[77]:", (AT, "gw-b", "charon", "77", "")),
        ("Nov 21 20:40:01.123456 gw-b charon[77]: x", (AT + US, "gw-b", "charon", "77", "x")),
        ("Nov 21 20:40:01 15[IKE] <site-b|7> x", (AT, "", "charon", "", "15[IKE] <site-b|7> x")),
        ("Nov 21 20:40:01 15[IKE2] x", (AT, "", "charon", "", "15[IKE2] x")),
        (
            'Nov 21 20:40:01.123456: "site-b"[2] 192.0.2.1 #7: x',
            (AT + US, "", "pluto", "", '"site-b"[2] 192.0.2.1 #7: x'),
        ),
        (
            "Nov 21 20:40:01.123456: listening for IKE messages",
            (AT + US, "", "pluto", "", "listening for IKE messages"),
        ),
        ("Nov 21 20:40:01: | next event", (AT, "", "pluto", "", "| next event")),
        ('Nov 21 20:40:01 "site-b" #7: x', (AT, "", "pluto", "", '"site-b" #7: x')),
        (
            "Nov 21 20:40:01 gw-b seen last at 2020-01-01T00:00:00Z by me: x",
            (AT, "gw-b", "", "", "seen last at 2020-01-01T00:00:00Z by me: x"),
        ),
        ("Nov 21 20:40:01 gw-b something without a program", (AT, "gw-b", "", "", "something without a program")),
        ("\0\0\0Nov 21 20:40:01 gw-b charon: x", (AT, "gw-b", "charon", "", "x")),
    ],
)
def test_a_header_without_a_year_is_taken_off(line: str, expected: tuple[object, ...]) -> None:
    at, certainty, host, app, pid, _, data, text = head(line)
    assert (at, host, app, pid, text) == expected
    assert (certainty, data) == (YEAR, "")


def test_an_edges_fields_behind_an_old_header_are_read() -> None:
    line = f"Nov 21 20:40:01 edge-01 NSX 46794 VPN {DATA} Message: x"
    assert head(line) == (AT, YEAR, "edge-01", "NSX", "46794", "VPN", DATA, "Message: x")


@pytest.mark.parametrize(
    ("line", "app", "text"),
    [
        ("15[IKE] received DELETE", "charon", "15[IKE] received DELETE"),
        ("[IKE] received DELETE", "charon", "[IKE] received DELETE"),
        ("charon: 15[IKE] received DELETE", "charon", "15[IKE] received DELETE"),
        ('"site-b" #1: x', "pluto", '"site-b" #1: x'),
        ('"site-b": x', "pluto", '"site-b": x'),
        ('002 "site-b"[2] 192.0.2.1 #1: x', "pluto", '"site-b"[2] 192.0.2.1 #1: x'),
        ('1v2 "site-b" #1: x', "pluto", '"site-b" #1: x'),
        ('031  "site-b" #1: x', "pluto", '"site-b" #1: x'),
        ("packet from 192.0.2.1:500: x", "pluto", "packet from 192.0.2.1:500: x"),
        ('  VPN-IPSEC: "site-b" #1: x', "VPN-IPSEC", '"site-b" #1: x'),
        ("Message: Authentication failed (24)", "", "Message: Authentication failed (24)"),
        ("  Remote IKE peer 192.0.2.1:500 ID (null)", "", "Remote IKE peer 192.0.2.1:500 ID (null)"),
        ('say "no": never', "", 'say "no": never'),
        ("<", "", "<"),
        ("<30>", "", "<30>"),
        ("1 2026-11-21T", "", "2026-11-21T"),
        ("2026-13-41T20:40:01Z gw-b charon: x", "", "2026-13-41T20:40:01Z gw-b charon: x"),
        ("2026-02-29T20:40:01Z gw-b charon: x", "", "2026-02-29T20:40:01Z gw-b charon: x"),
        ("Xov 21 20:40:01 gw-b charon: x", "", "Xov 21 20:40:01 gw-b charon: x"),
        ("{", "", "{"),
        ('{"message": "no journal"}', "", '{"message": "no journal"}'),
        ("[" * 20_000, "", "[" * 20_000),
        ("{" + '"a":{' * 20_000, "", "{" + '"a":{' * 20_000),
    ],
)
def test_a_line_without_a_header_is_all_text(line: str, app: str, text: str) -> None:
    at, certainty, host, *rest = head(line)
    assert (certainty, host, rest) == (NONE, "", [app, "", "", "", text])
    assert at == 1000


def test_a_process_on_a_host_is_read_without_a_stamp() -> None:
    assert head("gw-b iked[77]: x")[2:5] == ("gw-b", "iked", "77")


@pytest.mark.parametrize("stamp", ["2026-11-21T20:40:01Z ", "<30>1 2026-11-21T20:40:01Z ", "Nov 21 20:40:01 "])
def test_headers_upon_headers_are_no_trouble(stamp: str) -> None:
    assert head(stamp * 3000)[0] == AT
