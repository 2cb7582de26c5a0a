from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whydown.sources.ahead import ahead
from whydown.sources.damage import DamagedError

if TYPE_CHECKING:
    from collections.abc import Iterator


def failing(blocks: list[bytes]) -> Iterator[bytes]:
    yield from blocks
    raise DamagedError("here")


@given(blocks=st.lists(st.binary(max_size=3), max_size=40))
def test_the_blocks_are_the_same(blocks: list[bytes]) -> None:
    assert list(ahead(iter(blocks))) == blocks


@pytest.mark.parametrize("count", [0, 3, 4, 5, 30])
def test_damage_comes_where_it_came(count: int) -> None:
    blocks = ahead(failing([b"%d" % n for n in range(count)]))
    assert [next(blocks) for _ in range(count)] == [b"%d" % n for n in range(count)]
    with pytest.raises(DamagedError, match="here"):
        next(blocks)


@pytest.mark.parametrize("taken", [0, 2, 6])
def test_a_reader_that_leaves_ends_the_thread_and_no_more_than_a_few_blocks_are_read(taken: int) -> None:
    made = 0

    def endless() -> Iterator[bytes]:
        nonlocal made
        while True:
            made += 1
            yield b"x"

    blocks = ahead(endless())
    for _ in range(taken):
        next(blocks)
    blocks.close()  # type: ignore[attr-defined]
    assert made <= taken + 12
    assert not [thread for thread in threading.enumerate() if thread.name == "unpacking"]
