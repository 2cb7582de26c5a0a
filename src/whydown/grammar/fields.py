"""The fields of an event whose proposals are read when somebody asks: reading them costs more than all the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from whydown.grammar import proposals


class Unread(NamedTuple):
    """Proposals as written, not read yet."""

    text: str


class Fields(Mapping[str, Any]):
    """Typed fields by name; equal to a plain mapping with the same items."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, Any]) -> None:
        """Take the typed values, with `Unread` in the place of proposals."""
        self._values = values

    def __getitem__(self, name: str) -> Any:
        value = self._values[name]
        if type(value) is Unread:
            value = self._values[name] = proposals.parse(value.text)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(dict(self))


def readable(values: dict[str, Any]) -> Mapping[str, Any]:
    """Return the values themselves when all are read, otherwise a mapping that reads the rest on demand."""
    return Fields(values) if any(type(value) is Unread for value in values.values()) else values
