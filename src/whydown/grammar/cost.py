"""Finds templates whose matching takes more than linear time: measured on long lines made to mislead each of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from whydown.grammar.claims import wordings
from whydown.grammar.model import EventBlock
from whydown.grammar.vocabulary import FIELDS, SlotType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from whydown.grammar.compile import Shape
    from whydown.grammar.model import Grammar, Slot, Template

_SIZES = (32, 128, 512, 2048)  # characters; each four times the one before, so that the worst case ends early
_NOTICEABLE = 0.001  # seconds; quadratic time takes several of them for 2048 characters, and 64 times that for 16 kB
_CERTAIN = 0.05  # seconds
_GROWTH = 8  # times as long for four times the text: linear is 4, quadratic 16
_DOUBLING = 3  # the same for twice the text: 2 and 4
_SAMPLES = {
    SlotType.IP: "192.0.2.1",
    SlotType.INT: "7",
    SlotType.PORT: "500",
    SlotType.SECONDS: "30",
    SlotType.SPI32: "c0000001",
    SlotType.SPI64: "c000000100000001",
    SlotType.GROUP: "MODP_2048",
}
_FILLERS = ("a", "7", " ", "a ")


def slow(grammar: Grammar) -> Iterator[Template]:
    """Yield the templates that some long line makes slow: 16 kB would take a noticeable time."""
    told: set[int] = set()  # blocks whose further records have been looked at
    for _, block, template, shape in wordings(grammar):
        pairs = [(template, shape)]
        if isinstance(block, EventBlock) and shape.block is not None and id(block) not in told:
            told.add(id(block))
            pairs += zip(block.more, shape.block.more, strict=True)
        yield from (
            template
            for template, shape in pairs
            if any(_grows(shape, head, filler) for head, filler in _misleading(template))
        )


def _misleading(template: Template) -> Iterator[tuple[str, str]]:
    """Yield beginnings that fit, each with texts to be repeated behind them: up to each slot, then never right."""
    head = ""
    for place, part in enumerate(template.parts):
        if isinstance(part, str):
            head += part
            continue
        following = template.parts[place + 1] if place + 1 < len(template.parts) else ""
        fillers: tuple[str, ...] = _FILLERS
        if isinstance(following, str) and following:
            fillers = (*_FILLERS, following, f"a{following}", following[:-1] or "b")
        for filler in fillers:
            yield head, filler
        head += _value(part)
    yield "", f"{head} "


def _value(slot: Slot) -> str:
    if slot.words:
        return slot.words[0]
    known = slot.type or (FIELDS[slot.name].type if slot.name in FIELDS else SlotType.WORD)
    return _SAMPLES.get(known, "a")


def _grows(shape: Shape, head: str, filler: str) -> bool:
    """Say whether the time grows faster than the text, at two steps in a row if it is short enough to be chance."""
    text = (head + filler * (2 * _SIZES[-1] // len(filler) + 1))[: 2 * _SIZES[-1]]
    for size in _SIZES:
        if _seconds(shape.loose, f"{text[:size]}\x01") > _NOTICEABLE:
            quarter, whole = _least(shape, text[: size // 4]), _least(shape, text[:size])
            if whole < _NOTICEABLE or whole < _GROWTH * quarter:
                return False
            return whole > _CERTAIN or _seconds(shape.loose, f"{text[: 2 * size]}\x01") > _DOUBLING * whole
    return False


def _least(shape: Shape, text: str) -> float:
    return min(_seconds(shape.loose, f"{text}\x01") for _ in range(3))


def _seconds(match: Callable[[str], object], text: str) -> float:
    began = time.perf_counter()
    match(text)
    return time.perf_counter() - began
