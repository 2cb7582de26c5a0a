"""Text of an NSX Edge's command line, cut into blocks of labelled values, whether its lines are whole or folded to one.

Commands and labels: NSX CLI Guide, `get ipsecvpn ...` (developer.broadcom.com/xapis/nsx-cli-guide).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import tee, zip_longest
from typing import TYPE_CHECKING, NamedTuple

from whydown.dumps.statements import When, moment
from whydown.envelope.record import Certainty
from whydown.envelope.stamps import MONTHS, microseconds, time_of_day

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from whydown.dumps.statements import Page

# Labels that carry a fact, and those that only end the value before them.
_LABELS = (
    "IKE Session ID", "Session ID", "UUID", "SR ID", "Type", "Auth Mode", "Compliance Suite", "Local IP", "Peer IP",
    "Local ID", "Peer ID", "Session Status", "Down Reason", "Last Known Failure", "Last Updated", "Policy UUID",
    "VTI UUID", "ToRule ID", "FromRule ID", "Local Subnet", "Peer Subnet", "Tunnel Status", "Last Known Status",
    "IKE Service Status", "HA State", "IKE Version", "IKE Status", "Session Name", "Session Type", "IKE SPI Initiator",
    "IKE SPI Responder", "Role", "Number of Child SA Pairs", "Created Timestamp", "IKE SA Uptime", "IKE SA Lifetime",
    "IKE SA Data Length", "DPD Probe Interval", "IP Address", "Identity", "VMW Feature Capabilities", "Algorithm",
    "Local", "Remote", "Encryption", "Authentication Method", "Authentication", "PRF", "DH Group", "Local TS",
    "Remote TS", "SPI In", "SPI Out", "Rule ID In", "Rule ID Out", "SA Uptime", "SA Lifetime", "Local Endpoint",
    "Remote Endpoint", "NAT-T", "Anti-Replay Window Size", "Best Paths", "Session UUID", "IPSec SAs", "Inbound SAs",
    "Outbound SAs", "Rule ID", "SA Data Length",
    "Pre-shared Key", "Preshared Key", "PSK", "Secret", "Password", "Passphrase",
)  # fmt: skip
_ALTERNATIVES = "|".join(
    re.escape(label).replace(r"\ ", r"\s{1,8}") for label in sorted(_LABELS, key=len, reverse=True)
)
# A prompt with its command, and the date that the command line prints before its answer.
HEADS = (
    rb"(?P<host>[A-Za-z0-9][\w.-]{0,63})(?:\([\w -]{1,32}\))?> ?get\b"
    rb"(?P<command> (?:gateway|logical-router) (?P<router>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})|[^\n]{0,16})"
    rb"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2}) (?P<year>\d{4}) (?P<zone>[A-Z]{2,5}) "
    rb"(?P<time>\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,6}))?"
)
_TOKEN = re.compile(
    rb"(?<!\S)(?:"
    rb"(?P<label>" + _ALTERNATIVES.encode() + rb")[ \t]{0,40}:"
    rb"|(?P<stamp>\d{1,2}-[A-Za-z]{3}-\d{4}\s{1,8}\d\d:\d\d:\d\d)\s{0,8}:\s{0,8}(?P<layer>IKE|IPSEC)_STATUS_(?P<status>[A-Z]{1,16})"
    rb"(?:\s{0,8}\((?P<reason>[^()\n]{1,200})\))?"
    rb"|" + HEADS + rb"|(?P<section>Total Number of [A-Za-z ]{1,40}:|(?:Session|Tunnel) Status History|Policy Rules"
    rb"|Version\s{1,8}SID\s{1,8}Compliance|SID:)"
    rb")",
    re.IGNORECASE,
)
_ROW = re.compile(
    rb"(?<!\S)(?P<version>IKEv[12]|IKE-?Flex)\s{1,40}\d{1,9}\s{1,40}\S{1,40}\s{1,40}(?P<type>Policy|Route)\s{1,40}\S{1,16}\s{1,40}"
    rb"(?P<status>Up|Down|Negotiating)\s{1,40}(?P<local>[0-9A-Fa-f.:]{3,45})\s{1,40}(?P<remote>[0-9A-Fa-f.:]{3,45})"
    rb"(?:[ \t]{1,40}(?!IKEv?\w{1,4}\s{1,8}\d|SID:)(?P<reason>[^\n]{1,80}?)(?=\s{1,8}IKE(?:v[12]|-?Flex)\s{1,8}\d|\s{0,8}SID:|[ \t\r]{0,40}\n|\s{0,40}\Z))?",
    re.IGNORECASE,
)
_STAMP = re.compile(r"(\d{1,2})-([A-Za-z]{3})-(\d{4})\s+(\d\d:\d\d:\d\d)", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)\s+(\d\d:\d\d:\d\d)", re.ASCII)
_OTHERS = (b"edge-cluster", b"gateway", b"logical-router", b"high-avail")  # commands whose labels mean other things
_LONGEST = 400  # bytes of a value
_MOST = 4096  # values of a block
_SHOWN = {label.lower(): label for label in (*_LABELS, "Status", "Reason")}
_STARTS = {  # the label that begins a block, and the blocks in which it is but a further value
    "uuid": ("session", ("session", "sync")),
    "session status": ("session", ("session",)),
    "ike session id": ("session", ("fresh ikesa",)),
    "ike version": ("ikesa", ()),
    "session id": ("ipsecsa", ()),
    "ike service status": ("service", ()),
    "session uuid": ("sync", ()),
    "inbound sas": ("sad", ()),
    "outbound sas": ("sad", ()),
}


class Value(NamedTuple):
    """A label's value, or a row of a history (`label` is `ike` or `ipsec`, `text` the status)."""

    label: str
    text: str
    offset: int
    when: When | None = None  # of a history's row
    reason: str = ""


@dataclass(slots=True)
class Block:
    """What the text says of one thing: a session, an SA, the service; `row` is one of the summary's table."""

    kind: str  # session, ikesa, ipsecsa, service, row; sync and sad are known and not read
    host: str
    written: When
    values: list[Value] = field(default_factory=list)

    def first(self, label: str) -> Value | None:
        """Return the first value of a label."""
        return next((v for v in self.values if v.label == label), None)

    def text(self, label: str) -> str:
        """Return the text of the first value of a label; nothing where there is none."""
        value = self.first(label)
        return value.text if value else ""


def shown(label: str) -> str:
    """Return a label as the command line writes it."""
    return _SHOWN.get(label, label)


def stamp(text: str, zone: tzinfo | None, certainty: Certainty) -> When | None:
    """Read `15-Apr-2024 05:00:31` or `2017-12-27 20:49:52` at the begin of a text."""
    if match := _STAMP.match(text):
        day, month, year, time = int(match[1]), MONTHS.get(match[2].title(), 0), int(match[3]), match[4]
    elif match := _ISO.match(text):
        year, month, day, time = int(match[1]), int(match[2]), int(match[3]), match[4]
    else:
        return None
    at = _at(year, month, day, time, zone)
    return None if at is None else When(at, certainty)


def _at(year: int, month: int, day: int, time: str, zone: tzinfo | None) -> int | None:
    seconds = time_of_day(time)
    return None if seconds is None else moment(year, month, day, seconds // 1_000_000, zone)


def blocks(page: Page) -> Iterator[Block]:
    """Cut the text into blocks; one whose begin is not there begins with the first value that is.

    A prompt names the host, and the date that the command line prints before its answer says when the dump was written
    and, where it names UTC, that its stamps are in UTC.
    """
    yield from _rows(page)
    head = Head(page)
    block: Block | None = None
    other = False  # it is the answer to another command
    tokens, further = tee(_TOKEN.finditer(page.data))
    next(further, None)
    for token, following in zip_longest(tokens, further):
        value = _read(token, following.start() if following else len(page.data), head)
        if token["host"]:
            other = token["command"].lstrip().lower().startswith(_OTHERS)
        if other:
            value = None
        if token["host"] or (value and _begins(value.label, block)):
            if block:
                yield block
            block = None
        head.take(token)
        if value and _begins(value.label, block):
            block = Block(_STARTS[value.label][0], head.host, head.written)
        if value and block and len(block.values) < _MOST:
            block.values.append(value)
    if block:
        yield block


def _read(token: re.Match[bytes], end: int, head: Head) -> Value | None:
    """Read a labelled value, or a row of a history."""
    page = head.page
    if token["label"]:
        name = " ".join(_word(token["label"]).lower().split())
        text = _value(page.data[token.end() : min(end, token.end() + _LONGEST)])
        return Value(name, text, token.start(), stamp(text, page.zone, head.sure))
    if token["layer"]:
        when = stamp(_word(token["stamp"]), page.zone, head.sure)
        layer, status, reason = (_word(token[name] or b"") for name in ("layer", "status", "reason"))
        return Value(layer.lower(), status, token.start(), when, reason)
    return None


def _begins(label: str, block: Block | None) -> bool:
    """Whether a label begins a new block."""
    if label not in _STARTS:
        return False
    kind, inside = _STARTS[label]
    if block is None:
        return True
    if block.kind == "ikesa" and "fresh ikesa" in inside:
        return block.first(label) is not None
    if block.kind in inside:
        return block.first(label) is not None
    return not (block.kind in ("sync", "sad") and kind == "session" and label == "uuid")


@dataclass(slots=True)
class Head:
    """What stands before an answer: whose it is, when it was written, and how sure the zone of its stamps is."""

    page: Page
    host: str = ""
    router: str = ""  # that the command names
    written: When = field(init=False)
    sure: Certainty = field(init=False)

    def __post_init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self.written = self.page.written
        self.sure = Certainty.STAMPED if self.page.zone else Certainty.ZONE_ASSUMED

    def take(self, token: re.Match[bytes]) -> None:
        """Take a prompt in, or the date that the command line prints before its answer."""
        if token["host"]:
            self.host, self.router = _word(token["host"]), _word(token["router"] or b"")
            self._forget()
        elif token["month"]:
            named = _word(token["zone"]) in ("UTC", "GMT")
            month = MONTHS.get(_word(token["month"]).title(), 0)
            time = _word(token["time"])
            at = _at(int(token["year"]), month, int(token["day"]), time, None if named else self.page.zone)
            self.sure = Certainty.STAMPED if named else self.sure
            if at is not None:
                self.written = When(at + microseconds(_word(token["fraction"] or b"")), self.sure)


def _rows(page: Page) -> Iterator[Block]:
    """Give the rows of `get ipsecvpn session summary`, each a block; they bear no time of their own."""
    if not _ROW.search(page.data):
        return
    heads = (m for m in _TOKEN.finditer(page.data) if m["month"] or m["host"])
    following = next(heads, None)
    head = Head(page)
    for row in _ROW.finditer(page.data):
        while following and following.start() < row.start():
            head.take(following)
            following = next(heads, None)
        values = [Value(name, _value(row[name] or b""), row.start()) for name in row.groupdict()]
        yield Block("row", head.host, head.written, values)


def _value(data: bytes) -> str:
    """Take a value up to the end of its line, without what rules off the block."""
    return _word(data.lstrip(b" \t").partition(b"\n")[0]).rstrip("-_= ").strip()


def _word(data: bytes) -> str:
    return data.decode(errors="surrogateescape").strip()
