"""A console's statuses and what they can mean, and how to get at a gateway's evidence, as frozen values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from whydown.diagnose.model import Named
    from whydown.text import Span

COLUMNS = ("status", "channel", "tunnel", "bgp")  # of the console, from the whole to the part
TOPICS = ("log", "level", "raise", "lower", "history", "values", "state", "active", "path", "clock")


@dataclass(frozen=True, slots=True)
class State:
    """What one column of a console shows: a state, in one word or another, and where there is one its error message."""

    words: tuple[str, ...]
    message: str = ""

    def __str__(self) -> str:
        return f"{self.words[0]} ({self.message})" if self.message else self.words[0]


@dataclass(frozen=True, slots=True)
class Possible:
    """Something that can be wrong, in words, and the causes that are it; none where no log tells."""

    text: str
    causes: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """A row of a console's status table: what it shows, what can be wrong then, what to do and to look at."""

    name: str
    title: str
    span: Span
    states: Mapping[str, State]  # by column; a column that tells nothing is left out
    problems: tuple[Possible, ...]
    shows: tuple[Named, ...] = ()  # the reasons whose incidents are this row
    do: tuple[str, ...] = ()
    look: tuple[str, ...] = ()
    note: str = ""
    link: str = ""
    sources: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = ((c, str(self.states[c])) for c in COLUMNS if c in self.states)
        return " / ".join(f"BGP {state}" if column == "bgp" else state for column, state in shown)


@dataclass(frozen=True, slots=True)
class Commands:
    """How to get at the evidence of one vendor's gateway: a command (or a setting) for each topic."""

    name: str
    vendor: str  # as the grammars name it
    span: Span
    topics: Mapping[str, str]  # with $local and $remote for the addresses
    note: str = ""
    sources: tuple[str, ...] = ()

    def get(self, topic: str, local: str = "", remote: str = "") -> str:
        """Return the command for a topic with the addresses filled in; empty where there is none."""
        ready = {"$": "$", "local": local or "LOCAL-IP", "remote": remote or "REMOTE-IP"}
        return re.sub(r"\$(\$|local|remote)", lambda found: ready[found[1]], self.topics.get(topic, ""))
