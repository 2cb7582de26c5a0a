"""Reads files of the cause language: their text to blocks of meaning and every problem in them.

The layout is read by `grammar.blocks`, each payload by `clauses`, tables by `tables`; here clauses get their meaning. A block with a
problem is still returned, as far as it reads, so that other blocks may refer to it and no problem is told twice.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from whydown.diagnose import clauses
from whydown.diagnose.clauses import Part
from whydown.diagnose.knowledge import Reading
from whydown.diagnose.meanings import Meanings
from whydown.diagnose.model import (
    Call,
    Cause,
    Differs,
    How,
    Let,
    Named,
    Reason,
    Role,
    Text,
    Trial,
    Want,
    Where,
)
from whydown.diagnose.table_syntax import read_commands, read_kinds, read_status
from whydown.grammar.blocks import blocks
from whydown.text import Problem, Span, suggest

if TYPE_CHECKING:
    from collections.abc import Callable

    from whydown.diagnose.model import KindSet, Step
    from whydown.diagnose.tables import Commands, Status
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
BLOCKS = ("cause", "reason", "status", "commands", "kinds")
FAULTS = ("edge", "peer", "path", "both", "none", "unknown", "writer", "other")
LEVELS = ("confirmed", "probable", "possible", "none")
LAYERS = ("session", "tunnel", "bgp")
_ONCE = {"rank", "like", "means", "link", "note", "explains", "misleads", "fault", "rules-out", "settles", "alike"}
_HOW = {"if": How.IF, "and": How.IF, "helps": How.HELPS, "unless": How.UNLESS, "never": How.NEVER}
_VALUE = TypeVar("_VALUE")


def read_causes(text: str, path: str) -> Reading:
    """Read the text of a file of causes, reasons, statuses, commands or kinds; problems are in the order of the file."""
    found, problems = blocks(text, path)
    reader = _Reader(list(problems))
    reasons: list[Reason] = []
    causes: list[Cause] = []
    statuses: list[Status] = []
    commands: list[Commands] = []
    kind_sets: list[KindSet] = []
    for block in found:
        if block.keyword == "cause":
            causes += reader.cause(block)
        elif block.keyword == "reason":
            reasons += reader.reason(block)
        elif block.keyword == "status":
            statuses += read_status(block, reader.problems)
        elif block.keyword == "commands":
            commands += read_commands(block, reader.problems)
        elif block.keyword == "kinds":
            kind_sets += read_kinds(block, reader.problems)
        else:
            hint = suggest(block.keyword, BLOCKS) or f"a block is one of {', '.join(BLOCKS)}"
            reader.tell("C002", f"unknown block '{block.keyword}'", block.span, hint)
    told = tuple(sorted(reader.problems, key=lambda p: (p.span.line, p.span.column)))
    return Reading(tuple(reasons), tuple(causes), told, tuple(statuses), tuple(commands), tuple(kind_sets))


@dataclass(slots=True)
class _Draft:
    """What has been read of one block so far."""

    ways: list[list[Step]] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, list[Named]] = field(default_factory=dict)
    filled: dict[str, list[Text]] = field(default_factory=dict)
    differs: list[Differs] = field(default_factory=list)
    tries: list[Trial] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)
    loose: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    def one(self, keyword: str) -> str:
        return " ".join(self.texts.get(keyword, ()))


class _Reader:
    """The problems of one file."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.meanings = Meanings(problems)

    def tell(self, code: str, message: str, span: Span, hint: str = "") -> None:
        self.problems.append(Problem(code, message, span, hint))

    def got(self, found: _VALUE | Problem) -> _VALUE | None:
        """Keep a problem, hand on anything else."""
        if isinstance(found, Problem):
            self.problems.append(found)
            return None
        return found

    # --- blocks ---

    def reason(self, block: Block) -> list[Reason]:
        """Read `reason LAYER/NAME "wording"` and its clauses; nothing when not even the head reads."""
        head = self.got(clauses.head(block))
        draft = self.clauses(block, REASON)
        if head is None:
            return []
        name, span = head[0].value, block.at(head[0].start, head[0].end)
        layer = name.partition("/")[0]
        if layer not in LAYERS or "/" not in name:
            hint = suggest(layer, LAYERS) or "write it as session/peer-sent-delete"
            self.tell(
                "C003", f"'{name}' is no reason's name: LAYER/NAME, LAYER being session, tunnel or bgp", span, hint
            )
        if "if" not in draft.seen:
            self.missing(block, "if", "say how the reason shows: 'if edge session.down reason=\"...\"'")
        return [
            Reason(
                layer,
                name,
                head[1].value,
                span,
                tuple(tuple(w) for w in draft.ways),
                int(draft.words.get("rank", "50")),
                draft.one("means"),
                tuple(draft.texts.get("do", ())),
                draft.one("link"),
                draft.one("note"),
                tuple(draft.texts.get("from", ())),
                tuple(draft.tries),
                frozenset(draft.loose),
                next(iter(draft.names.get("like", ())), None),
            )
        ]

    def cause(self, block: Block) -> list[Cause]:
        """Read `cause NAME "title"` and its clauses; nothing when not even the head reads."""
        head = self.got(clauses.head(block))
        draft = self.clauses(block, CAUSE)
        if head is None:
            return []
        for keyword, hint in _NEEDED.items():
            if keyword not in draft.seen:
                self.missing(block, keyword, hint)
        return [
            Cause(
                head[0].value,
                head[1].value,
                block.at(head[0].start, head[0].end),
                tuple(draft.names.get("explains", ())),
                tuple(s for way in draft.ways for s in way),
                tuple(draft.names.get("misleads", ())),
                draft.words.get("fault", "unknown"),
                tuple(draft.differs),
                tuple(draft.filled.get("says", ())),
                tuple(draft.filled.get("do", ())),
                tuple(draft.names.get("rules-out", ())),
                next(iter(draft.filled.get("settles", ())), None),
                tuple(draft.names.get("alike", ())),
                draft.one("note"),
                tuple(draft.texts.get("from", ())),
                tuple(draft.tries),
                frozenset(draft.loose),
            )
        ]

    def missing(self, block: Block, keyword: str, hint: str) -> None:
        self.tell("C005", f"this {block.keyword} has no '{keyword}'", block.span, hint)

    # --- clauses ---

    def clauses(self, block: Block, known: tuple[str, ...]) -> _Draft:
        """Read every clause of a block."""
        draft = _Draft()
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
            self.clause(draft, clause, block.keyword)
        return draft

    def clause(self, draft: _Draft, clause: Clause, block: str) -> None:
        """Read one clause into the draft."""
        keyword = clause.keyword
        readers: dict[str, Callable[[_Draft, Clause], None]] = {
            "where": self.where,
            "let": self.let,
            "differs": self.differs,
            "try": self.trial,
            "explains": self.named,
            "misleads": self.named,
            "rules-out": self.named,
            "alike": self.named,
            "like": self.named,
            "rank": self.rank,
            "fault": self.fault,
            "says": self.filled,
            "settles": self.filled,
        }
        if keyword in {"if", "and", "or", "helps", "unless", "never"}:
            self.want(draft, clause, block)
        elif keyword == "do" and block == "cause":
            self.filled(draft, clause)
        else:
            readers.get(keyword, self.text)(draft, clause)

    def named(self, draft: _Draft, clause: Clause) -> None:
        found = self.got(clauses.words(clause)) or ()
        draft.names[clause.keyword] = [Named(p.value, clause.at(p.start, p.end)) for p in found]

    def rank(self, draft: _Draft, clause: Clause) -> None:
        draft.words["rank"] = str(self.got(clauses.number(clause)) or 0)

    def filled(self, draft: _Draft, clause: Clause) -> None:
        if (parts := self.got(clauses.text(clause))) is not None:
            text = tuple(self.meanings.ref(p, clause) if isinstance(p, Part) else p for p in parts)
            draft.filled.setdefault(clause.keyword, []).append(Text(text, clause.payload_span))

    def text(self, draft: _Draft, clause: Clause) -> None:
        if clause.payload:
            draft.texts.setdefault(clause.keyword, []).append(clause.payload)
        else:
            message = f"this '{clause.keyword}' does not read"
            self.problems.append(Problem("C001", message, clause.span, "", "expected some text after it"))

    def fault(self, draft: _Draft, clause: Clause) -> None:
        if clause.payload not in FAULTS:
            hint = suggest(clause.payload, FAULTS) or f"one of {', '.join(FAULTS)}"
            self.tell("C007", f"'{clause.payload}' is no side to change something on", clause.payload_span, hint)
        draft.words["fault"] = clause.payload

    def trial(self, draft: _Draft, clause: Clause) -> None:
        if (found := self.got(clauses.trial(clause))) is None:
            return
        case, level = found
        if level.value not in LEVELS:
            hint = suggest(level.value, LEVELS) or f"one of {', '.join(LEVELS)}"
            self.tell("C007", f"'{level.value}' is no level of confidence", clause.at(level.start, level.end), hint)
        draft.tries.append(Trial(case.value, level.value, clause.payload_span))

    # --- patterns ---

    def want(self, draft: _Draft, clause: Clause, block: str) -> None:
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

    def where(self, draft: _Draft, clause: Clause) -> None:
        raw = self.got(clauses.comparison(clause))
        if not draft.ways:
            draft.ways.append([])
        if raw is not None:
            rights = tuple(self.meanings.sum(r, clause) for r in raw.rights)
            left = self.meanings.sum(raw.left, clause)
            where = Where(left, raw.op, rights, raw.slack, clause.payload_span, clause.payload)
            draft.ways[-1].append(where)

    def let(self, draft: _Draft, clause: Clause) -> None:
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

    def differs(self, draft: _Draft, clause: Clause) -> None:
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


_NEEDED = {
    "explains": "name the reasons it stands behind: 'explains session/peer-sent-delete'",
    "if": "say what must be seen",
    "fault": f"say who must change something: {', '.join(FAULTS)}",
    "do": "say what the reader is to do",
    "from": "say how this is known: a source file and line, an RFC section, a page",
    "try": "name the case that shows it: 'try CASE => probable'",
}
