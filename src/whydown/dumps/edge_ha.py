"""What an NSX Edge states of its high availability: the history of its node and of its service routers, and who is active.

Rows: NSX CLI Guide, `get edge-cluster history state`, `get edge-cluster status`, `get gateway ... high-availability
history state` and `... status`, whole or folded to one line. Of `edge/logical_topology` no row is public: the order of its
words is as public scripts over support bundles read them, so a row of it is assumed. Times are taken for UTC, as the API
calls those of the same history.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from whydown.dumps.edge_text import HEADS, Head, stamp
from whydown.dumps.statements import Statement, in_order
from whydown.envelope.stamps import microseconds
from whydown.grammar.event import Provenance
from whydown.grammar.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whydown.dumps.statements import Page, When

NODE, ROUTER, TOPOLOGY = "nsx-edge-cluster", "nsx-gateway-ha", "nsx-logical-topology"
_UUID = rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_STAMP = rb"\d{4}-\d\d-\d\d\s{1,8}\d\d:\d\d:\d\d(?:\.\d{1,6})?"
_WORDS = rb"[A-Za-z][\w /()-]{0,60}?"
_COLON = rb"[ \t]{0,40}:[ \t]{0,40}"
_ENDS = rb"(?=\s{1,40}(?:State[ \t]{0,40}:|[\w.-]{1,64}(?:\([\w -]{1,32}\))?>)|[ \t\r]{0,40}(?:\n|\Z))"
_TOKEN = re.compile(
    rb"(?<!\S)(?:" + HEADS +
    # get edge-cluster history state
    rb"|State" + _COLON + rb"(?P<node_state>\w{1,32})\s{1,40}Time" + _COLON + rb"(?P<node_time>" + _STAMP +
    rb")\s{1,40}Event" + _COLON + rb"(?P<node_event>" + _WORDS + rb")\s{1,40}Reason" + _COLON +
    rb"(?P<node_reason>" + _WORDS + rb")" + _ENDS +
    # get gateway ... high-availability history state
    rb"|State" + _COLON + rb"(?P<router_state>\w{1,32})\s{1,40}Event" + _COLON + rb"(?P<router_event>" + _WORDS +
    rb")\s{1,40}Resources" + _COLON + rb"\d{0,9}\s{1,40}Time" + _COLON + rb"(?P<router_time>" + _STAMP + rb")"
    # get edge-cluster status
    rb"|High Availability State" + _COLON + rb"(?P<now_node>\w{1,32})\s{1,40}Since" + _COLON + rb"(?P<since>" + _STAMP + rb")"
    # get gateway ... high-availability status
    rb"|Service Router\s{1,40}UUID" + _COLON + rb"(?P<uuid>" + _UUID + rb")\s{1,40}state" + _COLON + rb"(?P<now_router>\w{1,32})"
    # edge/logical_topology
    rb"|(?P<short>[0-9a-f]{4}\.\*[0-9a-f]{4})[ ,(|]{1,8}(?P<mode>A/[AS])[ ,)|]{1,8}(?:[A-Za-z-]{3,20}[ ,)|]{1,8})?"
    rb"rank[ :]{1,4}(?P<rank>\d{1,4})[ ,)|]{1,8}(?P<topology_state>[A-Za-z]{2,16})\b"
    rb")"
)  # fmt: skip


def read(page: Page) -> Iterator[Statement]:
    """Yield what the text states, each history oldest first."""
    head = Head(page)
    rows: list[Statement] = []
    before: dict[tuple[str, str], str] = {}  # the state before, by host and form
    for token in _TOKEN.finditer(page.data):
        if token["host"] or token["month"]:
            yield from in_order(rows)
            rows = []
            head.take(token)
        elif said := _said(token, head):
            key = said.host, said.form
            if token["node_time"] or token["router_time"]:
                if key in before:
                    said = said._replace(fields={**said.fields, "old_state": before[key]})
                before[key] = said.fields["state"]
            rows.append(said)
    yield from in_order(rows)


def _said(token: re.Match[bytes], head: Head) -> Statement | None:
    """Make the statement of one record; None for one whose time is none."""
    form, fields, told, sure = _record(token)
    when = _when(told, head) if told else head.written
    if when is None or (form == TOPOLOGY and not _of_router(token)):
        return None
    named = {"node": head.router} if form == ROUTER and head.router else {}
    fields = named | {name: " ".join(value.split()) for name, value in fields.items()}
    text = " ".join(token[0].decode(errors="surrogateescape").split())
    return Statement(token.start(), when, Kind.HA_STATE, fields, text, form, head.host, sure)


def _record(token: re.Match[bytes]) -> tuple[str, dict[str, str], str, Provenance]:
    """Return which form a record has, its fields, its time as written, and how well its wording is known."""

    def word(name: str) -> str:
        return (token[name] or b"").decode(errors="surrogateescape")

    if token["node_time"]:
        fields = {"state": word("node_state"), "reason": word("node_reason")}
        return NODE, fields, word("node_time"), Provenance.SEEN
    if token["router_time"]:
        fields = {"state": word("router_state"), "reason": word("router_event")}
        return ROUTER, fields, word("router_time"), Provenance.SEEN
    if token["since"]:
        return NODE, {"state": word("now_node")}, word("since"), Provenance.SEEN
    if token["uuid"]:
        return ROUTER, {"state": word("now_router"), "node": word("uuid")}, "", Provenance.SEEN
    return TOPOLOGY, {"state": word("topology_state"), "node": word("short")}, "", Provenance.ASSUMED


def _of_router(token: re.Match[bytes]) -> bool:
    """Whether a row of the topology is of a service router."""
    begin = token.string.rfind(b"\n", 0, token.start()) + 1
    return re.search(rb"\bSR\b", token.string[max(begin, token.start() - 200) : token.start()]) is not None


def _when(text: str, head: Head) -> When | None:
    whole, _, fraction = text.partition(".")
    when = stamp(whole, head.page.zone, head.sure)
    return when and when._replace(at=when.at + microseconds(fraction))
