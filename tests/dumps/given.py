"""State dumps made for tests: names and addresses of our own, in the forms that NSX's documentation shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases import knowledge, library
from whydown.diagnose.asked import DEFAULTS
from whydown.pipeline import analyze, read_events
from whydown.sources.files import Input
from whydown.tally import Tally

if TYPE_CHECKING:
    from pathlib import Path

    from whydown.grammar.event import Event
    from whydown.report.model import Report

UUID = "6f2d1a34-0b7c-4c59-9a55-0d1f5f0e2a01"
POLICY = "00003400-0000-0404-0000-0405000000a1"
LOCAL, REMOTE = "192.0.2.1", "198.51.100.7"
HEAD = "edge-01> get ipsecvpn session {what}\nMon May 04 2026 UTC 08:40:01.123\nTotal Number of Sessions: 1\n"
SECRET = "Zebra-canary.9X"  # noqa: S105 - no key, but what must never be seen again


def session(
    status: str, reason: str = "", tunnel: str = "Down", tunnel_reason: str = "IKE SA Down", uuid: str = UUID
) -> str:
    """Return one session as `get ipsecvpn session` prints it."""
    label = "Last Known Failure" if status == "Negotiating" else "Down Reason"
    why = f"{label:<18} : {reason}\n" if reason else ""
    tunnel_why = f"    Down Reason        : {tunnel_reason}\n" if tunnel == "Down" and tunnel_reason else ""
    return f"""IKE Session ID     : 3
UUID               : {uuid}
SR ID              : 34d18f5f-a2bf-4dc8-b9fa-dd0ef492aee8
Type               : Policy
Auth Mode          : PSK
Compliance Suite   : NONE
Local IP           : {LOCAL}
Peer IP            : {REMOTE}
Local ID           : {LOCAL}
Peer ID            : {REMOTE}
Session Status     : {status}
{why}Last Updated       : 04-May-2026 08:13:20
Policy Rules
    Policy UUID        : {POLICY}
    ToRule ID          : 1027
    FromRule ID        : 2147484677
    Local Subnet       : 10.1.0.0/24
    Peer Subnet        : 10.2.0.0/24
    Tunnel Status      : {tunnel}
{tunnel_why}"""


def folded(text: str) -> str:
    """Return a text with its lines folded to one, as a copy from a page or a ticket often is."""
    return " ".join(text.split())


def read(path: Path, text: str | bytes, tally: Tally | None = None) -> list[Event]:
    """Return the events of a dump."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_events([Input(str(path))], library=library(), tally=tally if tally is not None else Tally()))


def report(*paths: Path) -> Report:
    """Return what is said about files."""
    inputs = [Input(str(path)) for path in paths]
    return analyze(inputs, library=library(), knowledge=knowledge(), options=DEFAULTS)
