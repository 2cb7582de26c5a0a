"""The one thing written sideways: what became of every line, and what was odd about the input."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Notice:
    """Something odd about an input, located: `where` is a path, `path!member` or `path:line`."""

    where: str
    message: str


@dataclass(slots=True)
class Tally:
    """Counts in which every line of the input appears exactly once, plus notices.

    `lines` is the number of lines read; `lines + unfolded` always equals `other + events + continued + ignored +
    unknown + repeated + blank`: lines of programs no grammar speaks of (where lines are sifted by marks, every line
    without one; and half a line where a damaged file ends); lines that opened an event; further lines of a block; lines
    declared as saying nothing; lines of a known program that no template knows; repeats; empty ones.
    """

    lines: int = 0
    other: int = 0
    events: int = 0
    continued: int = 0
    ignored: int = 0
    unknown: int = 0
    gists: int = 0  # of the unknown ones: those that still yielded a gist event
    repeated: int = 0
    blank: int = 0
    cut: int = 0  # of all: lines longer than the limit, read up to it
    undecodable: int = 0  # of all: lines that were no UTF-8
    unfolded: int = 0  # records beyond the first that lines with folded line feeds (`#012`) gave
    folded: int = 0  # messages a syslog daemon had folded away: "message repeated 3 times" holds two more
    by_source: Counter[str] = field(default_factory=Counter)
    unknown_shapes: Counter[tuple[str, str]] = field(default_factory=Counter)  # (grammar or program, shape) -> count
    unknown_examples: dict[tuple[str, str], str] = field(default_factory=dict)  # of each shape, where the first stands
    notices: list[Notice] = field(default_factory=list)
    damaged: bool = False  # some input was cut off or unreadable: exit status 4
    written: tuple[str, str, int | None] = ("", "", None)  # source, member, and when that was last written (µs UTC)
    sides: set[str] = field(default_factory=set)  # of which a log said in its name that it is theirs
    spoke: set[str] = field(
        default_factory=set
    )  # whose log, given as theirs, holds lines of an IKE daemon, known or not
    unread: dict[str, str] = field(default_factory=dict)  # dumps that gave no statement, and why; the first hundred
    read: int = 0  # bytes taken from the inputs as they are stored: how far the reading is

    def notice(self, where: str, message: str, *, damaged: bool = False) -> None:
        """Note something odd about `where`; the first hundred are kept."""
        self.damaged = self.damaged or damaged
        if len(self.notices) < 100:
            self.notices.append(Notice(where, message))

    def leave_unread(self, where: str, why: str) -> None:
        """Note a state dump that was found and gave nothing; the first hundred are kept."""
        if len(self.unread) < 100:
            self.unread[where] = why

    def renotice(self, place: int, message: str) -> None:
        """Put a better message in place of one that was noted before."""
        self.notices[place] = Notice(self.notices[place].where, message)
