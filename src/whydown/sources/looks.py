"""What a file looks like from its first bytes: a log or not, and whether its lines name the program that wrote them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from whydown.sources.streams import packing_of
from whydown.sources.tars import is_tar
from whydown.sources.zips import is_zip

HEAD = 64 * 1024  # bytes that are looked at
_LINES = 200
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_STATE_WITHIN = 4096  # bytes within which a state dump in text shows what it is

_MAGIC = {
    b"7z\xbc\xaf": "a 7z archive: unpack it first",
    b"\xff\xfe": "UTF-16 text: convert it with 'iconv -f UTF-16 -t UTF-8'",
    b"\xfe\xff": "UTF-16 text: convert it with 'iconv -f UTF-16 -t UTF-8'",
    b"LPKSHHRH": "a binary systemd journal: print it with 'journalctl --file'",
    b"\x7fELF": "a program",
    b"\xd4\xc3\xb2\xa1": "a packet capture",
    b"\xa1\xb2\xc3\xd4": "a packet capture",
    b"\x0a\x0d\x0d\x0a": "a packet capture",
    b"%PDF": "a PDF file",
}
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\v\f\r\x1b\x1e"))
_HOLE = re.compile(rb"\0{8,}")

_STAMP = (
    rb"(?:<\d{1,3}>)?(?:1 )?"
    rb"(?:\d{4}[-/]\d\d[-/]\d\d[T ]|(?:\d{4} )?[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?)"
    rb"\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
)
# a header with a program's name: `[host] name[pid]: `, or RFC 5424's host, name, process, message id, data
_PROGRAM = re.compile(
    _STAMP + rb" +(?:(?:[^\s\"]+ +)?[^\s\":\[\]%]+(?:\[\d*\])?:(?: |$)|\S+ \S+ \S+ \S+ (?:-|\[))"
    rb"|\{.*\"(?:SYSLOG_IDENTIFIER|_COMM)\""
)
# a daemon's own log: no program name, but its own marks
_DAEMON = re.compile(
    rb"(?:" + _STAMP + rb":? +)?"
    rb"(?:(?:\d\d)?\[[A-Z]{3}\d?\] |(?:[0-9][0-9v][0-9] )?\"[^\"]+\"(?:\[\d+\] [^ ]+)?(?: #\d+)?: |packet from \S+: )"
    rb"|" + _STAMP + rb": |\{\"time\":"
)
_NAMED = re.compile(r"(?:\.log|^(?:syslog|messages|secure|auth|daemon|charon|pluto|ipsec))(?:[._-][\w.-]*)?$", re.ASCII)
_LOGS = re.compile(r"(?:^|/)var/log/(?:syslog[^/]*|(?:frr|rcpm)/.+)$")
_STATES = re.compile(r"(?:^|[!/\\])edge/(?:vpn-session|logical_topology)$", re.ASCII)
_FULL = re.compile(
    rb"(?:<\d{1,3}>)?(?:1 )?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d) |\{.*_TIMESTAMP\""
)
_FIRST = re.compile(rb"(?:<\d{1,3}>)?(?:1 )?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)) ")
_TIME = re.compile(rb"[^\n]{0,47}?(?<!\d)\d\d:\d\d:\d\d(?!\d)|.*_TIMESTAMP\"|.*\b(?:eventtime|event_timestamp)\b")

# what NSX answers when it is asked for its state: the Edge's command line, its JSON, the sentences of its alarms
_STATE_TEXT = re.compile(
    rb"^[ \t]*(?:[\w.-]{1,64}(?:\([\w -]{1,32}\))?> ?get (?:ipsecvpn|edge-cluster (?:history|status)|(?:gateway|logical-router|high-availability)\b[^\n]{0,60} (?:history|status))\b"
    rb"|State[ \t]*:[ \t]*\w{1,32}\s{1,40}(?:Time|Event)[ \t]*:|High Availability State[ \t]*:|Service Router\s{1,40}UUID[ \t]*:"
    rb"|[^\n]{0,100}\bSR\b[^\n]{0,100}\b[0-9a-f]{4}\.\*[0-9a-f]{4}\b[^\n]{0,60}\brank\b"
    rb"|(?:IKE Session ID|Session Status|IKE Service Status|IKE Version|Last Known Failure)[ \t]*:"
    rb"|Total Number of (?:[A-Za-z]{1,16} )?(?:Sessions|IKE SAs|IPSec SA Pairs|IPSec SAs):"
    rb"|Version[ \t]+SID[ \t]+Compliance|VPN Session Status\b"
    rb"|The (?:policy|route) based IPsec VPN |One or more policy based IPsec VPN |The IPsec service [\w-]{1,64} is "
    rb"|#?[ \t]*(?:Suggestive peer configuration|Pre[- ]?shared key[ \t]*:)"
    rb"|\S{1,128}: (?:#\d{1,10}, [A-Z_]{1,24}, IKEv[12], [0-9a-f]{16}_i|IKEv(?:1|2|1/2), (?:no )?reauth))",
    re.IGNORECASE | re.MULTILINE,
)
# Libreswan's `ipsec status`, whose rows begin as those of a log do
_STATUS = re.compile(rb"^(?:000 )?(?:Connection list:|Total IPsec connections: loaded \d)", re.MULTILINE)
_JSON = re.compile(rb"\s*[\[{]")
_STATE_KEY = re.compile(
    rb"\"(?:Session_Status|Session_Down_Reason|Session_Config_Fail_Reason|Tunnel_Down_Reason|ike_session_state|ike_status)\"\s{0,8}:"
    rb"|\"error_code\"\s{0,8}:\s{0,8}110199\b"
    rb"|\"resource_type\"\s{0,8}:\s{0,8}\"(?:(?:PolicyBased|RouteBased)?IPSecVpn\w{1,64})\""
    rb"|\"event_type\"\s{0,8}:\s{0,8}\"(?:vpn\.)?ipsec_\w{1,64}\"",
    re.IGNORECASE,
)


class Look(NamedTuple):
    """What the first bytes tell."""

    alien: str = ""  # what it is when it is no text, with the next step; empty for text
    log: bool = False  # most lines bear a time, or a daemon's own marks
    programs: bool = False  # its lines name the program that wrote them, so lines can be sifted by name
    stamped: bool = False  # its times bear year and zone
    dump: bool = False  # no log but what NSX states of its sessions
    daemon: bool = False  # most lines bear a daemon's own marks
    packed: bool = False  # it is an archive, or packed


def look(head: bytes) -> Look:
    """Judge the first bytes of a file, after inflating."""
    for magic, what in _MAGIC.items():
        if head.startswith(magic):
            return Look(alien=what)
    if packing_of(head) or is_tar(head) or is_zip(head):
        return Look(packed=True)
    if _binary(head):
        return Look(alien="binary")
    head = head.removeprefix(b"\xef\xbb\xbf")
    lines = [line for line in head.split(b"\n") if line.strip()][:_LINES]
    programs = sum(1 for line in lines if _PROGRAM.match(line))
    daemons = sum(1 for line in lines if _DAEMON.match(line))
    timed = sum(1 for line in lines if _TIME.match(line))
    return Look(
        log=bool(lines) and 2 * max(timed, daemons) >= len(lines),
        programs=2 * programs > len(lines) > 20 * daemons,
        stamped=any(map(_FULL.match, lines)),
        daemon=2 * daemons > len(lines),
        dump=(2 * max(programs, daemons) < len(lines) and _is_dump(head)) or bool(_STATUS.search(head)),
    )


def _is_dump(head: bytes) -> bool:
    """Whether the first bytes are those of a state dump."""
    return bool(_STATE_KEY.search(head) if _JSON.match(head) else _STATE_TEXT.search(head[:_STATE_WITHIN]))


def begins(head: bytes) -> int | None:
    """Return the time of the first line that bears year and zone, microseconds UTC; None where no early line does."""
    for line in head.split(b"\n", _LINES)[:_LINES]:
        if match := _FIRST.match(line):
            try:
                return (datetime.fromisoformat(match[1].decode()) - _EPOCH) // _MICROSECOND
            except ValueError:  # no day of the calendar
                continue
    return None


def named_like_a_log(name: str) -> bool:
    """Whether a file is called as logs are, rotated and packed ones too, or stands where an Edge keeps its logs."""
    return bool(_NAMED.search(name.rpartition("/")[2]) or _LOGS.search(name))


def named_like_a_dump(name: str) -> bool:
    """Whether a file stands where an Edge's bundle keeps what it states of its sessions, or of its routers."""
    return bool(_STATES.search(name))


def _binary(head: bytes) -> bool:
    """Whether one in thirty bytes is a control character; a hole of NULs, as a crash leaves it, is no sign of it."""
    text = _HOLE.sub(b"", head)
    controls = len(text) - len(text.translate(None, _CONTROLS))
    return controls > 16 and controls * 30 > len(text)
