"""Asks an episode about reasons and causes: which events bind, what was not heard, how sure that makes a cause.

Clauses are taken in the order they are written, the latest event first, back to the clause before when one fails.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from whydown.diagnose.functions import Gap
from whydown.diagnose.incident import Agreement, Confidence, Difference
from whydown.diagnose.model import Call, How, Let, Pattern, Reason, Ref, Role, Want, Where
from whydown.diagnose.terms import Bindings, NotBoundError, compare, evaluate, fill, names, names_of_sum, total
from whydown.diagnose.values import show
from whydown.grammar.event import Provenance
from whydown.grammar.vocabulary import Kind
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from whydown.diagnose.model import Cause, Differs, ReasonPattern, Step, Sum
    from whydown.diagnose.scene import Scene, Unheard
    from whydown.grammar.event import Event
    from whydown.tally import Tally

STEPS = 10_000  # events tried by one block before it is given up
_SOLUTIONS = 64  # complete bindings looked at for the best one
_STATEMENTS = frozenset({Kind.SESSION_DOWN, Kind.TUNNEL_DOWN})
_ORDER = {Confidence.CONFIRMED: 3, Confidence.PROBABLE: 2, Confidence.POSSIBLE: 1}
_TITLES = {Side.EDGE: "the Edge", Side.PEER: "the peer"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A reason that the logs show: `at` is the time of the last event that shows it (microseconds UTC)."""

    reason: Reason
    at: int
    bindings: Mapping[str, Event]
    evidence: tuple[tuple[str, Event], ...]  # role and event; in the order of the clauses
    stated: bool  # NSX says so itself, be it not in the latest line

    @property
    def last(self) -> Event:
        """The last event that shows it."""
        return max((e for _, e in self.evidence), key=lambda e: e.at)


@dataclass(frozen=True, slots=True)
class Finding:
    """A cause that nothing speaks against, how sure it is, and what it says."""

    cause: Cause
    level: Confidence
    bindings: Mapping[str, Event]
    evidence: tuple[tuple[str, Event], ...]
    unheard: tuple[Unheard, ...]
    says: str  # the title where no sentence can be filled in
    do: tuple[str, ...]
    differs: tuple[Difference, ...]
    agrees: tuple[Agreement, ...]
    fault: str  # edge, peer, path, both, none or unknown
    settles: str  # what would settle it; empty where nothing is missing
    why: str  # why it is no surer than it is
    given_up: bool = False  # the step limit was reached: there may be a surer binding


@dataclass(frozen=True, slots=True)
class Tried:
    """One clause of a trace: what is written, what came of it, and whether it was the end."""

    written: str
    outcome: str
    failed: bool


class _GaveUpError(Exception):
    """The step limit was reached."""


@dataclass(slots=True)
class _Solution:
    """A way to bind a block."""

    bindings: Bindings
    evidence: tuple[tuple[str, Event], ...] = ()
    unheard: tuple[Unheard, ...] = ()  # `if` and `never`
    unproven: tuple[Unheard, ...] = ()  # `unless`
    unhelped: int = 0
    judged: bool = True  # no comparison was left open


def reason_shown(reason: Reason, scene: Scene) -> Shown | None:
    """Return how the episode shows a reason, the latest way; None where it does not."""
    best: Shown | None = None
    stated = False
    for steps in reason.ways:
        for side in _sides(steps):
            for solution in _solutions(_Search(scene, side, None), steps):
                if solution.unheard or not solution.evidence or not solution.judged:
                    continue
                at = max(e.at for _, e in solution.evidence)
                stated = stated or any(e.kind in _STATEMENTS for _, e in solution.evidence)
                if best is None or at > best.at:
                    best = Shown(reason, at, solution.bindings.events, solution.evidence, stated)
    return best and replace(best, stated=stated)


def find(cause: Cause, scene: Scene, shown: Shown | None, tally: Tally | None = None) -> Finding | None:
    """Return what an episode says about a cause, given the reason it was found to have; None where something is false.

    A search that takes too many steps ends with the best found so far and a notice in the tally.
    """
    best: Finding | None = None
    for side in _sides(cause.steps):
        search = _Search(scene, side, shown, cause.reasons)
        for solution in _solutions(search, cause.steps):
            finding = _finding(cause, solution, search)
            if best is None or _rank(finding) > _rank(best):
                best = finding
            if best.level is Confidence.CONFIRMED:
                return best
        if search.given_up:
            best = best and replace(best, given_up=True)
        if search.given_up and tally is not None:
            tally.notice(f"cause {cause.name}", f"given up after {STEPS} steps: too many events fit its clauses")
    return best


def why_not(cause: Cause, scene: Scene, shown: Shown | None) -> tuple[Tried, ...]:
    """Return, clause by clause, what was tried, up to the first clause that failed on the way that got furthest."""
    furthest: tuple[Tried, ...] = ()
    for side in _sides(cause.steps):
        search = _Search(scene, side, shown, cause.reasons, tracing=True)
        for _ in _solutions(search, cause.steps):
            break
        if len(search.furthest) > len(furthest):
            furthest = search.furthest
    return furthest


def _rank(finding: Finding) -> tuple[int, int, int]:
    return _ORDER[finding.level], -len(finding.unheard), len(finding.evidence)


def _sides(steps: Iterable[Step]) -> tuple[Side, ...]:
    """Return the sides that `either` is tried as; just one where it is not used."""
    used = {p.role for s in steps if isinstance(s, Want) for p in s.patterns if isinstance(p, Pattern)}
    return (Side.EDGE, Side.PEER) if used & {Role.EITHER, Role.OTHER} else (Side.EDGE,)


def _solutions(search: _Search, steps: Sequence[Step]) -> Iterator[_Solution]:
    """Yield ways to bind all steps, helps last and only if they can be."""
    firm, soft = _parted(steps)
    try:
        for found, solution in enumerate(search.solve(firm, 0, _Solution(search.start), ())):
            yield search.help(soft, solution)
            if found + 1 >= _SOLUTIONS:
                return
    except _GaveUpError:
        search.given_up = True


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


@dataclass(slots=True)
class _Search:
    """One block asked of one scene with `either` being one side: the steps counted, the way that got furthest."""

    scene: Scene
    side: Side
    shown: Shown | None
    reasons: frozenset[str] = frozenset()
    tracing: bool = False
    tried: int = 0
    given_up: bool = False
    furthest: tuple[Tried, ...] = ()
    start: Bindings = field(init=False)

    def __post_init__(self) -> None:
        words = {"side": _TITLES[self.side], "otherside": _TITLES[self.side.other]}
        self.start = Bindings(self.scene.episode, values=words)

    def solve(self, steps: Sequence[Step], at: int, so_far: _Solution, trail: tuple[Tried, ...]) -> Iterator[_Solution]:
        """Yield every way to bind `steps` from `at` on."""
        if at == len(steps):
            self.note(trail)
            yield so_far
            return
        step = steps[at]
        for after, outcome in self.outcomes(step, so_far):
            if after is None:
                self.note((*trail, Tried(step.written, outcome, failed=True)) if self.tracing else ())
                continue
            more = (*trail, Tried(step.written, outcome, failed=False)) if self.tracing else ()
            yield from self.solve(steps, at + 1, after, more)

    def outcomes(self, step: Step, so_far: _Solution) -> Iterator[tuple[_Solution | None, str]]:
        """Yield what can come of one step: what is bound after it (None: it failed), and how to say so."""
        if isinstance(step, Let):
            yield self.let(step, so_far)
        elif isinstance(step, Where):
            yield self.where(step, so_far)
        elif step.how in (How.UNLESS, How.NEVER):
            yield self.absent(step, so_far)
        else:
            yield from self.bind(step, so_far)

    def let(self, step: Let, so_far: _Solution) -> tuple[_Solution, str]:
        try:
            value = evaluate(step.call, so_far.bindings)
        except NotBoundError:
            return so_far, "a name is not bound"
        return _grown(so_far, so_far.bindings.with_value(step.name, value)), f"is {show(value) or 'nothing'}"

    def where(self, step: Where, so_far: _Solution) -> tuple[_Solution | None, str]:
        try:
            holds = compare(step, so_far.bindings)
        except NotBoundError:
            after = _grown(so_far, so_far.bindings)
            after.judged = False
            return after, "a name is not bound"
        if self.crosses(step, so_far.bindings):
            after = _grown(so_far, so_far.bindings)
            after.judged = False
            return after, "not heard: the clocks of the gateways are not aligned"
        return (so_far, "holds") if holds else (None, f"does not hold: {self.said(step, so_far.bindings)}")

    def said(self, step: Where, bindings: Bindings) -> str:
        """Return a comparison with its values."""
        left = total(step.left, bindings)
        rights = [show(total(r, bindings)) or "nothing" for r in step.rights]
        return f"{show(left) or 'nothing'} {step.op} {' or '.join(rights)}"

    def crosses(self, step: Where, bindings: Bindings) -> bool:
        """Whether a comparison of times spans two clocks that are not aligned."""
        if self.scene.aligned:
            return False
        terms = [t for s in (step.left, *step.rights) for t in s.terms]
        times = [r for t in terms for r in (t.arguments if isinstance(t, Call) else (t,))]
        sides = {
            bindings.events[r.name].side
            for r in times
            if isinstance(r, Ref) and r.field == "at" and r.name in bindings.events
        }
        return len(sides) > 1

    def absent(self, step: Want, so_far: _Solution) -> tuple[_Solution | None, str]:
        """Judge an `unless` or `never`."""
        after = _grown(so_far, so_far.bindings)
        outcome = "absent, and somebody listened"
        for pattern in step.patterns:
            if not isinstance(pattern, Pattern):
                continue
            seen = self.scene.find(pattern, self.of(pattern.role), so_far.bindings.events)
            self.count(1)
            if len(seen.events) >= pattern.at_least:
                return None, f"is there: {_place(seen.events[-1])}"
            if seen.unheard and step.how is How.NEVER:
                after.unheard += (seen.unheard,)
                outcome = _said_unheard(seen.unheard)
            elif seen.unheard:
                after.unproven += (seen.unheard,)
                outcome = _said_unheard(seen.unheard)
        return after, outcome

    def bind(self, step: Want, so_far: _Solution) -> Iterator[tuple[_Solution | None, str]]:
        """Yield every event that a clause can bind, and at last that it may have gone unheard."""
        unheard: Unheard | None = None
        found = False
        for pattern in step.patterns:
            if not isinstance(pattern, Pattern):
                after, outcome = self.reason(pattern, so_far)
                found = found or after is not None
                yield after, outcome
                continue
            seen = self.scene.find(pattern, self.of(pattern.role), so_far.bindings.events)
            unheard = unheard or seen.unheard
            for last in range(len(seen.events) - 1, pattern.at_least - 2, -1):
                self.count(1)
                found = True
                event = seen.events[last]
                bindings = so_far.bindings.with_event(pattern.name, event, last + 1)
                after = _grown(so_far, bindings)
                first = max(last - pattern.at_least + 1, last - 4, 0)
                after.evidence += tuple((pattern.name or "why", e) for e in seen.events[first : last + 1])
                yield after, f"bound to {_place(event)}"
        if unheard is not None:
            after = _grown(so_far, so_far.bindings)
            after.unheard += (unheard,)
            yield after, _said_unheard(unheard)
        elif not found:
            yield None, "no such event, and somebody listened"

    def reason(self, pattern: ReasonPattern, so_far: _Solution) -> tuple[_Solution | None, str]:
        """Bind the reason the episode was found to have."""
        wanted = frozenset(pattern.reasons) or self.reasons
        if self.shown is None or self.shown.reason.name not in wanted:
            return None, f"the reason found is {self.shown.reason.name if self.shown else 'unknown'}"
        bindings = so_far.bindings
        if pattern.name:
            bindings = bindings.with_event(pattern.name, self.shown.last, len(self.shown.evidence))
            bindings = bindings.with_value(pattern.name, self.shown.reason.wording)
        after = _grown(so_far, bindings)
        after.evidence += tuple((pattern.name or "why", e) for _, e in self.shown.evidence)
        return after, f"shown by {_place(self.shown.last)}"

    def help(self, steps: Sequence[Step], so_far: _Solution) -> _Solution:
        """Bind what helps: each clause the latest event with which all comparisons that can be made hold."""
        for step in steps:
            if isinstance(step, Let):
                so_far, _ = self.let(step, so_far)
            elif isinstance(step, Want):
                checks = [s for s in steps if not isinstance(s, Want)]
                found = next((a for a in self.helpers(step, so_far) if self.agrees(checks, a)), None)
                if found is None:
                    so_far = _grown(so_far, so_far.bindings)
                    so_far.unhelped += 1
                else:
                    so_far = found
        return so_far

    def helpers(self, step: Want, so_far: _Solution) -> Iterator[_Solution]:
        """Yield what a helping clause can bind."""
        for after, _ in self.bind(step, so_far):
            if after is not None and len(after.unheard) == len(so_far.unheard):
                yield after

    def agrees(self, checks: Sequence[Step], so_far: _Solution) -> bool:
        """Whether every comparison that can be made by now holds."""
        for step in checks:
            if isinstance(step, Let):
                so_far, _ = self.let(step, so_far)
            elif isinstance(step, Where) and self.where(step, so_far)[0] is None:
                return False
        return True

    def of(self, role: Role) -> Side:
        """Return the side a role means here."""
        fixed = {Role.EDGE: Side.EDGE, Role.PEER: Side.PEER, Role.EITHER: self.side, Role.OTHER: self.side.other}
        return fixed[role]

    def count(self, steps: int) -> None:
        self.tried += steps
        if self.tried > STEPS:
            raise _GaveUpError

    def note(self, trail: tuple[Tried, ...]) -> None:
        """Keep the way that got furthest; a later one only if it got further."""
        if self.tracing and len(trail) > len(self.furthest):
            self.furthest = trail


def _grown(so_far: _Solution, bindings: Bindings) -> _Solution:
    return _Solution(bindings, so_far.evidence, so_far.unheard, so_far.unproven, so_far.unhelped, so_far.judged)


def _place(event: Event) -> str:
    return f"{event.kind} {event.direction} at {event.origins[0]}"


def _said_unheard(unheard: Unheard) -> str:
    why = {
        "no log": "no log of that side covers the time",
        "not written": "that log does not show such lines at all",
        "clocks": "the clocks of the gateways are not aligned",
        "unbound": "what it leans on is not bound",
    }
    return f"not heard: {why[unheard.why]}"


# --- what a solution comes to ------------------------------------------------------------------------------------


def _finding(cause: Cause, solution: _Solution, search: _Search) -> Finding:
    level, why = _level(solution)
    bindings = solution.bindings
    says = next((s for t in cause.says if (s := fill(t, bindings)) is not None), cause.title)
    do = tuple(s for t in cause.do if (s := fill(t, bindings)) is not None)
    differs, agrees = _table(cause, bindings, search)
    fault = {"writer": search.side.value, "other": search.side.other.value}.get(cause.fault, cause.fault)
    missing = (*solution.unheard, *solution.unproven)
    settles = (fill(cause.settles, bindings) if cause.settles else None) or _settling(missing)
    return Finding(
        cause,
        level,
        dict(bindings.events),
        tuple({(role, event.id): (role, event) for role, event in solution.evidence}.values()),
        tuple(dict.fromkeys(missing)),
        says,
        do,
        differs,
        agrees,
        fault,
        settles if missing else "",
        why,
    )


def _level(solution: _Solution) -> tuple[Confidence, str]:
    """Return how sure a solution is, and what keeps it from being surer."""
    provenances = {e.rule.provenance for _, e in solution.evidence}
    if solution.unheard or not solution.judged:
        return Confidence.POSSIBLE, "a part of it was not heard"
    if Provenance.GIST in provenances:
        return Confidence.POSSIBLE, "it rests on a line no message file knows"
    if solution.unproven:
        return Confidence.PROBABLE, "what would speak against it was not heard"
    if solution.unhelped:
        return Confidence.PROBABLE, "not every supporting line was found"
    if Provenance.ASSUMED in provenances:
        return Confidence.PROBABLE, "the wording of a line it rests on is assumed"
    return Confidence.CONFIRMED, "every line it rests on is there"


def _table(cause: Cause, bindings: Bindings, search: _Search) -> tuple[tuple[Difference, ...], tuple[Agreement, ...]]:
    """Return the rows of the table of parameters: what differs, and what was compared and is the same."""
    rows: list[Difference] = []
    same: list[Agreement] = []
    for clause in cause.differs:
        try:
            if clause.gap is not None:
                gap = bindings.value(clause.gap)
                if isinstance(gap, Gap) and clause.roles:
                    swap = search.of(clause.roles[0]) is Side.PEER
                    rows += [Difference(r.parameter, *_ordered(r.first, r.second, swap=swap)) for r in gap.rows]
                    same += [Agreement(r.parameter, r.first) for r in gap.same]
            else:
                rows += _row(clause, bindings, swap=cause.two_sided and search.side is Side.PEER)
        except NotBoundError:
            continue
    return tuple(dict.fromkeys(rows)), tuple(dict.fromkeys(same))


def _row(clause: Differs, bindings: Bindings, *, swap: bool) -> list[Difference]:
    name = clause.parameter
    if not isinstance(name, str):
        name = show(evaluate(name, bindings))
    values = [_shown(s, bindings) for s in (clause.first, clause.second)]
    return [Difference(name, *_ordered(*values, swap=swap))] if name and any(values) else []


def _shown(terms: Sum | None, bindings: Bindings) -> str:
    try:
        return show(total(terms, bindings)) if terms else ""
    except NotBoundError:
        return ""


def _ordered(first: str, second: str, *, swap: bool) -> tuple[str, str]:
    return (second, first) if swap else (first, second)


def _settling(missing: Iterable[Unheard]) -> str:
    """Return which lines of whose log would settle it."""
    wanted: dict[Side, dict[str, Any]] = {}
    for one in missing:
        wanted.setdefault(one.side, {}).update(dict.fromkeys(one.kinds))
    return "; ".join(f"lines of {_TITLES[side]}'s log: {', '.join(kinds)}" for side, kinds in wanted.items())
