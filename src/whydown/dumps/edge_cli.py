"""What an NSX Edge's `get ipsecvpn ...` states about sessions, tunnels, SAs and the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.dumps.edge_text import blocks, shown
from whydown.dumps.statements import (
    SESSION_KINDS,
    TUNNEL_KINDS,
    Statement,
    When,
    in_order,
    reason,
    session_field,
    state,
    stated,
)
from whydown.grammar.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whydown.dumps.edge_text import Block, Value
    from whydown.dumps.statements import Page

FORM = "nsx-cli"
_VERSIONS = {"ikev1": "1", "ikev2": "2"}
_TUNNEL_STARTS = ("policy uuid", "vti uuid")


def read(page: Page) -> Iterator[Statement]:
    """Yield what the text states; a session's history oldest first, its present state last."""
    for block in blocks(page):
        if block.kind == "session":
            yield from in_order(_session(block))
        elif block.kind == "row":
            yield from _row(block)
        elif block.kind == "ikesa":
            yield from _ike_sa(block)
        elif block.kind == "ipsecsa":
            yield from _ipsec_sa(block)
        elif block.kind == "service":
            yield from _service(block)


def _base(block: Block, place: Value, fields: dict[str, str], *labels: str) -> Statement:
    """Make what the statements of a block share; the text quotes the values of the labels."""
    said = ", ".join(f"{shown(v.label)}: {v.text}" for v in block.values if v.label in labels and v.text)
    return Statement(place.offset, block.written, Kind.SESSION_DOWN, fields, said, FORM, block.host)


def _session(block: Block) -> Iterator[Statement]:
    """Read one session of `get ipsecvpn session`: its history, its state, and the same of each of its tunnels."""
    fields = {
        **session_field(block.text("uuid")),
        "node": block.text("sr id"),
        "local": block.text("local ip"),
        "remote": block.text("peer ip"),
        "local_id": block.text("local id"),
        "remote_id": block.text("peer id"),
    }
    own, *tunnels = _parts(block)
    yield from _part(block, own, fields)
    for values in tunnels:
        named = {v.label: v.text for v in reversed(values)}
        further = {
            "tunnel": named.get("policy uuid") or named.get("vti uuid") or "",
            "ts_local": named.get("local subnet", ""),
            "ts_remote": named.get("peer subnet", ""),
        }
        yield from _part(block, values, fields | further)


def _parts(block: Block) -> list[list[Value]]:
    """Cut a session's values into its own and those of each tunnel (a policy may have several rules)."""
    parts: list[list[Value]] = [[]]
    for value in block.values:
        again = value.label == "torule id" and any(v.label == "torule id" for v in parts[-1])
        bare = value.label == "tunnel status" and len(parts) == 1  # the rows before it were left out
        if value.label in _TUNNEL_STARTS or again or bare:
            kept = [v for v in parts[-1] if v.label in _TUNNEL_STARTS] if again else []
            parts.append(kept)
        parts[-1].append(value)
    return parts


def _part(block: Block, values: list[Value], fields: dict[str, str]) -> Iterator[Statement]:
    """Read the history and the state of a session or of a tunnel."""
    tunnel = "tunnel" in fields
    kinds = TUNNEL_KINDS if tunnel else SESSION_KINDS
    name = "Tunnel" if tunnel else "Session"
    rows = [v for v in values if v.label in ("ike", "ipsec") and v.when]
    for row in reversed(rows):  # the newest stands first
        kind = kinds.get(state(row.text))
        if kind and row.when:
            why = reason(row.reason)
            text = f"{name} Status History: {row.label.upper()}_STATUS_{row.text}" + (f" ({row.reason})" if why else "")
            own = {**fields, "reason": why} if why and kind is kinds["down"] else fields
            yield Statement(row.offset, row.when, kind, own, text, FORM, block.host)
    status = next((v for v in values if v.label == f"{name.lower()} status"), None)
    if status is None:
        return
    why_down = next((v for v in values if v.label == "down reason"), None)
    failure = next((v for v in values if v.label == "last known failure"), None)
    told = why_down or (None if rows else failure)  # a history tells the time of the failure
    place = told or status
    when = _latest(block, rows)
    base = _base(block, status, fields)
    said = f"{name} Status: {status.text}" + (f", {shown(place.label)}: {place.text}" if told else "")
    base = base._replace(text=said)
    yield from stated(status.text, told.text if told else "", (when, place.offset), kinds, base)


def _latest(block: Block, rows: list[Value]) -> When:
    """Return the time for which a state holds: when it was last updated, but not before the newest of its history."""
    updated = block.first("last updated")
    known = [v.when for v in (updated, *rows) if v and v.when]
    return max(known, key=lambda w: w.at, default=block.written)


def _row(block: Block) -> Iterator[Statement]:
    """Read a row of `get ipsecvpn session summary`; a reason with a star is the last known failure."""
    place = block.values[0]
    fields = {
        "local": block.text("local"),
        "remote": block.text("remote"),
        "version": _VERSIONS.get(block.text("version").lower(), ""),
    }
    why = block.text("reason")
    base = _base(block, place, fields, "status", "reason")
    yield from in_order(stated(block.text("status"), why, (block.written, place.offset + 1), SESSION_KINDS, base))


def _service(block: Block) -> Iterator[Statement]:
    """Read `get ipsecvpn service state`."""
    service, ha = block.first("ike service status"), block.first("ha state")
    kinds = {"up": Kind.SERVICE_UP, "down": Kind.SERVICE_DOWN}
    if service and (kind := kinds.get(state(service.text))):
        yield _base(block, service, {}, "ike service status")._replace(kind=kind)
    if ha and ha.text:
        word = ha.text.split()[0]
        yield _base(block, ha, {"state": word}, "ha state")._replace(kind=Kind.HA_STATE)


def _ike_sa(block: Block) -> Iterator[Statement]:
    """Read an IKE SA of `get ipsecvpn ikesa` as the fact that it was established."""
    made = block.first("created timestamp")
    if not made or not made.when or state(block.text("ike status")) != "up":
        return
    fields = {
        "session_name": block.text("session name"),
        "version": _VERSIONS.get(block.text("ike version").lower(), ""),
        "spi_i": block.text("ike spi initiator"),
        "spi_r": block.text("ike spi responder"),
        "role": block.text("role").lower(),
        "lifetime": block.text("ike sa lifetime").partition(" ")[0],
        "method": block.text("authentication method"),
        **_ends(block),
    }
    base = _base(block, made, fields, "ike status", "ike spi initiator", "ike spi responder")
    yield base._replace(kind=Kind.IKE_UP, when=made.when)


def _ends(block: Block) -> dict[str, str]:
    """Read both ends' addresses and identities, which stand under two headings with the same labels."""
    ends: dict[str, str] = {}
    heading = ""
    for value in block.values:
        if value.label in ("ip address", "identity", "vmw feature capabilities", "algorithm"):
            heading = value.label
        elif value.label in ("local", "remote") and heading == "ip address":
            ends.setdefault(value.label, value.text)
        elif value.label in ("local", "remote") and heading == "identity":
            ends.setdefault(f"{value.label}_id", value.text.partition(" (")[0])
    return ends


def _ipsec_sa(block: Block) -> Iterator[Statement]:
    """Read a pair of SAs of `get ipsecvpn ipsecsa` as the fact that they were established."""
    made = block.first("created timestamp")
    if not made or not made.when:
        return
    fields = {
        "spi_in": block.text("spi in"),
        "spi_out": block.text("spi out"),
        "local": block.text("local endpoint"),
        "remote": block.text("remote endpoint"),
        "ts_local": block.text("local ts"),
        "ts_remote": block.text("remote ts"),
        "cipher": block.text("algorithm"),
        "lifetime": block.text("sa lifetime").partition(" ")[0],
    }
    base = _base(block, made, fields, "spi in", "spi out")
    yield base._replace(kind=Kind.CHILD_UP, when=made.when)
