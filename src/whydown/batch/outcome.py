"""What became of one case: its incidents in short and in full, and what was odd about it."""

from __future__ import annotations

import json
import zlib
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from whydown.errors import UsageError
from whydown.report.lives import short_name
from whydown.report.quote import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whydown.diagnose.incident import Incident
    from whydown.sessions.names import SessionName


class Status(StrEnum):
    """How the reading of a case ended."""

    READ = "read"
    DAMAGED = "damaged"  # some of it could not be read; the rest was analysed
    NOTHING = "nothing"  # no log in it, or none of a program that a grammar knows
    FAILED = "failed"  # the analysis did not end


class Named(NamedTuple):
    """A cause by name, and what it says."""

    name: str
    title: str


class Row(NamedTuple):
    """An incident in short: what lists and counts need; times in microseconds UTC."""

    id: str
    session: str
    session_id: str
    edge: str
    peer: str
    peer_vendor: str
    layer: str
    tunnel: str
    state: str
    reason: str
    cause: Named | None
    confidence: str
    began: int
    ended: int | None
    last_seen: int | None
    follows: bool  # it is down only because its session is


class Outcome(NamedTuple):
    """What became of one case; `packed` holds the incidents and the summary as JSON lines."""

    status: Status
    message: str = ""  # why it failed or holds nothing; empty for what was read
    lines: int = 0
    rows: tuple[Row, ...] = ()
    packed: bytes = b""
    cells: bytes = b""  # the incidents as rows of a table, packed
    content: str = ""  # the hash of what was read; empty where it changed meanwhile
    quick: str = ""  # the mark of a glance at it; empty where a glance cannot be trusted

    @property
    def kept(self) -> bool:
        """Whether it says something of the bundle, not of the circumstances: then it need not be read again."""
        return bool(self.content) and self.status is not Status.FAILED

    def wires(self) -> Iterator[dict[str, Any]]:
        """Give the incidents in full, and the summary last."""
        for line in _unpacked(self.packed).splitlines():
            yield json.loads(line)

    def table_rows(self) -> list[list[Any]]:
        """Return the incidents as rows of the table of incidents."""
        found: list[list[Any]] = json.loads(_unpacked(self.cells) or "[]")
        return found


def _called(name: SessionName) -> str:
    """Name a session as people know it: a name that was made up from the logs helps nobody."""
    known = name.name or name.id.count("-") == 4
    return short_name(name) if known else name.peer.address or name.peer.host or short_name(name)


def _unpacked(data: bytes) -> str:
    try:
        return zlib.decompress(data).decode() if data else ""
    except (zlib.error, UnicodeDecodeError) as error:
        raise UsageError("The store is damaged.", "Move it away and scan again: it is made anew.") from error


def row(incident: Incident) -> Row:
    """Return an incident in short."""
    name = incident.session
    return Row(
        id=incident.id,
        session=quote(_called(name)),
        session_id=quote(name.id),
        edge=quote(name.edge.host or name.edge.address),
        peer=quote(name.peer.host or name.peer.address),
        peer_vendor=name.peer.vendor,
        layer=str(incident.layer),
        tunnel=quote(incident.tunnel),
        state=incident.state,
        reason=quote(incident.reason),
        cause=Named(incident.cause.name, incident.cause.title) if incident.cause else None,
        confidence=str(incident.confidence),
        began=incident.began,
        ended=incident.ended,
        last_seen=incident.last_seen,
        follows=bool(incident.follows),
    )
