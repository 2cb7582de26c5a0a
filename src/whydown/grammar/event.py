"""An event: one thing that happened, typed, with the rule that read it and the lines that prove it."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from whydown.envelope.record import Certainty
    from whydown.grammar.vocabulary import Direction, Kind
    from whydown.sources.line import Origin, Side


class Provenance(StrEnum):
    """Where a wording is from: seen in a source or a real line, or assumed for a stated reason."""

    SEEN = "seen"
    ASSUMED = "assumed"
    GIST = "gist"  # no template: only what the line plainly says


DUMP = "dump:"  # what the grammar's name in a rule begins with where a state dump was read, not a log


class Rule(NamedTuple):
    """Which template read the line: the grammar, the line of its file, and how its wording is known.

    A statement of a state dump has no template: `grammar` is `dump:` and the kind of dump, `line` is 0.
    """

    grammar: str
    line: int
    provenance: Provenance


class Event(NamedTuple):
    """One thing that happened; `fields` are typed by the vocabulary, `origins` are every line of the block."""

    at: int  # microseconds since 1970-01-01 UTC, by the writer's clock
    certainty: Certainty
    side: Side | None
    host: str
    app: str
    pid: str
    vendor: str
    kind: Kind
    direction: Direction
    fields: Mapping[str, Any]
    rule: Rule
    origins: tuple[Origin, ...]
    text: str  # the message(s), header stripped, as written; escape before showing

    @property
    def id(self) -> str:
        """Twelve hex digits that are the same in every run over the same lines."""
        first = self.origins[0]
        seed = f"{first.member or first.source}\0{first.offset}\0{self.kind}\0{self.text}"
        return hashlib.blake2b(seed.encode(errors="surrogateescape"), digest_size=6).hexdigest()

    @property
    def of_dump(self) -> bool:
        """Whether a state dump says so, not a log: its time says nothing about when somebody listened."""
        return self.rule.grammar.startswith(DUMP)

    def get(self, name: str, default: Any = None) -> Any:
        """Return the field called `name`, or `default` where the line does not hold it."""
        return self.fields.get(name, default)


def in_time(event: Event) -> tuple[int, str, str, str, str, int]:
    """Return what puts events in order: time, and where several bear one time, their places in the files."""
    first = event.origins[0]
    return event.at, event.side or "", event.host, first.source, first.member, first.offset
