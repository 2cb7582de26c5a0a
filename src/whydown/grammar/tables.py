"""The words of the language and what the grammars cover, as plain tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from whydown.grammar.event import Provenance
from whydown.grammar.vocabulary import FIELDS, KIND_MEANINGS, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from whydown.grammar.model import EventBlock, Grammar, Template


def kinds() -> list[str]:
    """Return every kind of event with its meaning."""
    return aligned([(str(kind), KIND_MEANINGS[kind]) for kind in Kind if kind is not Kind.GIST])


def fields() -> list[str]:
    """Return every field with its type and meaning."""
    return aligned([(name, str(known.type), known.meaning) for name, known in FIELDS.items()])


def coverage(grammars: Sequence[Grammar]) -> list[str]:
    """Return a table: for each kind, how many wordings of each vendor are seen and how many assumed."""
    counts: dict[str, dict[str, Counter[Provenance]]] = defaultdict(lambda: defaultdict(Counter))
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for grammar in grammars:
        of_vendor, total = counts[grammar.vendor], totals[grammar.vendor]
        for event in grammar.events:
            told = Counter(t.provenance for t in _templates(event) if t.provenance)
            for kind in dict.fromkeys([event.kind, *(turn.kind for turn in event.turns)]):
                of_vendor[kind] += told
            total.update(str(provenance) for provenance in told.elements())
            total["more"] += len(event.more)
            total["examples"] += len(event.tries)
        total["ignored"] += sum(len(ignore.lines) for ignore in grammar.ignores)
    vendors = list(counts)
    rows = [("kind", *vendors)]
    rows += [(str(k), *(_cell(counts[v][k]) for v in vendors)) for k in Kind if k is not Kind.GIST]
    rows.append(("",) * len(rows[0]))
    for label, key in _TOTALS:
        rows.append((label, *(str(totals[v][key]) for v in vendors)))
    return [*aligned(rows), "", "A cell counts wordings: those seen in a source or a real line, and (+) assumed ones."]


_TOTALS = (
    ("wordings seen", "seen"),
    ("wordings assumed", "assumed"),
    ("further records", "more"),
    ("ignored wordings", "ignored"),
    ("examples", "examples"),
)


def _templates(event: EventBlock) -> Iterator[Template]:
    """Yield what the event is known by: its lines, or its data where it has no line."""
    yield from event.lines or [template for _, template in event.data[:1]]


def _cell(told: Counter[Provenance]) -> str:
    seen, assumed = told[Provenance.SEEN], told[Provenance.ASSUMED]
    return f"{seen or ''}{f'+{assumed}' if assumed else ''}" or "-"


def aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return rows of a table with their columns below one another."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows]
