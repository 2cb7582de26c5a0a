"""The inventory as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whydown.report.coverage import lines_of
from whydown.report.layout import Paper, clock, day, duration, many, stamp, stamps
from whydown.report.quote import prose, quote
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from whydown.diagnose.incident import Missing
    from whydown.diagnose.inventory import FoundDump, FoundGateway, FoundLog, Inventory, Turned
    from whydown.report.layout import Style
    from whydown.sessions.model import Session

_TURNS = 6  # the last of a history
_MOST = 12  # rows of a list; what is left out is counted


def page(inventory: Inventory, style: Style) -> str:
    """Write what was found and what is missing, for a reader."""
    paper = Paper(style)
    sides = {side: [g for g in inventory.gateways if g.side is side] for side in Side}
    counts = [many(len(sides[Side.EDGE]), "Edge"), many(len(sides[Side.PEER]), "peer")]
    counts.append(many(len(inventory.sessions), "session"))
    counts.append(many(len({d.path for d in inventory.dumps} | {*inventory.tally.unread}), "state dump"))
    paper.heading(f"Found: {', '.join(counts)}", level=1)
    for gateway in inventory.gateways:
        _write_gateway(paper, gateway)
    if inventory.sessions:
        paper.heading("Sessions")
        for session in _shortened(paper, inventory.sessions):
            _write_session(paper, session)
    _write_dumps(paper, inventory)
    paper.heading("Missing")
    if not inventory.missing:
        paper.sentence("Nothing: both sides are there for the same time.")
    for number, missing in enumerate(inventory.missing, start=1):
        _write_missing(paper, number, missing)
    paper.heading("Lines")
    paper.sentence(f"{lines_of(inventory.tally)}.")
    if inventory.tally.notices:
        paper.heading("Notes")
        for notice in _shortened(paper, inventory.tally.notices):
            paper.sentence(prose(f"{notice.where}: {notice.message}"), indent="  ", first="- ")
    return paper.text()


def _shortened(paper: Paper, items: Iterable[Any]) -> Iterator[Any]:
    """Give the first of a list, and count the rest on the page."""
    given = list(items)
    yield from given[:_MOST]
    if len(given) > _MOST:
        paper.sentence(f"... and {len(given) - _MOST} more (all of them: --format jsonl)", indent="    ")


def _write_gateway(paper: Paper, gateway: FoundGateway) -> None:
    side = str(gateway.side) if gateway.side else "other"
    title = f"{side.capitalize()}: {gateway.host or 'without a name'}" if gateway.side or gateway.host else "Other logs"
    paper.heading(prose(title))
    window = "no line bears a time"
    if gateway.begin is not None and gateway.end is not None:
        window = f"{stamps(gateway.begin, gateway.end)} ({duration(gateway.end - gateway.begin)})"
    elif not gateway.logs:
        window = "no log; it is known from its state dumps"
    records = sum(log.records for log in gateway.logs)
    heard = f"{many(gateway.events, 'IKE event')} in {many(records, 'record')}, {many(len(gateway.logs), 'log')}"
    paper.pairs(
        [
            ("side", f"{gateway.side or 'none'}: {prose(gateway.why)}"),
            ("pair", prose(f"{gateway.pair[0]}, with {', '.join(gateway.pair[1:])}") if gateway.pair else ""),
            ("daemon", prose(gateway.vendor)),
            ("address", prose(", ".join(gateway.addresses))),
            ("programs", prose(", ".join(gateway.programs))),
            ("window", window),
            ("heard", heard if gateway.logs else ""),
            *(("ha", _ha(turn)) for turn in gateway.ha[-_TURNS:]),
            *(("gap", _gap(gap.begin, gap.end, gap.usual)) for gap in gateway.gaps),
            ("clock", _clock(gateway.logs)),
            ("level", _level(gateway)),
            *(("log", _log(log)) for log in gateway.logs[:_MOST]),
            ("", f"and {len(gateway.logs) - _MOST} more logs" if len(gateway.logs) > _MOST else ""),
        ]
    )


def _ha(turn: Turned) -> str:
    """Say a state of high availability, since when, and why."""
    what = "service router" if turn.router else "Edge node"
    why = f": {turn.reason}" if turn.reason else ""
    since = stamp(turn.at) if turn.dated else f"{stamp(turn.at)} by its file's time"
    return prose(f"{what} {turn.state}, {since}{why}")


def _log(log: FoundLog) -> str:
    span = stamps(log.begin, log.end) if log.begin is not None and log.end is not None else "no time"
    return f"{quote(log.path)}, {span}, {many(log.records, 'record')}"


def _gap(begin: int, end: int, usual: int) -> str:
    """Say a gap and why it is one."""
    until = clock(end, millis=False) if day(begin) == day(end) else stamp(end).removesuffix("Z")
    return (
        f"NO LINE from {day(begin)} {clock(begin, millis=False)} to {until}Z, {duration(end - begin)}; "
        f"usually one comes every {duration(max(usual, 60_000_000))} or oftener"
    )


def _clock(logs: Iterable[FoundLog]) -> str:
    """Say by which rules the times were read."""
    said = []
    for log in logs:
        rules = log.rules
        if log.begin is None:
            said.append("no line bears a time")
            continue
        parts = [f"no year in the stamps, it is taken from {rules.year}"] if rules.year else []
        if rules.unzoned:
            parts.append(f"no zone: {rules.zone or 'UTC is assumed'}")
        said.append("; ".join(parts) or "year and zone in the stamps")
    return ". ".join(dict.fromkeys(said))


def _level(gateway: FoundGateway) -> str:
    if not gateway.events:
        return ""
    seen = f"{', '.join(gateway.levels)} seen; " if gateway.levels else ""
    shows = (
        f"shows {', '.join(gateway.shows)}" if gateway.shows else "shows none of proposals, keys, selectors, packets"
    )
    lacking = f"; no line of {', '.join(gateway.not_shown)}" if gateway.shows and gateway.not_shown else ""
    return f"{seen}{shows}{lacking}"


def _write_session(paper: Paper, session: Session) -> None:
    name = session.name
    uuid = name.id if name.id.count("-") == 4 else ""
    ends = f"{name.edge.address or name.edge.host or '?'} ⇄ {name.peer.address or name.peer.host or '?'}"
    offset = session.clocks.offset_s
    clocks = "clocks not compared"
    if offset is not None:
        ahead = "ahead" if offset >= 0 else "behind"
        clocks = f"the peer's clock is {abs(offset):.2f} s {ahead}, by {many(session.clocks.votes, 'exchange')}"
    shown = " ".join(dict.fromkeys(part for part in (name.name, uuid) if part)) or name.id
    text = f"{shown}: {ends}; {many(len(session.events), 'event')}; {clocks}"
    paper.sentence(prose(text), indent="  ", first="- ")


def _write_dumps(paper: Paper, inventory: Inventory) -> None:
    """Write what each state dump states, and which gave nothing."""
    if inventory.dumps or inventory.tally.unread:
        paper.heading("State dumps")
    for dump in _shortened(paper, inventory.dumps):
        _write_dump(paper, dump)
    for path, why in _shortened(paper, inventory.tally.unread.items()):
        paper.sentence(prose(f"{path}: {why}"), indent="  ", first="- ")


def _write_dump(paper: Paper, dump: FoundDump) -> None:
    states = ", ".join(f"{count} {name.replace('.', ' ')}" for name, count in sorted(dump.states.items()))
    when = ""
    if dump.at is not None:
        when = stamp(dump.at) if dump.dated else f"{stamp(dump.at)} by its file's time"
    why = f"; reasons: {', '.join(dump.reasons)}" if dump.reasons else ""
    text = f"{dump.path} ({dump.form}, {dump.host or 'of no host'}, {when}): {states}{why}"
    paper.sentence(prose(text), indent="  ", first="- ")


def _write_missing(paper: Paper, number: int, missing: Missing) -> None:
    window = f", {stamps(missing.begin, missing.end)}" if missing.begin is not None and missing.end is not None else ""
    level = f" (log level: {missing.level})" if missing.level else ""
    paper.sentence(f"From the {missing.side}{window}: {missing.what}{level}", indent="   ", first=f"{number}. ")
    paper.blank()
    paper.exact(f"       {missing.command}")
    if missing.after:
        paper.exact(f"       {missing.after}   (afterwards)")
    paper.blank()
