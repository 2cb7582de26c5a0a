"""What follows the stamp: host, program and process, or a daemon's own marks; and the message."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias

Body: TypeAlias = tuple[str, str, str, str, str, str]  # host, app, pid, msgid, structured data as written, message

_LONGEST_TAG = 128  # characters; what is longer is no program's name
_LONGEST_HEADER = 1024  # characters of an RFC 5424 header that is worth remembering
_ODD = ("[", "%")  # what a message begins with that is more than a message
_NO_HOST = ("", ":", "]", '"')  # no host's name ends so
_DATA = re.compile(r'(?:\[[^\s"\]=]+(?: +[^\s"\]=]+="(?:[^"\\]|\\.)*")* *\])+(?: |$)')
_NUMBERED_DATA = re.compile(r'\[[^\s"\]=]+@\d+[ \]]')
_PROCESS = re.compile(r"([^\s\[\]:\"]*\[\d*\]):?(?: +|$)")
_TAGLESS = re.compile(r"(\S+) (\S+) (\S+) (?=\[[^\s\"\]=]+@\d+[ \]])")  # NSX 46794 VPN [nsx@6876 ...
_HOST = re.compile(r"([\w.:-]+) +", re.ASCII)
_CHARON = re.compile(r"(?:\d\d)?\[[A-Z]{3}\d?\] ")
_PLUTO = re.compile(
    r'(?:(?:\d{3}|1v\d) +)?(?:(?="[^"]*"(?:\[\d+\] [^ ]+)?(?: #\d+)?: )|(?=packet from \S+: ))', re.ASCII
)
_RACOON = re.compile(r"(?:\[[^\]\s]+\] )?(?:ERROR|WARNING|NOTIFY|INFO|DEBUG2?): ")
_CISCO = re.compile(r"%([A-Z0-9_]+)-\d-([A-Z0-9_]+)(?:: *| +|$)")
_DEBUG_STREAM = "ssh_stack"  # stands behind the stamp of each line of an NSX Edge's live IKE debug stream
_UNSTAMPED = re.compile(
    r"(?:([\w.-]+) )?([\w./()-]+\[\d+\]:) "
    r"|((?:[\w.-]*/)*(?:charon[\w-]*|pluto|racoon|ipsec[\w-]*|iked|isakmpd|kmd|bgpd|bfdd|zebra"
    r"|VPN-IPSEC):) ",
    re.ASCII,
)


def structured(rest: str) -> tuple[str, str]:
    """Divide RFC 5424 structured data, which `rest` begins with, from the message; none where it is not well formed."""
    match = _DATA.match(rest)
    return (match[0].rstrip(), rest[match.end() :].strip()) if match else ("", rest.strip())


def standard_header(header: str) -> tuple[str, str, str, str, str] | None:
    """Read `host app pid msgid [data]` of RFC 5424; None where it is something else."""
    return _standard_header(header) if len(header) < _LONGEST_HEADER else _standard_header.__wrapped__(header)


@lru_cache(maxsize=4096)  # a log has few headers, apart from their stamps
def _standard_header(header: str) -> tuple[str, str, str, str, str] | None:
    words = header.split(" ", 4)
    if len(words) < 5 or words[0][-1:] in _NO_HOST or words[1][-1:] in ":]":
        return None
    host, app, pid, msgid, data = ("" if word == "-" else word for word in words)
    return (host, app, pid, msgid, data) if not data or _DATA.fullmatch(data) else None


def tagged(rest: str) -> Body | None:
    """Read `host app[pid]: text`, `app: text` and `host NSX 46794 VPN [nsx@6876 ...] text`, or a daemon's own marks."""
    words, colon, text = rest.partition(": ")
    known = _writer(words) if colon and len(words) < _LONGEST_TAG else None
    if known is not None:
        text = text.strip()
        return _with_data(*known, text) if text[:1] in _ODD else (*known, "", text)
    rest = rest.strip()
    host, _, tail = rest.partition(" ")
    if host[-1:] == ":":
        return with_tag("", host, tail)
    if host[-1:] in ']"' or host[:1] in "[|" or host == _DEBUG_STREAM:
        return daemons(rest) or _process("", rest)
    tail = tail.lstrip()
    tag, _, text = tail.partition(" ")
    if tag[-1:] == ":":
        return with_tag(host, tag, text)
    match = _TAGLESS.match(tail)
    if match is not None:
        app, pid, msgid = match.groups()
        return (host, app, pid, msgid, *structured(tail[match.end() :]))
    return _process(host, tail)


def tag_header(words: str) -> tuple[str, str, str, str, str] | None:
    """Read `host app[pid]`; None where it is something else."""
    known = _writer(words) if len(words) < _LONGEST_TAG else None
    return (*known, "") if known else None


def with_tag(host: str, tag: str, text: str) -> Body | None:
    """Make the body of `host tag: text`, the colon being part of `tag`; None where that is no program's name."""
    text = text.strip()
    known = _program(tag[:-1]) if len(tag) < _LONGEST_TAG else None
    if known is None:
        return _with_data(host, "", "", "", text) if text[:1] == "%" and _CISCO.match(text) else None
    return _with_data(host, *known, text)


def _with_data(host: str, app: str, pid: str, msgid: str, text: str) -> Body:
    """Take structured data off a message, as ESX writes it behind an RFC 3164 header, or a Cisco message's name."""
    if text[:1] == "%" and (match := _CISCO.match(text)):
        return (host, match[1], pid, match[2], "", text[match.end() :])
    if text[:1] == "[" and _NUMBERED_DATA.match(text):
        return (host, app, pid, msgid, *structured(text))
    return (host, app, pid, msgid, "", text)


@lru_cache(maxsize=4096)
def _writer(words: str) -> tuple[str, str, str, str] | None:
    """Read `host app[pid]` or `app[pid]`: host, program, process, and a Cisco message's name."""
    host, _, tag = words.rpartition(" ")
    if " " in host or host[-1:] in (":", "]", '"') or host == _DEBUG_STREAM or (host and host[0] in "[|"):
        return None
    known = _program(tag)
    return (host, *known) if known else None


@lru_cache(maxsize=4096)
def _program(tag: str) -> tuple[str, str, str] | None:
    """Divide a tag into the program's name without its path, the process, and a Cisco message's name."""
    if tag[:1] in ("", "#", '"', "<", "[") and not _PROCESS.fullmatch(tag):
        return None
    if match := _CISCO.fullmatch(tag):
        return match[1], "", match[2]
    name, bracket, pid = tag.partition("[")
    name = name.rpartition("/")[2]
    if name.startswith("(") and name.endswith(")"):  # systemd names a process so before it runs
        name = name[1:-1]
    return name, pid.removesuffix("]") if bracket else "", ""


def _process(host: str, rest: str) -> Body | None:
    """Read `app[pid] text`, as some write without the colon."""
    match = _PROCESS.match(rest)
    return with_tag(host, f"{match[1]}:", rest[match.end() :]) if match else None


def untagged(rest: str, *, host: bool) -> Body:
    """Take a message without a program's name; with `host`, its first word is the writer's host if it can be one."""
    rest = rest.strip()
    match = _HOST.match(rest) if host else None
    return (match[1], "", "", "", "", rest[match.end() :]) if match else ("", "", "", "", "", rest)


def daemons(rest: str) -> Body | None:
    """Read a line as charon and pluto write it to a file or a terminal; pluto's status number is left off."""
    if rest.startswith(_DEBUG_STREAM):
        return ("", _DEBUG_STREAM, "", "", "", rest.removeprefix(_DEBUG_STREAM).strip())
    if _CHARON.match(rest):
        return ("", "charon", "", "", "", rest.strip())
    if match := _PLUTO.match(rest):
        return ("", "pluto", "", "", "", rest[match.end() :].strip())
    return None


def logfile(rest: str, digits: str) -> Body:
    """Read what follows `stamp: `: pluto's logfile (its stamps have six digits of a second), racoon's, Cisco's."""
    if match := _CISCO.match(rest):
        return ("", match[1], "", match[2], "", rest[match.end() :].strip())
    if body := daemons(rest):
        return body
    if _RACOON.match(rest):
        return ("", "racoon", "", "", "", rest.strip())
    app = "pluto" if len(digits) == 6 or rest.startswith("| ") else ""
    return ("", app, "", "", "", rest.strip())


def unstamped(text: str) -> Body:
    """Read a line that bears no time: as a daemon writes to a terminal, `app: text`, or all text."""
    if body := daemons(text):
        return body
    if match := _CISCO.match(text):
        return ("", match[1], "", match[2], "", text[match.end() :].strip())
    match = _UNSTAMPED.match(text)
    body = with_tag(match[1] or "", match[2] or match[3], text[match.end() :]) if match else None
    return body or ("", "", "", "", "", text.strip())
