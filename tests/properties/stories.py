"""The cases of `sample_logs` as lines and events that tests may bend: cut, shifted, doubled, mixed, written otherwise."""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from cases import SAMPLES, knowledge, library
from whydown.diagnose.diagnosis import tell
from whydown.envelope.records import records
from whydown.grammar.assemble import Assembler
from whydown.grammar.match import Matcher
from whydown.sessions.episodes import cut_episodes
from whydown.sessions.rebuild import rebuild_sessions
from whydown.sources.line import Line, Origin, Side
from whydown.tally import Tally

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from whydown.diagnose.incident import Incident
    from whydown.grammar.event import Event
    from whydown.sessions.model import Session

Logs = dict[Side, tuple[str, ...]]
YEAR = 2026  # of every recording
BOTH = frozenset(Side)
_SYSLOG = re.compile(r"<\d+>1 (\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)\S* (\S+) (\S+) (\S+) - - ?(.*)", re.DOTALL)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class Verdict(NamedTuple):
    """What an incident comes to, without times and texts."""

    layer: str
    reason: str
    cause: str
    confidence: str


@cache
def logs(case: str) -> Logs:
    """Return the lines of a case's logs; a blank line is none."""
    found = {side: SAMPLES / case / f"{side}.log" for side in Side}
    return {
        side: tuple(filter(str.strip, path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()))
        for side, path in found.items()
        if path.exists()
    }


@cache
def truth(case: str) -> str:
    """Return the cause that a case was made with; `none` where nothing was broken."""
    folder = SAMPLES / case
    if (folder / "expect.json").exists():
        return str(json.loads((folder / "expect.json").read_text())["root_cause"]).replace("_", "-")
    return str(tomllib.loads((folder / "expect.toml").read_text())["cause"]) or "none"


@cache
def _matcher() -> Matcher:
    return Matcher(library().grammars)


def read(texts: Mapping[Side, Iterable[str]], *, source: str = "") -> list[Event]:
    """Read lines as the events of one file for each side."""
    lines = [
        Line(text, Origin(f"{source}{side}.log", "", number, number * 1000), side)
        for side, of_side in texts.items()
        for number, text in enumerate(of_side, 1)
        if text.strip()
    ]
    tally = Tally()
    taken = list(records(lines, tally, year=YEAR))
    assembler = Assembler(tally)
    return [*assembler.feed(taken, _matcher().match(taken)), *assembler.finish()]


@cache
def story(case: str) -> tuple[Event, ...]:
    """Return the events of a case as it is."""
    return tuple(read(logs(case)))


def sessions_of(events: Iterable[Event], given: frozenset[Side] = BOTH) -> tuple[Session, ...]:
    """Return the sessions that events come to."""
    return rebuild_sessions(events, given, Tally())[0]


def incidents_of(events: Iterable[Event], given: frozenset[Side] = BOTH) -> list[Incident]:
    """Return what is said about events."""
    tally = Tally()
    return [i for s in sessions_of(events, given) for i, _ in tell(s, cut_episodes(s), knowledge(), tally)]


def verdicts(events: Iterable[Event], given: frozenset[Side] = BOTH) -> list[Verdict]:
    """Return the verdicts on events, in a fixed order."""
    return sorted(map(verdict, incidents_of(events, given)))


def verdict(incident: Incident) -> Verdict:
    """Return what an incident comes to."""
    cause = incident.cause.name if incident.cause else ""
    return Verdict(incident.layer.value, incident.reason, cause, incident.confidence.value)


def drop(lines: Sequence[str], share: float, dice: random.Random) -> list[str]:
    """Leave out a share of the lines."""
    return [line for line in lines if dice.random() >= share]


def mutate(lines: Sequence[str], share: float, dice: random.Random) -> list[str]:
    """Damage a share of the lines: cut off, a character changed or missing, a piece torn out."""
    return [_damaged(line, dice) if dice.random() < share else line for line in lines]


def _damaged(line: str, dice: random.Random) -> str:
    at = dice.randrange(len(line))
    to = dice.randrange(at, len(line))
    ways = (
        line[:at],
        line[:at] + chr(dice.randrange(32, 127)) + line[at + 1 :],
        line[:at] + line[at + 1 :],
        line[:at] + line[to:],
    )
    return dice.choice(ways)


def rfc3164(line: str) -> str:
    """Write a line of RFC 5424 as RFC 3164 does: whole seconds, no year, no zone; any other stays as it is."""
    found = _SYSLOG.fullmatch(line)
    if not found:
        return line
    _, month, day, time, host, app, pid, message = found.groups()
    process = "" if pid == "-" else f"[{pid}]"
    return f"{_MONTHS[int(month) - 1]} {int(day):2d} {time} {host} {app}{process}: {message}"


def moved(events: Iterable[Event], side: Side, clock: Callable[[int], int]) -> list[Event]:
    """Return events with the clock of one side changed."""
    return [e._replace(at=clock(e.at)) if e.side is side else e for e in events]
