"""Regular expressions as the code that Python's engine runs, kept in the user's cache folder.

Compiling an expression takes half a millisecond, and a log may be of hundreds of wordings; taking the code up again
takes a thousandth of that. Code is data that the engine checks before it runs it, and it is taken up by the very Python
that made it only. Where the engine has another face than is known here, expressions are compiled as always.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import sys
from array import array
from base64 import b64decode, b64encode
from functools import cache
from typing import Any

from whydown.grammar.cache import cache_folder, write_entry

try:
    import _sre as _engine  # type: ignore[import-not-found]
    from re import _compiler, _parser  # type: ignore[attr-defined]  # no public way leads to the code
except ImportError:  # pragma: no cover - no CPython, or a later one
    _engine = None

_MOST = 2000  # expressions kept
_GROUPS = 500  # of an expression
_WORTH = 16  # new ones that are worth writing
_FORM = 1  # of an entry
_WORD = "I"  # the type of array that holds code

_known: dict[str, tuple[int, int, str]] = {}  # by flags and expression: all flags, groups, code
_new: dict[str, tuple[int, int, str]] = {}


def compiled(expression: str, flags: re.RegexFlag) -> re.Pattern[str]:
    """Return what `re.compile` does, for an expression without named groups."""
    if _engine is None:  # pragma: no cover - see above
        return re.compile(expression, flags)
    key = f"{int(flags)} {expression}"
    entry = _load().get(key) or _new.get(key)
    try:
        if entry is not None:
            return _taken_up(expression, entry)
        found, made = _made(expression, flags)
    except (AttributeError, TypeError, ValueError, RuntimeError, OverflowError):  # no such entry, or another face
        return re.compile(expression, flags)
    if len(_new) < _MOST:
        _new[key] = made
    return found


def keep() -> None:
    """Remember what was compiled, if that is much and the cache folder can be written to."""
    if len(_new) < _WORTH:
        return
    whole = {**_known, **_new} if len(_known) + len(_new) <= _MOST else _new
    with contextlib.suppress(OSError, RuntimeError):
        write_entry(_name(), whole)
    _known.update(_new)
    _new.clear()


@cache
def _load() -> dict[str, tuple[int, int, str]]:
    """Return the expressions that were kept, read once."""
    with contextlib.suppress(OSError, ValueError, RecursionError, RuntimeError):
        found = json.loads((cache_folder() / _name()).read_bytes())
        if isinstance(found, dict):
            _known.update(found)
    return _known


def _name() -> str:
    seed = f"{_FORM} {sys.version} {getattr(_engine, 'MAGIC', '')} {array(_WORD).itemsize}"
    return f"expressions-{hashlib.blake2b(seed.encode(), digest_size=8).hexdigest()}.json"


def _made(expression: str, flags: re.RegexFlag) -> tuple[re.Pattern[str], tuple[int, int, str]]:
    """Compile an expression as `re` does, and return it with its entry."""
    parsed = _parser.parse(expression, int(flags))
    code = list(map(int, _compiler._code(parsed, int(flags))))  # noqa: SLF001 - see above
    entry = int(flags) | parsed.state.flags, parsed.state.groups - 1, b64encode(array(_WORD, code).tobytes()).decode()
    return _taken_up(expression, entry), entry


def _taken_up(expression: str, entry: tuple[int, int, str]) -> re.Pattern[str]:
    flags, groups, written = entry
    if groups > _GROUPS:
        raise ValueError
    code: Any = array(_WORD, b64decode(written)).tolist()
    pattern: re.Pattern[str] = _engine.compile(expression, flags, code, groups, {}, (None,) * (groups + 1))
    return pattern
