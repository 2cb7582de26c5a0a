"""How the payload of one clause of a cause file reads: pyparsing expressions that know where each part stands.

Each function takes a clause and returns what it says, or the problem C001 with the place and what was expected there.
What the names mean is not known here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pyparsing as pp

from whydown.text import Problem

if TYPE_CHECKING:
    from whydown.grammar.blocks import Block, Clause


class Part(NamedTuple):
    """One part of a clause: what it is, what it says, and where it stands in the payload.

    What `value` holds by `what`: word, kind, direction, name, text: a text; number: a float (durations in seconds);
    constant: True, False or None; ref: (name, field); call: (function, sums); sum: ((sign, term), ...);
    condition: (field word, op, values); window: (way, seconds or None, name); likeness: (word, word, crossed, name).
    """

    what: str
    value: Any
    start: int
    end: int


class RawPattern(NamedTuple):
    """A pattern as written; `relations` are windows, likenesses, conditions and names in the order they stand."""

    at_least: int
    role: str
    kinds: tuple[Part, ...]
    directions: tuple[Part, ...]
    relations: tuple[Part, ...]


class RawReason(NamedTuple):
    """A reason pattern as written."""

    reasons: tuple[Part, ...]
    name: Part | None


class RawWhere(NamedTuple):
    """A comparison as written; `slack` in seconds."""

    left: Part
    op: str
    rights: tuple[Part, ...]
    slack: float | None


class RawDiffers(NamedTuple):
    """A `differs` clause as written."""

    parameter: Part  # word (plain words), call, or ref (a gap, with roles)
    first: Part | None
    second: Part | None
    roles: tuple[str, str] | None


def pattern(clause: Clause) -> RawPattern | RawReason | Problem:
    """Read `[N x] SIDE KIND ...` or `reason LAYER/NAME as NAME`."""
    found = _read(_PATTERN, clause)
    if isinstance(found, Problem):
        return found
    raw: RawPattern | RawReason = found[0]
    return raw


def kinds(clause: Clause) -> tuple[Part, ...] | Problem:
    """Read `KIND|KIND`."""
    found = _read(_KINDS, clause)
    return found if isinstance(found, Problem) else tuple(found[0])


def comparison(clause: Clause) -> RawWhere | Problem:
    """Read `SUM OP SUM [+- DURATION]`."""
    found = _read(_WHERE, clause)
    if isinstance(found, Problem):
        return found
    raw: RawWhere = found[0]
    return raw


def let(clause: Clause) -> tuple[Part, Part] | Problem:
    """Read `NAME = FUNCTION(ARG, ...)`."""
    found = _read(_LET, clause)
    return found if isinstance(found, Problem) else (found[0], found[1])


def differs(clause: Clause) -> RawDiffers | Problem:
    """Read `PARAMETER = FIRST | SECOND`."""
    found = _read(_DIFFERS, clause)
    if isinstance(found, Problem):
        return found
    raw: RawDiffers = found[0]
    return raw


def trial(clause: Clause) -> tuple[Part, Part] | Problem:
    """Read `CASE => LEVEL`."""
    found = _read(_TRIAL, clause)
    return found if isinstance(found, Problem) else (found[0], found[1])


def words(clause: Clause) -> tuple[Part, ...] | Problem:
    """Read words divided by blanks."""
    found = _read(_WORDS, clause)
    return found if isinstance(found, Problem) else tuple(found)


def number(clause: Clause) -> int | Problem:
    """Read a whole number."""
    found = _read(_INT, clause)
    return found if isinstance(found, Problem) else int(found[0])


def head(block: Block) -> tuple[Part, Part] | Problem:
    """Read `NAME "text"` of a block."""
    found = _read(_HEAD, block)
    return found if isinstance(found, Problem) else (found[0], found[1])


def text(clause: Clause) -> tuple[str | Part, ...] | Problem:
    """Read a text with `$name.field` places."""
    if not clause.payload:
        return _expected(clause, 0, "some text here")
    parts: list[str | Part] = []
    done = 0
    for found in _PLACE.finditer(clause.payload):
        name, field = found["name"] or found["braced"], found["field"] or found["inner"] or ""
        if not name and found[0] != "$$":
            return _expected(clause, found.start() + 1, "a name after '$', or '$$' for a dollar sign")
        parts.append(clause.payload[done : found.start()])
        parts.append(Part("ref", (name, field), found.start(), found.end()) if name else "$")
        done = found.end()
    parts.append(clause.payload[done:])
    return tuple(p for p in parts if p)


def _read(expression: pp.ParserElement, clause: Clause | Block) -> pp.ParseResults | Problem:
    source = clause.passage.text
    try:
        return expression.parse_string(source, parse_all=True)
    except pp.ParseBaseException as err:
        at = err.loc
        while at < len(source) and source[at] in " \t":
            at += 1
        return _expected(clause, at, re.sub(r", found .*", "", err.msg.removeprefix("Expected ")))


def _expected(clause: Clause | Block, at: int, expected: str) -> Problem:
    return Problem("C001", f"this '{clause.keyword}' does not read", clause.at(at), "", f"expected {expected}")


# --- expressions -------------------------------------------------------------------------------------------------
# Never set_default_whitespace_chars: it is global. Tabs are kept as they are, so that positions are those of the file.

_PLACE = re.compile(
    r"\$(?:\$|\{(?P<braced>[a-z_][a-z0-9_]*)(?:\.(?P<inner>[a-z_][a-z0-9_]*))?\}"
    r"|(?P<name>[a-z_][a-z0-9_]*)(?:\.(?P<field>[a-z_][a-z0-9_]*))?)?"
)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION_RE = r"(\d+(?:\.\d+)?)(ms|s|m|h|d)\b"
_RESERVED = r"(?!(?:as|within|of|before|after|same|cross)\b)"


def _seconds(written: str) -> float:
    found = re.fullmatch(_DURATION_RE, written)
    return float(found[1]) * _UNITS[found[2]] if found else 0.0


def _part(what: str, regex: str, label: str, convert: Any = str) -> pp.ParserElement:
    """Return what `regex` matches as one Part."""
    found = pp.Regex(regex).set_name(label)
    return found.add_parse_action(lambda _s, at, t: Part(what, convert(t[0]), at, at + len(t[0])))


def _keyword(word: str) -> pp.ParserElement:
    return pp.Suppress(pp.Keyword(word).set_name(f"'{word}'"))


def _mark(mark: str, label: str = "") -> pp.ParserElement:
    return pp.Suppress(pp.Literal(mark).set_name(label or f"'{mark}'"))


def _listed(one: pp.ParserElement) -> pp.ParserElement:
    """One and more of `one`, divided by '|'."""
    return pp.Group(one + (pp.Suppress("|") - one)[...])


def _pattern() -> pp.ParserElement:
    name = _part("name", r"[a-z_][a-z0-9_]*", "a name in lower case")
    field = _part("word", r"[a-z_][a-z0-9_]*", "a field")
    value = _part("text", r'"[^"]*"|[^\s"|]+', "a value; put it in double quotes if it holds blanks")
    duration = _part("number", _DURATION_RE, "a duration such as 5s or 2m", _seconds)
    direction = _part("direction", _RESERVED + r"[A-Za-z]+(?![\w.]*\s*(?:=|!=|~))(?!\w)", "a direction")
    side = pp.one_of("edge peer either other", as_keyword=True).set_name("edge, peer, either, other or reason")
    count = pp.Regex(r"(\d+)x(?!\S)").set_name("a number such as 3x").add_parse_action(lambda t: int(t[0][:-1]))

    op = pp.one_of("!= = ~").set_name("'=', '!=' or '~' and a value")
    condition = pp.Located(_part("word", _RESERVED + r"[a-z_][a-z0-9_]*", "FIELD=VALUE") - op - _listed(value))
    condition.add_parse_action(lambda t: Part("condition", (t[1][0], t[1][1], tuple(t[1][2])), t[0], t[2]))
    named = _keyword("as") - name
    way = pp.one_of("of before after", as_keyword=True).set_name("'of', 'before' or 'after'")
    within = pp.Located(_keyword("within") - duration - way - name)
    within.add_parse_action(lambda t: Part("window", (t[1][1], t[1][0].value, t[1][2]), t[0], t[2]))
    simple_way = pp.one_of("before after", as_keyword=True)
    simple = pp.Located(simple_way - name)
    simple.add_parse_action(lambda t: Part("window", (t[1][0], None, t[1][1]), t[0], t[2]))
    same = pp.Located(_keyword("same") - field - _keyword("as") - name)
    same.add_parse_action(lambda t: Part("likeness", (t[1][0], t[1][0], False, t[1][1]), t[0], t[2]))
    cross = pp.Located(_keyword("cross") - field - field - _keyword("as") - name)
    cross.add_parse_action(lambda t: Part("likeness", (t[1][0], t[1][1], True, t[1][2]), t[0], t[2]))

    relation = named | within | simple | same | cross | condition
    end = pp.StringEnd().set_name("FIELD=VALUE, 'as', 'within', 'before', 'after', 'same' or 'cross'")
    events = (
        pp.Opt(count, default=1)
        + side
        - _listed(_KIND)
        - pp.Group(pp.Opt(direction + (pp.Suppress("|") - direction)[...]))
        - pp.Group(relation[...])
        - end
    )
    events.add_parse_action(lambda t: RawPattern(t[0], t[1], tuple(t[2]), tuple(t[3]), tuple(t[4])))
    listed = _listed(_part("name", _RESERVED + r"[a-z]+/[a-z0-9-]+", "a reason such as session/peer-sent-delete"))
    reason = (
        _keyword("reason")
        - pp.Opt(listed, default=())
        - pp.Opt(named, default=None)
        - pp.StringEnd().set_name("'as' and a name")
    )
    reason.add_parse_action(lambda t: RawReason(tuple(t[0]), t[1]))
    return reason | events


def _sum() -> pp.ParserElement:
    found = pp.Forward()
    duration = _part("number", _DURATION_RE, "a duration", _seconds)
    number_ = _part("number", r"-?\d+(?:\.\d+)?(?![\w.])", "a number", float)
    quoted = _part("text", r'"[^"]*"', "a text in double quotes", lambda t: t[1:-1])
    constants = {"yes": True, "no": False, "nothing": None}
    constant = _part("constant", r"(?:yes|no|nothing)\b", "yes, no or nothing", constants.__getitem__)
    arguments = pp.Group(pp.Opt(found + (pp.Suppress(",") - found)[...]))
    function = _part("word", r"[a-z_][a-z0-9_]*(?=\()", "a function")
    call = pp.Located(function - _mark("(") - arguments - _mark(")", "',' or ')'"))
    call.add_parse_action(lambda t: Part("call", (t[1][0], tuple(t[1][1])), t[0], t[2]))
    ref = _part("ref", r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?", "a name", _split)
    term = (duration | number_ | quoted | constant | call | ref).set_name(
        'a value: name.field, a name, FUNCTION(...), "text", a number or a duration'
    )
    sign = pp.Regex(r"\+(?!-)|-").set_name("'+' or '-'")
    total = pp.Located(term + (sign - term)[...])
    total.add_parse_action(lambda t: Part("sum", _signed(list(t[1])), t[0], t[2]))
    found <<= total
    return found


def _split(written: str) -> tuple[str, str]:
    name, _, field = written.partition(".")
    return name, field


def _signed(items: list[Any]) -> tuple[tuple[int, Part], ...]:
    signs = [1, *(-1 if s == "-" else 1 for s in items[1::2])]
    return tuple(zip(signs, items[::2], strict=True))


def _where() -> pp.ParserElement:
    op = pp.one_of("!= <= >= = < > ~").set_name("a comparison: =, !=, <, <=, >, >= or ~")
    slack = pp.Suppress("+-") - _part("number", _DURATION_RE + r"|\d+(?:\.\d+)?", "a duration such as 5s", _slack)
    found = (
        _SUM
        - op
        - _listed(_SUM)
        - pp.Opt(slack, default=None)
        - pp.StringEnd().set_name("'+', '-', '|', '+-' or the end of the line")
    )
    found.add_parse_action(lambda t: RawWhere(t[0], t[1], tuple(t[2]), t[3].value if t[3] else None))
    return found


def _slack(written: str) -> float:
    return _seconds(written) or float(re.match(r"[\d.]+", written)[0])  # type: ignore[index]


def _differs() -> pp.ParserElement:
    role = pp.one_of("edge peer either other", as_keyword=True) + pp.FollowedBy(pp.Literal("|") | pp.StringEnd())
    roles = _part("ref", r"[a-z_][a-z0-9_]*(?=\s*=)", "a name", _split) + pp.Suppress("=") + role + pp.Suppress("|")
    of_gap = roles - pp.one_of("edge peer either other", as_keyword=True).set_name("edge, peer, either or other")
    of_gap.add_parse_action(lambda t: RawDiffers(t[0], None, None, (t[1], t[2])))
    call = _SUM + pp.FollowedBy("=")
    plain = _part("word", r"[^=\s(][^=(]*", "a parameter's name", str.strip)
    parameter = (pp.FollowedBy(pp.Regex(r"[a-z_][a-z0-9_]*\(")) + call) | plain
    row = parameter - _mark("=") - _SUM - _mark("|", "'|' and the peer's value") - _SUM
    row.add_parse_action(lambda t: RawDiffers(t[0], t[1], t[2], None))
    return of_gap | row


_KIND = _part("kind", r"[a-z_]+(?:[.-][a-z_]+)*", "a kind of event such as ike.delete")
_KINDS = _listed(_KIND) - pp.StringEnd().set_name("'|' and a further kind, or the end of the line")
_SUM = _sum()
_PATTERN = _pattern()
_WHERE = _where()
_LET = (
    _part("name", r"[a-z_][a-z0-9_]*", "a name in lower case")
    - _mark("=")
    - _SUM
    - pp.StringEnd().set_name("nothing more")
)
_DIFFERS = _differs()
_TRIAL = (
    _part("name", r"[A-Za-z0-9][A-Za-z0-9_.+/-]*", "the name of a case")
    - _mark("=>")
    - _part("word", r"[a-z]+", "confirmed, probable, possible or none")
)
_WORDS = _part("name", r"[^\s,]+", "one name or more")[1, ...]
_INT = pp.Regex(r"\d+").set_name("a whole number")
_HEAD = _part("name", r"[a-z0-9][a-z0-9/_-]*", "a name in lower case") - _part(
    "text", r'"[^"]+"', "a text in double quotes", lambda t: t[1:-1]
)
for _expression in (_KINDS, _SUM, _PATTERN, _WHERE, _LET, _DIFFERS, _TRIAL, _WORDS, _INT, _HEAD):
    _expression.parse_with_tabs()
