"""A report as values: what is said, in which order, and what it is; the formats lay it out and make its text safe.

Text in it is as the logs have it. Each format quotes all of it (`report.quote`) and escapes what would act in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whydown.diagnose.incident import Evidence, Incident
    from whydown.report.lives import Lives
    from whydown.sources.line import Side


@dataclass(frozen=True, slots=True)
class Said:
    """Running text; `look` is bold, bad, good, doubt, dim or empty."""

    text: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names and what is said of each; a pair without text is not said."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `looks` are those of its first rows."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    looks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A point of a list: text, and commands to be copied."""

    text: str
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Points:
    """A list, numbered where the order matters."""

    items: tuple[Item, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One incident in an overview, and the page that tells all of it."""

    page: str
    look: str
    began: str
    session: str
    what: str
    reason: str
    unsettled: str  # what the logs leave open, if anything
    cause: str  # empty where it is not known
    sure: str


@dataclass(frozen=True, slots=True)
class Index:
    """The incidents of a report, in the order of their pages."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """One gateway of a ladder."""

    side: Side
    name: str
    heard: bool  # its log was given


@dataclass(frozen=True, slots=True)
class Ladder:
    """Who said and did what, in the order of one clock; `proofs` are the steps that the verdict rests on."""

    steps: tuple[Evidence, ...]
    proofs: tuple[Evidence, ...] = ()
    lanes: tuple[Lane, ...] = ()  # the edge's and the peer's
    aligned: bool = False  # the sides' clocks were compared


@dataclass(frozen=True, slots=True)
class Quotes:
    """Lines of the logs that prove something."""

    proofs: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A page of somebody else's that says more."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Since when and until when each session was up, negotiating or down."""

    lives: Lives


Block = Said | Pairs | Table | Points | Index | Ladder | Quotes | Reference | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """Part of a page: `name` says what it is for, `answer` ends its title where there is room."""

    name: str  # facts | next | cause | do | timeline | evidence | coverage | ..
    title: str  # empty: it needs none
    blocks: tuple[Block, ...]
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a report: the overview, one incident, or what was read."""

    name: str  # unique in its document, letters and digits: other pages refer to it by this
    title: str
    sections: tuple[Section, ...]
    look: str = "bold"
    incident: Incident | None = None
    number: int = 0  # its place among several incidents


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report: pages in the order in which they are read, and what was listened to."""

    pages: tuple[Page, ...]
    coverage: Section
