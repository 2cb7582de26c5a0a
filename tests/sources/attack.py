"""What an attack is: an archive made to harm the one who opens it, with a good log in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sources.archives import AFTER, BEFORE

if TYPE_CHECKING:
    from collections.abc import Iterable

EVIL = b"2026-11-21T20:40:03Z gw-b charon[7]: evil\n"
GOOD = (BEFORE, AFTER)


class Attack(NamedTuple):
    """An archive: its file's name, its pieces, which good logs must be read, and what must be told."""

    name: str
    pieces: Iterable[bytes]
    read: tuple[bytes, ...] = GOOD
    told: str = ""  # a part of a notice
    damaged: bool = False
