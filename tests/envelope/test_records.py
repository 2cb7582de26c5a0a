from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from whydown.envelope.record import Certainty, Record
from whydown.envelope.records import records
from whydown.sources.files import Input, lines
from whydown.sources.line import Line, Origin, Side
from whydown.tally import Tally

if TYPE_CHECKING:
    from pathlib import Path

AT = 1_795_293_601_000_000  # 2026-11-21T20:40:01Z
HEADER = '2026-11-21T20:40:01Z edge-01 NSX 46794 VPN [nsx@6876 comp="nsx-edge" subcomp="iked"] '


def read(tally: Tally, *texts: str, source: str = "a.log") -> list[Record]:
    given = (Line(text, Origin(source, "", number, 0), Side.EDGE) for number, text in enumerate(texts, start=1))
    return list(records(given, tally))


def test_a_record_keeps_its_lines_place_and_side() -> None:
    (record,) = read(Tally(), HEADER + "Message: Authentication failed (24)")
    assert record == Record(
        at=AT,
        certainty=Certainty.STAMPED,
        host="edge-01",
        app="NSX",
        pid="46794",
        msgid="VPN",
        data='[nsx@6876 comp="nsx-edge" subcomp="iked"]',
        text="Message: Authentication failed (24)",
        origin=Origin("a.log", "", 1, 0),
        side=Side.EDGE,
    )


def test_folded_lines_read_as_if_they_had_come_one_by_one() -> None:
    folded, plain = Tally(), Tally()
    parts = [
        "IKEv2 SA [Responder] negotiation failed:",
        "",
        "  Local IKE peer\t192.0.2.1:500",
        "  Reason:",
        "    DH group mismatch",
    ]
    once = read(folded, HEADER + "#012".join(parts).replace("\t", "#011"))
    singly = read(plain, *(HEADER + part.replace("\t", " ") for part in parts))
    assert [record.text for record in once] == [record.text for record in singly]
    assert {record.origin.line for record in once} == {1}
    assert folded.lines + folded.unfolded == 3  # three records beyond the line's own
    assert plain.blank == 1


def test_an_embedded_line_feed_of_a_journal_entry_is_unfolded_too() -> None:
    tally = Tally()
    entry = '{"__REALTIME_TIMESTAMP":"1795293601000000","SYSLOG_IDENTIFIER":"charon","MESSAGE":"a\\n\\tb"}'
    assert [record.text for record in read(tally, entry)] == ["a", "b"]


def test_a_message_of_blanks_is_no_record() -> None:
    tally = Tally()
    assert read(tally, HEADER + "   ", HEADER + "#012#011#012", "  ") == []
    assert tally.blank == 3


def test_a_repeated_message_is_given_once_and_what_was_folded_away_is_counted() -> None:
    tally = Tally()
    texts = [
        "gw charon: 15[IKE] x",
        "gw charon: message repeated 3 times: [ 15[IKE] x]",
        "gw last message repeated 2 times",
    ]
    got = read(tally, *(f"2026-11-21T20:40:01Z {text}" for text in texts))
    assert [record.text for record in got] == ["15[IKE] x", "15[IKE] x"]
    assert (tally.repeated, tally.folded) == (1, 4)


def test_a_repeated_message_may_be_folded_or_empty() -> None:
    tally = Tally()
    got = read(tally, HEADER + "message repeated 2 times: [ a#012b]", HEADER + "message repeated 2 times: [ ]")
    assert [record.text for record in got] == ["a", "b"]
    assert (tally.unfolded, tally.blank, tally.folded) == (1, 1, 2)


def test_text_that_only_speaks_of_repetition_stays() -> None:
    (record,) = read(Tally(), HEADER + "the message repeated itself")
    assert record.text == "the message repeated itself"


def test_the_rule_that_gave_the_year_is_told_once_a_file(tmp_path: Path) -> None:
    log = tmp_path / "peer.log"
    log.write_text("Nov 21 20:40:01 gw charon: x\nNov 21 20:40:02 gw charon: y\n")
    os.utime(log, (0, 1_700_000_000))  # 2023-11-14
    tally = Tally()
    first, _ = records(lines([Input(str(log))], tally), tally)
    assert (first.certainty, first.at) == (Certainty.YEAR_ASSUMED, 1_669_063_201_000_000)  # 2022
    assert [(notice.where, notice.message) for notice in tally.notices] == [
        (str(log), "no year in the stamps: 2022 is taken from the file's modification time, UTC is assumed")
    ]


def test_another_log_with_complete_stamps_tells_the_year_wherever_it_stands(tmp_path: Path) -> None:
    peer, edge = tmp_path / "a-peer.log", tmp_path / "b-edge.log"
    peer.write_text("Nov 21 20:40:01 gw charon: x\n")
    edge.write_text(HEADER + "x\n")
    os.utime(peer, (0, 1_900_000_000))  # 2030
    tally = Tally()
    assert [record.at for record in records(lines([Input(str(tmp_path))], tally), tally)] == [AT, AT]
    assert [notice.message for notice in tally.notices] == [
        "no year in the stamps: 2026 is taken from the complete stamps of the other logs, UTC is assumed"
    ]


@pytest.mark.parametrize("name", ["syslog-20261122", "messages-2026-11-22.gz", "edge_2026.11.22.log"])
def test_the_date_in_a_files_name_tells_the_year(tmp_path: Path, name: str) -> None:
    content = b"Nov 21 20:40:01 gw charon: x\n"
    log = tmp_path / name
    log.write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    tally = Tally()
    (record,) = records(lines([Input(str(log))], tally), tally)
    assert record.at == AT
    assert "the date in the file's name" in tally.notices[0].message


def test_year_and_zone_of_the_user_count() -> None:
    tally = Tally()
    line = Line("Nov 21 21:40:01 gw charon: x", Origin("-", "", 1, 0), None)
    (record,) = records([line], tally, zone=ZoneInfo("Europe/Berlin"), year=2026)
    assert (record.at, record.certainty, tally.notices) == (AT, Certainty.STAMPED, [])


def test_each_side_may_have_its_own_zone() -> None:
    given = [
        Line("2026-11-21T21:40:01 15[IKE] x", Origin("a.log", "", 1, 0), Side.EDGE),
        Line("2026-11-21T20:40:01 15[IKE] x", Origin("b.log", "", 1, 0), Side.PEER),
        Line("2026-11-21T22:40:01 15[IKE] x", Origin("c.log", "", 1, 0), None),
    ]
    zones = {Side.EDGE: ZoneInfo("Europe/Berlin"), Side.PEER: ZoneInfo("UTC")}
    got = list(records(given, Tally(), zone=ZoneInfo("Europe/Athens"), zones=zones))
    assert [(record.at, record.certainty) for record in got] == [(AT, Certainty.STAMPED)] * 3


def test_each_file_has_its_own_clock_even_if_lines_come_mixed() -> None:
    tally = Tally()
    mixed = [
        Line("Dec 31 23:59:59 gw charon: x", Origin("b-20270102.log", "", 1, 0), None),
        Line("2020-06-01T00:00:00Z gw charon: x", Origin("a.log", "", 1, 0), None),
        Line("Jan  1 00:00:00 gw charon: x", Origin("b-20270102.log", "", 2, 0), None),
    ]
    first, _, third = records(mixed, tally)
    assert third.at - first.at == 1_000_000
