"""Whatever happens to an archive on its way: messages, never an exception, and every line accounted for."""

from __future__ import annotations

import bz2
import gzip
import lzma
from typing import TYPE_CHECKING

import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import SAMPLES, knowledge, library
from examples import examples
from sources.archives import library_tar, library_zip
from whydown.errors import InputError
from whydown.pipeline import analyze
from whydown.report.formats import Format, parts
from whydown.report.layout import Style
from whydown.sources.bundles import Copies, Opener
from whydown.sources.files import Input, lines
from whydown.tally import Tally
from whydown.text import printable

if TYPE_CHECKING:
    from pathlib import Path

LINES = b"".join(
    b"2026-11-21T20:%02d:%02dZ gw-b charon[7]: 15[IKE] message %d\n" % (n // 60, n % 60, n) for n in range(300)
)
EDGE = library_tar(
    ("var/log/syslog", LINES[:4000]),
    ("var/log/syslog.2.gz", gzip.compress(LINES[4000:9000])),
    ("x" * 120 + ".log", LINES[9000:9500]),
    ("core", bytes(3000)),
)
PEER = library_zip(("charon.log.xz", lzma.compress(LINES[9000:12000])), ("notes.txt", b"words\n"))
WHOLE = (
    library_tar(("edge.tgz", gzip.compress(EDGE)), ("peer.zip", PEER), ("a.log.bz2", bz2.compress(LINES[12000:]))),
    library_zip(("edge.tar", EDGE), ("b.log.zst", zstandard.compress(LINES)), ("peer.zip", PEER)),
    gzip.compress(library_tar(("edge.tar.xz", lzma.compress(EDGE)), ("peer.zip", PEER))),
    EDGE,
    PEER,
)

places = st.floats(0, 1, exclude_max=True)
blows = st.lists(
    st.one_of(
        st.tuples(st.just("flip"), places, st.integers(1, 255)),
        st.tuples(st.just("cut"), places, st.just(0)),
        st.tuples(st.just("drop"), places, st.integers(1, 700)),
        st.tuples(st.just("zero"), places, st.integers(1, 2000)),
        st.tuples(st.just("double"), places, st.integers(1, 2000)),
    ),
    min_size=1,
    max_size=6,
)


def struck(data: bytes, damage: list[tuple[str, float, int]]) -> bytes:
    for kind, place, size in damage:
        at = int(place * len(data))
        before, after = data[:at], data[at:]
        if kind == "flip" and after:
            data = before + bytes([after[0] ^ size]) + after[1:]
        elif kind == "cut":
            data = before
        elif kind == "drop":
            data = before + after[size:]
        elif kind == "zero":
            data = before + bytes(min(size, len(after))) + after[size:]
        elif kind == "double":
            data = before + after[:size] + after
    return data


@settings(
    max_examples=examples(300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(archive=st.sampled_from(WHOLE), damage=blows)
def test_a_damaged_archive_ends_in_messages(
    tmp_path: Path, archive: bytes, damage: list[tuple[str, float, int]]
) -> None:
    path = tmp_path / "bundle"
    path.write_bytes(struck(archive, damage))
    tally = Tally()
    try:
        read = list(lines([Input(str(path))], tally, ["charon"]))
    except InputError:
        assert tally.lines == 0
        return
    assert tally.lines == len(read) + tally.other + tally.blank + tally.repeated
    assert all(notice.where.startswith(str(path)) for notice in tally.notices)


CASE = SAMPLES / "cases" / "psk-mismatch"
STATED = b"""edge-01> get ipsecvpn session
Mon May 04 2026 UTC 08:40:01.123
IKE Session ID       : 1
UUID                 : 0b6bb35b-16df-42bc-a1d1-bdfa0429164e
Session Status       : Down
Session Down Reason  : Authentication failed
"""
STATED_JSON = (
    b'[{"Session_Status": "DOWN", "Session_Down_Reason": "Authentication failed", "Peer_Address": 3325256711,'
    b' "UUID": "0b6bb35b-16df-42bc-a1d1-bdfa0429164e", "Policy": [{"Tunnel_Down_Reason": "IKE SA down"}]}]'
)
MIXED = (
    library_tar(
        ("var/log/syslog", (CASE / "edge.log").read_bytes()),
        ("edge/vpn-session", STATED_JSON),
        ("cli.txt", STATED),
        ("peer.tar.gz", gzip.compress(library_tar(("charon.log", (CASE / "peer.log").read_bytes())))),
    ),
    library_zip(("session.json", STATED_JSON), ("peer.log", (CASE / "peer.log").read_bytes()), ("cli.txt", STATED)),
    STATED + (CASE / "edge.log").read_bytes(),
    STATED_JSON,
    STATED,
)


@settings(
    max_examples=examples(100),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(bundle=st.sampled_from(MIXED), damage=blows)
def test_the_whole_way_from_damaged_logs_and_dumps_to_the_report_ends_in_messages(
    tmp_path: Path, bundle: bytes, damage: list[tuple[str, float, int]]
) -> None:
    path = tmp_path / "bundle"
    path.write_bytes(struck(bundle, damage))
    tally = Tally()
    said = ""
    try:
        report = analyze([Input(str(path))], library=library(), knowledge=knowledge(), tally=tally)
    except InputError as error:
        said = str(error)
    if said:
        assert tally.lines == 0
        assert said == printable(said)
        return
    page = "".join(str(part) for part in parts(report, Format.TEXT, Style()))
    assert page.startswith("# ")
    assert tally.lines + tally.unfolded == (
        tally.other + tally.events + tally.continued + tally.ignored + tally.unknown + tally.repeated + tally.blank
    )


@given(archive=st.sampled_from(WHOLE), sizes=st.lists(st.integers(1, 3000), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_archive_that_comes_in_pieces_is_the_same(tmp_path: Path, archive: bytes, sizes: list[int]) -> None:
    path = tmp_path / "bundle"
    path.write_bytes(archive)

    def logs(step: list[int]) -> list[tuple[str, bytes]]:
        data = memoryview(archive)
        turn = 0

        def read(_: int) -> bytes:
            nonlocal data, turn
            turn += 1
            size = step[turn % len(step)]
            piece, data = bytes(data[:size]), data[size:]
            return piece

        tally = Tally()
        found = [(m.name, b"".join(m.pieces)) for m in Opener(str(path), "", tally, Copies()).members(read)]
        assert not tally.damaged
        return found

    assert logs(sizes) == logs([1 << 20])
