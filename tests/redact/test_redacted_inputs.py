"""Whatever form the logs come in, the redacted ones tell the same: bundles, dumps, journals, stamps without a year."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from bundles import UUID, customer, vpn_session
from cases import CASES, SAMPLES, given, knowledge, library
from dumps.given import HEAD, LOCAL, REMOTE, SECRET, session
from whydown.pipeline import Shared, share
from whydown.redact.pseudonyms import Book
from whydown.redact.verdict import verdicts
from whydown.redact.writing import Item, write_folder, zipped
from whydown.sources.files import Input
from whydown.sources.line import Side

if TYPE_CHECKING:
    from pathlib import Path

KEY = bytes(range(32))
BOTH = [case for case in CASES if given(case) == frozenset(Side)]
SOME = BOTH[::9]


def redacted(*inputs: Input | Path) -> Shared:
    """Return what may be given away of some inputs; without sides where they are paths."""
    read = [one if isinstance(one, Input) else Input(str(one)) for one in inputs]
    return share(read, library=library(), knowledge=knowledge(), book=Book(KEY))


def same(one: Shared) -> bool:
    return verdicts(one.report) == verdicts(one.original)


def text_of(one: Shared) -> str:
    return "\n".join(file.data.decode() for file in one.files).lower()


def logs(case: str) -> tuple[bytes, bytes]:
    edge, peer = ((SAMPLES / case / f"{side}.log").read_bytes() for side in ("edge", "peer"))
    return edge, peer


@pytest.mark.parametrize("case", SOME)
@pytest.mark.parametrize("form", ["folder", "zip"])
def test_what_is_written_tells_the_same_without_any_flag(tmp_path: Path, case: str, form: str) -> None:
    one = redacted(*(Input(str(SAMPLES / case / f"{side}.log"), side) for side in Side))
    items = [Item(file.name, file.data, file.written) for file in one.files]
    out = tmp_path / f"out.{form}"
    if form == "zip":
        out.write_bytes(zipped(items))
    else:
        write_folder(items, out)
    again = redacted(out)
    assert verdicts(again.original) == verdicts(one.original)


@pytest.mark.parametrize("case", SOME)
def test_logs_whose_sides_their_names_told_tell_the_same(tmp_path: Path, case: str) -> None:
    edge, peer = logs(case)
    (tmp_path / "to-branch.log").write_bytes(peer)
    (tmp_path / "nsx-edge.log").write_bytes(edge)
    assert same(redacted(tmp_path))


@pytest.mark.parametrize("case", SOME)
def test_one_log_of_both_gateways_whose_names_told_them_apart_tells_the_same(tmp_path: Path, case: str) -> None:
    edge, peer = logs(case)
    names = {b"edge-left": b"zurich-edge", b"edge-01": b"zurich-edge", b"peer-right": b"aarau"}
    both = sorted((edge + peer).splitlines(keepends=True), key=lambda line: line.partition(b" ")[2][:30])
    text = b"".join(both)
    for old, new in names.items():
        text = text.replace(old, new)
    (tmp_path / "collector.log").write_bytes(text)
    one = redacted(tmp_path / "collector.log")
    assert same(one)
    assert {file.side for file in one.files} <= {Side.EDGE, Side.PEER}


def test_a_customers_bundles_with_a_dump_tell_the_same(tmp_path: Path) -> None:
    edge, peer = logs("cases/dh-group-mismatch")
    ends = "198.51.100.128", "203.0.113.128"
    standby = vpn_session(*ends, reason="SR state is not Active")
    customer(tmp_path, edge, peer, ("edge/vpn-session", vpn_session(*ends)), standby=standby)
    one = redacted(tmp_path)
    assert one.original.incidents[0].basis == "stated"
    assert same(one)
    assert UUID not in text_of(one)


def test_numbers_that_are_addresses_get_pseudonyms_in_a_dump(tmp_path: Path) -> None:
    dump = tmp_path / "vpn-session"
    dump.write_text(
        json.dumps(
            [
                {
                    "id": "to-acme",
                    "type": "PolicyBased",
                    "Session_Status": "DOWN",
                    "Session_Down_Reason": "Peer not responding",
                    "psk": SECRET,
                    "local_endpoint_profile": {"local_address": {"ipv4": 3221225985}, "local_id": "fw7.acme.com"},
                    "peer_endpoint_profile": {"peer_address": {"ipv4": "3325256711"}, "peer_id": "198.51.100.7"},
                    "policy": [
                        {
                            "id": "0f1e2d3c-0000-0404-0000-0405000000a1",
                            "tunnel_status": "DOWN",
                            "tunnel_down_reason": "IKE SA down",
                            "local": {"ip_address": [{"ipv4": 167837696, "prefix_length": 16}]},
                        }
                    ],
                }
            ]
        )
    )
    one = redacted(dump)
    out = text_of(one)
    assert same(one)
    assert one.original.incidents
    for private in ("3221225985", "3325256711", "167837696", "198.51.100.7", "acme", "0f1e2d3c", SECRET.lower()):
        assert private not in out
    told = json.loads(out)[0]["policy"][0]["local"]["ip_address"][0]
    assert told["ipv4"] >> 24 == 10
    assert told["ipv4"] & 0xFFFF == 0


def test_pasted_text_of_the_command_line_gets_pseudonyms(tmp_path: Path) -> None:
    dump = tmp_path / "session.txt"
    key = f"Pre-shared key : {SECRET}\n"
    dump.write_text(HEAD.format(what="down") + session("Down", "Peer not responding") + key)
    one = redacted(dump)
    assert same(one)
    assert one.original.incidents
    assert not [x for x in (LOCAL, REMOTE, "edge-01", "6f2d1a34", SECRET.lower()) if x in text_of(one)]


def without_years(log: bytes) -> bytes:
    """Return a log with headers of RFC 3164."""

    def old(match: re.Match[str]) -> str:
        at = datetime.fromisoformat(match[1])
        return f"{at:%b} {at.day:2} {at:%H:%M:%S} {match[2]} {match[3]}[{match[4].strip('-') or 7}]: "

    return re.sub(r"(?m)^<\d+>1 (\S+) (\S+) (\S+) (\S+) \S+ - +", old, log.decode()).encode()


def as_journal(log: bytes) -> bytes:
    """Return a log as `journalctl -o json` writes it."""
    rows = []
    for match in re.finditer(r"(?m)^<\d+>1 (\S+) (\S+) (\S+) (\S+) \S+ - +(.*)$", log.decode()):
        micros = round(datetime.fromisoformat(match[1]).timestamp() * 1_000_000)
        entry = {"__REALTIME_TIMESTAMP": str(micros), "_HOSTNAME": match[2], "SYSLOG_IDENTIFIER": match[3]}
        rows.append(json.dumps({**entry, "_PID": "7", "_CMDLINE": "/bin/x --key Zebra9", "MESSAGE": match[5]}))
    return "\n".join(rows).encode() + b"\n"


@pytest.mark.parametrize("case", [case for case in SOME if case.startswith("lab/")])
@pytest.mark.parametrize("form", [without_years, as_journal])
def test_other_forms_of_lines_tell_the_same(tmp_path: Path, case: str, form: object) -> None:
    for side, log in zip(("edge", "peer"), logs(case), strict=True):
        (tmp_path / f"{side}.log").write_bytes(form(log))  # type: ignore[operator]
    one = redacted(*(Input(str(tmp_path / f"{side}.log"), side) for side in Side))
    assert same(one)
    assert "zebra9" not in text_of(one)
    book = one.book
    assert book is not None
    assert not [name for name in (*book.names, *book.addresses) if name.partition("/")[0] in text_of(one)]


def test_a_line_that_keeps_two_equal_ones_apart_stays(tmp_path: Path) -> None:
    head = "<30>1 2026-11-21T21:02:34.{:03}+00:00 gw-7 charon - - - "
    texts = (
        "07[IKE] retransmit 1 of request with message ID 0",
        "07[LIB] loaded plugins: charon random nonce",
        "07[IKE] retransmit 1 of request with message ID 0",
    )
    log = tmp_path / "charon.log"
    log.write_text("".join(f"{head.format(n)} {text}\n" for n, text in enumerate(texts)))
    one = redacted(log)
    assert one.original.tally.ignored == 1
    assert one.report.tally.repeated == one.original.tally.repeated == 0


def test_nothing_in_a_redacted_log_acts_on_a_terminal(tmp_path: Path) -> None:
    head = "<30>1 2026-11-21T21:02:34.1+00:00 gw-7 charon - - - 07[IKE] "
    acting = "\x1b]0;x\x07\x1b[2J\r\x85\u202e\u2028\u200b\x9b\x00\x7f"
    log = tmp_path / "charon.log"
    log.write_bytes(
        f"{head}retransmit 1 of request with message ID 0\n{head}what {acting} is this\n".encode() + b"\xff"
    )
    one = redacted(log)
    out = text_of(one)
    assert "is this" in out
    assert not [c for c in out if (c < " " and c != "\n") or "\x7f" <= c <= "\x9f" or c in "\u202e\u2028\u200b"]
