"""Templates to regular expressions: one per template, anchored at both ends, linear in the length of the line.

What a template means. Literal text stands as written; a run of blanks matches any run of blanks. A slot of an open
type (a word, a name, text) ends where what follows it, up to the next open slot, first fits; what stood before is
then settled and not tried again. This is what keeps matching linear on hostile lines: each open slot with what follows
it is an atomic group, and all other slots are bounded in length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from whydown.grammar.model import Slot, Template
from whydown.grammar.slots import ANYTHING, READINGS, Reading
from whydown.grammar.vocabulary import FIELDS, SlotType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BLANKS = re.compile(" +")
_SPACED = frozenset({SlotType.TEXT, SlotType.IDENT, SlotType.NOTIFY, SlotType.TS, SlotType.PROPOSALS})
_escaped = lru_cache(1024)(re.escape)  # each piece is written twice, at least


@dataclass(frozen=True, eq=False)
class Pattern:
    """One template as a regular expression, with the slots in the order of its groups."""

    parts: tuple[str | Slot, ...]
    local_types: Mapping[str, str]
    names: tuple[str, ...]
    open_end: bool  # a slot stands last
    words: tuple[tuple[str, tuple[str, ...]], ...]  # slots that are one of a few words, with these
    literals: tuple[str, ...]  # its literal texts, blanks single: all of them stand in every line it matches
    first: str  # the literal text it begins with, blanks single; "" where that is a slot
    last: str  # the one it ends with

    @cached_property
    def expression(self) -> str:
        """The regular expression, without anchors; runs of blanks match runs of blanks."""
        return _expression(self.parts, self.local_types, tight=False)

    @cached_property
    def tight(self) -> str:
        """The same for a text without double blanks, where every blank is one: quicker."""
        return _expression(self.parts, self.local_types, tight=True)


def pattern(template: Template, local_types: Mapping[str, str]) -> Pattern:
    """Return the regular expression of a template, without anchors; `local_types` are the grammar's own slot types."""
    parts = _trimmed(template.parts)
    slots = [part for part in parts if isinstance(part, Slot)]
    return Pattern(
        parts=tuple(parts),
        local_types=local_types,
        names=tuple(slot.name for slot in slots if slot.name not in {"_", "*"}),
        open_end=isinstance(parts[-1], Slot),
        words=tuple((slot.name, slot.words) for slot in slots if slot.words and slot.name not in {"_", "*"}),
        literals=tuple(_BLANKS.sub(" ", part) for part in parts if isinstance(part, str) and part.strip()),
        first=_BLANKS.sub(" ", parts[0]) if isinstance(parts[0], str) else "",
        last=_BLANKS.sub(" ", parts[-1]) if isinstance(parts[-1], str) else "",
    )


def _trimmed(parts: Sequence[str | Slot]) -> list[str | Slot]:
    """Drop blanks at both ends: lines are matched without theirs."""
    kept = list(parts)
    if kept and isinstance(kept[0], str):
        kept[0] = kept[0].lstrip(" ")
    if kept and isinstance(kept[-1], str):
        kept[-1] = kept[-1].rstrip(" ")
    return [part for part in kept if isinstance(part, Slot) or part]


def _expression(parts: Sequence[str | Slot], local_types: Mapping[str, str], *, tight: bool) -> str:
    done: list[str] = []
    segment: list[str] = []
    slotted = False  # the segment holds a slot: without one there is nothing to try again
    for place, part in enumerate(parts):
        before = parts[place - 1] if place else ""
        if isinstance(part, str):
            segment.append(_literal(part, tight=tight, guarded=isinstance(before, Slot) and _is_spaced(before)))
            continue
        if _is_open(part):
            done.append(f"(?>{''.join(segment)})" if slotted else "".join(segment))
            segment = []
        slotted = True
        segment.append(_slot(part, before, parts[place + 1 :], local_types, tight=tight))
    return "".join(done) + "".join(segment)


def _literal(text: str, *, tight: bool, guarded: bool = False) -> str:
    """Write a literal; `guarded`: no blank may stand before it, which is looked at when its first character fits."""
    written = (" " if tight else " ++").join(map(_escaped, _BLANKS.split(text)))
    if not guarded or text[0] == " ":
        return written
    first = re.escape(text[0])
    return f"{first}(?<! {first}){written.removeprefix(first)}"


def _reading(slot: Slot, local_types: Mapping[str, str]) -> Reading:
    if slot.words:
        words = sorted(slot.words, key=len, reverse=True)
        return Reading("(?:" + "|".join(_literal(word, tight=False) for word in words) + ")")
    if slot.local_type:
        return Reading(f"(?:{local_types[slot.local_type]})")
    if slot.name == "*":
        return ANYTHING
    return READINGS[_type(slot)]


def _type(slot: Slot) -> SlotType:
    if slot.type is not None:
        return slot.type
    return FIELDS[slot.name].type if slot.name in FIELDS else SlotType.WORD


def _is_open(slot: Slot) -> bool:
    if slot.words or slot.local_type:
        return False
    return slot.name == "*" or READINGS[_type(slot)].open


def _is_spaced(slot: Slot) -> bool:
    """Whether a slot may hold blanks: but none at its ends."""
    return slot.name != "*" and _is_open(slot) and _type(slot) in _SPACED


def _slot(
    slot: Slot, before: str | Slot, rest: Sequence[str | Slot], local_types: Mapping[str, str], *, tight: bool
) -> str:
    reading = _reading(slot, local_types)
    text = _open(reading, slot, before, rest, tight=tight) if reading.open else reading.pattern
    return text if slot.name in {"_", "*"} else f"({text})"


def _open(reading: Reading, slot: Slot, before: str | Slot, rest: Sequence[str | Slot], *, tight: bool) -> str:
    """Write an open slot: the shortest that fits, without blanks at its ends.

    It is greedy, which is quicker, where that comes to the same: before a character that it cannot hold, and where
    nothing but one literal follows.
    """
    after = rest[0] if rest else ""
    literal = after if isinstance(after, str) else ""
    cannot_hold = bool(literal) and not re.match(reading.pattern, literal[0], re.DOTALL)
    greedy = not rest or cannot_hold or (len(rest) == 1 and bool(literal))
    body = reading.pattern + ("+" if reading.least else "*") + ("" if greedy else "?")
    ended = "(?<! )" if isinstance(after, Slot) or (literal.startswith(" ") and not tight) else ""
    if slot.name == "*" and literal:
        return body + ended  # else each blank of a long run would be tried as the beginning of what follows
    if not _is_spaced(slot):
        return body
    led = before == "" or (tight and isinstance(before, str) and before.endswith(" "))
    return ("" if led else "(?! )") + body + ended
