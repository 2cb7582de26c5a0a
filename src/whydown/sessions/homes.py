"""Where a line without a host is at home: the log it stands in, or the gateway's files around that."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from whydown.grammar.event import Event

_ROTATED = re.compile(r"(?:\.(?:\d{1,4}|gz|xz|bz2|zst|old)|-\d{8}(?:-\d{2,6})?)+$", re.ASCII)
_ROOT = re.compile(r"(?P<root>(?:.*[!/])?)var/log/")
_STATE_ROOT = re.compile(r"(?P<root>(?:.*[!/])?)(?:edge|var/log)/")
_PACKED = re.compile(r"(?:\.(?:tgz|tar|zip|gz|xz|bz2|zst))+$")


class Home(NamedTuple):
    """One gateway's files as their paths show them; `bundled` where they are a copy of its file system."""

    name: str
    bundled: bool

    @property
    def label(self) -> str:
        """What a gateway is called where no line names its host: the bundle's or folder's last word, or the file."""
        return _PACKED.sub("", re.split(r"[!/]", self.name.rstrip("!/"))[-1]) if self.bundled else self.name


def home(event: Event) -> Home:
    """Return where an event's log or dump is at home.

    What stands below one `var/log` in a bundle, packed or not, is one gateway's, and so is an Edge's `edge/` beside it;
    otherwise an archive's folder is. A file by itself is its own home, with its rotated copies.
    """
    source, member, *_ = event.origins[0]
    return home_of(source, member, stated=event.of_dump)


@lru_cache(4096)
def home_of(source: str, member: str, *, stated: bool) -> Home:
    """Return where the lines of a log, or what a dump has `stated`, are at home."""
    path = f"{source}!{member}" if member else source
    found = (_STATE_ROOT if stated else _ROOT).match(path)
    if found and (member or found["root"].strip("/")):  # `/var/log` itself is of the machine that whydown runs on
        return Home(found["root"], bundled=True)
    if member:
        return Home(path[: max(path.rfind("!"), path.rfind("/")) + 1], bundled=True)
    return Home(_ROTATED.sub("", path), bundled=False)
