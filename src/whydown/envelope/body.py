"""What follows the stamp: host, program and process, or a daemon's own marks; and the message."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_EDGES = " \t\ufeff\0"  # what a message is stripped of: blanks, a byte order mark, a hole in the file
_DATA = re.compile(r'(?:\[[^\s"\]=]+(?: +[^\s"\]=]+="(?:[^"\\]|\\.)*")* *\])+(?: |$)')
_NUMBERED_DATA = re.compile(r'\[[^\s"\]=]+@\d+[ \]]')
_PROCESS = re.compile(r"([^\s\[\]:\"]*\[\d*\]):?(?: +|$)")
_TAGLESS = re.compile(r"(\S+) (\S+) (\S+) (?=\[[^\s\"\]=]+@\d+[ \]])")  # NSX 46794 VPN [nsx@6876 ...
_HOST = re.compile(r"([\w.:-]+) +", re.ASCII)
_CHARON = re.compile(r"(?:\d\d)?\[[A-Z]{3}\d?\] ")
_PLUTO = re.compile(
    r'(?:(?:\d{3}|1v\d) )?(?:(?="[^"]*"(?:\[\d+\] [^ ]+)?(?: #\d+)?: )|(?=packet from \S+: ))', re.ASCII
)
_RACOON = re.compile(r"(?:\[[^\]\s]+\] )?(?:ERROR|WARNING|NOTIFY|INFO|DEBUG2?): ")
_CISCO = re.compile(r"%([A-Z0-9_]+)-\d-([A-Z0-9_]+)(?:: *| +|$)")
_UNSTAMPED = re.compile(
    r"(?:([\w.-]+) )?([\w./()-]+\[\d+\]): "
    r"|((?:[\w.-]*/)*(?:charon[\w-]*|pluto|racoon|ipsec[\w-]*|iked|isakmpd|kmd|bgpd|bfdd|zebra)): ",
    re.ASCII,
)


class Body(NamedTuple):
    """A record's header without the stamp, and its message."""

    host: str
    app: str
    pid: str
    msgid: str
    data: str
    text: str


def structured(rest: str) -> tuple[str, str]:
    """Divide RFC 5424 structured data, which `rest` begins with, from the message; quoted text may hold anything."""
    end = rest.find('"] ')
    if end < 0 or rest.find("]", 0, end) >= 0 or rest[end - 1] == "\\":  # not the plain case
        match = _DATA.match(rest)
        if match is None:
            return "", rest.strip(_EDGES)
        return match[0].rstrip(), rest[match.end() :].strip(_EDGES)
    return rest[: end + 2], rest[end + 3 :].strip(_EDGES)


def tagged(rest: str) -> Body | None:
    """Read `host app[pid]: text`, `app: text` and `host NSX 46794 VPN [nsx@6876 ...] text`, or a daemon's own marks."""
    rest = rest.lstrip()
    host, _, tail = rest.partition(" ")
    last = host[-1:]
    if last == ":":  # no host
        app, pid, msgid = _program(host[:-1])
        return _with_data(Body("", app, pid, msgid, "", tail.strip(_EDGES)))
    if last in ']"' or host[:1] in "[|":
        return daemons(rest) or _process("", rest)
    tail = tail.lstrip()
    tag, colon, text = tail.partition(": ")
    if not colon and tag[-1:] == ":":
        tag, colon = tag[:-1], ":"
    if colon and " " not in tag and tag[:1] not in '#"<':
        app, pid, msgid = _program(tag)
        body = Body(host, app, pid, msgid, "", text.strip(_EDGES))
        return _with_data(body) if body.text[:1] == "[" else body
    match = _TAGLESS.match(tail)
    if match is not None:
        data, text = structured(tail[match.end() :])
        app, pid, msgid = match.groups()
        return Body(host, app, pid, msgid, data, text)
    return _process(host, tail)


def untagged(rest: str, *, host: bool) -> Body:
    """Take a message without a program's name; with `host`, its first word is the writer's host if it can be one."""
    match = _HOST.match(rest.lstrip()) if host else None
    if match is None:
        return Body("", "", "", "", "", rest.strip(_EDGES))
    return Body(match[1], "", "", "", "", rest.lstrip()[match.end() :].strip(_EDGES))


def daemons(rest: str) -> Body | None:
    """Read a line as charon, pluto and racoon write it to a file or a terminal; pluto's status number is left off."""
    if _CHARON.match(rest):
        return Body("", "charon", "", "", "", rest.strip(_EDGES))
    if match := _PLUTO.match(rest):
        return Body("", "pluto", "", "", "", rest[match.end() :].strip(_EDGES))
    return None


def logfile(rest: str, digits: str) -> Body:
    """Read what follows `stamp: `: pluto's logfile (its stamps have six digits of a second), racoon's, Cisco's."""
    if match := _CISCO.match(rest):
        return Body("", match[1], "", match[2], "", rest[match.end() :].strip(_EDGES))
    if body := daemons(rest):
        return body
    if _RACOON.match(rest):
        return Body("", "racoon", "", "", "", rest.strip(_EDGES))
    app = "pluto" if len(digits) == 6 or rest.startswith("| ") else ""
    return Body("", app, "", "", "", rest.strip(_EDGES))


def unstamped(text: str) -> Body:
    """Read a line that bears no time: as a daemon writes to a terminal, `app: text`, or all text."""
    if body := daemons(text):
        return body
    if match := _CISCO.match(text):
        return Body("", match[1], "", match[2], "", text[match.end() :].strip(_EDGES))
    if match := _UNSTAMPED.match(text):
        app, pid, msgid = _program(match[2] or match[3])
        return Body(match[1] or "", app, pid, msgid, "", text[match.end() :].strip(_EDGES))
    return Body("", "", "", "", "", text.strip(_EDGES))


def _process(host: str, rest: str) -> Body | None:
    """Read `app[pid] text`, as some write without the colon."""
    match = _PROCESS.match(rest)
    if match is None:
        return None
    app, pid, msgid = _program(match[1])
    return Body(host, app, pid, msgid, "", rest[match.end() :].strip(_EDGES))


def _with_data(body: Body) -> Body:
    """Take structured data off a message that begins with it, as ESX writes it behind an RFC 3164 header."""
    if _NUMBERED_DATA.match(body.text):
        data, text = structured(body.text)
        return body._replace(data=data, text=text)
    return body


@lru_cache(maxsize=4096)
def _program(tag: str) -> tuple[str, str, str]:
    """Divide a tag into the program's name without its path, the process, and a Cisco message's name."""
    match = _CISCO.match(tag)
    if match is not None:
        return match[1], "", match[2]
    name, bracket, pid = tag.partition("[")
    name = name.rpartition("/")[2]
    if name.startswith("(") and name.endswith(")"):  # systemd names a process so before it runs
        name = name[1:-1]
    return name, pid.removesuffix("]") if bracket else "", ""
