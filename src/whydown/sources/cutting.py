"""Blocks of bytes to lines: split at LF only, long lines cut, lines without any mark counted and left out."""

from __future__ import annotations

from itertools import accumulate, compress, count, repeat
from operator import add
from typing import TYPE_CHECKING, NamedTuple

from ahocorasick_rs import MATCHKIND_LEFTMOST_FIRST, BytesAhoCorasick

try:
    from stringzilla import count as _count  # type: ignore[import-not-found]  # four times as fast as bytes.count
except ImportError:  # pragma: no cover - a platform without stringzilla's wheel
    _count = bytes.count

from whydown.sources.damage import DamagedError
from whydown.sources.line import PAUSE, Lines, Origins

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from whydown.sources.line import Side
    from whydown.tally import Tally

LIMIT = 64 * 1024  # bytes of a line that are read
_KEPT = LIMIT + 2  # enough to see that a line is too long although its last byte may be a carriage return
_MANY, _MUCH = 8192, 2 * 1024 * 1024  # lines, or bytes, that are given at once
# Looking at each line is cheaper than jumping from mark to mark where ...
_FAR = 800  # ... marks are fewer bytes apart than this
_DENSE = 4  # ... one line in so many has a mark, or more

_FEED = b"\n"
_SAID, _LEAST = b'="', 3  # a search for shorter ones is slower


class Place(NamedTuple):
    """Whose lines are cut: the source's and member's name, and the side the user gave it."""

    source: str
    member: str = ""
    side: Side | None = None

    def __str__(self) -> str:
        return f"{self.source}!{self.member}" if self.member else self.source


def _rare(mark: bytes, marks: Iterable[bytes]) -> bytes:
    """Return what to look for of `name="value"`: the value, since `name="` stands in most lines.

    The whole where another mark may begin in the value, and would be passed over with it.
    """
    value = mark[mark.find(_SAID) + len(_SAID) :] if _SAID in mark else mark
    meets = any(value.endswith(other[:length]) for other in marks for length in range(1, len(other)))
    return mark if meets or len(value) < _LEAST else value


class Sieve:
    """Finds which lines hold one of several marks (byte strings without a line feed)."""

    def __init__(self, marks: Sequence[bytes]) -> None:
        """Compile the marks; at least one."""
        # Of two marks in each other the shorter is enough.
        self.marks = tuple(mark for mark in marks if not any(other in mark for other in marks if other != mark))
        # Leftmost-first search is vectorised from three marks on: 4 GB/s instead of 0.4; fewer and rarer marks are faster.
        rare = [_rare(mark, self.marks) for mark in self.marks]
        self._before = [len(mark) - len(part) for mark, part in zip(self.marks, rare, strict=True)]
        self._find = BytesAhoCorasick(rare, matchkind=MATCHKIND_LEFTMOST_FIRST).find_matches_as_indexes
        self.usual = self.marks[0]  # the mark that was seen last
        self.dense = False  # the last block had a mark in many of its lines

    def hits(self, block: bytes) -> list[tuple[int, int, int]]:
        """Find marks: the number of each, and where the part of it that was looked for begins and ends."""
        marks, before = self.marks, self._before
        return [
            hit
            for hit in self._find(block)
            if not (cut := before[hit[0]]) or (hit[1] >= cut and block.startswith(marks[hit[0]], hit[1] - cut))
        ]

    def sift(self, lines: Sequence[bytes]) -> list[bool]:
        """Say of each line whether it holds a mark within the limit; cheap when most hold the usual one."""
        # `find`, since `in` first takes a byte string for a number and throws the error away.
        keep = list(map((-1).__lt__, map(bytes.find, lines, repeat(self.usual))))
        if not all(keep) or max(map(len, lines)) > LIMIT:
            return [(has and len(line) <= LIMIT) or self.holds(line) for has, line in zip(keep, lines, strict=True)]
        return keep

    def holds(self, line: bytes) -> bool:
        """Whether a line holds a mark within the limit."""
        found = self.hits(line[:LIMIT])
        if found:
            self.usual = self.marks[found[0][0]]
        return bool(found)


class Cut(NamedTuple):
    """Lines as bytes, with their numbers and their places in the stream; and how many lines there are in all."""

    pieces: list[bytes]
    numbers: Iterable[int]
    offsets: Iterable[int]
    total: int


_PAUSE = Cut([], (), (), 0)


class Cutter(NamedTuple):
    """Cuts the bytes of one place into lines; with a sieve, only lines with a mark are kept."""

    place: Place
    tally: Tally
    sieve: Sieve | None = None

    def batches(self, blocks: Iterable[bytes]) -> Iterator[Lines]:
        """Cut blocks into lines, those of a few blocks at once; a DamagedError of the blocks becomes a notice.

        An empty block is a pause: the lines so far are given, and then `PAUSE`.
        Every line is counted in `tally.lines`, and yielded or counted as `blank` or (when sifted) as `other`.
        """
        texts, numbers, offsets = list[str](), list[int](), list[int]()
        size = 0
        for cut in self._cuts(blocks):
            if cut is _PAUSE:
                if texts:
                    yield self._lines(texts, numbers, offsets)
                    texts, numbers, offsets, size = [], [], [], 0
                yield PAUSE
            if not cut.pieces:
                continue
            joined = b"\n".join(cut.pieces)
            texts += self._decoded(joined, cut.pieces)
            numbers += cut.numbers
            offsets += cut.offsets
            size += len(joined)
            if len(texts) >= _MANY or size >= _MUCH:
                yield self._lines(texts, numbers, offsets)
                texts, numbers, offsets, size = [], [], [], 0
        if texts:
            yield self._lines(texts, numbers, offsets)

    def _cuts(self, blocks: Iterable[bytes]) -> Iterator[Cut]:
        """Cut blocks into lines, each as it comes."""
        number, offset = 1, 0  # of the line that `kept` begins
        kept, dropped = b"", 0  # the begin of a line without its end yet, and how many further bytes of it are gone
        damage = ""
        try:
            for block in blocks:
                if not block:
                    yield _PAUSE
                    continue
                start, last = 0, block.rfind(b"\n")
                if last >= 0 and kept:
                    start = block.find(b"\n") + 1
                    line = kept if dropped else kept + block[: start - 1]
                    yield self._cut(line, (0, len(line)), number, offset)
                    number, offset = number + 1, offset + len(kept) + dropped + start
                    kept, dropped = b"", 0
                if start <= last:
                    cut = self._cut(block, (start, last), number, offset)
                    yield cut
                    number, offset = number + cut.total, offset + last + 1 - start
                start = last + 1
                room = max(0, _KEPT - len(kept))
                dropped += max(0, len(block) - start - room)
                kept += block[start : start + room]
        except DamagedError as error:
            damage = str(error)
        if kept and not damage:
            yield self._cut(kept, (0, len(kept)), number, offset)
        elif kept:  # half a line says half of something
            self._count(1, other=1)
        if damage:
            self.tally.notice(str(self.place), damage, damaged=True)

    def _count(self, lines: int, other: int) -> None:
        self.tally.lines += lines
        self.tally.by_source[self.place.source] += lines
        self.tally.other += other

    def _cut(self, block: bytes, span: tuple[int, int], number: int, offset: int) -> Cut:
        """Cut the lines in a span of a block, which ends before a line feed; the first stands at `offset`."""
        sieve = self.sieve
        if sieve is not None and not sieve.dense:
            found = sieve.hits(block)
            if len(found) * _FAR < span[1] - span[0]:
                pieces, nths, begins, total = _holding(block, span, found, sieve)
                self._count(total, other=total - len(pieces))
                return Cut(pieces, map(number.__add__, nths), map((offset - span[0]).__add__, begins), total)
        pieces = block[span[0] : span[1]].split(b"\n")
        total = len(pieces)
        if sieve is None:
            self._count(total, other=0)
            return Cut(pieces, range(number, number + total), _offsets(pieces, offset), total)
        keep = sieve.sift(pieces)
        kept = keep.count(True)
        self._count(total, other=total - kept)
        if total > _DENSE:  # else it was but the line between two blocks
            sieve.dense = kept * _DENSE >= total
        if kept == total:
            return Cut(pieces, range(number, number + total), _offsets(pieces, offset), total)
        numbers, offsets = compress(count(number), keep), compress(_offsets(pieces, offset), keep)
        return Cut(list(compress(pieces, keep)), numbers, offsets, total)

    def _decoded(self, joined: bytes, pieces: list[bytes]) -> list[str]:
        """Decode pieces, which come joined as well; what is too long is cut."""
        if b"\r" in joined:
            pieces = [piece.removesuffix(b"\r") for piece in pieces]
            joined = b"\n".join(pieces)
        if len(joined) > LIMIT and max(map(len, pieces)) > LIMIT:
            self.tally.cut += sum(len(piece) > LIMIT for piece in pieces)
            joined = b"\n".join(map(_limited, pieces))
        try:
            return joined.decode().split("\n")
        except UnicodeDecodeError:
            texts = joined.decode(errors="surrogateescape").split("\n")
            self.tally.undecodable += sum(map(_undecodable, texts))
            return texts

    def _lines(self, texts: list[str], numbers: list[int], offsets: list[int]) -> Lines:
        """Say where lines stand; empty ones are counted and left out."""
        tally, place = self.tally, self.place
        lines = Lines(texts, Origins(place.source, place.member, numbers, offsets), place.side)
        if "" not in texts:
            return lines
        tally.blank += texts.count("")
        return lines.where(list(map(bool, texts)))


def _offsets(pieces: Sequence[bytes], offset: int) -> Iterator[int]:
    """Give each piece's place in the stream, the first being at `offset`."""
    return map(add, accumulate(map(len, pieces[:-1]), initial=offset), count())


def _holding(
    block: bytes, span: tuple[int, int], found: list[tuple[int, int, int]], sieve: Sieve
) -> tuple[list[bytes], list[int], list[int], int]:
    """Cut out the lines of a span in which something was found.

    Gives them with their numbers in the span, from 0, and their places in the block; and how many lines the span has.
    """
    start, stop = span
    hits = [hit for _, hit, _ in found if start <= hit < stop]
    before = map(block.rfind, repeat(_FEED), repeat(start), hits)
    begins = list(dict.fromkeys([feed + 1 for feed in before]))
    if not begins:
        return [], [], [], _count(block, _FEED, start, stop) + 1
    begins[0] = begins[0] or start
    ends = list(map(block.find, repeat(_FEED), begins))
    ends[-1] = ends[-1] if 0 <= ends[-1] < stop else stop
    pieces = [block[begin:end] for begin, end in zip(begins, ends, strict=True)]
    nths = list(accumulate(map(_count, repeat(block), repeat(_FEED), [start, *begins], [*begins, stop])))
    total = nths.pop() + 1
    if max(map(len, pieces)) > LIMIT:
        keep = [len(piece) <= LIMIT or sieve.holds(piece) for piece in pieces]
        pieces, nths, begins = list(compress(pieces, keep)), list(compress(nths, keep)), list(compress(begins, keep))
    return pieces, nths, begins, total


def _limited(piece: bytes) -> bytes:
    """Cut a piece to the limit, never inside a character."""
    if len(piece) <= LIMIT:
        return piece
    end = LIMIT
    while end > LIMIT - 3 and 0x80 <= piece[end] < 0xC0:  # a continuation byte begins nothing
        end -= 1
    return piece[:end]


def _undecodable(text: str) -> bool:
    """Whether a decoded line holds bytes that were no UTF-8."""
    return not text.isascii() and any("\udc80" <= character <= "\udcff" for character in text)
