"""What all dumps share: states and reasons by their documented words, times, and the event that a statement becomes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from whydown.envelope.record import Certainty
from whydown.grammar import gist
from whydown.grammar.event import DUMP, Event, Provenance, Rule
from whydown.grammar.slots import converter
from whydown.grammar.vocabulary import Direction, Kind
from whydown.sources.line import Origin, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import tzinfo

    from whydown.sources.cutting import Place

VENDOR = "VMware NSX"
SECOND = 1_000_000
_LONGEST = 400  # characters of a value that is kept
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

# A dump may write them in other capitals; "Timed out" would mean too many things in a line of a log.
REASONS = (*gist.REASONS, "Timed out")
_BY_FOLDED = {reason.casefold(): reason for reason in REASONS}
_NO_REASON = frozenset({"", "-", "none", "null", "n/a", "no error"})

SESSION_KINDS = {"up": Kind.SESSION_UP, "down": Kind.SESSION_DOWN, "negotiating": Kind.SESSION_NEGOTIATING}
TUNNEL_KINDS = {"up": Kind.TUNNEL_UP, "down": Kind.TUNNEL_DOWN}


class When(NamedTuple):
    """A time in microseconds UTC, and how well it is known."""

    at: int
    certainty: Certainty


class Page(NamedTuple):
    """A dump that is being read: whose it is, its bytes, when it was written, and the zone of its stamps."""

    place: Place
    data: bytes
    written: When
    zone: tzinfo | None = None


class Statement(NamedTuple):
    """One thing a dump states: `offset` is where, in bytes; `fields` are as written, their types are the vocabulary's."""

    offset: int
    when: When
    kind: Kind
    fields: Mapping[str, str]
    text: str
    form: str  # which kind of dump says it
    host: str = ""
    provenance: Provenance = Provenance.SEEN
    vendor: str = VENDOR  # whose gateway says it


def events(page: Page, statements: Iterable[Statement]) -> list[Event]:
    """Make the events of a dump, in the order of the statements, each at its line."""
    said = list(statements)
    lines: dict[int, int] = {}
    line, before = 1, 0
    for offset in sorted({s.offset for s in said}):
        line += page.data.count(b"\n", before, offset)
        lines[offset], before = line, offset
    return [_event(page, s, lines[s.offset]) for s in said]


def _event(page: Page, said: Statement, line: int) -> Event:
    return Event(
        at=said.when.at,
        certainty=said.when.certainty,
        side=page.place.side or (Side.EDGE if said.vendor == VENDOR else None),
        host=said.host,
        app="",
        pid="",
        vendor=said.vendor,
        kind=said.kind,
        direction=Direction.LOCAL,
        fields=_typed(said.fields),
        rule=Rule(f"{DUMP}{said.form}", 0, said.provenance),
        origins=(Origin(page.place.source, page.place.member, line, said.offset),),
        text=said.text[:_LONGEST],
    )


def _typed(written: Mapping[str, str]) -> dict[str, Any]:
    """Give the fields the vocabulary's types; one that does not read as its type is left out."""
    fields: dict[str, Any] = {}
    for name, text in written.items():
        convert = converter(name)
        try:
            value = convert(text) if convert and text else text
        except ValueError:
            continue
        if value:
            fields[name] = value
    return fields


def in_order(statements: Iterable[Statement]) -> list[Statement]:
    """Sort statements by time; those of one second keep their order, told by microseconds."""
    ordered = sorted(statements, key=lambda s: s.when.at)
    spread: list[Statement] = []
    last = 0
    for said in ordered:
        last = max(said.when.at, last + 1)
        spread.append(said._replace(when=said.when._replace(at=last)))
    return spread


def state(text: str) -> str:
    """Read a status in any of NSX's spellings (`Up`, `DOWN`, `IKE_STATUS_NEGO`): up, down, negotiating, or nothing."""
    word = text.strip().upper().rpartition("_")[2]
    return {"UP": "up", "DOWN": "down", "NEGO": "negotiating", "NEGOTIATING": "negotiating"}.get(word, "")


def reason(text: str) -> str:
    """Return a reason by its documented wording, any other as written; nothing where it says that there is none."""
    plain = " ".join(text.split()).rstrip("*.- ")
    return "" if plain.casefold() in _NO_REASON else _BY_FOLDED.get(plain.casefold(), plain[:_LONGEST])


def session_field(identifier: str) -> dict[str, str]:
    """Return a session's identifier as the field it is: NSX's UUID, or a name that an administrator gave."""
    word = identifier.strip()
    if _UUID.fullmatch(word):
        return {"session": word.lower()}
    return {"conn": word} if word and not re.search(r"[\s\"'\[\](){}<>]", word) else {}


def stated(
    status: str, why: str, times: tuple[When, int], kinds: Mapping[str, Kind], base: Statement
) -> list[Statement]:
    """Make the statements of a status and its reason: one that is down or up, or one that failed and negotiates again.

    `times` are when it holds and the offset of the reason; `base` holds everything else.
    """
    kind = kinds.get(state(status))
    when, place = times
    if kind is None:
        return []
    why = reason(why)
    if kind is Kind.SESSION_NEGOTIATING:
        failed = _said(base, kinds["down"], when, why)._replace(offset=place)
        return [*([failed] if why else []), _said(base, kind, when, "")]
    if kind is kinds["down"] and why:
        return [_said(base, kind, when, why)._replace(offset=place)]
    return [_said(base, kind, when, "")]


def _said(base: Statement, kind: Kind, when: When, why: str) -> Statement:
    fields = {**base.fields, "reason": why} if why else base.fields
    return base._replace(kind=kind, when=when, fields=fields)


def moment(year: int, month: int, day: int, seconds: int, zone: tzinfo | None) -> int | None:
    """Return microseconds UTC of a wall clock in a zone (None: UTC); None where the calendar has no such day."""
    try:
        wall = datetime(year, month, day, tzinfo=zone or UTC) + timedelta(seconds=seconds)
        return max(0, (wall - _EPOCH) // timedelta(microseconds=1))
    except (ValueError, OverflowError):
        return None


def epoch_ms(value: object) -> When | None:
    """Read NSX's EpochMsTimestamp; None for what can be no time."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 253_402_300_800_000:
        return None
    return When(value * 1000, Certainty.STAMPED)
