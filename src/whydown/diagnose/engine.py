"""Asks an episode about reasons and causes: which events speak for them, what was not heard, how sure that makes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from whydown.diagnose.functions import NONE, Gap
from whydown.diagnose.incident import Agreement, Confidence, Difference
from whydown.diagnose.plan import plan
from whydown.diagnose.search import STEPS, TITLES, Given, Search, Solution
from whydown.diagnose.terms import Bindings, NotBoundError, evaluate, fill, total
from whydown.diagnose.topics import told
from whydown.diagnose.values import show
from whydown.grammar.event import Provenance
from whydown.grammar.vocabulary import Kind
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from whydown.diagnose.model import Cause, Differs, Reason, Sum
    from whydown.diagnose.outcomes import Tried
    from whydown.diagnose.scene import Scene, Unheard
    from whydown.grammar.event import Event
    from whydown.tally import Tally

_STATEMENTS = frozenset({Kind.SESSION_DOWN, Kind.TUNNEL_DOWN})
_STATES = frozenset({Kind.SERVICE_DOWN, Kind.HA_STATE, Kind.BGP_DOWN})  # what a dump or an alarm may say
_SAYING = _STATEMENTS | _STATES
_Rank = tuple[int, bool, int, int]
_ORDER = {Confidence.CONFIRMED: 3, Confidence.PROBABLE: 2, Confidence.POSSIBLE: 1}


@dataclass(frozen=True, slots=True)
class Shown:
    """A reason that the logs show: `at` is the time of the last event that shows it (microseconds UTC)."""

    reason: Reason
    at: int
    bindings: Mapping[str, Event]
    evidence: tuple[tuple[str, Event], ...]  # role and event, in the order of the clauses
    stated: bool  # NSX says so itself, be it not in the latest line
    borne_out: bool = False  # other lines than the statement show it too
    statement: Event | None = None  # the latest line or dump in which NSX says it, or says it of the service or router

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
    unhelped: int = 0  # how many `helps` found nothing
    lacking: int = 0  # how many clauses that must hold were not heard
    spoken: bool = True  # a line of the gateway that is `either` fills a clause that must be filled
    given_up: bool = False  # the step limit was reached: there may be a surer binding


def reason_shown(reason: Reason, scene: Scene) -> Shown | None:
    """Return how the episode shows a reason, the latest way; None where it does not."""
    best: Shown | None = None
    stated = borne_out = False
    said: list[Event] = []
    for steps in reason.ways:
        known = plan(steps)
        latest_says = known.latest_first and not any(k in _SAYING for p in chain(*known.needs) for k in p.kinds)
        for side in known.sides:
            if not all(scene.holds_any(patterns, side) for patterns in known.needs):
                continue  # what is not there would be unheard at best, and shows nothing
            for solution in Search(scene, known, side).solutions():
                if solution.unheard or not solution.evidence:
                    continue
                at = max(e.at for _, e in solution.evidence)
                states = any(e.kind in _STATEMENTS for _, e in solution.evidence)
                said += [e for _, e in solution.evidence if _is_said(e)]
                stated, borne_out = stated or states, borne_out or not states
                if best is None or at > best.at:
                    best = Shown(reason, at, solution.bindings.events, solution.evidence, stated)
                if len(steps) == 1 or latest_says:
                    break  # the latest event came first
    statement = max(said, key=lambda e: e.at, default=None)
    return best and replace(best, stated=stated, borne_out=borne_out, statement=statement)


def _is_said(event: Event) -> bool:
    """Whether NSX itself says with this event what is down."""
    if event.kind in _STATEMENTS:
        return True
    return event.kind in _STATES and (event.of_dump or "alarm" in event.fields)


def find(cause: Cause, scene: Scene, shown: Shown | None, tally: Tally | None = None) -> Finding | None:
    """Return what an episode says about a cause, given the reason it was found to have; None where something is false.

    A search that takes too many steps ends with the best found so far; where nothing was, the tally bears a notice.
    """
    best: tuple[_Rank, Solution, Search] | None = None
    given_up = False
    known, given = plan(cause.steps), _given(shown)

    def promising(solution: Solution) -> bool:
        # What helps can only make it less sure: a clause more that finds nothing, a line more whose wording counts.
        return best is None or _rank(solution, cause) > best[0]

    for side in known.sides:
        search = Search(scene, known, side, given, cause.reasons)
        if best and not promising(search.at_best()):
            continue
        for solution in search.solutions(promising):
            rank = _rank(solution, cause)
            if best is None or rank > best[0]:
                best = rank, solution, search
            if best[0][0] == _ORDER[Confidence.CONFIRMED]:
                return _finding(cause, best[1], best[2])
            if not promising(search.at_best()):
                break
        given_up = given_up or search.given_up
    if given_up and best is None and tally is not None:
        tally.notice(f"cause {cause.name}", f"given up after {STEPS} steps: too many events fit its clauses")
    return _finding(cause, best[1], best[2], given_up=given_up) if best else None


def why_not(cause: Cause, scene: Scene, shown: Shown | None, side: Side | None = None) -> tuple[Tried, ...]:
    """Return, clause by clause, what was tried, up to the first clause that failed on the way that got furthest.

    With a `side`, only with that gateway as `either`.
    """
    furthest: tuple[Tried, ...] = ()
    known = plan(cause.steps)
    for one in known.sides if side is None else (side,):
        search = Search(scene, known, one, _given(shown), cause.reasons, tracing=True)
        next(search.solutions(), None)
        if not furthest or _reach(search.furthest) > _reach(furthest):
            furthest = search.furthest
    return furthest


def _reach(trail: tuple[Tried, ...]) -> tuple[bool, int]:
    """Return how far a trail got: one that nothing failed on got furthest."""
    return not any(t.failed for t in trail), len(trail)


def _given(shown: Shown | None) -> Given | None:
    if shown is None:
        return None
    return Given(shown.reason.asked, shown.reason.wording, tuple(e for _, e in shown.evidence))


def _rank(solution: Solution, cause: Cause) -> _Rank:
    """Return what makes one way to bind a cause better than another; one that no line speaks for is none."""
    return _ORDER[_level(solution, cause)[0]], solution.spoken, -len(_missing(solution)), -solution.unhelped


def _missing(solution: Solution) -> tuple[Unheard, ...]:
    return tuple(dict.fromkeys((*solution.unheard, *solution.unproven)))


def _finding(cause: Cause, solution: Solution, search: Search, *, given_up: bool = False) -> Finding:
    """Return what a solution comes to."""
    level, why = _level(solution, cause)
    bindings = solution.bindings
    differs, agrees = _table(cause, bindings, search)
    missing = _missing(solution)
    settles = (fill(cause.settles, bindings) if cause.settles else None) or _settling(missing)
    return Finding(
        cause=cause,
        level=level,
        bindings=dict(bindings.events),
        evidence=tuple({(role, event.id): (role, event) for role, event in solution.evidence}.values()),
        unheard=missing,
        says=next((s for t in cause.says if (s := fill(t, bindings)) is not None), cause.title),
        do=tuple(s for t in cause.do if (s := fill(t, bindings)) is not None),
        differs=differs,
        agrees=agrees,
        fault={"writer": search.side.value, "other": search.side.other.value}.get(cause.fault, cause.fault),
        settles=settles if missing or cause.alike else "",
        why=why,
        unhelped=solution.unhelped,
        lacking=len(solution.unheard),
        spoken=solution.spoken,
        given_up=given_up,
    )


def _level(solution: Solution, cause: Cause) -> tuple[Confidence, str]:
    """Return how sure a solution is, and what keeps it from being surer."""
    provenances = {e.rule.provenance for _, e in solution.evidence}
    limits = (
        (solution.unheard, Confidence.POSSIBLE, "a part of it was not heard"),
        (Provenance.GIST in provenances, Confidence.POSSIBLE, "it rests on a line no message file knows"),
        (solution.unproven, Confidence.PROBABLE, "what would speak against it was not heard"),
        (solution.unhelped, Confidence.PROBABLE, "not every supporting line was found"),
        (Provenance.ASSUMED in provenances, Confidence.PROBABLE, "the wording of a line it rests on is assumed"),
        (cause.alike, Confidence.PROBABLE, "other causes leave the same lines"),
    )
    for limit, level, why in limits:
        if limit:
            return level, why
    return Confidence.CONFIRMED, "every line it rests on is there"


def _table(cause: Cause, bindings: Bindings, search: Search) -> tuple[tuple[Difference, ...], tuple[Agreement, ...]]:
    """Return the rows of the table of parameters: what differs, and what was compared and is the same."""
    rows: list[Difference] = []
    same: list[Agreement] = []
    for clause in cause.differs:
        try:
            if clause.gap is None:
                rows += _row(clause, bindings, swap=cause.two_sided and search.side is Side.PEER)
                continue
            gap = bindings.value(clause.gap)
        except NotBoundError:
            continue
        if isinstance(gap, Gap) and clause.roles:
            swap = clause.roles[0].meant(search.side) is Side.PEER
            rows += [Difference(r.parameter, *_ordered(r.first or NONE, r.second or NONE, swap=swap)) for r in gap.rows]
            same += [Agreement(r.parameter, r.first) for r in gap.same]
    return tuple(dict.fromkeys(rows)), tuple(dict.fromkeys(same))


def _row(clause: Differs, bindings: Bindings, *, swap: bool) -> list[Difference]:
    name = clause.parameter if isinstance(clause.parameter, str) else show(evaluate(clause.parameter, bindings))
    first, second = (_shown(s, bindings) for s in (clause.first, clause.second))
    return [Difference(name, *_ordered(first, second, swap=swap))] if name and (first or second) else []


def _shown(terms: Sum | None, bindings: Bindings) -> str:
    try:
        return show(total(terms, bindings)) if terms else ""
    except NotBoundError:
        return ""


def _ordered(first: str, second: str, *, swap: bool) -> tuple[str, str]:
    return (second, first) if swap else (first, second)


def _settling(missing: Iterable[Unheard]) -> str:
    """Return which lines of whose log would settle it."""
    wanted: dict[Side, dict[Kind, None]] = {}
    for one in missing:
        wanted.setdefault(one.side, {}).update(dict.fromkeys(one.kinds))
    said = [f"{TITLES[side]}'s log of that time: {', '.join(told(kinds))}" for side, kinds in wanted.items() if kinds]
    if any(one.why == "clocks" for one in missing):
        said.append("logs of both gateways of a time when something passed between them, to compare their clocks")
    return "; ".join(said)
