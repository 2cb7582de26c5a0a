"""Archives and packed files to the logs in them, member by member, however deep; nothing is written to disk."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from whydown.sources.damage import DamagedError
from whydown.sources.inflating import GZIP_MAGIC
from whydown.sources.looks import HEAD, Look, begins, look, named_like_a_dump, named_like_a_log
from whydown.sources.reading import Reader
from whydown.sources.streams import Budget, packing_of, pieces_of, unpack
from whydown.sources.tars import is_tar, tar_entries
from whydown.sources.zips import is_zip, zip_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from whydown.sources.entry import Entry
    from whydown.sources.packing import Pieces
    from whydown.tally import Tally

DEPTH = 8  # archives and packings inside each other
MEMBERS = 200_000  # of one input, with those of the archives in it
_COPIES = 100_000  # members that are remembered, so that a copy of one is read once
_HOUR = 3_600_000_000  # microseconds by which a log may be out of order, or its last change earlier than its last stamp
_ZONES = 26 * _HOUR  # the same where a zone is not known
_SEVERAL = {
    "link": "links",
    "device": "devices",
    "pipe": "pipes",
    "sparse file": "sparse files",
    "member that cannot be read": "members that cannot be read",
    "file that is no log": "files that are no logs",
    "copy of another member": "copies of other members",
    "log from before the time that was asked for": "logs from before the time that was asked for",
    "log from after the time that was asked for": "logs from after the time that was asked for",
}  # directories and headers are of no interest


class Window(NamedTuple):
    """The time that matters, microseconds UTC; None where it is open."""

    since: int | None = None
    until: int | None = None


EVER = Window()


class Member(NamedTuple):
    """A log in an archive, or a file that is none (then `name` is empty); read it before the next one is asked for."""

    name: str  # `edge.tgz!var/log/syslog.2.gz`
    look: Look
    pieces: Pieces  # DamagedError after the last good byte
    written: int | None  # last change, microseconds UTC


@dataclass(slots=True)
class Copies:
    """Which members of all inputs were seen: one of the same size, time and beginning is not read again."""

    seen: set[bytes] = field(default_factory=set)

    def mark(self, entry: Entry, head: bytes, side: str) -> bytes:
        """Give what tells a member from others; empty where size or time are not known."""
        if entry.size is None or entry.written is None:
            return b""
        mark = blake2b(b"%d %d %s " % (entry.size, entry.written, side.encode()), digest_size=16)
        mark.update(head)
        return mark.digest()

    def add(self, mark: bytes) -> None:
        """Remember a member that was read to its end."""
        if mark and len(self.seen) < _COPIES:
            self.seen.add(mark)


class Opener:
    """Opens one input: a log, a packed log, or an archive; `source` is its path, for notices."""

    def __init__(self, source: str, side: str, tally: Tally, copies: Copies, window: Window = EVER) -> None:
        """Tell in `tally` what is odd; members last written well before the window, or begun after it, are left out."""
        self._source = source
        self._side = side
        self._tally = tally
        self._copies = copies
        self._window = window
        self._budget = Budget()
        self._entries = 0
        self._left_out: Counter[str] = Counter()
        self._told: set[tuple[str, str]] = set()
        self._logs = 0
        self._damages = 0

    def members(self, read: Callable[[int], bytes | None], changed: int | None = None) -> Iterator[Member]:
        """Give the logs in what `read` gives; the input itself, when it is no archive, whatever it is.

        `changed` is when a packed file was last changed, by the file system: a packed log may be left out for that.
        `read` is as `streams.blocks` takes it. DamagedError when the input cannot be opened at all.
        """
        archive = False
        for member in self._open("", changed, pieces_of(read, self._budget), 0, zoned=True):
            archive = archive or bool(member.name)
            yield member
        if self._entries:
            self._tell_what_was_left_out()

    def _open(self, name: str, written: int | None, stream: Pieces, depth: int, *, zoned: bool) -> Iterator[Member]:
        """Unpack a member until it is text or an archive, and give the logs in it."""
        head, stream = _begin(stream)
        while packing := packing_of(head):
            depth = _deeper(depth)
            if packing.magic == GZIP_MAGIC:
                packed = int.from_bytes(head[4:8], "little") * 1_000_000
                if not name:  # the header tells of the first part only; more may have been put behind it
                    written = written and max(written, packed)
                elif packed:
                    written, zoned = packed, True
            head, stream = _begin(unpack(stream, packing, self._budget))
        if is_tar(head):
            reader = Reader(stream)
            yield from self._inside(name, tar_entries(reader, self._teller(name)), _deeper(depth))
        elif is_zip(head):
            reader = Reader(stream)
            yield from self._inside(name, zip_entries(reader, self._budget, self._teller(name)), _deeper(depth))
        elif not name:
            member = Member(name, look(head), stream, written)
            known = written is not None and (member.look.log or member.look.dump)
            if known and (missed := self._missed(member, head, zoned=zoned)):
                self._tally.notice(self._source, f"left out, it is a {missed}")
            else:
                yield member._replace(written=None)
        elif head:
            yield from self._log(Member(name, look(head), stream, written), head, zoned=zoned)
        else:
            next(stream, b"")  # the damage, if that is why there is nothing

    def _log(self, member: Member, head: bytes, *, zoned: bool) -> Iterator[Member]:
        """Give a member if it is a log."""
        name, seen, _, _ = member
        if missed := self._missed(member, head, zoned=zoned):
            self._left_out[missed] += 1
        elif not seen.alien and (seen.log or seen.dump or named_like_a_log(name) or named_like_a_dump(name)):
            self._logs += 1
            yield member._replace(pieces=self._watched(member.pieces))
        elif ":" in seen.alien:  # there may be a log in it
            self._notice(name, f"left out, it is {seen.alien}", damaged=False)
        else:
            self._left_out["file that is no log"] += 1

    def _missed(self, member: Member, head: bytes, *, zoned: bool) -> str:
        """Say what a log is that lies outside the window, as far as that is certain; empty for any other."""
        _, seen, _, written = member
        since, until = self._window
        slack = _HOUR if zoned and (seen.stamped or seen.dump) else _ZONES
        first = begins(head) if seen.log else None
        wrong = first is not None and written is not None and first > written  # it was packed so
        if since is not None and written is not None and written < since - slack and not wrong:
            return "log from before the time that was asked for"
        if until is not None and first is not None and first > until + _HOUR:
            return "log from after the time that was asked for"
        return ""

    def _inside(self, archive: str, entries: Iterator[Entry], depth: int) -> Iterator[Member]:
        """Give the logs among an archive's entries; what is damaged is told, and the rest goes on."""
        try:
            for entry in entries:
                self._count()
                name = f"{archive}!{entry.name}" if archive else entry.name or "(no name)"
                if entry.trouble:
                    self._notice(name, entry.trouble)
                elif entry.what:
                    self._left_out[entry.what] += 1
                elif entry.size != 0:
                    yield from self._member(name, entry, depth)
        except DamagedError as error:
            self._notice(archive, str(error))

    def _count(self) -> None:
        self._entries += 1
        if self._entries > MEMBERS:
            raise DamagedError(f"it holds more than {MEMBERS} members; the rest was left out")

    def _member(self, name: str, entry: Entry, depth: int) -> Iterator[Member]:
        try:
            head, stream = _begin(entry.data)
            mark = self._copies.mark(entry, head, self._side)
            if mark in self._copies.seen:
                self._left_out["copy of another member"] += 1
                return
            before = self._damages
            yield from self._open(name, entry.written, self._watched(stream), depth, zoned=entry.zoned)
            if self._damages == before:  # of what is damaged here another copy may be whole
                self._copies.add(mark)
        except DamagedError as error:
            self._notice(name, str(error))

    def _watched(self, pieces: Pieces) -> Pieces:
        """Give the pieces, and count the damage that ends them."""
        try:
            yield from pieces
        except DamagedError:
            self._damages += 1
            raise

    def _teller(self, name: str) -> Callable[[str], None]:
        return lambda message: self._notice(name, message)

    def _notice(self, member: str, message: str, *, damaged: bool = True) -> None:
        """Note something odd about a member, once."""
        self._damages += damaged
        if (member, message) not in self._told and len(self._told) < 1000:
            self._told.add((member, message))
            self._tally.notice(f"{self._source}!{member}" if member else self._source, message, damaged=damaged)

    def _tell_what_was_left_out(self) -> None:
        parts = [
            f"{number} {what if number == 1 else _SEVERAL[what]}"
            for what, number in sorted(self._left_out.items())
            if what in _SEVERAL
        ]
        if parts:
            self._tally.notice(self._source, f"left out of this archive: {', '.join(parts)}")
        if not self._logs:
            self._tally.notice(self._source, "there is no log in this archive")


def _deeper(depth: int) -> int:
    if depth >= DEPTH:
        raise DamagedError(f"archives are inside each other more than {DEPTH} deep; it was left out")
    return depth + 1


def _begin(stream: Pieces) -> tuple[bytes, Pieces]:
    """Give the first bytes of a stream, enough to look at, and the stream as it was; damage comes where it came."""
    blocks: list[bytes] = []
    size = 0
    try:
        for block in stream:
            blocks.append(block)
            size += len(block)
            if size >= HEAD or not block:  # an empty one is a pause
                break
    except DamagedError as error:
        stream = _failing(error)
    return b"".join(blocks)[:HEAD], chain(blocks, stream)


def _failing(damage: DamagedError) -> Pieces:
    yield from ()
    raise damage
