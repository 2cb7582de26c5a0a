"""What the steps of one block come to, whatever they are asked of: found out once, not for each of hundreds of scenes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from whydown.diagnose.model import How, Pattern, Role, Want, Where
from whydown.diagnose.terms import names, names_of_sum
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from whydown.diagnose.model import Step

_MOST = 4096  # plans kept: several times what is shipped


class Plan(NamedTuple):
    """The steps of a block, parted and looked at."""

    steps: Sequence[Step]
    sides: tuple[Side, ...]  # that `either` is tried as; just one where it is not used
    firm: tuple[Step, ...]  # what must hold
    soft: tuple[Step, ...]  # what helps, and what leans on it
    leans: tuple[frozenset[int], ...]  # for each firm step, the firm steps before it whose names it uses
    needs: tuple[tuple[Pattern, ...], ...]  # of each of these one pattern must find something where all is heard
    helps: tuple[tuple[Pattern, ...], ...]  # the same of the clauses that help
    free: tuple[Want, ...]  # firm clauses that lean on no name: what they find is the same whatever is bound
    latest_first: bool  # one pattern alone binds events, so that the first way to bind all is the latest
    anchors: Mapping[int, tuple[str, ...]]  # the names that a pattern leans on, by its id


_plans: dict[int, Plan] = {}


def plan(steps: Sequence[Step]) -> Plan:
    """Return the plan of these steps; the same object is looked at once."""
    known = _plans.get(id(steps))
    if known is None:
        if len(_plans) >= _MOST:
            _plans.clear()
        known = _plans[id(steps)] = _planned(steps)  # which holds the steps, so that their id stays theirs
    return known


def _planned(steps: Sequence[Step]) -> Plan:
    firm, soft = _parted(steps)
    wants = [s for s in steps if isinstance(s, Want)]
    patterns = [p for s in wants for p in s.patterns if isinstance(p, Pattern)]
    anchors = {id(p): tuple(dict.fromkeys(r.name for r in p.anchors())) for p in patterns}
    binding = [p for s in wants if s.how in {How.IF, How.HELPS} for p in s.patterns]
    return Plan(
        steps=steps,
        sides=_sides(steps),
        firm=tuple(firm),
        soft=tuple(soft),
        leans=_leanings(firm),
        needs=tuple(_of_events(s for s in wants if s.how is How.IF)),
        helps=tuple(_of_events(s for s in wants if s.how is How.HELPS)),
        free=tuple(
            s
            for s in firm
            if isinstance(s, Want) and all(isinstance(p, Pattern) and not anchors[id(p)] for p in s.patterns)
        ),
        latest_first=len(binding) == 1 and isinstance(binding[0], Pattern),
        anchors=anchors,
    )


def _sides(steps: Iterable[Step]) -> tuple[Side, ...]:
    """Return the sides that `either` is tried as; just one where it is not used."""
    used = {p.role for s in steps if isinstance(s, Want) for p in s.patterns if isinstance(p, Pattern)}
    return (Side.EDGE, Side.PEER) if used & {Role.EITHER, Role.OTHER} else (Side.EDGE,)


def _parted(steps: Sequence[Step]) -> tuple[list[Step], list[Step]]:
    """Part the steps that must hold from those that lean on what `helps` binds."""
    loose: set[str] = set()
    firm: list[Step] = []
    soft: list[Step] = []
    for step in steps:
        if isinstance(step, Want):
            is_soft = step.how is How.HELPS
            loose |= {p.name for p in step.patterns if p.name} if is_soft else set()
        elif isinstance(step, Where):
            used = names_of_sum(step.left).union(*(names_of_sum(r) for r in step.rights))
            is_soft = bool(used & loose)
        else:
            is_soft = bool(names(step.call) & loose)
            loose |= {step.name} if is_soft else set()
        (soft if is_soft else firm).append(step)
    return firm, soft


def _leanings(steps: Sequence[Step]) -> tuple[frozenset[int], ...]:
    """Return for each step which earlier steps bind a name that it uses."""
    binds: dict[str, set[int]] = {}
    leans: list[frozenset[int]] = []
    for at, step in enumerate(steps):
        if isinstance(step, Want):
            used = {r.name for p in step.patterns if isinstance(p, Pattern) for r in p.anchors()}
            bound = {p.name for p in step.patterns if p.name}
        elif isinstance(step, Where):
            used, bound = names_of_sum(step.left).union(*(names_of_sum(r) for r in step.rights)), set()
        else:
            used, bound = names(step.call), {step.name}
        leans.append(frozenset(i for name in used for i in binds.get(name, ())))
        for name in bound:
            binds.setdefault(name, set()).add(at)
    return tuple(leans)


def _of_events(wants: Iterable[Want]) -> Iterator[tuple[Pattern, ...]]:
    """Yield the patterns of each clause that only events can fill."""
    for want in wants:
        patterns = tuple(p for p in want.patterns if isinstance(p, Pattern))
        if len(patterns) == len(want.patterns):
            yield patterns
