r"""The regular expressions a grammar may write: a subset in which no text takes more than linear time.

Characters, escapes such as \d, classes, (?:groups), alternatives and repeats; no repeat and no alternative inside a
repeat, no captures, no looking around, no back-references.
"""

from __future__ import annotations

import re
import warnings
from typing import NamedTuple

import pyparsing as pp


class Fault(NamedTuple):
    """What is wrong with an expression, and from which character on."""

    at: int
    message: str


def fault(pattern: str) -> Fault | None:
    """Return what keeps `pattern` out of the subset, None if nothing does."""
    try:
        _EXPRESSION.parse_string(pattern, parse_all=True)
        with warnings.catch_warnings():  # of classes that a later Python may read otherwise, such as [[a]
            warnings.simplefilter("error", FutureWarning)
            re.compile(pattern)
    except pp.ParseBaseException as err:
        message = err.msg.replace(
            "Expected end of text", "Expected nothing special here (escape it, or see the subset)"
        )
        return Fault(err.loc, re.sub(r", found .*", "", message).replace("Expected", "expected"))
    except re.error as err:
        return Fault(err.pos or 0, err.msg)
    except FutureWarning as warning:
        told = re.fullmatch(r"(.*) at position (\d+)", str(warning))
        place, what = (int(told[2]), told[1].lower()) if told else (0, str(warning).lower())
        return Fault(place, f"{what} (escape the character)")
    return None


def _refuse_nesting(source: str, at: int, found: pp.ParseResults) -> list[bool]:
    """Say whether a piece varies in length; refuse to repeat one that does."""
    varies, quantifier = bool(found[0]), found[1] if len(found) > 1 else ""
    if not quantifier or quantifier == "?":
        return [varies or bool(quantifier)]
    if varies and not re.fullmatch(r"\{\d+\}", quantifier):
        raise pp.ParseFatalException(source, at, "a repeat or an alternative stands inside a repeat")
    return [varies or not re.fullmatch(r"\{\d+\}", quantifier)]


def _expression() -> pp.ParserElement:
    either = pp.Forward()
    character = pp.Regex(r"\\[dDwWsSt.\\/\[\](){}|*+?^$'\"#<>=:;,@ -]|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\\[\](){}|*+?^$]")
    fixed = character.set_name("a character or a class").add_parse_action(lambda: [False])
    close = pp.Suppress(pp.Literal(")").set_name("')' to close the group"))
    group = pp.Suppress("(?:") - either - close
    quantifier = pp.Regex(r"(?:[*+?]|\{\d+(?:,\d*)?\})(?![*+?])")
    atom = (group | fixed).set_name("a character, a class or a group (?:...)")
    piece = (atom + pp.Opt(quantifier)).add_parse_action(_refuse_nesting)
    row = piece[1, ...].set_name("a character, a class or a group (?:...)").add_parse_action(lambda t: [any(t)])
    either <<= (row + (pp.Suppress("|") - row)[...]).add_parse_action(lambda t: [len(t) > 1 or bool(t[0])])
    whole: pp.ParserElement = either.leave_whitespace(recursive=True).parse_with_tabs()
    return whole


_EXPRESSION = _expression()
