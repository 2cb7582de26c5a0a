"""The key="value" pairs of structured data, or of a record that is nothing but such pairs."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_PAIR = re.compile(r'([A-Za-z0-9_.@-]+)=("[^"\\]*(?:\\.[^"\\]*)*"|[^\s"\]]*)', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\\]])')
_LONGEST_REMEMBERED = 1024  # characters of structured data worth remembering


def key_values(text: str) -> Mapping[str, str]:
    """Return the key="value" or key=value pairs of structured data or a record; the first of a repeated key."""
    return _remembered_pairs(text) if len(text) <= _LONGEST_REMEMBERED else _pairs(text)


def _pairs(text: str) -> Mapping[str, str]:
    pairs: dict[str, str] = {}
    for key, value in _PAIR.findall(text):
        bare = value[1:-1] if value[:1] == '"' else value
        pairs.setdefault(key, _ESCAPED.sub(r"\1", bare) if "\\" in bare else bare)
    return pairs


_remembered_pairs = lru_cache(1024)(_pairs)
