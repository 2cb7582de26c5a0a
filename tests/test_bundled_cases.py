"""Recorded cases in bundles, rotated, packed and doubled, are told as the logs alone are."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from cases import CASES, SAMPLES, given, incidents, library, told
from sources.archives import library_tar, library_zip
from whydown.pipeline import read_events
from whydown.sources.files import Input
from whydown.sources.line import Side
from whydown.tally import Tally

if TYPE_CHECKING:
    from pathlib import Path

BOTH = [case for case in CASES if given(case) == frozenset(Side)]


def rotated(log: bytes) -> tuple[bytes, bytes]:
    """Cut a log in its middle, where a new second begins: not inside what a daemon writes over several lines."""
    lines = log.splitlines(keepends=True)
    cuts = [n for n in range(1, len(lines)) if lines[n][:19] != lines[n - 1][:19]]
    cut = min(cuts, key=lambda n: abs(2 * n - len(lines)), default=0)
    return b"".join(lines[:cut]), b"".join(lines[cut:])


@pytest.mark.parametrize("case", BOTH[:: max(1, len(BOTH) // 6)])
def test_a_case_in_bundles_is_told_as_its_logs_are(tmp_path: Path, case: str) -> None:
    edge, peer = ((SAMPLES / case / f"{side}.log").read_bytes() for side in ("edge", "peer"))
    older, newer = rotated(edge)
    bundle = gzip.compress(library_tar(("var/log/syslog", newer), ("var/log/syslog.1.gz", gzip.compress(older))))
    manager, zipped = tmp_path / "mgr.tar", tmp_path / "peer.zip"
    manager.write_bytes(library_tar(("edge-01.tgz", bundle), ("again.tgz", bundle)))
    zipped.write_bytes(library_zip(("logs/peer.log", peer), ("copy of peer.log", peer)))
    inputs = [Input(str(manager), Side.EDGE), Input(str(zipped), Side.PEER)]
    found = tuple(read_events(inputs, library=library(), tally=Tally()))
    bundled = incidents(found)
    assert [(i.layer, i.began, i.reason, i.confidence) for i in bundled] == [
        (i.layer, i.began, i.reason, i.confidence) for i in told(case)
    ]
    assert [i.cause and i.cause.name for i in bundled] == [i.cause and i.cause.name for i in told(case)]
