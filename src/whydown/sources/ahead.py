"""Blocks made ready by a thread while those before them are searched: unpacking leaves the interpreter to others."""

from __future__ import annotations

from collections import deque
from threading import Condition, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_AT_ONCE = 4  # blocks after which a stream is long enough for a thread
_READY = 8  # blocks that wait at most


class _Queue:
    """Blocks that wait for their reader, up to a few; the last one ends in an error or in nothing."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._ready: deque[bytes] = deque()
        self._changed = Condition()
        self._over = False  # nothing more comes, or nobody wants more
        self._error: BaseException | None = None

    def fill(self) -> None:
        """Take blocks until there are no more: the life of the thread."""
        try:
            for block in self._blocks:
                with self._changed:
                    self._changed.wait_for(lambda: len(self._ready) < _READY or self._over)
                    if self._over:
                        return
                    self._ready.append(block)
                    self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised where the blocks are read
            self._error = error
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def given(self) -> Iterator[bytes]:
        """Give the blocks, and then the error that ended them."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ready or self._over)
                if not self._ready:
                    break
                block = self._ready.popleft()
                self._changed.notify_all()
            yield block
        if self._error is not None:
            raise self._error

    def leave(self) -> None:
        """Want no more."""
        with self._changed:
            self._over = True
            self._changed.notify_all()


def ahead(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Give the same blocks, and at the same place the same error; a long stream is read ahead in a thread."""
    for _ in range(_AT_ONCE):
        block = next(blocks, None)
        if block is None:
            return
        yield block
    queue = _Queue(blocks)
    thread = Thread(target=queue.fill, name="unpacking", daemon=True)
    thread.start()
    try:
        yield from queue.given()
    finally:
        queue.leave()
        thread.join()
