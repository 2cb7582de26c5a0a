"""Healthy syslog gives no incident, however long; a stranger's packets are nobody's session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cases import knowledge, library
from properties.healthy import LIVES, write
from properties.stories import incidents_of, logs, read, verdicts
from whydown.pipeline import analyze
from whydown.sources.files import Input
from whydown.sources.line import Side

if TYPE_CHECKING:
    from pathlib import Path

STRANGER = "192.0.2.66"


@pytest.mark.parametrize(("case", "noise"), [(LIVES[0], 12), (LIVES[1], 40)])
def test_months_of_healthy_syslog_give_no_incident(tmp_path: Path, case: str, noise: int) -> None:
    each = 50_000  # of each of the two logs: 200,000 lines in the two cases
    written = write(tmp_path, case, each, noise=noise)
    inputs = [Input(str(path), side) for side, path in written.items()]
    report = analyze(inputs, library=library(), knowledge=knowledge())
    assert report.tally.lines == 2 * each
    assert report.tally.events > each // noise // 6, "the lives are really there"
    assert [(i.layer, i.reason, i.began) for i in report.incidents] == []


def charon(text: str, second: int) -> str:
    return f"<30>1 2026-11-21T21:00:{second:02d}.100000+00:00 {{host}} charon - - -  {text}"


def pluto(text: str, second: int) -> str:
    return f"<84>1 2026-11-21T21:00:{second:02d}.100000+00:00 {{host}} pluto 1 - -  {text}"


def junk(own: str) -> list[str]:
    """Return what a scanner leaves in a log of charon."""
    return [
        line
        for n in range(0, 40, 10)
        for line in (
            charon(f"09[NET] received packet: from {STRANGER}[{50000 + n}] to {own}[500] (336 bytes)", n),
            charon("09[ENC] parsed IKE_SA_INIT request 0 [ SA KE No ]", n),
            charon(f"09[IKE] no IKE config found for {own}...{STRANGER}, sending NO_PROPOSAL_CHOSEN", n),
            charon("09[ENC] generating IKE_SA_INIT response 0 [ N(NO_PROP) ]", n),
            charon(f"09[NET] sending packet: from {own}[500] to {STRANGER}[{50000 + n}] (36 bytes)", n),
            charon(f"11[NET] received packet: from {STRANGER}[{50001 + n}] to {own}[500] (28 bytes)", n + 1),
            charon(
                f"11[NET] received unsupported IKE version 9.9 from {STRANGER}, sending INVALID_MAJOR_VERSION", n + 1
            ),
        )
    ]


def junk_of_pluto() -> list[str]:
    """Return what a scanner leaves in a log of pluto."""
    where = f"packet from {STRANGER}:50000:"
    return [
        line
        for n in range(0, 40, 10)
        for line in (
            pluto(
                f"{where} initial Main Mode message received but no connection has been authorized with policy PSK", n
            ),
            pluto(f"{where} sending notification NO_PROPOSAL_CHOSEN to {STRANGER}:50000", n),
            pluto(f"{where} length of ISAKMP Message is smaller than minimum", n + 1),
        )
    ]


@pytest.mark.parametrize(
    ("case", "side", "lines"),
    [
        ("lab/clean-life-after-invalid-ke-retry-libreswan-strongswan", Side.PEER, junk("203.0.113.60")),
        ("lab/clean-life-after-invalid-ke-retry-libreswan-strongswan", Side.EDGE, junk_of_pluto()),
        ("cases/clean-life", Side.PEER, junk_of_pluto()),
    ],
)
def test_a_scanner_is_nobodys_session(case: str, side: Side, lines: list[str]) -> None:
    own = logs(case)
    host = own[side][0].split()[1]
    mixed = {**own, side: (*own[side], *(line.format(host=host) for line in lines))}
    known = verdicts(read(own))
    told = incidents_of(read(mixed))
    assert known == []
    assert all(STRANGER in {i.session.edge.address, i.session.peer.address} for i in told)


def test_a_scanner_does_not_change_the_verdict_on_a_session_that_is_down() -> None:
    case = "lab/pre-shared-key-differs-strongswan-libreswan"
    own = logs(case)
    for side, lines in ((Side.EDGE, junk("198.51.100.118")), (Side.PEER, junk_of_pluto())):
        host = own[side][0].split()[1]
        mixed = read({**own, side: (*own[side], *(line.format(host=host) for line in lines))})
        ours = {(i.reason, i.cause.name if i.cause else "") for i in incidents_of(mixed) if is_ours(i.session)}
        assert ours == {(v.reason, v.cause) for v in verdicts(read(own))}


def is_ours(session: object) -> bool:
    """Whether a session is not the stranger's."""
    return STRANGER not in repr(session)
