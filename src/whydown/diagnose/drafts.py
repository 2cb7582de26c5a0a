"""Reads the clauses of a reason or a cause into a draft of it, and tells what is wrong with them."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from whydown.diagnose import clauses
from whydown.diagnose.clauses import Part
from whydown.diagnose.meanings import Meanings
from whydown.diagnose.model import (
    Call,
    Differs,
    How,
    Let,
    Named,
    Role,
    Text,
    Trial,
    Want,
    Where,
)
from whydown.text import Problem, Span, suggest

if TYPE_CHECKING:
    from collections.abc import Callable

    from whydown.diagnose.model import Step
    from whydown.grammar.blocks import Block, Clause

STEPS = ("if", "and", "or", "unless", "never", "where")
REASON = (*STEPS, "rank", "like", "means", "do", "link", "note", "from", "try")
CAUSE = (
    *STEPS,
    "helps",
    "let",
    "explains",
    "misleads",
    "fault",
    "differs",
    "says",
    "do",
    "rules-out",
    "settles",
    "alike",
    "from",
    "note",
    "try",
)
FAULTS = ("edge", "peer", "path", "both", "none", "unknown", "writer", "other")
LEVELS = ("confirmed", "probable", "possible", "none")
_ONCE = {"rank", "like", "means", "link", "note", "explains", "misleads", "fault", "rules-out", "settles", "alike"}
_HOW = {"if": How.IF, "and": How.IF, "helps": How.HELPS, "unless": How.UNLESS, "never": How.NEVER}
_VALUE = TypeVar("_VALUE")


@dataclass(slots=True)
class Draft:
    """What has been read of one block so far."""

    ways: list[list[Step]] = field(default_factory=list)  # of a reason its alternatives, of a cause just one
    texts: dict[str, list[str]] = field(default_factory=dict)  # by the clause's word, as the next three
    names: dict[str, list[Named]] = field(default_factory=dict)
    filled: dict[str, list[Text]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    differs: list[Differs] = field(default_factory=list)
    tries: list[Trial] = field(default_factory=list)
    loose: set[str] = field(default_factory=set)  # names that a clause which did not read may have bound
    seen: set[str] = field(default_factory=set)  # the clauses' words

    def one(self, keyword: str) -> str:
        """Return the texts of a clause that may stand over several, as one."""
        return " ".join(self.texts.get(keyword, ()))


class Drafting:
    """Reads the clauses of one file's blocks; `problems` holds what is wrong with them."""

    def __init__(self, problems: list[Problem]) -> None:
        """Add problems to `problems`."""
        self.problems = problems
        self.meanings = Meanings(problems)

    def tell(self, code: str, message: str, span: Span, hint: str = "") -> None:
        """Keep a problem."""
        self.problems.append(Problem(code, message, span, hint))

    def got(self, found: _VALUE | Problem) -> _VALUE | None:
        """Keep a problem, hand on anything else."""
        if isinstance(found, Problem):
            self.problems.append(found)
            return None
        return found

    def draft(self, block: Block, known: tuple[str, ...]) -> Draft:
        """Read every clause of a block; `known` are the words with which one may begin."""
        draft = Draft()
        for clause in block.clauses:
            keyword = clause.keyword
            if keyword not in known:
                hint = suggest(keyword, known) or f"a {block.keyword} has: {', '.join(known)}"
                self.tell("C004", f"unknown clause '{keyword}' in a {block.keyword}", clause.span, hint)
                draft.seen.update(difflib.get_close_matches(keyword, known))  # misspelt is not missing
                continue
            if keyword in _ONCE and keyword in draft.seen:
                self.tell("C006", f"this {block.keyword} has two '{keyword}'", clause.span, "join them in one")
                continue
            draft.seen.add(keyword)
            self._clause(draft, clause, block.keyword)
        return draft

    def _clause(self, draft: Draft, clause: Clause, block: str) -> None:
        """Read one clause into the draft."""
        keyword = clause.keyword
        readers: dict[str, Callable[[Draft, Clause], None]] = {
            "where": self._where,
            "let": self._let,
            "differs": self._differs,
            "try": self._trial,
            "explains": self._named,
            "misleads": self._named,
            "rules-out": self._named,
            "alike": self._named,
            "like": self._named,
            "rank": self._rank,
            "fault": self._fault,
            "says": self._filled,
            "settles": self._filled,
        }
        if keyword in {"if", "and", "or", "helps", "unless", "never"}:
            self._want(draft, clause, block)
        elif keyword == "do" and block == "cause":
            self._filled(draft, clause)
        else:
            readers.get(keyword, self._text)(draft, clause)

    def _named(self, draft: Draft, clause: Clause) -> None:
        found = self.got(clauses.words(clause)) or ()
        draft.names[clause.keyword] = [Named(p.value, clause.at(p.start, p.end)) for p in found]

    def _rank(self, draft: Draft, clause: Clause) -> None:
        draft.words["rank"] = str(self.got(clauses.number(clause)) or 0)

    def _filled(self, draft: Draft, clause: Clause) -> None:
        if (parts := self.got(clauses.text(clause))) is not None:
            text = tuple(self.meanings.ref(p, clause) if isinstance(p, Part) else p for p in parts)
            draft.filled.setdefault(clause.keyword, []).append(Text(text, clause.payload_span))

    def _text(self, draft: Draft, clause: Clause) -> None:
        if clause.payload:
            draft.texts.setdefault(clause.keyword, []).append(clause.payload)
        else:
            message = f"this '{clause.keyword}' does not read"
            self.problems.append(Problem("C001", message, clause.span, "", "expected some text after it"))

    def _fault(self, draft: Draft, clause: Clause) -> None:
        if clause.payload not in FAULTS:
            hint = suggest(clause.payload, FAULTS) or f"one of {', '.join(FAULTS)}"
            self.tell("C007", f"'{clause.payload}' is no side to change something on", clause.payload_span, hint)
        draft.words["fault"] = clause.payload

    def _trial(self, draft: Draft, clause: Clause) -> None:
        if (found := self.got(clauses.trial(clause))) is None:
            return
        case, level = found
        if level.value not in LEVELS:
            hint = suggest(level.value, LEVELS) or f"one of {', '.join(LEVELS)}"
            self.tell("C007", f"'{level.value}' is no level of confidence", clause.at(level.start, level.end), hint)
        draft.tries.append(Trial(case.value, level.value, clause.payload_span))

    # --- patterns ---

    def _want(self, draft: Draft, clause: Clause, block: str) -> None:
        """Read a clause over events and put it where it belongs."""
        keyword = clause.keyword
        found = self.meanings.pattern(clause, block)
        if found is None:
            draft.loose |= set(re.findall(r"\bas ([a-z_][a-z0-9_]*)", clause.payload))
        if block == "reason" and keyword in ("if", "or"):
            draft.ways.append([])
        if not draft.ways:
            if keyword in ("and", "or") or block == "reason":
                self.tell("C008", f"this '{keyword}' has no 'if' above it", clause.span, "begin with 'if'")
            draft.ways.append([])
        way = draft.ways[-1]
        if keyword == "or" and block == "cause":
            last = next((s for s in reversed(way) if isinstance(s, Want)), None)
            if way and last is way[-1] and last.how in (How.IF, How.HELPS):
                patterns = (*last.patterns, found) if found else last.patterns
                way[-1] = Want(last.how, patterns, last.span)
            else:
                hint = "it adds an alternative to the clause right above"
                self.tell("C008", "this 'or' has no 'if', 'and' or 'helps' right above it", clause.span, hint)
        elif found is not None or keyword in ("if", "and", "helps"):
            way.append(Want(_HOW.get(keyword, How.IF), (found,) if found else (), clause.span))

    def _where(self, draft: Draft, clause: Clause) -> None:
        raw = self.got(clauses.comparison(clause))
        if not draft.ways:
            draft.ways.append([])
        if raw is not None:
            rights = tuple(self.meanings.sum(r, clause) for r in raw.rights)
            left = self.meanings.sum(raw.left, clause)
            where = Where(left, raw.op, rights, raw.slack, clause.payload_span, clause.payload)
            draft.ways[-1].append(where)

    def _let(self, draft: Draft, clause: Clause) -> None:
        raw = self.got(clauses.let(clause))
        if not draft.ways:
            draft.ways.append([])
        name = re.match(r"[a-z_][a-z0-9_]*", clause.payload)
        if raw is None:
            draft.loose |= {name[0]} if name else set()
            return
        found = self.meanings.sum(raw[1], clause)
        call = found.terms[0]
        if len(found.terms) > 1 or not isinstance(call, Call):
            hint = "comparisons and sums stand in 'where'"
            self.tell("C001", "a 'let' holds one function", clause.at(raw[1].start, raw[1].end), hint)
            draft.loose.add(raw[0].value)
            return
        draft.ways[-1].append(Let(raw[0].value, call, clause.payload_span, clause.payload))

    def _differs(self, draft: Draft, clause: Clause) -> None:
        raw = self.got(clauses.differs(clause))
        if raw is None:
            return
        span = clause.payload_span
        if raw.roles is not None:
            roles = Role(raw.roles[0]), Role(raw.roles[1])
            draft.differs.append(Differs("", None, None, self.meanings.ref(raw.parameter, clause), roles, span))
            return
        parameter: str | Call = ""
        if raw.parameter.what == "sum":
            term = self.meanings.sum(raw.parameter, clause).terms[0]
            parameter = term if isinstance(term, Call) else ""
        else:
            parameter = raw.parameter.value
        first, second = (self.meanings.sum(p, clause) if p else None for p in (raw.first, raw.second))
        draft.differs.append(Differs(parameter, first, second, None, None, span))
