"""What was found in the inputs, put together: events and lines to gateways, logs and state dumps."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from whydown.diagnose.inventory import FoundDump, FoundGateway, FoundLog, Gap, Inventory, Turned
from whydown.diagnose.lacking import find_missing
from whydown.dumps.edge_ha import NODE
from whydown.envelope.record import Certainty
from whydown.envelope.traffic import MINUTE
from whydown.grammar.event import DUMP
from whydown.grammar.vocabulary import Kind
from whydown.sessions.clues import addresses
from whydown.sessions.homes import home, home_of
from whydown.sessions.rebuild import NOT_ACTIVE
from whydown.sessions.sas import ACTIVE
from whydown.sessions.sides import EDGE_VENDOR
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from whydown.diagnose.tables import Commands
    from whydown.envelope.traffic import Passed
    from whydown.envelope.watch import Watch
    from whydown.grammar.event import Event
    from whydown.sessions.model import Session, Writer
    from whydown.tally import Tally

_GAP = 10  # minutes without a line that are worth telling, where lines come more often
_OFTEN = 30  # minutes with lines that show how often they come
_TIMES = 4  # as long as the usual longest wait between lines
_MOST_GAPS = 8
_SHOWS = (
    ("proposals", frozenset({Kind.PROPOSALS_RECEIVED, Kind.PROPOSALS_CONFIGURED, Kind.PROPOSALS_MISMATCH, Kind.PROPOSALS_SELECTED})),
    ("identities and keys", frozenset(k for k in Kind if k.startswith("auth."))),
    ("traffic selectors", frozenset(k for k in Kind if k.startswith("ts."))),
    ("packets", frozenset({Kind.PACKET, Kind.IKE_MESSAGE, Kind.RETRANSMIT})),
)  # fmt: skip


@dataclass(slots=True)
class _Gathering:
    """What belongs to one gateway while it is put together."""

    writer: Writer | None = None
    logs: list[Passed] = field(default_factory=list)


def take_stock(  # noqa: PLR0913, PLR0917 - what an inventory is made of
    passed: Iterable[Passed],
    writers: Sequence[Writer],
    sessions: Sequence[Session],
    watch: Watch,
    commands: Iterable[Commands],
    tally: Tally,
) -> Inventory:
    """Put together what was found.

    A log is of the gateway whose events it holds, otherwise of the host that most of its lines name.
    """
    found: dict[str, _Gathering] = {w.key: _Gathering(w) for w in writers}
    silent = {home(w.events[0]).name: w.key for w in writers if not w.logs}
    whose = {(o.source, o.member): w.key for w in writers for e in w.events if not e.of_dump for o in e.origins[:1]}
    by_host = {w.host: w.key for w in writers}
    for log in passed:
        host = max(log.hosts, key=log.hosts.__getitem__, default="")
        place = home_of(log.source, log.member, stated=False).name
        key = whose.get((log.source, log.member)) or (by_host.get(host) if host else None) or silent.get(place)
        key = key or f"\0{host}"
        found.setdefault(key, _Gathering()).logs.append(log)
    pairs = _pairs(writers)
    gateways = [_gateway(key, one, watch, pairs.get(key, ())) for key, one in found.items()]
    gateways.sort(key=lambda g: (g.side is None, str(g.side), not g.events, g.host))
    dumps = _dumps(writers)
    missing = dict.fromkeys(find_missing(gateways, dumps, sessions, tuple(commands)))
    return Inventory(tuple(gateways), dumps, tuple(sessions), tuple(missing), tally)


def _pairs(writers: Sequence[Writer]) -> dict[str, tuple[str, ...]]:
    """Find the Edges that stand in for each other: they state or log the same session; and which of them is standby."""
    edges = [w for w in writers if w.side is Side.EDGE]
    ids = {w.key: {e.fields["session"] for e in w.events if "session" in e.fields} for w in edges}
    pairs: dict[str, tuple[str, ...]] = {}
    for one in edges:
        others = [w for w in edges if w is not one and ids[w.key] & ids[one.key]]
        if others:
            state = "standby for the session" if _is_standby(one) else "has the session"
            pairs[one.key] = (state, *(w.host for w in others))
    return pairs


def _is_standby(writer: Writer) -> bool:
    """Whether the last that an Edge states of its sessions, or of itself, is that it is not active."""
    said = [e for e in writer.events if e.kind in (Kind.SESSION_DOWN, Kind.SESSION_UP)]
    said += [e for e in _ha_states(writer) if not (_of_node(e) and _is_active(e))]  # an active node may stand by
    if not said:
        return False
    last = max(said, key=lambda e: e.at)
    return last.get("reason") == NOT_ACTIVE or (last.kind is Kind.HA_STATE and not _is_active(last))


def _ha_states(writer: Writer) -> list[Event]:
    """Return what the Edge's dumps state of its high availability, as time goes."""
    return sorted((e for e in writer.events if e.kind is Kind.HA_STATE and e.of_dump), key=lambda e: e.at)


def _of_node(event: Event) -> bool:
    return event.rule.grammar == f"{DUMP}{NODE}"


def _is_active(event: Event) -> bool:
    return str(event.get("state", "")).casefold() in ACTIVE


def _turned(event: Event) -> Turned:
    dated = event.certainty is not Certainty.UNTIMED
    return Turned(event.at, dated, event.get("state", ""), event.get("reason", ""), not _of_node(event))


def _gateway(key: str, one: _Gathering, watch: Watch, pair: tuple[str, ...]) -> FoundGateway:
    writer = one.writer
    logged = [e for e in writer.events if not e.of_dump] if writer else []
    logs = tuple(sorted((_log(log, watch) for log in one.logs), key=lambda g: (g.begin or 0, g.path)))
    programs: Counter[str] = Counter()
    minutes: set[int] = set()
    for log in one.logs:
        programs.update(log.programs)
        moved = watch.settled(log.source, log.member, log.first or 0) - (log.first or 0)
        minutes.update(minute + moved // MINUTE for minute in log.minutes)
    kinds = {e.kind for e in logged}
    shows = tuple(name for name, wanted in _SHOWS if wanted & kinds)
    times = [t for log in logs for t in (log.begin, log.end) if t is not None]
    is_nsx = "NSX" in programs
    return FoundGateway(
        side=writer.side if writer else Side.EDGE if is_nsx else None,
        pair=pair,
        why=writer.why
        if writer
        else "NSX's own lines, none of them of a VPN"
        if is_nsx
        else "no IKE event in its lines",
        host=_host(key, writer, logs),
        vendor=writer.vendor if writer else EDGE_VENDOR if is_nsx else "",
        addresses=tuple(sorted({addresses(e)[0] for e in writer.events} - {""})) if writer else (),
        programs=tuple(name for name, _ in programs.most_common(6) if name),
        logs=logs,
        events=len(logged),
        begin=min(times, default=None),
        end=max(times, default=None),
        gaps=tuple(_gaps(sorted(minutes))),
        levels=tuple(sorted({level for log in one.logs for level in log.levels})),
        shows=shows,
        not_shown=tuple(name for name, _ in _SHOWS if name not in shows) if logged else (),
        ha=tuple(map(_turned, _ha_states(writer))) if writer else (),
    )


def _host(key: str, writer: Writer | None, logs: Sequence[FoundLog]) -> str:
    """Return a gateway's name; one of which only dumps tell has it from the lines of its other programs."""
    named = next((log.host for log in logs if log.host), "")
    if writer is None:
        return key.lstrip("\0")
    return writer.host if writer.logs or not named else named


def _log(log: Passed, watch: Watch) -> FoundLog:
    begin, end = (None if at is None else watch.settled(log.source, log.member, at) for at in (log.first, log.last))
    host = max(log.hosts, key=log.hosts.__getitem__, default="")
    path = f"{log.source}!{log.member}" if log.member else log.source
    return FoundLog(path, host, log.records, begin, end, watch.rules(log.source, log.member))


def _gaps(minutes: Sequence[int]) -> Iterator[Gap]:
    """Find stretches without a line, far longer than the waits that this gateway's logs usually have."""
    if len(minutes) < _OFTEN:
        return
    waits = sorted(b - a for a, b in pairwise(minutes))
    usual = waits[len(waits) * 95 // 100]
    least = max(_GAP, _TIMES * usual)
    found = [(a, b) for a, b in pairwise(minutes) if b - a > least]
    for a, b in found[:_MOST_GAPS]:
        yield Gap((a + 1) * MINUTE, b * MINUTE, usual * MINUTE)


def _dumps(writers: Iterable[Writer]) -> tuple[FoundDump, ...]:
    stated: dict[tuple[str, str, str], list[Event]] = defaultdict(list)
    for writer in writers:
        for event in writer.events:
            if event.of_dump:
                stated[event.origins[0].path, event.rule.grammar.removeprefix(DUMP), writer.host].append(event)
    return tuple(
        FoundDump(
            path,
            form,
            host,
            Counter(e.kind.value for e in said),
            tuple(dict.fromkeys(e.fields["reason"] for e in said if "reason" in e.fields)),
            max(e.at for e in said),
            any(e.certainty is not Certainty.UNTIMED for e in said),
        )
        for (path, form, host), said in sorted(stated.items())
    )
