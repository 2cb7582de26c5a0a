"""A pair of Edges in which the session moves from one to the other: logs and dumps, made from a recorded case."""

from __future__ import annotations

import re

from cases import SAMPLES

UUID = "d1092bd9-f6f5-4bdf-a144-f1afb3501346"  # the session's, as the case's alarms name it
HANDED_OVER = b"""edge-01> get edge-cluster history state
Mon May 04 2026 UTC 08:40:01.123
State  : Active
Time   : 2026-04-12 18:10:25.19
Event  : State Sync Completed
Reason : Updated

State  : Inactive
Time   : 2026-05-04 08:13:19.30
Event  : Node State Changed
Reason : Tunnels Down
"""
TAKEN_OVER = b"""edge-02(tier1_sr)> get gateway high-availability history state
Mon May 04 2026 UTC 08:40:05.001
State     : Standby
Event     : Init
Resources :
Time      : 2026-04-12 18:41:22.80

State     : Active
Event     : Node Down
Resources : 0
Time      : 2026-05-04 08:13:20.12
"""


def first_edge() -> bytes:
    """Return the log of the Edge that has the session, until its service router goes down at 08:13:19."""
    return (SAMPLES / "cases" / "sr-standby" / "edge.log").read_bytes()


def second_edge(host: str = "edge-02") -> bytes:
    """Return the log of the Edge that takes over: it negotiates the session anew at 08:13:24, other SPIs and all."""
    begin = b"".join(line for line in first_edge().splitlines(keepends=True) if b"T07:40:11" in line)
    moved = begin.replace(b"T07:40:11.", b"T08:13:24.").replace(b" edge-01 ", f" {host} ".encode())
    for one, other in (
        (b"d5b82365 3232cca0", b"a1c4e077 51d20b13"),
        (b"c41bd1f2", b"c92f07d4"),
        (b"0a9be211", b"0c11ab5e"),
    ):
        moved = moved.replace(one, other)
    return re.sub(rb"Responder SPI \w{8} \w{8}", b"Responder SPI 77ab10fe 5e2d9c41", moved)
