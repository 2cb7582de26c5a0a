"""Recorded cases whose peer logged as RFC 3164 does, without year and zone, are told as they are with complete stamps."""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cases import CASES, SAMPLES, given, knowledge, library, told
from whydown.pipeline import analyze
from whydown.sources.files import Input
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from whydown.diagnose.incident import Incident

STAMPED = re.compile(
    r"(?:<\d+>1 )?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)) (\S+) (\S+) (\S+) \S+ (?:-|\[.*?\]) ?(.*)"
)
BOTH = [case for case in CASES if given(case) == frozenset(Side) and "bgp" not in case]
# no exchange stands in both logs, or whole seconds tell one tunnel's refusals apart
UNTOLD = {
    "cases/message-with-a-zero-spi",
    "cases/peer-silent",
    "lab/peer-kernel-refuses-the-sa-strongswan-libreswan",
}


def rewritten(log: str, hours: float) -> str:
    """Write a log's stamps as RFC 3164 does, on a clock in a zone so many hours ahead of UTC."""
    lines = []
    for line in log.splitlines():
        match = STAMPED.match(line)
        if match is None:
            lines.append(line)
            continue
        moment = datetime.fromisoformat(match[1]) + timedelta(hours=hours)
        pid = "" if match[4] == "-" else f"[{match[4]}]"
        lines.append(f"{moment:%b} {moment.day:>2} {moment:%H:%M:%S} {match[2]} {match[3]}{pid}: {match[5]}")
    return "\n".join(lines) + "\n"


def said(found: Sequence[Incident]) -> list[tuple[object, ...]]:
    return [(i.layer, i.reason, i.confidence, i.cause and i.cause.name) for i in found]


@pytest.mark.parametrize("case", [case for case in BOTH if case not in UNTOLD][::6])
@pytest.mark.parametrize("hours", [2, -5, 5.75])
def test_year_and_zone_of_a_rewritten_log_are_found(tmp_path: Path, case: str, hours: float) -> None:
    peer = tmp_path / "messages"
    text = (SAMPLES / case / "peer.log").read_text(encoding="utf-8", errors="surrogateescape")
    peer.write_text(rewritten(text, hours), encoding="utf-8", errors="surrogateescape")
    os.utime(peer, (0, 1_500_000_000))  # copied without its time
    inputs = [Input(str(peer), Side.PEER), Input(str(SAMPLES / case / "edge.log"), Side.EDGE)]
    for order in (inputs, inputs[::-1]):
        report = analyze(order, library=library(), knowledge=knowledge())
        assert said(report.incidents) == said(told(case))
