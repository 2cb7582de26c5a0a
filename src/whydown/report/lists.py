"""Events and unknown wordings as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.report.jsonl import iso
from whydown.report.layout import many
from whydown.report.phrases import value_text
from whydown.report.quote import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from whydown.grammar.event import Event
    from whydown.tally import Tally


def event_line(event: Event) -> str:
    """Write a typed event on one line: when, whose log, kind, direction, fields, and where it stands."""
    fields = " ".join(f"{name}={_shown(value_text(value))}" for name, value in event.fields.items())
    side = event.side or "-"
    head = f"{iso(event.at)}  {side:4}  {event.vendor:10}  {event.kind} {event.direction}"
    assumed = "" if event.rule.provenance == "seen" else f"  ({event.rule.provenance})"
    return f"{head}  {quote(fields)}{assumed}  {quote(str(event.origins[0]))}"


def event_parts(events: Iterable[Event]) -> Iterator[str]:
    """Write events, a line each."""
    return (f"{event_line(event)}\n" for event in events)


def unmatched(tally: Tally, most: int) -> str:
    """Write the wordings that no grammar knows, most frequent first, each with its count and where one stands."""
    shapes = sorted(tally.unknown_shapes.items(), key=lambda item: (-item[1], item[0]))
    if not tally.unknown:
        return "Every line of a known program was read.\n"
    rows = []
    for (program, shape), count in shapes[:most]:
        example = tally.unknown_examples.get((program, shape))
        where = f"  ({quote(example)})" if example else ""
        rows.append(f"{count:>7,}  {quote(program)}  {quote(shape)}{where}")
    total = f"{many(tally.unknown, 'line')} of known programs in no grammar's words, {many(len(shapes), 'wording')}"
    hidden = len(shapes) - len(rows)
    more = [f"and {many(hidden, 'further wording')}, see --most"] if hidden > 0 else []
    hint = "To add one: whydown grammar new --from 'the line as it stands in the log'"
    return "\n".join([f"{total}:", "", *rows, *more, "", hint]) + "\n"


def _shown(text: str) -> str:
    return f'"{text}"' if " " in text or not text else text
