"""The headers that nearly all lines of a log begin with, read for many lines in one call.

A form is a part of what `headers.read` knows, and reads it to the same: what an expression here does not fit, and any
line whose message may hold a header of its own, is left to be read alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import repeat
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from whydown.envelope.body import standard_header, tag_header
from whydown.envelope.clock import Clock

if TYPE_CHECKING:
    from whydown.envelope.record import Certainty, Header

Times: TypeAlias = "tuple[list[int], Certainty] | None"
Divided: TypeAlias = tuple[Sequence[str], Sequence[str], list[str]]

_END = '"] '  # of a header with structured data
_TRIED = 8  # lines by which the form of many is told

_PRIORITY = r"(?:<[0-9]{1,3}>(?:1 )?)?"
_COMPLETE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[^ \n]+"
_SHORT = r"[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2}"
_DATED = r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
# host, program, process, message ID, and structured data or none
_STANDARD = r'[^ "\n]*[^ "\n:\]] [^ "\n]*[^ "\n:\]] [^ "\n]+ [^ "\n]+ (?:-(?= +[^\s<\ufeff])|(?>\[[^\n]*?"\](?= )))'
_TAG = r"(?!\d{4} )[^ \n]+ [^ \n]+(?=: +[^\s<\[%])"
_CHARON = r"(?=([0-9\[]))(?=(?:[0-9]{2})?\[[A-Z]{3}[0-9]?\] )"
# what pluto's own log holds and other daemons' do not: no mark of theirs, nor a number before the message
_PLUTO = r"(?=([^\s0-9\[%]))(?!ssh_stack|ERROR|WARNING|NOTIFY|INFO|DEBUG)"


class Form(NamedTuple):
    """A way in which a line begins."""

    divided: Callable[[Sequence[str]], Divided]  # stamps, headers (empty: not of this form), messages
    header: Callable[[str], Header | None]
    times: Callable[[Clock, Sequence[str]], Times]


def form_of(texts: Sequence[str]) -> Form | None:
    """Say in which form lines begin, by the first of them that has one."""
    if _END in texts[0] and texts[0][0].isdecimal() and standard_header(_divided(texts[:1])[1][0] + _END[:-1]):
        return _EDGE
    return next((form for text in texts[:_TRIED] for fits, form in _FORMS if fits(text)), None)


def _divided(texts: Sequence[str]) -> Divided:
    """Divide lines that hold structured data, as nearly all of an Edge do."""
    stamp, _, header = texts[0].partition(_END)[0].partition(" ")
    size, shared = len(stamp), f" {header}{_END}"
    if all(map(str.startswith, texts, repeat(shared), repeat(size))):
        tails = map(itemgetter(slice(size + len(shared), None)), texts)
        return list(map(itemgetter(slice(size)), texts)), [header] * len(texts), list(map(str.strip, tails))
    heads, _, rests = zip(*map(str.partition, texts, repeat(_END)), strict=True)
    stamped, _, headers = zip(*map(str.partition, heads, repeat(" ")), strict=True)
    return stamped, headers, list(map(str.strip, rests))


def _dated(clock: Clock, stamped: Sequence[str]) -> Times:
    return clock.all_full(list(map(str.replace, stamped, repeat(" "), repeat("T"))))


def _made(
    begin: str, header: Callable[[str], Header | None], times: Callable[[Clock, Sequence[str]], Times]
) -> tuple[Callable[[str], object], Form]:
    """Make a form of an expression with two groups: the stamp, and the header (or anything that is never empty)."""
    fits = re.compile(begin)
    rows = re.compile(rf"^(?:{begin}(.*)|.*)$", re.MULTILINE).findall

    def divided(texts: Sequence[str]) -> Divided:
        found = rows("\n".join(texts))
        if len(found) != len(texts):  # line feeds in a text
            return texts, [""] * len(texts), [""] * len(texts)
        stamped, headers, messages = zip(*found, strict=True)
        return stamped, headers, list(map(str.strip, messages))

    return fits.match, Form(divided, header, times)


def _charon(_: str) -> Header:
    return "", "charon", "", "", ""


def _pluto(_: str) -> Header:
    return "", "pluto", "", "", ""


_EDGE = Form(_divided, lambda header: standard_header(header + _END[:-1]), Clock.all_full)
_FORMS = (
    _made(rf"{_PRIORITY}({_COMPLETE}) ({_STANDARD}) +", standard_header, Clock.all_full),
    _made(rf"{_PRIORITY}({_COMPLETE}) ({_TAG}): +", tag_header, Clock.all_full),
    _made(rf"{_PRIORITY}({_SHORT}) ({_TAG}): +", tag_header, Clock.all_short),
    _made(rf"({_COMPLETE}) {_CHARON}", _charon, Clock.all_full),
    _made(rf"({_DATED}) {_CHARON}", _charon, _dated),
    _made(rf"({_SHORT}) {_CHARON}", _charon, Clock.all_short),
    _made(rf"({_SHORT}\.[0-9]{{6}}): +{_PLUTO}", _pluto, Clock.all_short),
)
