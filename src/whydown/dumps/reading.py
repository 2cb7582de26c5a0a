"""A dump's bytes to events: which kind it is, how much of it is read, and what becomes of its lines in the tally."""

from __future__ import annotations

import re
import time
from itertools import chain, islice
from typing import TYPE_CHECKING

from whydown.dumps import alarms, edge_cli, edge_ha, nsx_json, objects, peer_config, swan
from whydown.dumps.statements import Page, When, events
from whydown.envelope.record import Certainty
from whydown.sources.damage import DamagedError
from whydown.sources.files import modified

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import tzinfo

    from whydown.dumps.statements import Statement
    from whydown.grammar.event import Event
    from whydown.sources.cutting import Place
    from whydown.tally import Tally

LIMIT = 64 * 1024 * 1024  # bytes of a dump that are read
_TEXT_LIMIT = 8 * 1024 * 1024  # bytes of one in text: thousands of sessions
_MOST = 50_000  # statements of a dump
_BLANK = re.compile(rb"^[ \t\r]*+\n", re.MULTILINE)
_NOTHING = re.compile(rb"[\s\[\]{},]*+")
_EMPTY = "it states nothing: no session is configured there"
_UNREAD = "found, not read: none of its rows is of a form that is known"
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")


def read_dump(
    place: Place, blocks: Iterable[bytes], tally: Tally, *, zone: tzinfo | None = None, limit: int = LIMIT
) -> list[Event]:
    """Read one dump; `zone` is that of stamps without one (None: UTC is assumed).

    What bears no time of its own bears that of the file's last change, of standard input the present. A dump larger than
    `limit` bytes, or one that is damaged, is read as far as it goes, with a notice. Every line is counted in `tally`: as
    an event's, as continuing one, as blank, or as ignored where nothing was stated.
    """
    data = _gathered(place, blocks, tally, limit)
    if len(data) > _TEXT_LIMIT and not _JSON.match(data):
        tally.notice(
            place.source, f"a text of {len(data) >> 20} MiB: the first {_TEXT_LIMIT >> 20} MiB are read", damaged=True
        )
    read = data if _JSON.match(data) else data[:_TEXT_LIMIT]
    page = Page(place, read, When(written(place, tally), Certainty.UNTIMED), zone)
    said = list(islice(_statements(page, tally), _MOST + 1))
    if len(said) > _MOST:
        tally.notice(
            place.source, f"a state dump that states more than {_MOST} things: the first are read", damaged=True
        )
    if not said:
        tally.leave_unread(str(place), _EMPTY if _NOTHING.fullmatch(data) else _UNREAD)
    found = events(page, said[:_MOST])
    _count(data, place, {e.origins[0].line for e in found}, tally)
    if any(e.certainty is Certainty.ZONE_ASSUMED for e in found):
        tally.notice(place.source, "a state dump without a zone in its times: UTC is assumed")
    return found


def written(place: Place, tally: Tally) -> int:
    """Return when a dump was written as far as its file or its archive tells; for standard input it is now."""
    source, member, told = tally.written
    known = told if (source, member) == (place.source, place.member) else None
    if known is None and not place.member:
        known = modified(place.source)
    return known if known is not None else time.time_ns() // 1000


def _statements(page: Page, tally: Tally) -> Iterator[Statement]:
    if not _JSON.match(page.data):
        return chain(
            edge_cli.read(page), edge_ha.read(page), alarms.sentences(page), peer_config.read(page), swan.read(page)
        )
    try:
        roots = objects.read(page.data, nsx_json.KEYS)
    except objects.NotReadError as error:
        line = page.data.count(b"\n", 0, error.offset) + 1
        tally.notice(f"{page.place.source}:{line}", f"{error}; the state dump was read up to there", damaged=True)
        roots = error.roots
    return nsx_json.read(page, roots)


def _gathered(place: Place, blocks: Iterable[bytes], tally: Tally, limit: int) -> bytes:
    """Put the blocks together, up to the limit."""
    pieces: list[bytes] = []
    size = 0
    try:
        for block in blocks:
            pieces.append(block[: limit - size])
            size += len(pieces[-1])
            if len(pieces[-1]) < len(block):
                tally.notice(
                    place.source, f"a state dump of more than {limit >> 20} MiB: read up to there", damaged=True
                )
                break
    except DamagedError as error:
        tally.notice(place.source, str(error), damaged=True)
    return b"".join(pieces)


def _count(data: bytes, place: Place, opened: set[int], tally: Tally) -> None:
    """Count every line once."""
    lines = data.count(b"\n") + (not data.endswith(b"\n") and bool(data))
    blank = sum(1 for _ in _BLANK.finditer(data))
    rest = lines - len(opened) - blank
    tally.lines += lines
    tally.by_source[place.source] += lines
    tally.events += len(opened)
    tally.blank += blank
    if opened:
        tally.continued += rest
    else:
        tally.ignored += rest
