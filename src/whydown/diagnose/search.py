"""Binds the clauses of one block to the events of one scene: in written order, the latest event first, backtracking.

Going back skips the clauses that had no part in a failure (conflict-directed backjumping: P. Prosser, "Hybrid
algorithms for the constraint satisfaction problem", Computational Intelligence 9(3), 1993): a clause that fails
whatever the clause before it binds is not tried again for each of its events.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from whydown.diagnose import outcomes
from whydown.diagnose.model import Call, How, Let, Pattern, Ref, Want, Where
from whydown.diagnose.outcomes import Tried
from whydown.diagnose.scene import NEVER, Unheard
from whydown.diagnose.terms import Bindings, NotBoundError, compare, evaluate
from whydown.diagnose.values import show
from whydown.envelope.record import Certainty
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

    from whydown.diagnose.model import ReasonPattern, Step
    from whydown.diagnose.plan import Plan
    from whydown.diagnose.scene import Matches, Scene, Seen
    from whydown.grammar.event import Event

STEPS = 10_000  # events tried by one search before it is given up
LOOKED = 500_000  # events it may look at on the way
SOLUTIONS = 64  # complete bindings looked at for the best one
TITLES: Mapping[Side, str] = {Side.EDGE: "the Edge", Side.PEER: "the peer"}
_NEAR_UNTIMED = 10_000  # microseconds: ten lines, where no line bears a time
_SHOWN = 5  # events of one clause that are kept as evidence


class Given(NamedTuple):
    """The reason an episode was found to have, as `if reason` binds it."""

    name: str
    wording: str
    events: tuple[Event, ...]


class Solution(NamedTuple):
    """A way to bind a block, as far as it has got."""

    bindings: Bindings
    evidence: tuple[tuple[str, Event], ...] = ()
    unheard: tuple[Unheard, ...] = ()  # what must be or must not be there
    unproven: tuple[Unheard, ...] = ()  # what would veto
    unhelped: int = 0  # how many `helps` found nothing
    spoken: bool = False  # a line of the gateway that is `either` fills a clause that must be filled


class _GaveUpError(Exception):
    """The step limit was reached."""


# What is bound after a step (None: it failed), and how to say so, where somebody asks.
_Outcome = tuple[Solution | None, "Callable[[], str]"]


@dataclass(slots=True)
class Search:
    """One block asked of one scene with `either` being `side`; `given_up` and `furthest` tell how it went."""

    scene: Scene
    plan: Plan
    side: Side
    given: Given | None = None
    reasons: frozenset[str] = frozenset()  # those that `if reason` takes when it names none
    tracing: bool = False
    tried: int = 0
    given_up: bool = False
    furthest: tuple[Tried, ...] = ()
    found: int = 0  # complete bindings so far
    start: Bindings = field(init=False)
    began: int = field(init=False)
    known: dict[tuple[int, ...], Seen] = field(default_factory=dict)  # by a pattern and the events that it leans on

    def __post_init__(self) -> None:
        self.began = self.scene.looked
        name = self.scene.episode.session.name
        own, across = (name.edge, name.peer) if self.side is Side.EDGE else (name.peer, name.edge)
        words = {
            "side": TITLES[self.side],
            "otherside": TITLES[self.side.other],
            "address": own.address,
            "otheraddress": across.address,
        }
        self.start = Bindings(self.scene.episode, values=words)

    def solutions(self, promising: Callable[[Solution], bool] = lambda _: True) -> Iterator[Solution]:
        """Yield ways to bind all steps, `helps` last and only if they can be; those not `promising` are passed over."""
        two_sided = len(self.plan.sides) > 1
        try:
            if not self.tracing and any(self._is_false(step) for step in self.plan.free):
                return
            for found, (solution, trail) in enumerate(self._solve(0, Solution(self.start), ())):
                bound = solution._replace(
                    spoken=any(e.side is self.side or not two_sided for _, e in solution.evidence)
                )
                if promising(bound):
                    yield self._help(bound, trail)
                if found + 1 >= SOLUTIONS:
                    return
        except _GaveUpError:
            self.given_up = True

    def at_best(self) -> Solution:
        """Return what no way to bind surpasses: it lacks only what is never heard, and all that is somewhere helps."""
        wants = [s for s in self.plan.firm if isinstance(s, Want)]
        nowhere = [patterns for patterns in self.plan.needs if not self.scene.holds_any(patterns, self.side)]
        return Solution(
            self.start,
            unheard=(
                *(u for patterns in nowhere for u in self._deaf(patterns)[:1]),
                *(u for s in wants if s.how is How.NEVER for u in self._deaf(s.patterns)),
            ),
            unproven=tuple(u for s in wants if s.how is How.UNLESS for u in self._deaf(s.patterns)),
            unhelped=sum(not self.scene.holds_any(patterns, self.side) for patterns in self.plan.helps),
            spoken=True,
        )

    def _deaf(self, patterns: Iterable[Pattern | ReasonPattern]) -> list[Unheard]:
        """Return what is not heard at any time of what patterns mean."""
        found = (self.scene.deaf(p, p.role.meant(self.side)) for p in patterns if isinstance(p, Pattern))
        return [unheard for unheard in found if unheard]

    def _is_false(self, step: Want) -> bool:
        """Whether a clause that leans on no name fails, whatever the other clauses bind."""
        start = Solution(self.start)
        if step.how is not How.IF:
            return self._absent(step, start)[0] is None
        seen = [(p, self._seen(p, start)) for p in step.patterns if isinstance(p, Pattern)]
        return all(s.unheard is None and s.matches.get(p.at_least - 1) is None for p, s in seen)

    def _seen(self, pattern: Pattern, so_far: Solution) -> Seen:
        """Return what a pattern finds; it is looked for once for the same events that it leans on."""
        events = so_far.bindings.events
        key = (id(pattern), *[id(events.get(name)) for name in self.plan.anchors[id(pattern)]])
        seen = self.known.get(key)
        if seen is None:
            seen = self.known[key] = self.scene.find(pattern, pattern.role.meant(self.side), events)
        return seen

    # --- clauses that must hold ---

    def _solve(
        self, at: int, so_far: Solution, trail: tuple[Tried, ...]
    ) -> Generator[tuple[Solution, tuple[Tried, ...]], None, frozenset[int]]:
        """Yield every way to bind what is firm from `at` on; return which steps before had a part in there being no more."""
        if at == len(self.plan.firm):
            self._note(trail)
            self.found += 1
            yield so_far, trail
            return frozenset(range(at))
        step, conflicts = self.plan.firm[at], self.plan.leans[at]
        for after, outcome in self._outcomes(step, so_far):
            here = (*trail, Tried(outcomes.written(step), outcome(), after is None)) if self.tracing else ()
            if after is None:
                self._note(here)
                continue
            before = self.found
            blamed = yield from self._solve(at + 1, after, here)
            if self.found == before and at not in blamed:
                return blamed  # whatever is bound here, it fails again
            conflicts |= blamed
        return conflicts - {at}

    def _outcomes(self, step: Step, so_far: Solution) -> Iterator[_Outcome]:
        """Yield what can come of one step."""
        if isinstance(step, Let):
            yield self._let(step, so_far)
        elif isinstance(step, Where):
            yield self._where(step, so_far)
        elif step.how in {How.UNLESS, How.NEVER}:
            yield self._absent(step, so_far)
        else:
            yield from self._bind(step, so_far)

    def _let(self, step: Let, so_far: Solution) -> tuple[Solution, Callable[[], str]]:
        try:
            value = evaluate(step.call, so_far.bindings)
        except NotBoundError as err:
            return so_far, partial(outcomes.not_bound, str(err))
        after = so_far._replace(bindings=so_far.bindings.with_value(step.name, value))
        return after, lambda: f"is {show(value) or 'nothing'}"

    def _where(self, step: Where, so_far: Solution) -> _Outcome:
        """Judge a comparison; one that uses a name which is not bound is passed over, since its clause already counts."""
        try:
            holds = compare(step, so_far.bindings)
        except NotBoundError as err:
            return so_far, partial(outcomes.not_bound, str(err))
        if why := self._untimely(step, so_far.bindings):
            unheard = Unheard(Side.PEER, (), self.scene.begin, self.scene.end, why, step.written)
            return so_far._replace(unheard=(*so_far.unheard, unheard)), partial(outcomes.not_heard, unheard)
        if holds:
            return so_far, lambda: "holds"
        return None, partial(outcomes.does_not_hold, step, so_far.bindings)

    def _untimely(self, step: Where, bindings: Bindings) -> str:
        """Return why a comparison of times cannot be made: two clocks that are not aligned, or a line without time."""
        terms = [t for s in (step.left, *step.rights) for t in s.terms]
        refs = [r for t in terms for r in (t.arguments if isinstance(t, Call) else (t,)) if isinstance(r, Ref)]
        events = [bindings.events[r.name] for r in refs if r.field == "at" and r.name in bindings.events]
        if any(e.certainty is Certainty.UNTIMED for e in events):
            return "untimed"
        return "clocks" if len({e.side for e in events}) > 1 and not self.scene.aligned else ""

    def _absent(self, step: Want, so_far: Solution) -> _Outcome:
        """Judge an `unless` or `never`."""
        missing: list[Unheard] = []
        for pattern in step.patterns:
            if not isinstance(pattern, Pattern):
                continue
            seen = self._seen(pattern, so_far)
            self._count()
            there, far = self._vetoing(pattern, seen.matches, so_far.bindings)
            if there is not None:
                return None, partial(outcomes.found, "is there:", there)
            unheard = seen.unheard
            if unheard is None and step.how is How.NEVER:
                unheard = self.scene.outlasts(pattern, pattern.role.meant(self.side), so_far.bindings.events)
            missing += (unheard,) if unheard else far
        if not missing:
            return so_far, lambda: "absent, and somebody listened"
        if step.how is How.NEVER:
            return so_far._replace(unheard=(*so_far.unheard, *missing)), partial(outcomes.not_heard, missing[0])
        return so_far._replace(unproven=(*so_far.unproven, *missing)), partial(outcomes.not_heard, missing[0])

    def _bind(self, step: Want, so_far: Solution) -> Iterator[_Outcome]:
        """Yield every event that a clause can bind, and at last that it may have gone unheard."""
        unheard: Unheard | None = None
        found = untimed = listened = False
        for pattern in step.patterns:
            if not isinstance(pattern, Pattern):
                outcome = self._reason(pattern, so_far)
                found = True
                yield outcome
                continue
            seen = self._seen(pattern, so_far)
            unheard = unheard or seen.unheard
            listened = listened or seen.unheard is None
            for place, events in seen.matches.groups(pattern.at_least):
                self._count()
                found = True
                evidence = (*so_far.evidence, *((pattern.name or "why", e) for e in events[-_SHOWN:]))
                count = partial(seen.matches.count, place)
                after = so_far._replace(
                    bindings=so_far.bindings.with_event(pattern.name, events[-1], count),
                    evidence=evidence,
                    unheard=(*so_far.unheard, *self._unmeasured(pattern, events[-1], so_far.bindings)),
                )
                untimed = events[-1].certainty is Certainty.UNTIMED
                yield after, partial(outcomes.found, "bound to", events[-1])
        if untimed:
            return  # no clock says how much of the window the lines cover: what they hold is what there was
        if unheard is not None and unheard.why == NEVER and (listened or not so_far.evidence):
            if not found:  # granted only for more of what something speaks for already, and to no other wording's cost
                yield None, partial(str, outcomes.ABSENT if listened else outcomes.UNSAID)
            return
        if unheard is not None:
            yield so_far._replace(unheard=(*so_far.unheard, unheard)), partial(outcomes.not_heard, unheard)
        elif not found:
            yield None, partial(str, outcomes.ABSENT)

    def _unmeasured(self, pattern: Pattern, event: Event, bindings: Bindings) -> tuple[Unheard, ...]:
        """Return that a window with a length was not measured where a line bears no time: only its place is known."""
        measured = [bindings.events[w.anchor.name] for w in pattern.windows if w.length is not None]
        if not measured or all(e.certainty is not Certainty.UNTIMED for e in (event, *measured)):
            return ()
        side = pattern.role.meant(self.side)
        return (Unheard(side, pattern.kinds, self.scene.begin, self.scene.end, "untimed", pattern.written),)

    def _vetoing(
        self, pattern: Pattern, matches: Matches, bindings: Bindings
    ) -> tuple[Event | None, tuple[Unheard, ...]]:
        """Return the latest event that vetoes, if there are enough; else what stands too far away for anyone to say."""
        if matches.get(0) is None:
            return None, ()
        names = (w.anchor.name for w in pattern.windows if w.length is not None)
        anchors = [bindings.events[n] for n in names if n in bindings.events]
        near: list[Event] = []
        far: tuple[Unheard, ...] = ()
        place = 0
        while (event := matches.get(place)) is not None:
            place += 1
            self._count()
            unmeasured = self._unmeasured(pattern, event, bindings)
            if unmeasured and any(abs(event.at - a.at) > _NEAR_UNTIMED for a in anchors):
                far = unmeasured
                continue
            near.append(event)
            if len(near) == pattern.at_least:
                return near[0], ()
        return None, far

    def _reason(self, pattern: ReasonPattern, so_far: Solution) -> _Outcome:
        """Bind the reason the episode was found to have."""
        given = self.given
        if given is None or given.name not in (frozenset(pattern.reasons) or self.reasons):
            return None, lambda: f"the reason found is {given.name if given else 'unknown'}"
        bindings, last = so_far.bindings, max(given.events, key=lambda e: e.at)
        if pattern.name:
            bindings = bindings.with_event(pattern.name, last, partial(len, given.events))
            bindings = bindings.with_value(pattern.name, given.wording)
        evidence = (*so_far.evidence, *((pattern.name or "why", e) for e in given.events))
        return so_far._replace(bindings=bindings, evidence=evidence), partial(outcomes.found, "shown by", last)

    # --- clauses that help ---

    def _help(self, so_far: Solution, trail: tuple[Tried, ...]) -> Solution:
        """Bind what helps: for each clause the latest event with which all comparisons that can be made hold."""
        checks = [s for s in self.plan.soft if not isinstance(s, Want)]
        for step in self.plan.soft:
            if isinstance(step, Let):
                so_far, outcome = self._let(step, so_far)
            elif isinstance(step, Where):
                _, outcome = self._where(step, so_far)
            else:
                firm = len(so_far.unheard)
                ways = ((a, o) for a, o in self._bind(step, so_far) if a is not None and len(a.unheard) == firm)
                found = next(((a, o) for a, o in ways if self._agrees(checks, a)), None)
                so_far, outcome = found or (so_far._replace(unhelped=so_far.unhelped + 1), lambda: outcomes.NOT_FOUND)
            if self.tracing:
                trail = (*trail, Tried(outcomes.written(step), outcome(), failed=False))
        self._note(trail)
        return so_far

    def _agrees(self, checks: Sequence[Step], so_far: Solution) -> bool:
        """Whether every comparison that can be made by now holds."""
        for step in checks:
            if isinstance(step, Let):
                so_far, _ = self._let(step, so_far)
            elif isinstance(step, Where) and self._where(step, so_far)[0] is None:
                return False
        return True

    def _count(self) -> None:
        self.tried += 1
        if self.tried > STEPS or self.scene.looked - self.began > LOOKED:
            raise _GaveUpError

    def _note(self, trail: tuple[Tried, ...]) -> None:
        """Keep the way that got furthest, the first of several; one that holds before one that fails as late."""
        if self.tracing and outcomes.reach(trail) > outcomes.reach(self.furthest):
            self.furthest = trail
