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

_SIZES = (32, 64, 128, 256, 512, 1024, 2048)  # characters; growing, so that what is very slow ends early
_LONG = 8 * _SIZES[-1]
_NOTICEABLE = 0.001  # seconds; quadratic time takes several of them for 2048 characters
_ENOUGH = 0.03  # seconds; no linear time takes so long for 2048 characters, so no longer text needs trying
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
            if any(_grows(shape, head, filler, _sizes(template)) for head, filler in _misleading(template))
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


def _sizes(template: Template) -> tuple[int, ...]:
    """Return the lengths to try: only a type that the grammar declares itself can be so slow that growing is wise."""
    own = any(not isinstance(part, str) and part.local_type for part in template.parts)
    return _SIZES if own else _SIZES[-1:]


def _grows(shape: Shape, head: str, filler: str, sizes: tuple[int, ...]) -> bool:
    """Say whether the time grows faster than the text."""
    text = (head + filler * (_LONG // len(filler) + 1))[:_LONG]
    took = 0.0
    for size in sizes:
        took = _seconds(shape.loose, text[:size])
        if took > _ENOUGH:
            return _outgrows(shape, text[:size])
    return took > _NOTICEABLE and _outgrows(shape, text)


def _outgrows(shape: Shape, text: str) -> bool:
    """Say whether a text takes far longer than its eighth whenever it is tried: 8 times is linear, 64 quadratic.

    Two times of one machine are compared, so that neither a fast nor a busy one changes the answer.
    """
    short = min(_seconds(shape.loose, text[: len(text) // 8]) for _ in range(3))
    return all(_seconds(shape.loose, text) > 24 * short for _ in range(3))


def _seconds(match: Callable[[str], object], text: str) -> float:
    """Return the processor time that a text takes which fails only at its end."""
    whole = f"{text}\x01"
    began = time.thread_time()
    match(whole)
    return time.thread_time() - began
