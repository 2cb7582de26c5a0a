"""Grammars and records for the tests of the matcher."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.envelope.record import Certainty, Record
from whydown.grammar.library import Library
from whydown.grammar.syntax import read_grammar
from whydown.sources.line import Origin, Side
from whydown.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.grammar.event import Event
    from whydown.grammar.model import Grammar

HEAD = "grammar some\n  vendor  Some\n  usually peer\n  app     some\n  source  made up\n"


def grammar(text: str, head: str = HEAD) -> Grammar:
    """Read a grammar."""
    read, problems = read_grammar(f"{head}\n{text}", "some.grammar")
    assert read is not None
    assert [p.message for p in problems] == []
    return read


def line(template: str, *clauses: str, kind: str = "ike.failed local") -> str:
    """Write an event block with one `line`."""
    rows = [
        f"  line    {template}",
        *(f"  {clause}" for clause in clauses),
        "  from    made up",
        "  try     not checked here",
    ]
    return "\n".join([f"event {kind}", *rows]) + "\n"


def record(text: str, at: int = 0, **other: str) -> Record:
    """Make a record of the program `some`."""
    return Record(
        at=at,
        certainty=Certainty.STAMPED,
        host=other.get("host", "gw-b"),
        app=other.get("app", "some"),
        pid=other.get("pid", "7"),
        msgid=other.get("msgid", ""),
        data=other.get("data", ""),
        text=text,
        origin=Origin("some.log", "", int(other.get("line", "1")), int(other.get("line", "1")) * 100),
        side=Side.PEER,
    )


def events(given: Grammar | Sequence[Grammar], *records: Record, batch: int = 1024) -> tuple[list[Event], Tally]:
    """Run records through a library of the grammars."""
    tally = Tally()
    grammars = tuple(given) if not hasattr(given, "name") else (given,)
    return list(Library(grammars).events(records, tally, batch=batch)), tally  # type: ignore[arg-type]


def fields(given: Grammar, text: str, data: str = "") -> dict[str, object] | None:
    """Return the fields of the one event a message makes; None when it makes none."""
    found, _ = events(given, record(text, data=data))
    return dict(found[0].fields) if found and found[0].kind != "gist" else None
