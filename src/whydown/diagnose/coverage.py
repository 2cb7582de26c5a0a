"""Which events grammars can make at all: what a pattern can bind, for every vendor or for one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from whydown.diagnose.model import How, Pattern, Role, Want
from whydown.grammar.event import Provenance
from whydown.grammar.model import Slot
from whydown.grammar.vocabulary import FIELDS, Kind, SlotType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from whydown.diagnose.model import Cause, Condition, ReasonPattern
    from whydown.grammar.model import EventBlock, Grammar


class Supply:
    """The events of some grammars: by kind, the fields each message can give and the words it is sure to."""

    def __init__(self, grammars: Iterable[Grammar]) -> None:
        """Take stock of the grammars."""
        self._by_kind: dict[Kind, list[tuple[EventBlock, frozenset[str]]]] = defaultdict(list)
        for grammar in grammars:
            common = frozenset(_slots(part for prefix in grammar.prefixes for part in prefix.parts))
            for event in grammar.events:
                templates = (*event.lines, *event.more, *(t for _, t in event.data))
                own = _slots(part for t in templates for part in t.parts)
                fields = common | frozenset(own) | {name for name, _ in event.sets}
                self._by_kind[event.kind].append((event, fields))
                for turn in event.turns:
                    turned = replace(event, kind=turn.kind, direction=turn.direction)
                    self._by_kind[turn.kind].append((turned, fields))

    def feeds(self, pattern: Pattern) -> bool:
        """Whether some message can become an event that `pattern` binds."""
        return any(True for _ in self._sources(pattern)) or Kind.GIST in pattern.kinds

    def provenances(self, pattern: Pattern) -> frozenset[Provenance]:
        """Return how the wordings are known that can become an event that `pattern` binds; none where there are none."""
        return frozenset(
            template.provenance
            for event, _ in self._sources(pattern)
            for template in (event.lines or [t for _, t in event.data])
            if template.provenance
        )

    def carries(self, pattern: Pattern, field: str) -> bool:
        """Whether some event that `pattern` binds can hold `field`."""
        return Kind.GIST in pattern.kinds or any(field in fields for _, fields in self._sources(pattern))

    def hint(self, patterns: Sequence[Pattern | ReasonPattern]) -> str:
        """Return which fields such events can hold."""
        known = {f for p in patterns if isinstance(p, Pattern) for _, fields in self._sources(p) for f in fields}
        return f"they can hold: {', '.join(sorted(known))}" if known else ""

    def why_not(self, pattern: Pattern) -> str:
        """Return what keeps every message from becoming such an event."""
        blocks = [e for k in pattern.kinds for e, _ in self._by_kind.get(k, ())]
        if not blocks:
            return f"no message of any grammar is of kind {' or '.join(pattern.kinds)}"
        if pattern.directions and not any(e.direction in pattern.directions for e in blocks):
            seen = sorted({e.direction.value for e in blocks})
            return f"messages of that kind have the direction {' or '.join(seen)}"
        return "no message of that kind gives these fields and values"

    def _sources(self, pattern: Pattern) -> Iterator[tuple[EventBlock, frozenset[str]]]:
        for kind in pattern.kinds:
            for event, fields in self._by_kind.get(kind, ()):
                fits = not pattern.directions or event.direction in pattern.directions
                if fits and all(_can_hold(event, fields, c) for c in pattern.conditions):
                    yield event, fields


def _slots(parts: Iterable[str | Slot]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Slot) and part.name not in {"_", "*"}:
            yield part.name


def _can_hold(event: EventBlock, fields: frozenset[str], condition: Condition) -> bool:
    """Whether an event of this block can fulfil a condition."""
    if condition.op == "!=":
        return condition.wanted != (None,) or condition.field in fields
    if None in condition.wanted:
        return True
    if condition.field not in fields:
        return False
    fixed: Mapping[str, str] = dict(event.sets)
    if condition.field not in fixed or FIELDS[condition.field].type not in {SlotType.WORD, SlotType.TEXT}:
        return True
    said = fixed[condition.field].casefold()
    return any(w is not None and (w in said if condition.op == "~" else w == said) for w in condition.wanted)


class Fed(NamedTuple):
    """Of `of` clauses that must hold, `fed` can be filled by a vendor's messages, `seen` by wordings that were seen."""

    fed: int
    seen: int
    of: int


def supplies(grammars: Iterable[Grammar]) -> dict[str, Supply]:
    """Return the events of each vendor's grammars."""
    by_vendor: dict[str, list[Grammar]] = defaultdict(list)
    for grammar in grammars:
        by_vendor[grammar.vendor].append(grammar)
    return {vendor: Supply(files) for vendor, files in by_vendor.items()}


def coverage(causes: Iterable[Cause], grammars: Iterable[Grammar]) -> dict[str, dict[str, dict[Role, Fed]]]:
    """Return, by cause, vendor and role of the gateway, what that vendor's log can fill of the cause's clauses.

    Roles are those that the cause looks for. What a cause asks of the reason is left out: that may show in anybody's
    log. A clause with alternatives in several roles counts in each of them.
    """
    known = supplies(grammars)
    needed = {cause.name: _parts(cause) for cause in causes}
    return {
        name: {vendor: {role: _fed(ps, supply) for role, ps in parts.items()} for vendor, supply in known.items()}
        for name, parts in needed.items()
    }


def _parts(cause: Cause) -> dict[Role, list[list[Pattern]]]:
    """Return by role the clauses that must hold, each as the alternatives that this role's log can fill."""
    parts: dict[Role, list[list[Pattern]]] = {}
    for step in cause.steps:
        if isinstance(step, Want) and step.how in {How.IF, How.NEVER}:
            of_role: dict[Role, list[Pattern]] = {}
            for pattern in step.patterns:
                if isinstance(pattern, Pattern):
                    of_role.setdefault(pattern.role, []).append(pattern)
            for role, patterns in of_role.items():
                parts.setdefault(role, []).append(patterns)
    return {role: parts[role] for role in Role if role in parts}


def _fed(clauses: Sequence[Sequence[Pattern]], supply: Supply) -> Fed:
    known = [{p for pattern in patterns for p in supply.provenances(pattern)} for patterns in clauses]
    return Fed(sum(map(bool, known)), sum(Provenance.SEEN in k for k in known), len(clauses))
