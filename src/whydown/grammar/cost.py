"""Finds templates whose matching takes more than linear time: measured on long lines made to mislead each of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from whydown.grammar.compile import compile_grammar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from whydown.grammar.compile import Shape
    from whydown.grammar.model import Grammar, Slot, Template

_SIZES = (32, 128, 512, 2048)  # characters; each four times the one before, so that the worst case ends early
_NOTICEABLE = 0.001  # seconds; quadratic time takes several of them for 2048 characters, and 64 times that for 16 kB
_GROWTH = 8  # times as long for four times the text: linear is 4, quadratic 16
_SAMPLES = {"ip": "192.0.2.1", "int": "7", "port": "500", "seconds": "30", "spi32": "c0000001", "group": "MODP_2048"}
_FILLERS = ("a", "7", " ", "a ")


def slow(grammar: Grammar) -> Iterator[Template]:
    """Yield the templates that some long line makes slow: 16 kB would take a noticeable time."""
    templates = {t.span.line: t for t in _templates(grammar)}
    compiled = compile_grammar(grammar)
    shapes = {s.rule.line: s for s in compiled.shapes if s.rule.line in templates}
    shapes |= {m.rule.line: m for s in compiled.shapes if s.block for m in s.block.more}
    for line, shape in sorted(shapes.items()):
        if any(_grows(shape, head, filler) for head, filler in _misleading(templates[line])):
            yield templates[line]


def _templates(grammar: Grammar) -> Iterator[Template]:
    for event in grammar.events:
        yield from event.lines
        yield from event.more
    for ignore in grammar.ignores:
        yield from ignore.lines


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
    return _SAMPLES.get(str(slot.type or ""), "a")


def _grows(shape: Shape, head: str, filler: str) -> bool:
    """Say whether the time grows faster than the text."""
    text = (head + filler * (_SIZES[-1] // len(filler) + 1))[: _SIZES[-1]]
    for size in _SIZES:
        whole = f"{text[:size]}\x01"
        if _seconds(shape.loose, whole) > _NOTICEABLE:
            quarter = min(_seconds(shape.loose, f"{text[: size // 4]}\x01") for _ in range(3))
            took = min(_seconds(shape.loose, whole) for _ in range(3))
            return took > _NOTICEABLE and took > _GROWTH * quarter
    return False


def _seconds(match: Callable[[str], object], text: str) -> float:
    began = time.perf_counter()
    match(text)
    return time.perf_counter() - began
