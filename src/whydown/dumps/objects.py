"""JSON, also nearly so and cut off, to the few values that dumps are read for, each with its place; never a secret.

A value is kept only under a key that a dump is read for. So pre-shared keys, passwords and certificates are dropped
here, at reading, and a large dump takes little memory.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

_DEEPEST = 64  # containers within each other
_MOST = 200_000  # values that are kept
_LONGEST = 4096  # characters of a text
_TOKEN = re.compile(
    rb"\s*+(?:(?P<mark>[{}\[\],:])|\"(?P<text>[^\"\\]*+(?:\\.[^\"\\]*+)*+)\"|(?P<number>-?\d[\d.eE+-]{0,40})"
    rb"|(?P<word>[A-Za-z_][A-Za-z0-9_]{0,40}))",
    re.DOTALL,
)
_WORDS = {"true": True, "false": False, "null": None, "none": None}


class Node(dict[str, Any]):
    """An object: kept values by key in small letters, `places` in bytes where each key stands, `begin` its brace."""

    def __init__(self, begin: int) -> None:
        super().__init__()
        self.begin = begin
        self.places: dict[str, int] = {}

    def place(self, key: str) -> int:
        """Return where a key stands; the object's begin where it is not there."""
        return self.places.get(key, self.begin)


class NotReadError(Exception):
    """The text stops being JSON, or is more than is read; `offset` is where, `roots` what was read before."""

    def __init__(self, why: str, offset: int, roots: list[Any]) -> None:
        super().__init__(why)
        self.offset = offset
        self.roots = roots


def read(data: bytes, keys: frozenset[str]) -> list[Any]:
    """Return the values of a text, mostly one; of objects only what stands under one of `keys` (small letters).

    A comma too many is no fault. NotReadError for any other, for nesting deeper than 64, and for too many values; it
    holds what was read before.
    """
    building = _Building(keys)
    position = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    end = len(data.rstrip())
    while position < end:
        token = _TOKEN.match(data, position)
        if token is None:
            raise NotReadError("it is no JSON from here on", position, building.roots)
        start, position = token.start(token.lastgroup or 0), token.end()
        building.take(token, start)
    if building.stack:
        raise NotReadError("it ends too early", position, building.roots)
    return building.roots


@dataclass(slots=True)
class _Building:
    """The values that are being put together: what is open, and under which key the next value of each stands."""

    keys: frozenset[str]
    roots: list[Any] = field(default_factory=list)
    stack: list[Node | list[Any]] = field(default_factory=list)
    names: list[str] = field(default_factory=lambda: [""])
    kept: int = 0

    def take(self, token: re.Match[bytes], start: int) -> None:
        """Take the next token in, which stands at `start`."""
        mark = token["mark"]
        if mark in (b"{", b"["):
            self._open(Node(start) if mark == b"{" else [], start)
        elif mark in (b"}", b"]"):
            self._close(start)
        elif mark == b",":
            if self.stack and isinstance(self.stack[-1], Node):
                self.names[-1] = ""
        elif mark is None:
            self._scalar(token, start)

    @property
    def _inside(self) -> Node | list[Any]:
        return self.stack[-1] if self.stack else self.roots

    def _open(self, container: Node | list[Any], start: int) -> None:
        if len(self.stack) >= _DEEPEST:
            raise NotReadError(f"it is nested deeper than {_DEEPEST} levels", start, self.roots)
        _put(container, self.names[-1], self._inside, start)
        self.stack.append(container)
        self.names.append("" if isinstance(container, Node) else self.names[-1])

    def _close(self, start: int) -> None:
        if not self.stack:
            raise NotReadError("it closes what was never opened", start, self.roots)
        closed = self.stack.pop()
        self.names.pop()
        if not closed:
            _drop(closed, self.names[-1], self._inside)

    def _scalar(self, token: re.Match[bytes], start: int) -> None:
        inside, name = self._inside, self.names[-1]
        if isinstance(inside, Node) and not name:
            self.names[-1] = str(_scalar(token)).casefold()
        elif name in self.keys:
            self.kept += 1
            if self.kept > _MOST:
                raise NotReadError(f"it holds more than {_MOST} values", start, self.roots)
            _put(_scalar(token), name, inside, start)


def _put(value: Any, name: str, inside: Node | list[Any], place: int) -> None:
    """Put a value into its container; of two with one key the last counts."""
    if isinstance(inside, Node):
        inside[name] = value
        inside.places[name] = place
    else:
        inside.append(value)


def _drop(value: Node | list[Any], name: str, inside: Node | list[Any]) -> None:
    """Take a container that holds nothing out again."""
    if isinstance(inside, Node):
        inside.pop(name, None)
        inside.places.pop(name, None)
    elif inside and inside[-1] is value:
        inside.pop()


def _scalar(token: re.Match[bytes]) -> Any:
    """Return the value of a token that is no mark; a word that is no constant stays a word."""
    text = token["text"]
    if text is not None:
        return _text(text[: 4 * _LONGEST])
    if token["number"] is not None:
        return _number(token["number"])
    word = token["word"].decode()
    return _WORDS.get(word.casefold(), word)


def _text(raw: bytes) -> str:
    """Read a text's escapes; half a surrogate pair is no character, and a wrong escape stays as it is."""
    text = raw.decode(errors="surrogateescape")
    if "\\" in text:
        try:
            text = json.loads(f'"{text}"', strict=False)
        except ValueError:
            text = text.replace("\\", "")
        text = text.encode("utf-8", errors="replace").decode()
    return text[:_LONGEST]


def _number(raw: bytes) -> int | float | None:
    try:
        return int(raw)
    except ValueError:
        pass
    try:
        return float(raw)
    except ValueError:
        return None
