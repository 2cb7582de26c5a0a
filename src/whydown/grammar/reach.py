"""How far a wording goes along with a text that it does not match: where the writer of a grammar should look."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from whydown.grammar.model import Slot
from whydown.grammar.patterns import pattern
from whydown.grammar.slots import READINGS, converter
from whydown.grammar.vocabulary import FIELDS, SlotType

if TYPE_CHECKING:
    from whydown.grammar.model import Grammar, Template


class Reach(NamedTuple):
    """`end` characters of the text fit; then `wanted` should have come (empty: the end of the text).

    `agreed` are the characters of the template's own text among them: what makes it likely to be meant.
    """

    end: int
    wanted: str
    agreed: int = 0


def reach(template: Template, text: str, grammar: Grammar) -> Reach:
    """Return how far `template` fits `text` from its beginning on."""
    parts = template.parts
    flags = re.DOTALL | (re.IGNORECASE if grammar.any_case else re.NOFLAG)
    for count in range(len(parts), 0, -1):
        last = parts[count - 1]
        if isinstance(last, Slot) and _is_open(last):
            continue  # it would take everything: the text after it tells where it ends
        begun = parts[:count] if isinstance(last, Slot) else (*parts[: count - 1], last.rstrip(" "))
        known = pattern(replace(template, parts=begun), dict(grammar.slots))
        if found := re.match(known.expression, text, flags):
            agreed = sum(len(part) for part in parts[:count] if isinstance(part, str))
            refused = _refused(known.names, found.groups())
            if refused:
                name, group = refused
                return Reach(found.start(group), f"a value of '{name}', which this is not", agreed)
            onwards = _onwards(parts[count:], text, found.end(), flags)
            return onwards._replace(agreed=agreed + onwards.agreed)
    return _onwards(parts, text, 0, flags)


def _onwards(rest: tuple[str | Slot, ...], text: str, end: int, flags: re.RegexFlag) -> Reach:
    """Go on behind what fits: into a literal as far as its characters agree, to the beginning of a slot."""
    if not rest:
        return Reach(end, "")
    following = rest[0]
    if isinstance(following, str):
        return _into(following, text, end, flags)
    after = rest[1] if len(rest) > 1 else ""
    if isinstance(after, str) and after.strip() and _is_open(following):
        return Reach(_blanks(text, end), f"'{after.strip()}' somewhere after this")
    return Reach(_blanks(text, end), _described(following))


def _into(literal: str, text: str, end: int, flags: re.RegexFlag) -> Reach:
    at = 0
    while at < len(literal):
        if literal[at] == " ":
            after = _blanks(text, end)
            if after == end:
                break
            end, at = after, _blanks(literal, at)
        elif end < len(text) and re.fullmatch(re.escape(literal[at]), text[end], flags):
            end, at = end + 1, at + 1
        else:
            break
    rest = literal[at:].strip()
    return Reach(end, f"'{rest}'" if rest else "", at)


def _blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] == " ":
        at += 1
    return at


def _refused(names: tuple[str, ...], groups: tuple[str | None, ...]) -> tuple[str, int] | None:
    """Return the first field whose converter refuses its text, and the number of its group."""
    for group, (name, text) in enumerate(zip(names, groups, strict=True), start=1):
        convert = converter(name)
        if convert and text is not None:
            try:
                convert(text)
            except ValueError:
                return name, group
    return None


def _is_open(slot: Slot) -> bool:
    if slot.words or slot.local_type:
        return False
    known = slot.type or (FIELDS[slot.name].type if slot.name in FIELDS else SlotType.WORD)
    return slot.name == "*" or READINGS[known].open


def _described(slot: Slot) -> str:
    if slot.words:
        return " or ".join(f"'{word}'" for word in slot.words[:4]) + (" ..." if len(slot.words) > 4 else "")
    if slot.name not in FIELDS:
        return f"${slot.name}"
    return f"a value of {slot.name} ({slot.local_type or slot.type or FIELDS[slot.name].type})"
