"""Pictures of a report as SVG: the ladder of one incident, and the bar of a session's life.

Text is measured by the widest of the usual fonts, and wrapped by that; so labels keep within their places in any.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from whydown.report.layout import clock, day, many
from whydown.report.lives import paint
from whydown.report.quote import quote
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from whydown.grammar.event import Event
    from whydown.report.document import Ladder, Lane
    from whydown.report.lives import Life, Lives
    from whydown.report.rungs import Rung, Told

_WIDTH = 760
_LINES = {Side.EDGE: 152, Side.PEER: 608}  # where each gateway's lifeline stands
_SIZE, _SMALL = 13, 11  # of letters
_ROW = 17  # from one row of a label to the next
_NOTE = 392  # the widest note
_HEAD = 62
_LEAST = 38  # height of a rung: time and place need two rows
_MOST_ROWS = 5
_OUTSIDE = 138  # room for time and place beside a lifeline
_COLUMNS = 300  # of a life's bar
_CROSS = "\N{MULTIPLICATION SIGN} "

# Widths of letters in ems: DejaVu Sans, than which no usual font is wider.
_WIDTHS = {
    **dict.fromkeys("abdeghknopqsuvxyzc", 0.64),
    **dict.fromkeys("fijlrt", 0.42),
    **dict.fromkeys("mw", 0.98),
    **dict.fromkeys("0123456789", 0.64),
    **dict.fromkeys("MW@%", 1.0),
    **dict.fromkeys(" .,:;'!|/()[]\\-", 0.4),
    **dict.fromkeys('_"*', 0.52),
}
_OTHER, _WIDER = 0.79, 1.05  # other ASCII; what is beyond
_BOLD = 1.15  # bold letters against plain ones
_MONO = 0.61
_TOKEN = re.compile(r" +|[^ /,;]*[/,;]+|[^ /,;]+")


class _Drawn(NamedTuple):
    """A piece of the picture and how high it is."""

    piece: Markup
    height: int


def measure(text: str, size: float = _SIZE) -> float:
    """Return how wide text can be at most, in units of the picture."""
    return size * sum(_WIDTHS.get(c, _OTHER if c < "\x7f" else _WIDER) for c in text)


def fit(text: str, width: float) -> list[str]:
    """Cut text into rows of at most `width`, at blanks and behind slashes and commas where it can; some rows at most."""
    cut = [""]
    for token in _TOKEN.findall(text):
        if measure(cut[-1] + token.rstrip()) <= width:
            cut[-1] += token
            continue
        cut.append("")
        for letter in token.lstrip():
            if measure(cut[-1] + letter) > width:
                cut.append("")
            cut[-1] += letter
    cut = [row.rstrip() for row in cut if row.strip()] or [""]
    if len(cut) > _MOST_ROWS:
        cut = cut[:_MOST_ROWS]
        while measure(cut[-1] + "…") > width:
            cut[-1] = cut[-1][:-1]
        cut[-1] += "…"
    return cut


def draw_ladder(ladder: Ladder, rungs: Sequence[Rung], line: Callable[[Event], str]) -> Markup:
    """Draw the rungs between two lifelines; `line` says by which key an event's line stands in the page."""
    y, today, band_top = _HEAD, "", 0
    pieces: list[Markup] = []
    bands: list[tuple[int, int]] = []
    last = _last_failing(rungs)
    for number, rung in enumerate(rungs):
        if rung.told and rung.told[0].timed and day(rung.told[0].at) != today:
            today = day(rung.told[0].at)
            pieces.append(_text(_LINES[Side.EDGE] - 12, y + 4, f"{today} UTC", "d"))
            y += 20
        if rung.heading:
            band_top = y - 4
            pieces.append(_text(_WIDTH - 8, y + 12, quote(rung.heading), "x"))
            y += 22
        drawn = _rung(rung, y, line)
        pieces.append(drawn.piece)
        y += drawn.height
        if number in last:
            bands.append((band_top, y - 2))
            y += 8
    height = y + 8
    said = f"{many(len(rungs), 'step')}; the Edge on the left, the Peer on the right"
    head = Markup(
        '<svg class="ladder" viewBox="0 0 {} {}" role="group"><title>Who said what to whom</title><desc>{}.</desc>\n'
    ).format(_WIDTH, height, said)
    red = Markup().join(
        Markup("<rect class=band x=1 y={} width={} height={} />").format(top, _WIDTH - 2, bottom - top)
        for top, bottom in bands
    )
    lanes = Markup().join(_lane(lane, height) for lane in ladder.lanes)
    return head + red + lanes + Markup("\n").join(pieces) + Markup("\n</svg>\n")


def draw_life(life: Life, lives: Lives) -> Markup:
    """Draw one session's life as a bar, with a thin one below it for its tunnels and BGP neighbours."""
    paths = Markup()
    for spans, y, height in ((life.spans, 0, 12), (life.below, 13, 4)):
        drawn: dict[str, list[str]] = {}
        for span in paint(spans, lives.begin, lives.end, _COLUMNS):
            width = span.end - span.begin
            drawn.setdefault(span.state, []).append(f"M{span.begin} {y}h{width}v{height}h-{width}z")
        paths += Markup().join(Markup('<path class="{}" d="{}"/>').format(s, "".join(d)) for s, d in drawn.items())
    return Markup(
        '<svg class="life" viewBox="0 0 {} 17" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
    ).format(_COLUMNS, paths)


def _last_failing(rungs: Sequence[Rung]) -> set[int]:
    """Return the place of the last failing rung of each exchange that fails."""
    ends: dict[int, int] = {}
    begin = -1
    for number, rung in enumerate(rungs):
        if rung.heading:
            begin = number
        if rung.fails and begin >= 0:
            ends[begin] = number
    return set(ends.values())


def _lane(lane: Lane, height: int) -> Markup:
    x = _LINES[lane.side]
    name = quote(lane.name)
    while name and measure(name, _SMALL) > 240:
        name = name[:-2] + "…"
    return Markup(
        '<g class={0}><path class="line{1}" d="M{2} 46V{3}"/><rect x={4} y=4 width=260 height=40 />'
        "<text class=who x={2} y=21>{5}</text><text class=at x={2} y=37>{6}</text></g>\n"
    ).format(
        lane.side,
        "" if lane.heard else " deaf",
        x,
        height - 4,
        x - 130,
        lane.side.capitalize(),
        name if lane.heard else "no log given",
    )


def _rung(rung: Rung, y: int, line: Callable[[Event], str]) -> _Drawn:
    if rung.remark:
        until = f", until {clock(rung.until)}" if rung.until is not None else ""
        return _Drawn(_text(_WIDTH // 2, y + 16, f"{rung.text}{until} …", "r"), 28)
    again = f" ({rung.times} times)" if rung.times > 1 else ""
    text = f"{_CROSS if rung.fails else ''}{quote(rung.text)}{again}"
    inside = _note(rung, text, y) if rung.sender is None else _message(rung, rung.sender, text, y)
    places = Markup().join(_place(told, y + max(0, inside.height - _LEAST) // 2, line) for told in rung.told)
    side = rung.sender or rung.told[0].side
    look = f"{side}{'' if rung.sender is None else ' m'}{' f' if rung.fails else ''}"
    return _Drawn(Markup('<g class="{}">{}{}</g>').format(look, inside.piece, places), inside.height)


def _message(rung: Rung, sender: Side, text: str, y: int) -> _Drawn:
    """Draw an arrow; one that only one side tells of is dashed and ends, or begins, half-way."""
    start, end = _LINES[sender], _LINES[sender.other]
    ahead = 1 if end > start else -1
    room = abs(end - start) - 44
    rows = fit(text, room / _boldness(rung))
    middle = (start + end) // 2
    at = y + len(rows) * _ROW + 8
    whole = Markup("<path d='M{0} {1}H{2}m{3} -5L{2} {1}l{3} 5'/>")
    if len(rung.told) == 1:
        start, end = (start, middle) if rung.told[0].side is sender else (middle, end)
        whole = Markup("<path class=half d='M{0} {1}H{2}'/><path d='M{2} {1}m{3} -5L{2} {1}l{3} 5'/>")
    piece = _rows(rows, middle, y + 12) + whole.format(start, at, end - ahead, -8 * ahead)
    return _Drawn(piece, max(_LEAST, len(rows) * _ROW + 20))


def _note(rung: Rung, text: str, y: int) -> _Drawn:
    """Draw what one side did or found, beside its lifeline."""
    rows = fit(text, (_NOTE - 20) / _boldness(rung))
    width = round(max(measure(row) for row in rows) * _boldness(rung)) + 20
    side = rung.told[0].side
    x = _LINES[side] + 8 if side is Side.EDGE else _LINES[side] - 8 - width
    height = len(rows) * _ROW + 8
    top = y + max(0, _LEAST - 6 - height) // 2
    piece = Markup("<rect x={} y={} width={} height={} />").format(x, top, width, height)
    return _Drawn(piece + _rows(rows, x + 10, top + 16), max(_LEAST, height + 6))


def _boldness(rung: Rung) -> float:
    return _BOLD if rung.fails else 1.0


def _place(told: Told, y: int, line: Callable[[Event], str]) -> Markup:
    """Write when and where a side tells of a rung, outside its lifeline; the place leads to the line itself."""
    x = _LINES[told.side] + (-12 if told.side is Side.EDGE else 12)
    where = quote(told.where)
    if len(where) * _MONO * _SMALL > _OUTSIDE:
        where = "…" + where[1 - int(_OUTSIDE / _MONO / _SMALL) :]
    place = Markup("<tspan x={} y={}>{}</tspan>").format(x, y + 28, where)
    if key := line(told.event):
        place = Markup("<a id=r{0} href=#e{0}>{1}</a>").format(key, place)
    time = clock(told.at) if told.timed else ""
    look = Markup('"t e"') if told.side is Side.EDGE else "t"
    return Markup("<text class={} x={} y={}>{}{}</text>").format(look, x, y + 14, time, place)


def _rows(rows: Sequence[str], x: int, y: int) -> Markup:
    return Markup().join(_text(x, y + n * _ROW, row) for n, row in enumerate(rows))


def _text(x: int, y: int, text: str, look: str = "") -> Markup:
    return Markup("<text{} x={} y={}>{}</text>").format(Markup(" class={}").format(look) if look else "", x, y, text)
