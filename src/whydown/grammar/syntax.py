"""Reads a grammar file: its text to a Grammar and every problem of it.

The layout is read by `blocks`, each payload by `clauses`, words are looked up in `lookup`, the clauses of a block put
together in `body`; what a block lacks is found by `structure`. A block that does not read is left out of the Grammar, so
that one error never hides the next and none is told twice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from whydown.grammar import clauses, regexes
from whydown.grammar.blocks import blocks
from whydown.grammar.body import read_body
from whydown.grammar.lookup import EVENT, HEADER, IGNORE, Lookup
from whydown.grammar.model import NO_PROGRAM, EventBlock, Grammar, IgnoreBlock
from whydown.grammar.structure import event_problems, grammar_problems, ignore_problems
from whydown.grammar.vocabulary import Direction, Kind, SlotType
from whydown.text import Span, suggest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from whydown.grammar.blocks import Block, Clause
    from whydown.text import Problem

_WORDS_OF = {"usually": ("edge", "peer"), "shape": ("text", "keyvalue"), "case": ("any",)}


def read_grammar(text: str, path: str) -> tuple[Grammar | None, tuple[Problem, ...]]:
    """Read the text of a grammar file; problems are in the order of the file.

    The Grammar holds every block that reads. It is None when the file opens with no readable `grammar` block.
    """
    found, problems = blocks(text, path)
    reader = _Reader(path, Lookup(list(problems)))
    grammar = reader.grammar(found)
    return grammar, tuple(sorted(reader.lookup.problems, key=lambda p: (p.span.line, p.span.column)))


class _Reader:
    """Puts the blocks of one file together."""

    def __init__(self, path: str, lookup: Lookup) -> None:
        self.path = path
        self.lookup = lookup

    # --- the file ---

    def grammar(self, found: tuple[Block, ...]) -> Grammar | None:
        """Read all blocks: the header first, since templates need its slot types."""
        head = next((b for b in found if b.keyword == "grammar"), None)
        if head is None:
            self.lookup.tell(
                "G017", "this file has no 'grammar' block", Span(self.path, 1, 1), "begin it with 'grammar NAME'"
            )
        elif head is not found[0]:
            self.lookup.tell("G017", "a block stands before 'grammar'", found[0].span, "'grammar NAME' comes first")
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
                self.lookup.tell("G017", "this file has two 'grammar' blocks", block.span, "one file, one grammar")
            else:
                self.unknown(block)
        if grammar is None:
            return None
        return replace(grammar, events=tuple(events), ignores=tuple(ignores))

    def unknown(self, block: Block) -> None:
        """Tell an unknown block, and what is wrong in it if it was meant for an event or an ignore."""
        hint = suggest(block.keyword.lower(), ("event", "ignore", "grammar")) or "a block is 'event' or 'ignore'"
        self.lookup.tell("G006", f"unknown block '{block.keyword}'", block.span, hint)
        if hint == "did you mean 'event'?":
            self.event(block)
        elif hint == "did you mean 'ignore'?":
            self.ignore(block)

    # --- the header ---

    def header(self, block: Block) -> Grammar | None:
        """Read `grammar NAME` and its clauses."""
        name = self.lookup.got(clauses.name(block))
        once: dict[str, str] = {}
        apps: tuple[str, ...] = ()
        marks: list[str] = []
        prefixes: list[Clause] = []
        failed: set[str] = set()
        for clause in self.lookup.clauses_of(block, HEADER, failed):
            match clause.keyword:
                case "app":
                    apps = self.lookup.got(clauses.words(clause)) or ("?",)
                    once["app"] = " ".join(apps)
                case "mark":
                    marks += [text] if (text := self.lookup.got(clauses.text(clause))) else []
                case "prefix":
                    prefixes.append(clause)  # after the slot types
                case "slot":
                    self.local_type(clause)
                case "usually" | "shape" | "case":
                    once[clause.keyword] = self.one_of(clause, _WORDS_OF[clause.keyword])
                case _:
                    once[clause.keyword] = self.lookup.got(clauses.text(clause)) or "?"
        grammar = Grammar(
            name=name or "?",
            path=self.path,
            span=block.span,
            vendor=once.get("vendor", ""),
            usually=once.get("usually", ""),
            apps=apps,
            marks=tuple(marks) or tuple(app for app in apps if app != NO_PROGRAM),
            source=once.get("source", ""),
            shape=once.get("shape", "text"),
            any_case="case" in once,
            prefixes=tuple(t for c in prefixes if (t := self.lookup.template(c)) is not None),
            slots=tuple(self.lookup.local_types.items()),
        )
        self.lookup.problems += grammar_problems(grammar, failed)
        return grammar if name else None

    def local_type(self, clause: Clause) -> None:
        """Read `slot NAME /REGEX/`."""
        found = self.lookup.got(clauses.slot_type(clause))
        if found is None:
            return
        name, pattern, start = found
        if name in set(SlotType) or name in self.lookup.local_types:
            self.lookup.tell(
                "G012", f"there is a slot type '{name}' already", clause.at(0, len(name)), "take another name"
            )
        elif fault := regexes.fault(pattern):
            hint = "see 'slot' in docs/grammar-language.md for what may be written"
            self.lookup.tell(
                "G026", "this regular expression is not taken", clause.at(start + fault.at), hint, fault.message
            )
            self.lookup.local_types[name] = r"\S+"  # its use is no further problem; the grammar is refused anyway
        else:
            self.lookup.local_types[name] = pattern

    def one_of(self, clause: Clause, allowed: tuple[str, ...]) -> str:
        """Read a clause that is one of a few words; a wrong one is told and read as the first."""
        if clause.payload in allowed:
            return clause.payload
        choice = " or ".join(repr(w) for w in allowed)
        self.lookup.tell(
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
        before = len(self.lookup.problems)
        kind, direction = self.event_head(block)
        draft = read_body(self.lookup, block, EVENT)
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
        self.lookup.problems += event_problems(event, draft.failed)
        return [event] if len(self.lookup.problems) == before else []

    def event_head(self, block: Block) -> tuple[Kind, Direction]:
        """Read `event KIND DIRECTION`; a wrong word is told and something put in its place, to go on reading."""
        head = self.lookup.got(clauses.event_head(block))
        if head is None:
            return Kind.GIST, Direction.LOCAL
        return self.lookup.kind(block, *head)

    def ignore(self, block: Block) -> Iterable[IgnoreBlock]:
        """Read an `ignore` block; nothing when any part of it does not read."""
        before = len(self.lookup.problems)
        name = self.lookup.got(clauses.name(block)) or "?"
        draft = read_body(self.lookup, block, IGNORE)
        ignore = IgnoreBlock(
            name=name,
            span=block.span,
            lines=tuple(draft.lines),
            tries=tuple(draft.tries),
            refuses=tuple(draft.refuses),
            note=" ".join(draft.notes),
        )
        self.lookup.problems += ignore_problems(ignore, draft.failed)
        return [ignore] if len(self.lookup.problems) == before else []
