"""Reads a grammar file: its text to a Grammar and every problem of it.

The layout is read by `blocks`, each payload by `clauses`; here clauses get their meaning: names are looked up, each
template gets the source it is covered by, examples are put together. A block that does not read is left out of the
Grammar, so that one error never hides the next and none is told twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from whydown.grammar import clauses, regexes
from whydown.grammar.blocks import blocks
from whydown.grammar.event import Provenance
from whydown.grammar.model import EventBlock, Example, Grammar, IgnoreBlock, Slot, Template, Turn
from whydown.grammar.structure import event_problems, grammar_problems, ignore_problems, value_problem
from whydown.grammar.vocabulary import FIELDS, Direction, Kind, SlotType
from whydown.text import Problem, Span, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from whydown.grammar.blocks import Block, Clause

HEADER = ("vendor", "usually", "app", "mark", "source", "shape", "case", "prefix", "slot")
EVENT = (
    "line",
    "more",
    "data",
    "set",
    "becomes",
    "finds",
    "from",
    "assumed",
    "since",
    "until",
    "note",
    "try",
    "also",
    "gives",
    "refuse",
)
IGNORE = ("line", "from", "assumed", "note", "try", "refuse")
_REPEATED = {
    "mark",
    "prefix",
    "slot",
    "line",
    "more",
    "data",
    "set",
    "becomes",
    "finds",
    "from",
    "assumed",
    "note",
    "try",
    "also",
    "gives",
    "refuse",
}
_WORDS_OF = {"usually": ("edge", "peer"), "shape": ("text", "keyvalue", "csv"), "case": ("any",)}

_TYPE_NAME = re.compile(r"[a-z][a-z0-9_]*")  # a single word after ':' that looks so is a type, any other is a word

_KINDS = tuple(str(kind) for kind in Kind if kind is not Kind.GIST)  # a gist is what no template says

_Value = TypeVar("_Value")


def read_grammar(text: str, path: str) -> tuple[Grammar | None, tuple[Problem, ...]]:
    """Read the text of a grammar file; problems are in the order of the file.

    The Grammar holds every block that reads. It is None when the file opens with no readable `grammar` block.
    """
    found, problems = blocks(text, path)
    reader = _Reader(path, list(problems))
    grammar = reader.grammar(found)
    return grammar, tuple(sorted(reader.problems, key=lambda p: (p.span.line, p.span.column)))


@dataclass(slots=True)
class _Draft:
    """What has been read of one block so far; `failed` are the clauses of it that did not read."""

    lines: list[Template] = field(default_factory=list)
    more: list[Template] = field(default_factory=list)
    data: list[tuple[str, Template]] = field(default_factory=list)
    sets: list[tuple[str, str, Span]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    tries: list[Example] = field(default_factory=list)
    refuses: list[Example] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)  # since, until
    failed: set[str] = field(default_factory=set)
    uncovered: bool = False  # a template clause (readable or not) stands above, without a source so far


class _Reader:
    """The problems of one file and the local slot types that its templates may name."""

    def __init__(self, path: str, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        self.local_types: dict[str, str] = {}

    # --- the file ---

    def grammar(self, found: tuple[Block, ...]) -> Grammar | None:
        """Read all blocks: the header first, since templates need its slot types."""
        head = next((b for b in found if b.keyword == "grammar"), None)
        if head is None:
            self.tell("G017", "this file has no 'grammar' block", Span(self.path, 1, 1), "begin it with 'grammar NAME'")
        elif head is not found[0]:
            self.tell("G017", "a block stands before 'grammar'", found[0].span, "'grammar NAME' comes first")
        grammar = self.header(head) if head else None
        events: list[EventBlock] = []
        ignores: list[IgnoreBlock] = []
        for block in found:
            if block is head:
                continue
            if block.keyword == "event":
                events += self.event(block)
            elif block.keyword == "ignore":
                ignores += self.ignore(block)
            elif block.keyword == "grammar":
                self.tell("G017", "this file has two 'grammar' blocks", block.span, "one file, one grammar")
            else:
                hint = suggest(block.keyword, ("event", "ignore", "grammar")) or "a block is 'event' or 'ignore'"
                self.tell("G006", f"unknown block '{block.keyword}'", block.span, hint)
        if grammar is None:
            return None
        return replace(grammar, events=tuple(events), ignores=tuple(ignores))

    # --- the header ---

    def header(self, block: Block) -> Grammar | None:
        """Read `grammar NAME` and its clauses."""
        name = self.got(clauses.name(block))
        once: dict[str, str] = {}
        apps: tuple[str, ...] = ()
        marks: list[str] = []
        prefixes: list[Clause] = []
        failed: set[str] = set()
        for clause in self.known(block, HEADER, failed):
            match clause.keyword:
                case "app":
                    apps = self.got(clauses.words(clause)) or ("?",)
                    once["app"] = " ".join(apps)
                case "mark":
                    marks += [text] if (text := self.got(clauses.text(clause))) else []
                case "prefix":
                    prefixes.append(clause)  # after the slot types
                case "slot":
                    self.local_type(clause)
                case "usually" | "shape" | "case":
                    once[clause.keyword] = self.one_of(clause, _WORDS_OF[clause.keyword])
                case _:
                    once[clause.keyword] = self.got(clauses.text(clause)) or "?"
        grammar = Grammar(
            name=name or "?",
            path=self.path,
            span=block.span,
            vendor=once.get("vendor", ""),
            usually=once.get("usually", ""),
            apps=apps,
            marks=tuple(marks) or apps,
            source=once.get("source", ""),
            shape=once.get("shape", "text"),
            any_case="case" in once,
            prefixes=tuple(t for c in prefixes if (t := self.template(c)) is not None),
            slots=tuple(self.local_types.items()),
        )
        self.problems += grammar_problems(grammar, failed)
        return grammar if name else None

    def local_type(self, clause: Clause) -> None:
        """Read `slot NAME /REGEX/`."""
        found = self.got(clauses.slot_type(clause))
        if found is None:
            return
        name, pattern, start = found
        if name in set(SlotType) or name in self.local_types:
            self.tell("G012", f"there is a slot type '{name}' already", clause.at(0, len(name)), "take another name")
        elif fault := regexes.fault(pattern):
            hint = "see 'slot' in docs/grammar-language.md for what may be written"
            self.tell("G026", "this regular expression is not taken", clause.at(start + fault.at), hint, fault.message)
            self.local_types[name] = r"\S+"  # its use is no further problem; the grammar is refused anyway
        else:
            self.local_types[name] = pattern

    def one_of(self, clause: Clause, allowed: tuple[str, ...]) -> str:
        """Read a clause that is one of a few words; a wrong one is told and read as the first."""
        if clause.payload in allowed:
            return clause.payload
        choice = " or ".join(repr(w) for w in allowed)
        self.tell(
            "G001",
            f"this '{clause.keyword}' does not read",
            clause.at(0, len(clause.payload)),
            "",
            f"expected {choice}",
        )
        return allowed[0]

    # --- events and ignores ---

    def event(self, block: Block) -> Iterable[EventBlock]:
        """Read an `event` block; nothing when any part of it does not read."""
        before = len(self.problems)
        kind, direction = self.event_head(block)
        draft = self.body(block, EVENT)
        event = EventBlock(
            kind=kind,
            direction=direction,
            span=block.span,
            lines=tuple(draft.lines),
            more=tuple(draft.more),
            data=tuple(draft.data),
            sets=tuple((name, value) for name, value, _ in draft.sets),
            set_spans=tuple(span for _, _, span in draft.sets),
            turns=tuple(draft.turns),
            tries=tuple(draft.tries),
            refuses=tuple(draft.refuses),
            since=draft.texts.get("since", ""),
            until=draft.texts.get("until", ""),
            note=" ".join(draft.notes),
        )
        self.problems += event_problems(event, draft.failed)
        return [event] if len(self.problems) == before else []

    def event_head(self, block: Block) -> tuple[Kind, Direction]:
        """Read `event KIND DIRECTION`; a wrong word is told and something put in its place, to go on reading."""
        head = self.got(clauses.event_head(block))
        if head is None:
            return Kind.GIST, Direction.LOCAL
        return self.what(block, *head)

    def what(self, written: Block | Clause, kind: clauses.Word, direction: clauses.Word) -> tuple[Kind, Direction]:
        """Look up a kind and a direction."""
        if kind.text not in _KINDS:
            hint = suggest(kind.text, _KINDS) or "'whydown grammar kinds' lists them"
            self.tell("G010", f"unknown event kind '{kind.text}'", written.at(kind.start, kind.end), hint)
        if direction.text not in set(Direction):
            hint = suggest(direction.text, list(Direction)) or "from the writer's point of view: 'in', 'out' or 'local'"
            self.tell("G011", f"unknown direction '{direction.text}'", written.at(direction.start, direction.end), hint)
        return (
            Kind(kind.text) if kind.text in _KINDS else Kind.GIST,
            Direction(direction.text) if direction.text in set(Direction) else Direction.LOCAL,
        )

    def ignore(self, block: Block) -> Iterable[IgnoreBlock]:
        """Read an `ignore` block; nothing when any part of it does not read."""
        before = len(self.problems)
        name = self.got(clauses.name(block)) or "?"
        draft = self.body(block, IGNORE)
        ignore = IgnoreBlock(
            name=name,
            span=block.span,
            lines=tuple(draft.lines),
            tries=tuple(draft.tries),
            refuses=tuple(draft.refuses),
            note=" ".join(draft.notes),
        )
        self.problems += ignore_problems(ignore, draft.failed)
        return [ignore] if len(self.problems) == before else []

    def body(self, block: Block, allowed: tuple[str, ...]) -> _Draft:
        """Read the clauses of an event or ignore block, in their order."""
        draft = _Draft()
        for clause in self.known(block, allowed, draft.failed):
            before = len(self.problems)
            _TAKERS[clause.keyword](self, draft, clause)
            if len(self.problems) > before:
                draft.failed.add(clause.keyword)
        return draft

    def message(self, draft: _Draft, clause: Clause) -> None:
        """Read `line`, `more` or `data`."""
        if clause.keyword == "data":
            draft.data += self.data(clause)
        else:
            (draft.lines if clause.keyword == "line" else draft.more).extend(self.templates(clause))
        draft.uncovered = True

    def implied(self, draft: _Draft, clause: Clause) -> None:
        """Read `set`."""
        draft.sets += self.values(clause)

    def turn(self, draft: _Draft, clause: Clause) -> None:
        """Read `becomes` or `finds`: values of one field are divided by '|', '*' is any."""
        found = self.got(clauses.turn(clause))
        if found is None:
            return
        kind, direction = self.what(clause, found[0], found[1])
        when: list[tuple[str, tuple[str, ...]]] = []
        for name, value, span in self.looked_up(clause, found[2]):
            values = () if value == "*" else tuple(value.split("|"))
            self.problems += [p for v in values if (p := value_problem(name, v, span))]
            when.append((name, values))
        draft.turns.append(Turn(kind, direction, tuple(when), clause.keyword == "finds", clause.span))

    def release(self, draft: _Draft, clause: Clause) -> None:
        """Read `since` or `until`."""
        draft.texts[clause.keyword] = self.got(clauses.version(clause)) or ""

    def note(self, draft: _Draft, clause: Clause) -> None:
        """Read `note`."""
        draft.notes += [text] if (text := self.got(clauses.text(clause))) else []

    def cover(self, draft: _Draft, clause: Clause) -> None:
        """Give the templates above, up to the previous source, this one."""
        source = self.got(clauses.text(clause))
        if not draft.uncovered and source:
            self.tell(
                "G018",
                f"this '{clause.keyword}' covers nothing: no line, more or data stands between it and the source above",
                clause.span,
                "a second source of the same wording goes on the same line as the first",
            )
        provenance = Provenance.SEEN if clause.keyword == "from" else Provenance.ASSUMED

        def covered(template: Template) -> Template:
            return template if template.provenance else replace(template, provenance=provenance, source=source or "?")

        draft.lines = [covered(t) for t in draft.lines]
        draft.more = [covered(t) for t in draft.more]
        draft.data = [(key, covered(t)) for key, t in draft.data]
        draft.uncovered = False

    def example(self, draft: _Draft, clause: Clause) -> None:
        """Read `try` or `refuse`: one log line."""
        line = self.record(clause) or ""
        example = Example(line, clause.payload_span)
        (draft.tries if clause.keyword == "try" else draft.refuses).append(example)

    def add_to_example(self, draft: _Draft, clause: Clause) -> None:
        """Read `also` or `gives` into the example above."""
        text = self.record(clause) if clause.keyword == "also" else None
        values = self.values(clause) if clause.keyword == "gives" else []
        if not draft.tries:
            if "try" not in draft.failed:
                self.tell("G013", f"this '{clause.keyword}' belongs to no 'try'", clause.span, "put a 'try' above it")
            return
        last = draft.tries[-1]
        if text:
            last = replace(last, also=(*last.also, text), spans_also=(*last.spans_also, clause.payload_span))
        if values:
            last = replace(
                last,
                gives=(*last.gives, *((name, value) for name, value, _ in values)),
                gives_span=last.gives_span or clause.payload_span,
                gives_spans=(*last.gives_spans, *(span for _, _, span in values)),
            )
        draft.tries[-1] = last

    def record(self, clause: Clause) -> str | None:
        """Read one pasted log line."""
        if len(clause.passage.pieces) > 1:
            second = clause.passage.pieces[1].offset
            self.tell(
                "G007",
                f"this '{clause.keyword}' goes on over a second line: an example is one log line",
                clause.at(second, len(clause.payload)),
                "put the next record of the same block after 'also'",
            )
            return None
        return self.got(clauses.text(clause))

    # --- templates and values ---

    def templates(self, clause: Clause) -> list[Template]:
        found = self.template(clause)
        return [] if found is None else [found]

    def template(self, clause: Clause) -> Template | None:
        """Read one template and look up its slots."""
        raw = self.got(clauses.template(clause))
        if raw is None:
            return None
        return Template(self.parts(clause, raw), clause.payload_span, clause.payload)

    def data(self, clause: Clause) -> list[tuple[str, Template]]:
        """Read the KEY=TEMPLATE pairs of a `data` clause."""
        return [
            (p.key, Template(self.parts(clause, p.parts), clause.at(p.start, p.end), clause.payload[p.start : p.end]))
            for p in self.got(clauses.data(clause)) or ()
        ]

    def parts(self, clause: Clause, raw: tuple[str | clauses.RawSlot, ...]) -> tuple[str | Slot, ...]:
        return tuple(part if isinstance(part, str) else self.slot(clause, part) for part in raw)

    def slot(self, clause: Clause, raw: clauses.RawSlot) -> Slot:
        """Look up the field and the type a slot names."""
        span = clause.at(raw.start, raw.end)
        if raw.name not in FIELDS and raw.name not in {"_", "*"}:
            hint = suggest(raw.name, FIELDS) or "a slot is a field of the event; 'whydown grammar fields' lists them"
            if raw.name.startswith("_"):
                hint = f"'$_' is one word that is thrown away; before other letters write ${{_}}{raw.name[1:]}"
            self.tell("G020", f"unknown slot '{raw.name}'", span, hint)
        if len(raw.words) != 1 or not _TYPE_NAME.fullmatch(raw.words[0]):
            return Slot(raw.name, span, words=raw.words)
        word = raw.words[0]
        if word in self.local_types:
            return Slot(raw.name, span, local_type=word)
        if word in set(SlotType):
            return Slot(raw.name, span, type=SlotType(word))
        hint = suggest(word, [*SlotType, *self.local_types])
        if not hint:
            return Slot(raw.name, span, words=raw.words)  # the one word that may stand here
        self.tell("G021", f"unknown slot type '{word}'", span, hint)
        return Slot(raw.name, span)

    def values(self, clause: Clause) -> list[tuple[str, str, Span]]:
        """Read FIELD=VALUE pairs and look up the fields."""
        found = self.looked_up(clause, self.got(clauses.assignments(clause)) or ())
        self.problems += [p for name, value, span in found if (p := value_problem(name, value, span))]
        return found

    def looked_up(self, clause: Clause, written: Iterable[clauses.Assignment]) -> list[tuple[str, str, Span]]:
        """Look up the fields of FIELD=VALUE pairs; the values stay as written."""
        found: list[tuple[str, str, Span]] = []
        for a in written:
            if a.field in FIELDS:
                found.append((a.field, a.value, clause.at(a.start, a.end)))
            else:
                hint = suggest(a.field, FIELDS) or "'whydown grammar fields' lists them"
                self.tell("G020", f"unknown field '{a.field}'", clause.at(a.start, a.start + len(a.field)), hint)
        return found

    # --- common ---

    def known(self, block: Block, allowed: tuple[str, ...], failed: set[str]) -> Iterable[Clause]:
        """Yield the clauses that may stand in this block, once each unless they may be repeated.

        A misspelt one counts as `failed` under the names it may have meant.
        """
        first: dict[str, Clause] = {}
        for clause in block.clauses:
            if clause.keyword not in allowed:
                hint = suggest(clause.keyword, allowed) or _elsewhere(clause.keyword, block.keyword)
                failed.update(word for word in allowed if repr(word) in hint)
                self.tell("G008", f"unknown clause '{clause.keyword}' in '{block.keyword}'", clause.span, hint)
            elif clause.keyword in first and clause.keyword not in _REPEATED:
                line = first[clause.keyword].span.line
                self.tell("G012", f"a second '{clause.keyword}': the first stands in line {line}", clause.span)
            else:
                first[clause.keyword] = clause
                yield clause

    def got(self, found: _Value | Problem) -> _Value | None:
        """Return what was read, or keep the problem."""
        if isinstance(found, Problem):
            self.problems.append(found)
            return None
        return found

    def tell(self, code: str, message: str, span: Span, way_out: str = "", label: str = "") -> None:
        self.problems.append(Problem(code, message, span, way_out, label))


_PLACES: Mapping[str, tuple[str, ...]] = {"grammar": HEADER, "event": EVENT, "ignore": IGNORE}


def _elsewhere(clause: str, block: str) -> str:
    """Say where a clause that is out of place belongs, or what may stand here."""
    homes = [name for name, allowed in _PLACES.items() if clause in allowed]
    if homes:
        return f"'{clause}' belongs in {' or '.join(repr(h) for h in homes)}"
    return "here may stand " + ", ".join(_PLACES[block])


_TAKERS: Mapping[str, Callable[[_Reader, _Draft, Clause], None]] = {
    "line": _Reader.message,
    "more": _Reader.message,
    "data": _Reader.message,
    "set": _Reader.implied,
    "becomes": _Reader.turn,
    "finds": _Reader.turn,
    "from": _Reader.cover,
    "assumed": _Reader.cover,
    "since": _Reader.release,
    "until": _Reader.release,
    "note": _Reader.note,
    "try": _Reader.example,
    "refuse": _Reader.example,
    "also": _Reader.add_to_example,
    "gives": _Reader.add_to_example,
}
