"""What must be true of reasons and causes together: names are bound, blocks exist, and some grammar feeds each pattern."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from whydown.diagnose.coverage import Supply
from whydown.diagnose.functions import FUNCTIONS
from whydown.diagnose.kind_sets import check_sets
from whydown.diagnose.model import Call, How, Let, Pattern, ReasonPattern, Ref, Role, Want, Where
from whydown.diagnose.values import OF_EPISODE, OF_EVENT
from whydown.grammar.vocabulary import FIELDS
from whydown.text import Problem, suggest

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from whydown.diagnose.knowledge import Knowledge
    from whydown.diagnose.model import Cause, Reason, Step, Sum, Term, Text, Trial
    from whydown.grammar.model import Grammar
    from whydown.text import Span

_OWN = frozenset({"ike_id", "child_id", "old_id", "thread", "conn", "child", "instance"})  # of one daemon
_WORDS = ("side", "otherside", "address", "otheraddress")  # bound in every block
_EITHER = frozenset({Role.EITHER, Role.OTHER})


def check(
    knowledge: Knowledge,
    grammars: Sequence[Grammar] = (),
    cases: Container[str] | None = None,
    twice: Iterable[Problem] = (),
) -> tuple[Problem, ...]:
    """Return every problem of the blocks, in the order of the files.

    With grammars, patterns that none of them can feed are problems too, and `rules-out` of causes that do not exist
    (harmless, so that files can be loaded one by one); with the names of the cases that there are, a `try` of any
    other is one. `twice` are problems the reader of the files has seen.
    """
    problems = list(twice)
    supply = Supply(grammars) if grammars else None
    for reason in knowledge.reasons:
        for way in reason.ways:
            problems += _Names(reason, supply).walk(way)
        problems += _trials(reason.tries, cases)
    for cause in knowledge.causes:
        names = _Names(cause, supply)
        problems += names.walk(cause.steps)
        problems += names.tellings(cause)
        problems += _references(cause, knowledge)
        problems += _ruled_out(cause, knowledge) if supply else ()
        problems += _trials(cause.tries, cases)
    problems += _tables(knowledge, thorough=supply is not None)
    problems += check_sets(knowledge, thorough=supply is not None)
    return tuple(sorted(dict.fromkeys(problems), key=lambda p: (p.span.path, p.span.line, p.span.column)))


def _references(cause: Cause, knowledge: Knowledge) -> Iterator[Problem]:
    """Check the names of other blocks."""
    inline = [
        (r, p.span)
        for s in cause.steps
        if isinstance(s, Want)
        for p in s.patterns
        if isinstance(p, ReasonPattern)
        for r in p.reasons
    ]
    named = [(n.name, n.span) for n in (*cause.explains, *cause.misleads)]
    reasons = [r.name for r in knowledge.reasons]
    for name, span in (*named, *inline):
        if name not in reasons:
            yield Problem("C014", f"'{name}' is not a documented reason", span, suggest(name, reasons))
    for name, span in inline:
        if name in reasons and name not in cause.reasons:
            yield Problem("C014", f"'{name}' is none of the reasons this cause explains", span, "add it to 'explains'")
    if cause.fault in {"writer", "other"} and not cause.two_sided:
        message = f"'fault {cause.fault}' needs a pattern with 'either': it is that side, or the one across"
        yield Problem("C023", message, cause.span, "name the side: 'fault edge' or 'fault peer'")


def _ruled_out(cause: Cause, knowledge: Knowledge) -> Iterator[Problem]:
    """Check that the causes a cause silences, or is like, exist."""
    causes = [c.name for c in knowledge.causes]
    for ruled_out in (*cause.rules_out, *cause.alike):
        if not _stands_for_any(ruled_out.name, causes):
            message = f"there is no cause '{ruled_out.name}'"
            yield Problem("C022", message, ruled_out.span, suggest(ruled_out.name, causes))


def _tables(knowledge: Knowledge, *, thorough: bool) -> Iterator[Problem]:
    """Check the names of reasons that other reasons and statuses refer to; if thorough, those of causes as well."""
    reasons, causes = [r.name for r in knowledge.reasons], [c.name for c in knowledge.causes]
    referred = [r.like for r in knowledge.reasons if r.like] + [n for s in knowledge.statuses for n in s.shows]
    for named in referred:
        if named.name not in reasons:
            yield Problem(
                "C014", f"'{named.name}' is not a documented reason", named.span, suggest(named.name, reasons)
            )
    for named in (n for s in knowledge.statuses for p in s.problems for n in p.causes if thorough):
        if not _stands_for_any(named.name, causes):
            yield Problem("C022", f"there is no cause '{named.name}'", named.span, suggest(named.name, causes))


def _stands_for_any(name: str, causes: Iterable[str]) -> bool:
    """Whether a cause is called so, or a finer one is."""
    return any(cause == name or cause.startswith(name + "/") for cause in causes)


def _trials(trials: Iterable[Trial], cases: Container[str] | None) -> Iterator[Problem]:
    for trial in trials:
        if cases is not None and trial.case not in cases:
            yield Problem(
                "C032", f"there is no case '{trial.case}'", trial.span, "cases are folders of sample_logs/cases"
            )


@dataclass(slots=True)
class _Names:
    """The names of one block as they become bound, from its first clause to its last."""

    block: Reason | Cause
    supply: Supply | None
    problems: list[Problem] = field(default_factory=list)
    bound: dict[str, tuple[Pattern | ReasonPattern, ...]] = field(default_factory=dict)
    values: dict[str, Let] = field(default_factory=dict)
    soft: set[str] = field(default_factory=set)  # bound by `helps`
    partly: set[str] = field(default_factory=set)  # bound by one alternative of several

    def tell(self, code: str, message: str, span: Span, hint: str = "") -> None:
        self.problems.append(Problem(code, message, span, hint))

    def walk(self, steps: Sequence[Step]) -> list[Problem]:
        """Check the clauses over events in their order."""
        patterns = [p for s in steps if isinstance(s, Want) for p in s.patterns if isinstance(p, Pattern)]
        roles = {p.role for p in patterns}
        if Role.OTHER in roles and Role.EITHER not in roles:
            stray = next(p for p in patterns if p.role is Role.OTHER)
            self.tell("C018", "'other' needs a pattern with 'either': it is the side across from it", stray.span)
        if roles & _EITHER:
            self.bound.update(dict.fromkeys(_WORDS, ()))
        for step in steps:
            if isinstance(step, Want):
                self.want(step)
            elif isinstance(step, Where):
                for part in (step.left, *step.rights):
                    self.sum(part)
            else:
                self.term(step.call)
                self.bind(step.name, step.span)
                self.values[step.name] = step
        return self.problems

    def want(self, step: Want) -> None:
        firm = step.how is not How.HELPS
        for pattern in step.patterns:
            if isinstance(pattern, Pattern):
                for anchor in pattern.anchors():
                    self.anchor(anchor, firm=firm)
                self.across(pattern)
        self.fed(step)
        names = [p.name for p in step.patterns]
        for pattern in step.patterns:
            if pattern.name and step.how in (How.UNLESS, How.NEVER):
                self.tell("C019", f"what must not be there has no name: '{pattern.name}' is never bound", pattern.span)
            elif pattern.name and (pattern.name not in self.bound or names.count(pattern.name) < 2):
                self.bind(pattern.name, pattern.span)
        for name in dict.fromkeys(n for n in names if n):
            same = tuple(p for p in step.patterns if p.name == name)
            self.bound.setdefault(name, same)
            self.bound[name] = same
            if step.how is How.HELPS:
                self.soft.add(name)
            elif len(same) < len(step.patterns):
                self.partly.add(name)

    def bind(self, name: str, span: Span) -> None:
        if name == "episode" or name in self.bound or name in self.values:
            self.tell("C017", f"'{name}' is bound already", span, "give it another name")
        if name not in self.values:
            self.bound.setdefault(name, ())

    def anchor(self, ref: Ref, *, firm: bool) -> None:
        """Check a name that a window or a likeness leans on."""
        if not self.known(ref):
            return
        if ref.name in self.values or ref.name in {"episode", *_WORDS}:
            self.tell("C011", f"'{ref.name}' is a value, not an event", ref.span)
        elif firm and ref.name in self.soft:
            hint = "bind it with 'if' or 'and', or make this clause 'helps' too"
            self.tell("C025", f"'{ref.name}' is bound by 'helps' and may be missing here", ref.span, hint)
        elif firm and ref.name in self.partly:
            hint = "give every alternative the same name"
            self.tell("C026", f"'{ref.name}' is bound by one alternative only", ref.span, hint)

    def known(self, ref: Ref) -> bool:
        """Whether a name is bound above; tell if not."""
        if ref.name == "episode" or ref.name in self.bound or ref.name in self.values or ref.name in self.block.loose:
            return True
        names = [*self.bound, *self.values, "episode"]
        hint = suggest(ref.name, names) or (f"bound above are: {', '.join(names)}" if len(names) > 1 else "")
        self.tell("C011", f"'{ref.name}' is not bound above this line", ref.span, hint)
        return False

    def ref(self, ref: Ref, *, shown: bool = False) -> None:
        """Check a name with or without a field; `shown`: in a text."""
        if not self.known(ref) or ref.name in self.block.loose:
            return
        if ref.name == "episode":
            if ref.field not in OF_EPISODE:
                self.tell("C012", f"an episode has no '{ref.field}'", ref.span, suggest(ref.field, OF_EPISODE))
        elif ref.name in self.values or ref.name in set(_WORDS):
            if ref.field:
                self.tell("C012", f"'{ref.name}' is a value and has no fields", ref.span)
        elif not ref.field:
            events = any(isinstance(p, Pattern) for p in self.bound[ref.name])
            if shown and events:
                self.tell("C027", f"'${ref.name}' is an event", ref.span, f"name one of its fields: ${ref.name}.at")
        else:
            self.field(ref)

    def field(self, ref: Ref) -> None:
        """Check that a field exists, and that such an event can hold it."""
        if ref.field not in FIELDS and ref.field not in OF_EVENT:
            self.tell(
                "C012", f"unknown field '{ref.field}'", ref.span, suggest(ref.field, [*FIELDS, *sorted(OF_EVENT)])
            )
            return
        patterns = self.bound[ref.name]
        if self.supply is None or ref.field in OF_EVENT or not all(isinstance(p, Pattern) for p in patterns):
            return
        if patterns and not any(self.supply.carries(p, ref.field) for p in patterns if isinstance(p, Pattern)):
            kinds = ", ".join(dict.fromkeys(k for p in patterns if isinstance(p, Pattern) for k in p.kinds))
            self.tell("C031", f"no grammar gives '{ref.field}' with {kinds}", ref.span, self.supply.hint(patterns))

    def sum(self, terms: Sum | None) -> None:
        for term in terms.terms if terms else ():
            self.term(term)

    def term(self, term: Term) -> None:
        if isinstance(term, Ref):
            self.ref(term)
        elif isinstance(term, Call):
            self.call(term)
            for argument in term.arguments:
                self.term(argument)

    def call(self, call: Call) -> None:
        function = FUNCTIONS.get(call.function)
        if function is None:
            self.tell("C015", f"unknown function '{call.function}'", call.span, suggest(call.function, FUNCTIONS))
            return
        wanted = len(inspect.signature(function).parameters)
        if len(call.arguments) != wanted:
            message = f"'{call.function}' takes {wanted} arguments, not {len(call.arguments)}"
            self.tell("C015", message, call.span)

    def across(self, pattern: Pattern) -> None:
        """Check that a daemon's own numbers are not compared with the other daemon's."""
        for likeness in pattern.likenesses:
            others = [p for p in self.bound.get(likeness.anchor.name, ()) if isinstance(p, Pattern)]
            if likeness.here in _OWN and any(_are_two(pattern.role, p.role) for p in others):
                message = f"'{likeness.here}' is one daemon's own: it means nothing on the other gateway"
                hint = "compare SPIs, addresses or identities, or use a window"
                self.tell("C024", message, likeness.anchor.span, hint)

    def fed(self, step: Want) -> None:
        """Check that some grammar makes events that a clause could bind."""
        patterns = [p for p in step.patterns if isinstance(p, Pattern)]
        if self.supply is None or not patterns or len(patterns) < len(step.patterns):
            return
        if not all(p.kinds for p in patterns):
            return  # it names a set that is not there, which is told
        if not any(self.supply.feeds(p) for p in patterns):
            why = self.supply.why_not(patterns[0])
            self.tell("C030", "no grammar makes such an event: this clause can never bind", patterns[0].span, why)

    def tellings(self, cause: Cause) -> list[Problem]:
        """Check the texts and the table of a cause, after its clauses."""
        told = len(self.problems)
        texts: tuple[Text, ...] = (*cause.says, *cause.do, *((cause.settles,) if cause.settles else ()))
        for text in texts:
            for ref in text.refs():
                self.ref(ref, shown=True)
        for clause in cause.differs:
            if clause.gap is not None:
                self.ref(clause.gap)
            if isinstance(clause.parameter, Call):
                self.term(clause.parameter)
            self.sum(clause.first)
            self.sum(clause.second)
        return self.problems[told:]


def _are_two(one: Role, two: Role) -> bool:
    """Whether two roles are surely different gateways."""
    return {one, two} in ({Role.EDGE, Role.PEER}, {Role.EITHER, Role.OTHER})
