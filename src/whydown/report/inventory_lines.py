"""The inventory as JSON lines, as `inventory_wire` says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from whydown.report.jsonl import iso, json_line
from whydown.report.wire import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from whydown.diagnose.incident import Missing
    from whydown.diagnose.inventory import FoundDump, FoundGateway, FoundLog, Inventory, Turned
    from whydown.report.inventory_wire import (
        CountsWire,
        DumpWire,
        FoundGatewayWire,
        FoundSessionWire,
        LackWire,
        LogWire,
        TurnWire,
        UnreadWire,
    )
    from whydown.sessions.model import Session
    from whydown.tally import Tally


def lines(inventory: Inventory) -> Iterator[str]:
    """Write `gateway`, `session`, `dump`, `unread`, `missing`, then one `summary`."""
    told: list[Mapping[str, Any]] = [
        *map(_gateway, inventory.gateways),
        *map(_session, inventory.sessions),
        *map(_dump, inventory.dumps),
        *(_unread(path, why) for path, why in inventory.tally.unread.items()),
        *map(_missing, inventory.missing),
        _counts(inventory.tally),
    ]
    for one in told:
        yield json_line(dict(one))


def _gateway(gateway: FoundGateway) -> FoundGatewayWire:
    return {
        "type": "gateway",
        "schema": SCHEMA,
        "side": cast("Any", str(gateway.side)) if gateway.side else None,
        "why": gateway.why,
        "pair": list(gateway.pair),
        "host": gateway.host,
        "vendor": gateway.vendor,
        "addresses": list(gateway.addresses),
        "programs": list(gateway.programs),
        "begin": _iso(gateway.begin),
        "end": _iso(gateway.end),
        "events": gateway.events,
        "gaps": [{"begin": _iso(gap.begin), "end": _iso(gap.end)} for gap in gateway.gaps],
        "levels": list(gateway.levels),
        "shows": list(gateway.shows),
        "not_shown": list(gateway.not_shown),
        "ha": list(map(_turn, gateway.ha)),
        "logs": list(map(_log, gateway.logs)),
    }


def _turn(turn: Turned) -> TurnWire:
    return {
        "at": iso(turn.at),
        "dated": turn.dated,
        "of": "service router" if turn.router else "Edge node",
        "state": turn.state,
        "reason": turn.reason,
    }


def _log(log: FoundLog) -> LogWire:
    return {
        "path": log.path,
        "records": log.records,
        "begin": _iso(log.begin),
        "end": _iso(log.end),
        "year_from": log.rules.year,
        "zone": "" if not log.rules.unzoned else str(log.rules.zone or "UTC assumed"),
    }


def _session(session: Session) -> FoundSessionWire:
    name = session.name
    return {
        "type": "session",
        "schema": SCHEMA,
        "id": name.id,
        "name": name.name,
        "edge": name.edge.address or name.edge.host,
        "peer": name.peer.address or name.peer.host,
        "events": len(session.events),
        "offset_s": session.clocks.offset_s,
        "exchanges": session.clocks.votes,
    }


def _dump(dump: FoundDump) -> DumpWire:
    return {
        "type": "dump",
        "schema": SCHEMA,
        "path": dump.path,
        "form": dump.form,
        "host": dump.host,
        "states": dict(dump.states),
        "reasons": list(dump.reasons),
        "at": _iso(dump.at),
        "dated": dump.dated,
    }


def _unread(path: str, why: str) -> UnreadWire:
    return {"type": "unread", "schema": SCHEMA, "path": path, "why": why}


def _missing(missing: Missing) -> LackWire:
    return {
        "type": "missing",
        "schema": SCHEMA,
        "side": cast("Any", str(missing.side)),
        "begin": _iso(missing.begin),
        "end": _iso(missing.end),
        "what": missing.what,
        "command": missing.command,
        "level": missing.level,
        "after": missing.after,
    }


def _counts(tally: Tally) -> CountsWire:
    return {
        "type": "summary",
        "schema": SCHEMA,
        "lines": tally.lines,
        "of_events": tally.events + tally.continued,
        "ignored": tally.ignored,
        "other": tally.other,
        "unknown": tally.unknown,
        "repeated": tally.repeated,
        "blank": tally.blank,
        "damaged": tally.damaged,
        "notices": [{"where": notice.where, "message": notice.message} for notice in tally.notices],
    }


def _iso(at: int | None) -> str | None:
    return None if at is None else iso(at)
