"""The headers log lines come with: RFC 5424, RFC 3164 and its relatives, daemons' own logs, none at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from whydown.envelope import journal, stamps
from whydown.envelope.body import Body, logfile, standard_header, structured, tagged, unstamped, untagged

if TYPE_CHECKING:
    from whydown.envelope.clock import Clock
    from whydown.envelope.record import Head

_BEFORE = "< \t\0\ufeff"  # what a line may begin with before its stamp: a priority, a hole left by a crash
_PREFIX = re.compile(r"[ \t\0\ufeff]*(?:<\d{1,3}>(?:1 )?(?=.))?", re.ASCII | re.DOTALL)
_VERSION = re.compile(r"1 (?=\d{4}-\d\d-\d\dT)", re.ASCII)
_INNER = re.compile(r"(?:<\d{1,3}>)?(?:1 )?(?=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)", re.ASCII)
_INNER_WITHIN = 256  # characters of outer headers before an inner one
_INNER_WORDS = 2  # what a collector writes before: its host, a program
_UNIX = re.compile(r"(\d{9,10})\.(\d{1,9}) +", re.ASCII)  # journalctl -o short-unix
_STAMPED = re.compile(
    r"[*.:]?(?:[A-Z][a-z]{2},? )?"
    r"(?:(?P<date>\d{4}[-/]\d\d[-/]\d\d)[T ]"
    r"|(?P<day1>\d{1,2})-(?P<month1>[A-Z][a-z]{2})-(?P<year1>\d{4}) "
    r"|(?:(?P<year2>\d{4}) )?(?P<month2>[A-Z][a-z]{2}) +(?P<day2>\d{1,2}) +(?:(?P<year3>\d{4}) +)?)"
    r"(?P<time>\d\d:\d\d:\d\d)(?:[.,](?P<digits>\d{1,9}))?(?: (?P<year4>\d{4})(?=[ :]))?"
    r"(?: ?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)(?=[ :]))?(?P<colon>:)?(?: +|$)",
    re.ASCII,
)


def read(text: str, clock: Clock) -> Head:
    """Take a line's header off, whatever it is; a line without one is all text and UNTIMED."""
    first = text[0]
    if first in _BEFORE and (match := _PREFIX.match(text)):
        text = text[match.end() :] or " "
        first = text[0]
    elif first == "1" and _VERSION.match(text):
        text = text[2:]
        first = text[0]
    head = None
    if "0" <= first <= "9":
        head = _iso(text, clock)
    elif first in {"{", "\x1e"} or text.startswith("data: {"):
        head = journal.read(text, clock)
    elif text[3:4] == text[6:7] == text[15:16] == " ":
        head = _short(text, clock)
    head = head or _stamped(text, clock)
    if head is None:
        certainty = clock.none()
        head = (clock.at, certainty, *unstamped(text))
    return head


def _iso(text: str, clock: Clock) -> Head | None:
    """Read RFC 5424 from its stamp on, or an RFC 3164 header with such a stamp."""
    stamp, _, rest = text.partition(" ")
    if stamp[10:11] != "T":
        return None
    data = rest.find('"] ') + 2
    if data >= 2 and (header := standard_header(rest[:data])):
        certainty = clock.full(stamp)
        return None if certainty is None else (clock.at, certainty, *header, rest[data + 1 :].strip())
    body = _rfc5424(rest) or tagged(rest)
    if (body is None or body[5][:1] == "<") and (head := _inner(rest, clock)):
        return head
    certainty = clock.full(stamp)
    return None if certainty is None else (clock.at, certainty, *(body or untagged(rest, host=True)))


def _rfc5424(rest: str) -> Body | None:
    """Read what follows the stamp in RFC 5424."""
    words = rest.split(" ", 4)
    if len(words) < 5:
        return None
    tail = words[4]
    if tail[:2] == "- " or tail == "-":
        data, message = "-", tail[1:].lstrip(" \ufeff")
    else:
        data, message = structured(tail) if tail[:1] == "[" else ("", "")
    header = standard_header(rest[: len(rest) - len(tail) + len(data)]) if data else None
    return (*header, message.strip()) if header else None


def _short(text: str, clock: Clock) -> Head | None:
    """Read RFC 3164: `Nov 21 20:40:01 host app[pid]: text`."""
    rest = text[16:]
    if rest[4:5] == " " and rest[:4].isdecimal():  # the year
        return None
    body = tagged(rest)
    if (body is None or body[5][:1] == "<") and (head := _inner(rest, clock)):
        return head
    certainty = clock.short(text[:15])
    return None if certainty is None else (clock.at, certainty, *(body or untagged(rest, host=True)))


def _stamped(text: str, clock: Clock) -> Head | None:
    """Read any other line that begins with a stamp."""
    match = _STAMPED.match(text)
    if match is None:
        return _unix(text, clock)
    rest = text[match.end() :]
    digits = match["digits"] or ""
    body = logfile(rest, digits) if match["colon"] else tagged(rest)
    if body is None and (head := _inner(rest, clock)):
        return head
    date = match["date"]
    year = match["year1"] or match["year2"] or match["year3"] or match["year4"]
    month, day = match["month1"] or match["month2"], match["day1"] or match["day2"]
    if date is None and year is None:
        certainty = clock.short(f"{month} {day:>2} {match['time']}", digits)
    else:
        date = date.replace("/", "-") if date else f"{year}-{stamps.MONTHS.get(month, 0):02}-{day:>02}"
        zone = match["zone"] or ""
        zone = "Z" if zone in ("UTC", "GMT") else zone
        certainty = clock.full(f"{date}T{match['time']}{'.' if digits else ''}{digits}{zone}")
    return None if certainty is None else (clock.at, certainty, *(body or untagged(rest, host=False)))


def _unix(text: str, clock: Clock) -> Head | None:
    """Read `1795293515.085123 host app[pid]: text`."""
    match = _UNIX.match(text)
    body = tagged(text[match.end() :]) if match else None
    if match is None or body is None:
        return None
    certainty = clock.epoch(int(match[1]) * stamps.SECOND + stamps.microseconds(match[2]))
    return (clock.at, certainty, *body)


def _inner(rest: str, clock: Clock) -> Head | None:
    """Read the header behind the one a collector put before it: the writer's own stamp and host count."""
    for match in _INNER.finditer(rest[:_INNER_WITHIN]):
        if not match[0] and rest.count(" ", 0, match.start()) > _INNER_WORDS:
            continue  # a time that the message speaks of
        stamp, _, behind = rest[match.end() :].partition(" ")
        body = _rfc5424(behind) or tagged(behind)
        if body is not None and (certainty := clock.full(stamp)) is not None:
            return (clock.at, certainty, *body)
    return None
