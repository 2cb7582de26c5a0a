"""A tunnel that is refused while another one between the same gateways is up is down for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cases import knowledge, library
from whydown.diagnose.asked import DEFAULTS
from whydown.pipeline import analyze
from whydown.sources.files import Input
from whydown.sources.line import Side

if TYPE_CHECKING:
    from pathlib import Path

    from whydown.diagnose.incident import Incident

UP = (
    '"edge" #1: responding to Main Mode',
    '"edge" #1: IKE SA established {auth=PRESHARED_KEY cipher=AES_CBC_128 integ=HMAC_SHA2_256 group=MODP2048}',
    '"edge" #2: responding to Quick Mode proposal {msgid:1224c18e}',
    '"edge" #2:     us: 10.2.0.0/24===198.51.100.20  them: 203.0.113.10===10.1.0.0/24',
    '"edge" #2: IPsec SA established tunnel mode {ESP=>0xcbbf433b <0x3b1a6771 xfrm=AES_GCM_16_128-NONE DPD=passive}',
)
PAIR = "{networks}===198.51.100.20...203.0.113.10===10.1.0.0/24"
ASKED = (
    '"edge" #1: the peer proposed: {networks} -<all>-> 10.1.0.0/24',
    f'"edge" #1: cannot respond to IPsec SA request because no connection is known for {PAIR}',
    '"edge" #1: sending encrypted notification INVALID_ID_INFORMATION to 203.0.113.10:500',
)
EDGE = (
    "05[IKE] <gw-b|1> IKE_SA gw-b[1] established between 203.0.113.10[203.0.113.10]...198.51.100.20[198.51.100.20]",
    "05[IKE] <gw-b|1> CHILD_SA net{1} established with SPIs 3b1a6771_i cbbf433b_o and TS 10.1.0.0/24 === 10.2.0.0/24",
    "07[IKE] <gw-b|1> received INVALID_ID_INFORMATION error notify",
)


def asked(networks: str) -> tuple[str, ...]:
    """Return how a peer refuses a tunnel to networks of its own."""
    return tuple(row.format(networks=networks) for row in ASKED)


def log(*rows: str, app: str = "pluto", host: str = "gw-b") -> str:
    """Return rows a second apart."""
    return "".join(f"2026-05-12T08:00:{n:02}.000Z {host} {app} 700 - - {row}\n" for n, row in enumerate(rows))


def tunnels(folder: Path, **logs: str) -> list[Incident]:
    """Return what is said of tunnels."""
    for side, text in logs.items():
        (folder / f"{side}.log").write_text(text, encoding="utf-8")
    inputs = [Input(str(folder / f"{side}.log"), Side(side)) for side in logs]
    found = analyze(inputs, library=library(), knowledge=knowledge(), options=DEFAULTS).incidents
    return [i for i in found if i.layer.value == "tunnel"]


def test_the_peers_log_alone_tells_of_a_tunnel_that_it_refuses_beside_one_that_is_up(tmp_path: Path) -> None:
    (found,) = tunnels(tmp_path, peer=log(*UP, *asked("10.3.0.0/24")))
    assert (found.state, found.reason, found.tunnel) == ("down", "TS unacceptable", "10.3.0.0/24 === 10.1.0.0/24")
    assert found.cause
    assert found.cause.name == "ts-mismatch"


def test_two_tunnels_that_are_refused_are_two_incidents(tmp_path: Path) -> None:
    found = tunnels(tmp_path, peer=log(*UP, *asked("10.3.0.0/24"), *asked("10.4.0.0/24")))
    assert sorted(i.tunnel for i in found) == ["10.3.0.0/24 === 10.1.0.0/24", "10.4.0.0/24 === 10.1.0.0/24"]


def test_with_both_logs_it_is_one_incident_named_as_the_edge_has_it(tmp_path: Path) -> None:
    edge = log(EDGE[0], EDGE[1], *["07[NET] <gw-b|1> sending keep alive"] * 4, EDGE[2], app="charon", host="gw-a")
    (found,) = tunnels(tmp_path, edge=edge, peer=log(*UP, *asked("10.3.0.0/24")))
    assert (found.state, found.tunnel) == ("down", "10.1.0.0/24 === 10.3.0.0/24")


@pytest.mark.parametrize("before", [True, False])
def test_a_refusal_that_names_the_networks_of_a_tunnel_that_came_up_is_none_beside_it(
    tmp_path: Path, *, before: bool
) -> None:
    refused = asked("10.2.0.0/24")
    rows = (*UP[:2], *refused, *UP[2:]) if before else (*UP, *refused)
    assert all(
        i.tunnel != "10.2.0.0/24 === 10.1.0.0/24" for i in tunnels(tmp_path, peer=log(*rows)) if i.state == "down"
    )
