"""ECS and OCSF: the names, types and required parts of those schemas, on every recorded kind of record.

The names and types below are those of ECS 9.4.0 (`fields.csv`) and OCSF 1.8.0, as far as whydown writes them; every
record of the recorded cases was held against the whole of both schemas when this was written.
"""

from __future__ import annotations

import ipaddress
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from cases import CASES, events, told
from report.given import (
    ALARM,
    EDGE,
    IN,
    LOADED,
    LOCAL,
    OFFERED,
    OUT,
    PEER,
    REFUSED,
    a_report,
    an_event,
    both_sides,
    edge_alone,
)
from report.hostile import SECRET, event_of, report_of, texts
from whydown.grammar.vocabulary import Direction, Kind
from whydown.report import ecs, ocsf, siem
from whydown.report.layout import Style

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whydown.grammar.event import Event
    from whydown.report.model import Report

ECS_FIELDS = {
    "@timestamp": "date",
    "message": "text",
    "ecs.version": "keyword",
    **dict.fromkeys(("event.kind", "event.action", "event.outcome", "event.module", "event.dataset"), "keyword"),
    **dict.fromkeys(("event.id", "event.reason", "event.reference", "event.code", "event.original"), "keyword"),
    **dict.fromkeys(("event.category", "event.type"), "keywords"),
    **dict.fromkeys(("event.start", "event.end"), "date"),
    **dict.fromkeys(("event.duration", "event.sequence"), "long"),
    "error.message": "text",
    **dict.fromkeys(("rule.id", "rule.name", "rule.description", "rule.version"), "keyword"),
    **dict.fromkeys(("observer.product", "observer.version", "observer.vendor", "observer.type"), "keyword"),
    "observer.hostname": "keyword",
    "observer.ip": "ips",
    "source.address": "keyword",
    "source.ip": "ip",
    "source.port": "long",
    "destination.address": "keyword",
    "destination.ip": "ip",
    "destination.port": "long",
    **dict.fromkeys(("network.protocol", "network.transport", "network.type"), "keyword"),
    "process.name": "keyword",
    "process.pid": "long",
    **dict.fromkeys(("log.file.path", "log.syslog.appname", "log.syslog.procid"), "keyword"),
    "related.ip": "ips",
    "related.hosts": "keywords",
}
ECS_EXPECTED = {  # the types that each category expects
    "network": {"access", "allowed", "connection", "denied", "end", "info", "protocol", "start"},
    "session": {"start", "end", "info"},
    "process": {"access", "change", "end", "info", "start"},
    "configuration": {"access", "change", "creation", "deletion", "info"},
}
OCSF_REQUIRED = ("activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid")
OCSF_KNOWN = {
    *OCSF_REQUIRED,
    *("activity_name", "category_name", "class_name", "type_name", "severity", "status_id", "status", "status_code"),
    *("status_detail", "message", "raw_data", "unmapped", "observables", "start_time", "end_time", "duration"),
}
OCSF_TUNNEL = {"device", "actor", "connection_info", "session", "src_endpoint", "dst_endpoint", "protocol_name"}
OCSF_FINDING = {"finding_info", "confidence_id", "confidence", "is_alert", "evidences", "resources", "remediation"}
OCSF_CAPTIONS = {
    "severity": {1: "Informational", 2: "Low", 3: "Medium", 4: "High"},
    "confidence": {1: "Low", 2: "Medium", 3: "High"},
}


def flat(record: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Return ECS's fields of a record by their dotted names."""
    for name, value in record.items():
        if isinstance(value, dict):
            if before or name not in ("ipsec", "whydown"):
                yield from flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def ecs_faults(record: dict[str, Any]) -> list[str]:
    found = []
    for name, value in flat(record):
        kind = ECS_FIELDS.get(name, "")
        several = kind.endswith("s")
        values = value if several else [value]
        right = {"long": int, "": tuple}.get(kind, str)
        if isinstance(value, list) is not several or not all(isinstance(v, right) for v in values):
            found.append(f"{name}: {value!r}")
        if kind.startswith("ip"):
            [ipaddress.ip_address(v) for v in values]
    expected = set().union(*(ECS_EXPECTED[c] for c in record["event"]["category"]))
    found += [f"type {t}" for t in record["event"]["type"] if t not in expected]
    found += [name for name in ("@timestamp", "ecs", "event") if name not in record]
    return found


def ocsf_faults(record: dict[str, Any]) -> list[str]:
    finding = record["class_uid"] == 2004
    known = OCSF_KNOWN | (OCSF_FINDING if finding else OCSF_TUNNEL)
    found = [name for name in record if name not in known]
    found += [name for name in OCSF_REQUIRED if name not in record]
    if record["type_uid"] != record["class_uid"] * 100 + record["activity_id"]:
        found.append("type_uid")
    if record["class_uid"] // 1000 != record["category_uid"]:
        found.append("category_uid")
    for name, captions in OCSF_CAPTIONS.items():
        if name in record and captions.get(record[f"{name}_id"]) != record[name]:
            found.append(name)
    times = [record[name] for name in ("time", "start_time", "end_time") if name in record]
    found += [f"time {at}" for at in times if not isinstance(at, int) or not 10**12 < at < 10**13]
    metadata = record["metadata"]
    if metadata["version"] != "1.8.0" or not metadata["product"]["name"]:
        found.append("metadata")
    return found + (_finding_faults(record) if finding else _tunnel_faults(record))


def _finding_faults(record: dict[str, Any]) -> list[str]:
    found = [name for name in ("uid", "title") if not record["finding_info"].get(name)]
    found += [f"evidence {e}" for e in record.get("evidences", ()) if "data" not in e or "type_id" not in e["device"]]
    found += [f"resource {r}" for r in record["resources"] if not (r.get("name") or r.get("uid"))]
    if "remediation" in record and not record["remediation"]["desc"]:
        found.append("remediation")
    return found


def _tunnel_faults(record: dict[str, Any]) -> list[str]:
    found = [] if record["activity_id"] in (1, 2, 3, 99) else ["activity_id"]
    if "direction_id" not in record["connection_info"]:
        found.append("connection_info")
    if "type_id" not in record["device"] or not (record["device"].get("name") or record["device"].get("hostname")):
        found.append("device")
    actor = record.get("actor", {})
    if not (actor.get("app_name") or isinstance(actor.get("process", {}).get("pid"), int)):
        found.append("actor")
    for end in ("src_endpoint", "dst_endpoint"):
        if end in record:
            ipaddress.ip_address(record[end]["ip"])
    return found


@pytest.mark.parametrize("case", CASES)
def test_the_records_of_a_recorded_case_are_as_the_schemas_have_them(case: str) -> None:
    for incident in told(case):
        assert ecs_faults(ecs.incident_record(incident)) == []
        assert ocsf_faults(ocsf.incident_record(incident)) == []
    for event in events(case):
        assert ecs_faults(ecs.event_record(event)) == []
        if event.at > 10**15:
            assert ocsf_faults(ocsf.event_record(event)) == []


def test_an_incident_is_an_alert_with_its_reason_cause_and_lines() -> None:
    record = ecs.incident_record(both_sides(), "0123456789ab")
    assert (record["@timestamp"], record["event"]["kind"]) == ("2026-03-04T10:55:16.290Z", "alert")
    assert (record["event"]["action"], record["event"]["reason"]) == ("ipsec-session-down", "No proposal chosen")
    assert (record["rule"]["id"], record["rule"]["version"]) == ("dh-group-mismatch", "0123456789ab")
    assert record["related"] == {"ip": ["192.0.2.1", "198.51.100.7"], "hosts": ["edge-01", "gw-b"]}
    assert record["log"]["file"]["path"] == "logs/from-branch-12/charon.log"
    assert record["whydown"]["evidence"][0]["line"] == 90112
    assert "end" not in record["event"]


def test_an_incident_is_a_finding_with_its_evidence_and_what_to_do() -> None:
    record = ocsf.incident_record(both_sides())
    assert (record["class_uid"], record["type_uid"], record["time"]) == (2004, 200401, 1_772_621_716_290)
    assert (record["severity"], record["confidence_id"], record["status_id"]) == ("High", 3, 1)
    assert record["finding_info"]["analytic"]["uid"] == "dh-group-mismatch"
    assert record["evidences"][0]["name"] == "logs/from-branch-12/charon.log:90112"
    assert record["remediation"]["desc"].startswith("Set the same DH group")
    assert [r["name"] for r in record["resources"]] == ["to-branch-12", "edge-01", "gw-b"]


def test_an_incident_without_a_cause_names_none() -> None:
    incident = edge_alone()
    assert "rule" not in ecs.incident_record(incident)
    record = ocsf.incident_record(incident)
    assert "analytic" not in record["finding_info"]
    assert (record["confidence_id"], record["finding_info"]["desc"]) == (1, incident.reason_means)


@pytest.mark.parametrize(
    ("kind", "activity", "status", "outcome", "types"),
    [
        (Kind.IKE_UP, 1, 1, "success", ["start"]),
        (Kind.CHILD_DELETE, 2, 0, "unknown", ["end"]),
        (Kind.IKE_REKEY, 3, 1, "success", ["info"]),
        (Kind.IKE_FAILED, 99, 2, "failure", ["connection", "denied"]),
        (Kind.IKE_TIMEOUT, 99, 2, "failure", ["info"]),
        (Kind.RETRANSMIT, 99, 0, "unknown", ["info"]),
        (Kind.DAEMON_START, 99, 1, "success", ["start"]),
        (Kind.CONFIG_LOADED, 99, 1, "success", ["change"]),
    ],
)
def test_a_kind_is_what_it_means(kind: Kind, activity: int, status: int, outcome: str, types: list[str]) -> None:
    event = an_event(PEER, kind)
    tunnel, record = ocsf.event_record(event), ecs.event_record(event)
    assert (tunnel["activity_id"], tunnel["status_id"]) == (activity, status)
    assert (record["event"]["outcome"], record["event"]["type"]) == (outcome, types)
    assert record["event"]["action"] == f"{kind}-local".replace(".", "-").replace("_", "-")


ENDS: dict[str, Any] = {"local": "192.0.2.1", "remote": "198.51.100.7", "local_port": 500, "remote_port": 4500}


@pytest.mark.parametrize(
    ("direction", "kind", "fields", "began"),
    [
        (OUT, Kind.IKE_MESSAGE, {"role": "request"}, True),
        (IN, Kind.IKE_MESSAGE, {"role": "request"}, False),
        (OUT, Kind.IKE_MESSAGE, {"role": "response"}, False),
        (LOCAL, Kind.IKE_UP, {"role": "responder"}, False),
        (IN, Kind.IKE_START, {}, False),
        (OUT, Kind.NOTIFY, {}, None),
        (LOCAL, Kind.IKE_UP, {}, None),
    ],
)
def test_the_source_of_a_tunnel_is_who_began_it_and_nobody_where_no_line_tells(
    direction: Direction,
    kind: Kind,
    fields: dict[str, Any],
    began: bool | None,  # noqa: FBT001
) -> None:
    event = an_event(EDGE, kind, direction, **ENDS, **fields)
    assert siem.writer_began(event) is began
    record = ocsf.event_record(event)
    local, remote = ("192.0.2.1", 500), ("198.51.100.7", 4500)
    named = [(record[e]["ip"], record[e]["port"]) for e in ("src_endpoint", "dst_endpoint") if e in record]
    assert named == {True: [local, remote], False: [remote, local], None: []}[began]
    assert {o["value"] for o in record["observables"]} == {"192.0.2.1", "198.51.100.7"}


def test_a_packet_goes_from_its_sender_to_its_receiver() -> None:
    event = an_event(EDGE, Kind.PACKET, IN, src="198.51.100.7", src_port=4500, dst="192.0.2.1", dst_port=4500)
    record = ecs.event_record(event)
    assert record["source"] == {"address": "198.51.100.7", "ip": "198.51.100.7", "port": 4500}
    assert record["destination"]["ip"] == "192.0.2.1"


def test_an_address_that_was_masked_is_no_ip() -> None:
    record = ecs.event_record(an_event(EDGE, Kind.IKE_START, OUT, remote="198.51.100.x"))
    assert record["destination"] == {"address": "198.51.100.x"}


def test_facts_without_a_place_in_ecs_stand_under_ipsec() -> None:
    record = ecs.event_record(an_event(EDGE, Kind.CHILD_UP, spi_in="0x00000001", ts_local=("10.0.0.0/24",), **ENDS))
    assert record["ipsec"] == {"spi_in": "0x00000001", "ts_local": "10.0.0.0/24"}
    assert record["whydown"]["place"] == "bundle/edge-01/syslog:1"


def lines(report: Report, *given_events: Event) -> str:
    style = Style()
    return "".join(
        [
            *ecs.parts(report, style),
            *ocsf.parts(report, style),
            *ecs.event_parts(given_events),
            *ocsf.event_parts(given_events),
        ]
    )


def test_each_record_is_a_line_and_an_empty_report_has_none() -> None:
    assert lines(a_report()) == ""
    assert len(lines(a_report(both_sides()), ALARM, OFFERED, REFUSED, LOADED).splitlines()) == 10


@settings(deadline=None)
@given(texts)
def test_hostile_text_stays_inside_its_record(text: str) -> None:
    written = lines(report_of(text), event_of(text))
    assert written.isascii()
    assert all(c >= " " or c == "\n" for c in written)
    assert [json.loads(line) for line in written.splitlines()]
    assert len(written.splitlines()) == 6


@pytest.mark.parametrize("text", [f'PSK "{SECRET}"', f"secret: {SECRET}", f"a\npsk={SECRET}"])
def test_secrets_are_in_no_record(text: str) -> None:
    report, event = report_of(text), event_of(text)
    assert SECRET not in lines(report, event)
