"""Reads `status`, `commands` and `kinds` blocks of a cause file: what stands beside causes and reasons."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from whydown.diagnose import clauses
from whydown.diagnose.clauses import Part
from whydown.diagnose.meanings import Meanings
from whydown.diagnose.model import KindSet, Named
from whydown.diagnose.tables import COLUMNS, TOPICS, Commands, Possible, State, Status
from whydown.text import Problem, suggest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from whydown.grammar.blocks import Block, Clause
    from whydown.grammar.vocabulary import Kind
    from whydown.text import Span

STATUS = (*COLUMNS, "shows", "problem", "do", "look", "note", "link", "from")
COMMANDS = (*TOPICS, "note", "from")
KINDS = ("are", "note")
PLACES = ("local", "remote")  # the asked gateway's outside address and the other one's
_REPEATED = frozenset({"problem", "do", "look", "note", "from"})
_NEEDED = {
    "status": {
        "problem": "name what can be wrong: 'problem \"The keys differ\" psk-mismatch'",
        "from": "say where the table stands: a page",
    },
    "commands": {
        "log": "say how the log of that time is got",
        "from": "say how this is known: a page of the product's documentation",
    },
    "kinds": {"are": "name the kinds: 'are ike.up|ike.rekey'"},
}
_QUOTED = re.compile(r'"(?P<text>[^"]+)"\s*(?P<rest>.*)')
_STATE = re.compile(r'(?P<states>[^"]*?)\s*(?:"(?P<message>[^"]+)")?')


def read_status(block: Block, problems: list[Problem]) -> list[Status]:
    """Read `status NAME "title"` and its clauses; nothing when not even the head reads."""
    head, found = _head(block, problems), _clauses(block, STATUS, problems)
    if head is None:
        return []
    states = {c: _state(found[c][0]) for c in COLUMNS if found.get(c)}
    if not states:
        hint = f"say what the console shows: {', '.join(COLUMNS)}"
        problems.append(Problem("C005", "this status shows nothing", block.span, hint))
    shows = [named for clause in found.get("shows", ()) for named in _names(clause.payload, clause, 0)]
    possible = [p for clause in found.get("problem", ()) if (p := _possible(clause, problems))]
    return [
        Status(
            *head,
            states,
            tuple(possible),
            tuple(shows),
            _texts(found.get("do", ())),
            _texts(found.get("look", ())),
            " ".join(_texts(found.get("note", ()))),
            " ".join(_texts(found.get("link", ()))),
            _texts(found.get("from", ())),
        )
    ]


def read_commands(block: Block, problems: list[Problem]) -> list[Commands]:
    """Read `commands NAME "vendor"` and its clauses; nothing when not even the head reads."""
    head, found = _head(block, problems), _clauses(block, COMMANDS, problems)
    if head is None:
        return []
    topics = {topic: found[topic][0].payload for topic in TOPICS if found.get(topic)}
    for topic in topics:
        _check_places(found[topic][0], problems)
    note = " ".join(_texts(found.get("note", ())))
    return [Commands(*head, topics, note, _texts(found.get("from", ())))]


def read_kinds(block: Block, problems: list[Problem]) -> list[KindSet]:
    """Read `kinds NAME "title"` and its clauses; nothing when not even the head reads."""
    head, found = _head(block, problems), _clauses(block, KINDS, problems)
    if head is None:
        return []
    kinds = [kind for clause in found.get("are", ()) for kind in _kinds(clause, problems)]
    return [KindSet(*head, tuple(dict.fromkeys(kinds)), " ".join(_texts(found.get("note", ()))))]


def _kinds(clause: Clause, problems: list[Problem]) -> list[Kind]:
    """Return the kinds that a clause lists; a set among them is told, for so none can hold itself."""
    read = clauses.kinds(clause)
    if isinstance(read, Problem):
        problems.append(read)
        return []
    meanings = Meanings(problems)
    for part in read:
        if "-" in part.value:
            message, hint = f"a set holds kinds, and '{part.value}' is none", "write out the kinds"
            problems.append(Problem("C035", message, clause.at(part.start, part.end), hint))
    return [k for p in read if "-" not in p.value and (k := meanings.kind(p, clause))]


def _head(block: Block, problems: list[Problem]) -> tuple[str, str, Span] | None:
    read = clauses.head(block)
    if isinstance(read, Problem):
        problems.append(read)
        return None
    name, text = read
    return name.value, text.value, block.at(name.start, name.end)


def _clauses(block: Block, known: tuple[str, ...], problems: list[Problem]) -> dict[str, list[Clause]]:
    """Sort the clauses by their words, and tell of those that are unknown, empty, twice or not there."""
    found: dict[str, list[Clause]] = {}
    for clause in block.clauses:
        if clause.keyword not in known:
            hint = suggest(clause.keyword, known) or f"a {block.keyword} has: {', '.join(known)}"
            message = f"unknown clause '{clause.keyword}' in a {block.keyword}"
            problems.append(Problem("C004", message, clause.span, hint))
        elif not clause.payload:
            message = f"this '{clause.keyword}' does not read"
            problems.append(Problem("C001", message, clause.span, "", "expected some text after it"))
        elif clause.keyword in found and clause.keyword not in _REPEATED:
            message = f"this {block.keyword} has two '{clause.keyword}'"
            problems.append(Problem("C006", message, clause.span, "join them in one"))
        else:
            found.setdefault(clause.keyword, []).append(clause)
    written = {clause.keyword for clause in block.clauses}
    for keyword, hint in _NEEDED[block.keyword].items():
        if keyword not in written:
            problems.append(Problem("C005", f"this {block.keyword} has no '{keyword}'", block.span, hint))
    return found


def _texts(found: Iterable[Clause]) -> tuple[str, ...]:
    return tuple(clause.payload for clause in found)


def _state(clause: Clause) -> State:
    read = _STATE.fullmatch(clause.payload)
    states, message = (read["states"], read["message"] or "") if read else (clause.payload, "")
    return State(tuple(word.strip() for word in states.split("|")), message)


def _possible(clause: Clause, problems: list[Problem]) -> Possible | None:
    read = _QUOTED.fullmatch(clause.payload)
    if read is None:
        message, expected = "this 'problem' does not read", "expected a text in double quotes, then names of causes"
        problems.append(Problem("C001", message, clause.payload_span, "", expected))
        return None
    return Possible(read["text"], tuple(_names(read["rest"], clause, read.start("rest"))))


def _names(text: str, clause: Clause, start: int) -> list[Named]:
    """Return the names in a part of a clause that begins at `start`."""
    return [Named(m[0], clause.at(start + m.start(), start + m.end())) for m in re.finditer(r"\S+", text)]


def _check_places(clause: Clause, problems: list[Problem]) -> None:
    """Tell of a place that a command does not fill in."""
    read = clauses.text(clause)
    if isinstance(read, Problem):
        problems.append(read)
        return
    for part in read:
        if isinstance(part, Part) and (part.value[0] not in PLACES or part.value[1]):
            name = ".".join(filter(None, part.value))
            message, hint = f"'{name}' is not known in a command", "a command has $local and $remote, its addresses"
            problems.append(Problem("C011", message, clause.at(part.start, part.end), hint))
