"""Reads files of the cause language: their text to blocks of meaning and every problem in them.

The layout is read by `grammar.blocks`, each payload by `clauses`, what a clause means by `drafts`, tables by
`table_syntax`. A block with a problem is still returned, as far as it reads, so that other blocks may refer to it and no
problem is told twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.diagnose import clauses
from whydown.diagnose.drafts import CAUSE, FAULTS, REASON, Drafting
from whydown.diagnose.knowledge import Reading
from whydown.diagnose.model import Cause, Reason
from whydown.diagnose.table_syntax import read_commands, read_kinds, read_status
from whydown.grammar.blocks import blocks
from whydown.text import suggest

if TYPE_CHECKING:
    from whydown.diagnose.model import KindSet
    from whydown.diagnose.tables import Commands, Status
    from whydown.grammar.blocks import Block

BLOCKS = ("cause", "reason", "status", "commands", "kinds")
LAYERS = ("session", "tunnel", "bgp")
_NEEDED = {
    "explains": "name the reasons it stands behind: 'explains session/peer-sent-delete'",
    "if": "say what must be seen",
    "fault": f"say who must change something: {', '.join(FAULTS)}",
    "do": "say what the reader is to do",
    "from": "say how this is known: a source file and line, an RFC section, a page",
    "try": "name the case that shows it: 'try CASE => probable'",
}


def read_causes(text: str, path: str) -> Reading:
    """Read the text of a file of causes, reasons, statuses, commands or kinds; problems are in the order of the file."""
    found, problems = blocks(text, path)
    reading = Drafting(list(problems))
    reasons: list[Reason] = []
    causes: list[Cause] = []
    statuses: list[Status] = []
    commands: list[Commands] = []
    kind_sets: list[KindSet] = []
    for block in found:
        if block.keyword == "cause":
            causes += _cause(block, reading)
        elif block.keyword == "reason":
            reasons += _reason(block, reading)
        elif block.keyword == "status":
            statuses += read_status(block, reading.problems)
        elif block.keyword == "commands":
            commands += read_commands(block, reading.problems)
        elif block.keyword == "kinds":
            kind_sets += read_kinds(block, reading.problems)
        else:
            hint = suggest(block.keyword, BLOCKS) or f"a block is one of {', '.join(BLOCKS)}"
            reading.tell("C002", f"unknown block '{block.keyword}'", block.span, hint)
    told = tuple(sorted(reading.problems, key=lambda p: (p.span.line, p.span.column)))
    return Reading(tuple(reasons), tuple(causes), told, tuple(statuses), tuple(commands), tuple(kind_sets))


def _reason(block: Block, reading: Drafting) -> list[Reason]:
    """Read `reason LAYER/NAME "wording"` and its clauses; nothing when not even the head reads."""
    head = reading.got(clauses.head(block))
    draft = reading.draft(block, REASON)
    if head is None:
        return []
    name, span = head[0].value, block.at(head[0].start, head[0].end)
    layer = name.partition("/")[0]
    if layer not in LAYERS or "/" not in name:
        hint = suggest(layer, LAYERS) or "write it as session/peer-sent-delete"
        reading.tell(
            "C003", f"'{name}' is no reason's name: LAYER/NAME, LAYER being session, tunnel or bgp", span, hint
        )
    if "if" not in draft.seen:
        _tell_missing(reading, block, "if", "say how the reason shows: 'if edge session.down reason=\"...\"'")
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


def _cause(block: Block, reading: Drafting) -> list[Cause]:
    """Read `cause NAME "title"` and its clauses; nothing when not even the head reads."""
    head = reading.got(clauses.head(block))
    draft = reading.draft(block, CAUSE)
    if head is None:
        return []
    for keyword, hint in _NEEDED.items():
        if keyword not in draft.seen:
            _tell_missing(reading, block, keyword, hint)
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


def _tell_missing(reading: Drafting, block: Block, keyword: str, hint: str) -> None:
    reading.tell("C005", f"this {block.keyword} has no '{keyword}'", block.span, hint)
