"""How the payload of one clause reads: pyparsing expressions that know where each part of it begins and ends.

Each function takes a clause and returns what it says, or the problem G001 with the place and what was expected there.
What the names mean is not known here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pyparsing as pp

from whydown.text import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from whydown.grammar.blocks import Block, Clause


class RawSlot(NamedTuple):
    """A slot as written: its name, the type or words after ':', and where it stands in the payload."""

    name: str
    words: tuple[str, ...]
    start: int
    end: int


class RawPair(NamedTuple):
    """`KEY=TEMPLATE` of a data clause."""

    key: str
    parts: tuple[str | RawSlot, ...]
    start: int
    end: int


class Assignment(NamedTuple):
    """`FIELD=VALUE` of a `set` or `gives` clause; `value` without its quotes."""

    field: str
    value: str
    start: int
    end: int


class Word(NamedTuple):
    """One word of a payload and where it stands."""

    text: str
    start: int
    end: int


def template(clause: Clause) -> tuple[str | RawSlot, ...] | Problem:
    """Read text and slots: `closing CHILD_SA $child{$child_id}`."""
    found = _read(_TEMPLATE, clause)
    return found if isinstance(found, Problem) else _merged(found)


def data(clause: Clause) -> tuple[RawPair, ...] | Problem:
    """Read `KEY=TEMPLATE` pairs; a template with blanks stands in double quotes."""
    found = _read(_DATA, clause)
    return found if isinstance(found, Problem) else tuple(found)


def assignments(clause: Clause) -> tuple[Assignment, ...] | Problem:
    """Read `FIELD=VALUE` pairs; a value with blanks stands in double quotes, a quote in it is doubled."""
    found = _read(_ASSIGNMENTS, clause)
    return found if isinstance(found, Problem) else tuple(found)


def event_head(block: Block) -> tuple[Word, Word] | Problem:
    """Read `KIND DIRECTION`."""
    found = _read(_EVENT_HEAD, block)
    if isinstance(found, Problem):
        return found
    kind, direction = (Word(f["value"][0], f["locn_start"], f["locn_end"]) for f in found)
    return kind, direction


def turn(clause: Clause) -> tuple[Word, Word, tuple[Assignment, ...]] | Problem:
    """Read `KIND DIRECTION FIELD=VALUE|VALUE ...`; a value with blanks stands in double quotes."""
    found = _read(_TURN, clause)
    if isinstance(found, Problem):
        return found
    kind, direction = (Word(f["value"][0], f["locn_start"], f["locn_end"]) for f in found[:2])
    return kind, direction, tuple(found[2:])


def name(block: Block | Clause) -> str | Problem:
    """Read the name of a grammar or of an ignore block."""
    found = _read(_NAME_ALONE, block)
    return found if isinstance(found, Problem) else str(found[0])


def words(clause: Clause) -> tuple[str, ...] | Problem:
    """Read words divided by blanks."""
    found = _read(_WORDS, clause)
    return found if isinstance(found, Problem) else tuple(map(str, found))


def text(clause: Clause) -> str | Problem:
    """Read whatever the clause says; nothing is not enough."""
    return clause.payload or _expected(clause, 0, "some text here")


def version(clause: Clause) -> str | Problem:
    """Read a version such as 5.9.2."""
    found = _read(_VERSION, clause)
    return found if isinstance(found, Problem) else str(found[0])


def slot_type(clause: Clause) -> tuple[str, str, int] | Problem:
    """Read `NAME /REGEX/` and where the expression begins."""
    found = _read(_SLOT_TYPE, clause)
    if isinstance(found, Problem):
        return found
    return str(found[0]), str(found[1]["value"][0])[1:-1], int(found[1]["locn_start"]) + 1


def _read(expression: pp.ParserElement, clause: Clause | Block) -> pp.ParseResults | Problem:
    source = clause.passage.text
    try:
        return expression.parse_string(source, parse_all=True)
    except pp.ParseBaseException as err:
        at = err.loc
        while at < len(source) and source[at] in " \t":
            at += 1
        expected = re.sub(r", found .*", "", err.msg.removeprefix("Expected "))
        return _expected(clause, at, expected)


def _expected(clause: Clause | Block, at: int, expected: str) -> Problem:
    hint = "'$' begins a slot; write '$$' for a dollar sign" if "slot name" in expected else ""
    return Problem("G001", f"this '{clause.keyword}' does not read", clause.at(at), hint, f"expected {expected}")


def _merged(parts: Iterable[str | RawSlot]) -> tuple[str | RawSlot, ...]:
    """Join texts that stand side by side (a doubled dollar makes such)."""
    joined: list[str | RawSlot] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return tuple(joined)


# --- expressions -------------------------------------------------------------------------------------------------
# Never set_default_whitespace_chars: it is global. Tabs are kept as they are, so that positions are those of the file.


def _slot() -> pp.ParserElement:
    slot_name = pp.Regex(r"[a-z_][a-z0-9_]*").set_name("a slot name in lower case")
    word = pp.Regex(r"[^|{}$]+").set_name("a slot type, or words divided by '|'")
    types = pp.Suppress(":") - pp.Group(word + (pp.Suppress("|") - word)[...])
    close = pp.Suppress(pp.Literal("}").set_name("'}' to close the slot"))
    braced = pp.Suppress("{") - slot_name - pp.Opt(types) - close
    anything = pp.Literal("*")
    which = (anything | braced | slot_name).set_name("a slot name in lower case, '{', '_' or '*' after '$'")
    found = pp.Located(pp.Suppress("$") - which)
    return found.add_parse_action(
        lambda t: RawSlot(t["value"][0], tuple(t["value"][1]) if len(t["value"]) > 1 else (), t[0], t[2])
    )


def _parts(literal: str) -> pp.ParserElement:
    """Slots, doubled dollars and whatever matches `literal`."""
    dollar = pp.Literal("$$").add_parse_action(lambda: "$")
    return dollar | _slot() | pp.Regex(literal).set_name("text")


def _template() -> pp.ParserElement:
    parts: pp.ParserElement = _parts(r"[^$]+")[1, ...].set_name("text or a slot").leave_whitespace(recursive=True)
    return parts


def _data() -> pp.ParserElement:
    key = pp.Regex(r"[A-Za-z0-9_.@-]+").set_name("KEY=VALUE")
    quote = pp.Suppress(pp.Literal('"').set_name("a closing '\"'"))
    quoted = pp.Suppress('"') - _parts(r'[^$"]+')[...] - quote
    bare = _parts(r'[^$"\s]+')[1, ...]
    value = pp.Group(quoted | bare).set_name("a value; put it in double quotes if it holds blanks")
    pair = pp.Located(key - pp.Suppress(pp.Literal("=").set_name("'=' and a value")) - value)
    pair.add_parse_action(lambda t: RawPair(t["value"][0], _merged(t["value"][1]), t[0], t[2]))
    return _several(pair)


def _assignments() -> pp.ParserElement:
    field = pp.Regex(r"[A-Za-z_][A-Za-z0-9_]*").set_name("FIELD=VALUE")
    inside = pp.Regex(r'(?:[^"]|"")*').add_parse_action(lambda t: t[0].replace('""', '"'))
    quoted = pp.Suppress('"') - inside - pp.Suppress(pp.Literal('"').set_name("a closing '\"'"))
    bare = pp.Regex(r'[^"\s]\S*')
    value = (quoted | bare).set_name("a value; put it in double quotes if it holds blanks")
    pair = pp.Located(field - pp.Suppress(pp.Literal("=").set_name("'=' and a value")) - value)
    pair.add_parse_action(lambda t: Assignment(t["value"][0], t["value"][1], t[0], t[2]))
    return _several(pair)


def _turn() -> pp.ParserElement:
    kind = pp.Group(pp.Located(pp.Regex(r"\S+").set_name("a kind of event such as ike.delete")))
    direction = pp.Group(pp.Located(pp.Regex(r"\S+").set_name("a direction: in, out or local")))
    blanks = pp.Suppress(pp.Regex(r"[ \t]+").set_name("a blank, and a condition FIELD=VALUE"))
    head: pp.ParserElement = (kind - blanks - direction - blanks).leave_whitespace(recursive=True)
    return head - _assignments()


def _several(one: pp.ParserElement) -> pp.ParserElement:
    """One and more of `one`, divided by blanks, nothing else between."""
    blanks = pp.Suppress(pp.Regex(r"[ \t]+").set_name("a blank"))
    end = pp.StringEnd().set_name("a blank and the next pair, or the end of the line")
    several: pp.ParserElement = (one + (blanks - one)[...] - end).leave_whitespace(recursive=True)
    return several


_TEMPLATE = _template()
_DATA = _data()
_ASSIGNMENTS = _assignments()
_TURN = _turn()
_EVENT_HEAD = (
    pp.Group(pp.Located(pp.Regex(r"\S+").set_name("a kind of event such as ike.delete")))
    - pp.Group(pp.Located(pp.Regex(r"\S+").set_name("a direction: in, out or local")))
    - pp.StringEnd().set_name("nothing after the direction")
)
_NAME_ALONE = pp.Regex(r"[a-z][a-z0-9_-]*").set_name("a name in lower case") - pp.StringEnd().set_name(
    "nothing after the name (lower-case letters, digits, '-' and '_')"
)
_WORDS = pp.Regex(r"\S+").set_name("one word or more")[1, ...]
_VERSION = pp.Regex(r"v?\d[\w.~+-]*").set_name("a version such as 5.9.2") - pp.StringEnd().set_name(
    "nothing after the version"
)
_SLOT_TYPE = (
    pp.Regex(r"[a-z][a-z0-9_]*").set_name("a name in lower case")
    - pp.Group(pp.Located(pp.Regex(r"/.+/").set_name("a regular expression between '/' and '/'")))
    - pp.StringEnd().set_name("nothing after the closing '/'")
)
for _expression in (_TEMPLATE, _DATA, _ASSIGNMENTS, _TURN, _EVENT_HEAD, _NAME_ALONE, _WORDS, _VERSION, _SLOT_TYPE):
    _expression.parse_with_tabs()
