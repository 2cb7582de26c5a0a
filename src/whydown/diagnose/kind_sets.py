"""Sets of kinds: their kinds take the place of their names in clauses, and the names are checked."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from whydown.diagnose.model import Pattern, Want
from whydown.grammar.vocabulary import Kind
from whydown.text import Problem, suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from whydown.diagnose.knowledge import Knowledge
    from whydown.diagnose.model import KindSet, ReasonPattern, Step

    _Kinds = Mapping[str, tuple[Kind, ...]]

_NAME = re.compile(r"[a-z]+(?:-[a-z]+)+")


def filled_in(knowledge: Knowledge) -> Knowledge:
    """Return what is known with every pattern meaning the kinds of the sets that it names; a name of no set adds none."""
    kinds = {s.name: s.kinds for s in knowledge.kind_sets}
    return replace(
        knowledge,
        reasons=tuple(
            replace(r, ways=tuple(_steps(way, kinds) for way in r.ways)) if any(map(_names_sets, r.ways)) else r
            for r in knowledge.reasons
        ),
        causes=tuple(replace(c, steps=_steps(c.steps, kinds)) if _names_sets(c.steps) else c for c in knowledge.causes),
    )


def _names_sets(steps: Iterable[Step]) -> bool:
    return any(pattern.sets for pattern in _over_events(steps))


def _steps(steps: Iterable[Step], kinds: _Kinds) -> tuple[Step, ...]:
    return tuple(
        replace(s, patterns=tuple(_pattern(p, kinds) for p in s.patterns)) if isinstance(s, Want) else s for s in steps
    )


def _pattern(pattern: Pattern | ReasonPattern, kinds: _Kinds) -> Pattern | ReasonPattern:
    if not isinstance(pattern, Pattern) or not pattern.sets:
        return pattern
    meant = chain(pattern.kinds, *(kinds.get(named.name, ()) for named in pattern.sets))
    return replace(pattern, kinds=tuple(dict.fromkeys(meant)))


def check_sets(knowledge: Knowledge, *, thorough: bool) -> Iterator[Problem]:
    """Check the names of sets and where they are used; if thorough, that each is used at all."""
    known = [s.name for s in knowledge.kind_sets]
    for one in knowledge.kind_sets:
        yield from _check_name(one)
    used: set[str] = set()
    for pattern in _patterns(knowledge):
        for named in pattern.sets:
            used.add(named.name)
            if named.name not in known:
                hint = suggest(named.name, [*known, *Kind]) or (f"there are: {', '.join(known)}" if known else "")
                yield Problem("C033", f"there is no set of kinds '{named.name}'", named.span, hint)
    for one in knowledge.kind_sets if thorough else ():
        if one.name not in used:
            yield Problem("C034", f"no clause uses the set '{one.name}'", one.span, "take it out")


def _check_name(one: KindSet) -> Iterator[Problem]:
    if not _NAME.fullmatch(one.name):
        hint = "write words in lower case, joined by hyphens: new-sa"
        yield Problem("C036", f"'{one.name}' could be taken for a kind", one.span, hint)


def _patterns(knowledge: Knowledge) -> Iterator[Pattern]:
    """Return every pattern over events of all reasons and causes."""
    ways = chain((w for r in knowledge.reasons for w in r.ways), (c.steps for c in knowledge.causes))
    return chain.from_iterable(map(_over_events, ways))


def _over_events(steps: Iterable[Step]) -> Iterator[Pattern]:
    return (p for s in steps if isinstance(s, Want) for p in s.patterns if isinstance(p, Pattern))
