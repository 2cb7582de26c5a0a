"""What is written on the command line, as values; each function raises UsageError with the next step."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from whydown.errors import InputError, UsageError
from whydown.text import printable, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    from whydown.diagnose.knowledge import Knowledge
    from whydown.grammar.library import Library
    from whydown.sources.files import Input
    from whydown.tally import Tally


class _Named(Protocol):
    @property
    def name(self) -> str:
        """A cause's name."""


class Judged(Protocol):
    """An incident, in full or in short, as far as --fail-on asks for it."""

    @property
    def reason(self) -> str:
        """The documented reason."""

    @property
    def cause(self) -> _Named | None:
        """What is behind it, where that is known."""

    @property
    def confidence(self) -> str:
        """How sure that is."""

    @property
    def ended(self) -> int | None:
        """When it was up again; None: not by the end of the logs."""


_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SURE = ("possible", "probable", "confirmed")


def read_inputs(
    paths: Sequence[str] | None, edge: Sequence[str] | None, peer: Sequence[str] | None, output: Path | None
) -> list[Input]:
    """Return the inputs with their sides; UsageError for none, or where the output would overwrite one."""
    from whydown.sources.files import Input  # noqa: PLC0415
    from whydown.sources.line import Side  # noqa: PLC0415

    edges, peers = ({os.path.realpath(path) for path in side or ()} for side in (edge, peer))
    if edges & peers:
        raise UsageError(f"{min(edges & peers)} is given for both sides.", "A log is one gateway's: name it once.")
    inputs = [Input(path, Side.EDGE) for path in edge or ()]
    inputs += [Input(path, Side.PEER) for path in peer or ()]
    inputs += [Input(path, None) for path in paths or () if os.path.realpath(path) not in edges | peers]
    if not inputs:
        raise UsageError(
            "There is nothing to read.", "Name logs: --edge EDGE.log --peer PEER.log, or - for standard input."
        )
    if output is not None and any(os.path.realpath(given.path) == os.path.realpath(output) for given in inputs):
        raise UsageError(f"{output} is an input; the result would overwrite it.", "Name another file after -o.")
    return inputs


def recognised(tally: Tally) -> None:
    """Raise InputError where not one line was of a program that a grammar speaks of."""
    if tally.lines == tally.other + tally.blank:
        notes = "; ".join(printable(f"{notice.where}: {notice.message}") for notice in tally.notices[:3])
        none = "The one line is not" if tally.lines == 1 else f"None of the {tally.lines} lines is"
        raise InputError(
            f"{none} of an IKE daemon that a grammar knows{f' ({notes})' if notes else ''}.",
            "`whydown grammar check` lists the grammars.",
        )


def size_of(inputs: Sequence[Input]) -> int:
    """Return the bytes of all inputs as they are stored, 0 where that cannot be known."""
    total = 0
    for given in inputs:
        path = Path(given.path)
        files = path.rglob("*") if path.is_dir() else [path]
        try:
            total += sum(file.stat().st_size for file in files if file.is_file() or file == path)
        except OSError:
            return 0
    return total


def load_library(grammars: Sequence[Path] | None) -> Library:
    """Load the shipped grammars and those of the further folders."""
    from whydown.grammar.library import load  # noqa: PLC0415

    return load(grammars or ())


def load_knowledge(grammars: Sequence[Path] | None) -> Knowledge:
    """Load the shipped reasons and causes and those of the further folders."""
    from whydown.diagnose.loading import load  # noqa: PLC0415

    return load(grammars or ())


def read_zone(text: str | None) -> tzinfo | None:
    """Read a time zone: `UTC`, `+02:00`, or a name of the time zone database such as `Europe/Berlin`."""
    if not text:
        return None
    if text.upper() in ("UTC", "Z"):
        return UTC
    if (offset := _OFFSET.fullmatch(text)) and int(offset[2]) < 24 and int(offset[3] or 0) < 60:
        away = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return timezone(-away if offset[1] == "-" else away)
    from zoneinfo import ZoneInfo, available_timezones  # noqa: PLC0415

    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        hint = suggest(text, available_timezones())
        raise UsageError(
            f"'{text}' is no time zone{f'; {hint}' if hint else '.'}", "Write UTC, +02:00 or Europe/Berlin."
        ) from error


def instant(text: str | None, zone: tzinfo | None) -> int | None:
    """Read an ISO 8601 date or time as microseconds since 1970 UTC; without a zone it is of `zone`, or UTC."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"'{text}' is no time.", "Write 2026-03-04T10:55, with +02:00 or Z behind it.") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone or UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1)


def fails(words: Sequence[str], knowledge: Knowledge) -> Callable[[Judged], bool]:
    """Return whether an incident is one of those that --fail-on names.

    `any`; `open`: not up again at the end of the logs; `confirmed`, `probable`, `possible`: at least so sure; a
    reason or a cause by name. UsageError for a name that no knowledge has.
    """
    from whydown.report.explain import names  # noqa: PLC0415

    wanted = [fold(word) for given in words for word in given.split(",") if word.strip()]
    known = {fold(name) for name in names(knowledge)} | {"any", "open", *_SURE} if wanted else set()
    for word in wanted:
        if word not in known:
            hint = suggest(word, known)
            raise UsageError(
                f"--fail-on knows no '{word}'{f'; {hint}' if hint else '.'}",
                "It takes any, open, confirmed, probable, possible, a reason or a cause.",
            )
    return lambda incident: any(_names(word, incident) for word in wanted)


def causes_named(words: Sequence[str], knowledge: Knowledge) -> tuple[str, ...]:
    """Return the names of the causes that are meant; one without a slash stands for its finer ones too.

    UsageError for a name that no cause has.
    """
    found: list[str] = []
    for word in (part for given in words for part in given.split(",") if part.strip()):
        wanted = fold(word)
        named = [c.name for c in knowledge.causes if wanted in (fold(c.name), fold(c.name.split("/")[0]))]
        if not named:
            hint = suggest(wanted, {n for c in knowledge.causes for n in (c.name, c.name.split("/")[0])})
            raise UsageError(
                f"No cause is called '{word}'{f'; {hint}' if hint else '.'}", "docs/coverage.md lists all causes."
            )
        found += named
    return tuple(dict.fromkeys(found))


def fold(name: str) -> str:
    """Return a name for comparing: lower case, words joined by hyphens, as `no-proposal-chosen`."""
    return re.sub(r"[^a-z0-9/]+", "-", name.lower()).strip("-")


def _names(word: str, incident: Judged) -> bool:
    if word in _SURE:
        return _SURE.index(incident.confidence) >= _SURE.index(word)
    if word in ("any", "open"):
        return word == "any" or incident.ended is None
    said = {fold(incident.reason)}
    if incident.cause is not None:
        said |= {fold(incident.cause.name), fold(incident.cause.name.split("/")[0])}
    return word in said
