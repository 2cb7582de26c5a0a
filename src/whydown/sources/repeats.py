"""Lines that stand in two files, as a rotated copy or a second bundle has them, are read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whydown.sources.line import Lines
    from whydown.tally import Tally

_KEPT = 200_000  # lines of one file, and of the files before it, that are remembered; as many again fade


class Repeats:
    """Tells lines of one side that stood, to the letter, in an earlier file; the same line twice in one file is two.

    It is for lines with time and host in them, and remembers hashes of 64 bits of the last 200,000 to 400,000.
    """

    def __init__(self, tally: Tally) -> None:
        """Count what is left out in `tally` as repeated."""
        self._tally = tally
        self._here: set[int] = set()  # of the file that is read
        self._before: set[int] = set()
        self._fading: set[int] = set()

    def next_file(self) -> None:
        """Begin another file."""
        if len(self._before) + len(self._here) > _KEPT:
            self._fading, self._before = self._before, set()
        self._before |= self._here
        self._here = set()

    def fresh(self, batch: Lines, *, last: bool = False) -> Lines:
        """Give the lines of a batch that stood in no earlier file; those of the last file are not remembered."""
        if last and not self._before and not self._fading:
            return batch
        marks = list(map(hash, batch.texts))
        if not (self._before.isdisjoint(marks) and self._fading.isdisjoint(marks)):
            before, fading = self._before, self._fading
            fresh = batch.where([mark not in before and mark not in fading for mark in marks])
            self._tally.repeated += len(batch) - len(fresh)
            batch = fresh
        if not last and len(self._here) < _KEPT:
            self._here.update(marks)
        return batch
