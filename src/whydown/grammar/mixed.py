"""Which block each row is of, where rows of several blocks that one process wrote at once stand mixed.

The rows of a block come in the order of its `more` wordings, each once but for reasons. That places many of them: a row
that a block has already is another's, and so is one that would stand too early or too late in it. Blocks that are the
same so far may have either of two rows, and rows that say the same may change places. What is left is nobody's: a guess
would tell one gateway's trouble of another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Step(NamedTuple):
    """Which of a block's rows a row is."""

    number: int
    many: bool  # a block may have several of them
    announces: bool = False  # it is a label: the next row of the block is what it announces


class Row(NamedTuple):
    """A row: what it says, and which step it would be of each block that it can be of."""

    says: str
    steps: dict[int, Step]


def places_of(heads: Sequence[object], rows: Sequence[Row]) -> list[int | None]:
    """Return for each row, in the order written, the block that it is of, None where nothing tells.

    `heads` are what the blocks begin with: blocks with equal heads may change places.
    """
    return _Puzzle(heads, rows).solve()


class _Puzzle:
    """Rows, and the blocks that each may still be of."""

    def __init__(self, heads: Sequence[object], rows: Sequence[Row]) -> None:
        self._rows = rows
        self._may = [set(row.steps) for row in rows]
        self._had: list[list[object]] = [[head] for head in heads]  # what is known of each block, in any order
        self._places: list[int | None] = [None] * len(rows)
        self._standing: set[int] = set()  # rows that are known to be their block's own, not only alike
        self._left = set(range(len(rows)))

    def solve(self) -> list[int | None]:
        """Settle the rows of one block only, then the earliest of those that may be of several, and so on."""
        while self._left:
            alone = [row for row in sorted(self._left) if len(self._may[row]) <= 1]
            if alone:
                for row in alone:
                    self._settle_alone(row)
            elif not self._settle_announced():
                self._settle_alike(min(self._left))
        return self._places

    def _settle_alone(self, row: int) -> None:
        """Settle a row that can be of one block only; where another such row cannot be beside it, neither is."""
        if row not in self._left:
            return
        rivals: list[int] = []
        for block in self._may[row]:
            rivals = [r for r in self._left if r != row and self._may[r] == {block} and not self._agree(row, r, block)]
        if rivals or not self._may[row]:
            self._left.difference_update({row, *rivals})
        else:
            self._settle(row, min(self._may[row]), stands=True)

    def _settle_announced(self) -> bool:
        """Settle a row that is the only one which a label of a block can announce; say whether there is one."""
        for label in sorted(self._standing):
            (block,) = self._may[label]
            own = self._rows[label].steps[block]
            if not own.announces:
                continue
            after = [r for r, row in enumerate(self._rows) if block in self._may[r] and r > label]
            told = [r for r in after if self._rows[r].steps[block].number == own.number + 1]
            if len(told) == 1 and told[0] in self._left:
                self._settle(told[0], block, stands=True)
                return True
        return False

    def _settle_alike(self, first: int) -> None:
        """Settle a row with those that are the same step of the same blocks, if there is one for each block."""
        steps = {block: self._rows[first].steps[block].number for block in self._may[first]}
        alike = [
            row
            for row in sorted(self._left)
            if self._may[row] == self._may[first]
            and all(self._rows[row].steps[b].number == s for b, s in steps.items())
        ]
        told = [sorted(map(repr, self._had[block])) for block in sorted(steps)]
        twins = all(had == told[0] for had in told)
        same = len({self._rows[row].says for row in alike}) == 1
        if len(alike) == len(steps) and (twins or same):
            for row, block in zip(alike, sorted(steps), strict=True):
                self._settle(row, block, stands=twins)
        else:
            self._left.difference_update(alike)

    def _settle(self, row: int, block: int, *, stands: bool) -> None:
        """Give a row to a block; `stands`: it is this very row, so where it stands tells of others."""
        self._places[row] = block
        self._left.discard(row)
        self._may[row] = {block}
        self._standing |= {row} if stands else set()
        self._had[block].append(self._rows[row].says)
        own = self._rows[row].steps[block]
        for other in self._left:
            if block in self._may[other]:
                step = self._rows[other].steps[block]
                fits = self._agree(row, other, block) if stands else (step.number != own.number or step.many)
                if not fits:
                    self._may[other].discard(block)

    def _agree(self, row: int, other: int, block: int) -> bool:
        """Whether two rows can both stand in a block, where they stand."""
        first, second = (self._rows[r].steps[block] for r in sorted((row, other)))
        return first.number < second.number or (first.number == second.number and first.many and second.many)
