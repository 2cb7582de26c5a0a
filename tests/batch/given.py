"""Incidents and bundles for the tests of batches."""

from __future__ import annotations

import gzip
import shutil
import zlib
from typing import TYPE_CHECKING, Any

from cases import SAMPLES
from sources.archives import library_tar
from whydown.batch.outcome import Named, Outcome, Row, Status

if TYPE_CHECKING:
    from pathlib import Path

HOUR = 3_600_000_000
DAY = 24 * HOUR


def row(session: str = "a", began: int = 0, *, cause: str = "psk-mismatch", state: str = "down", **further: Any) -> Row:
    """Return an incident in short."""
    usual = Row(
        id=f"{session}{began}",
        session=session,
        session_id=session,
        edge="edge-01",
        peer="peer",
        peer_vendor="strongSwan",
        layer="session",
        tunnel="",
        state=state,
        reason="Authentication failed",
        cause=Named(cause, f"It is {cause}") if cause else None,
        confidence="confirmed",
        began=began,
        ended=None,
        last_seen=None,
        follows=False,
    )
    return usual._replace(**further)


def outcome(*rows: Row, content: str = "c1", quick: str = "") -> Outcome:
    """Return an outcome with these incidents."""
    return Outcome(Status.READ, "", 10, rows, zlib.compress(b"{}"), zlib.compress(b"[]"), content, quick)


def bundles(folder: Path) -> Path:
    """Make a folder of bundles: two cases packed, one as a folder, one that is damaged, one without a log of IKE."""
    folder.mkdir()
    for name in ("psk-mismatch", "dh-group-mismatch"):
        case = SAMPLES / "cases" / name
        logs = [(f"{side}/var/log/syslog", (case / f"{side}.log").read_bytes()) for side in ("edge", "peer")]
        (folder / f"{name}.tgz").write_bytes(gzip.compress(library_tar(*logs), mtime=0))
    shutil.copytree(SAMPLES / "cases" / "flapping", folder / "flapping")
    whole = (folder / "psk-mismatch.tgz").read_bytes()
    (folder / "cut.tgz").write_bytes(whole[: len(whole) // 2])
    (folder / "quiet.tgz").write_bytes(
        gzip.compress(library_tar(("var/log/syslog", b"2026-11-21T20:40:01Z edge-01 cron[7]: nothing happened\n")))
    )
    return folder
