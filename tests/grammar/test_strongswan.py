"""What is read from charon's lines, in each form it writes them, and how much of its real logs is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from whydown.envelope.record import Certainty, Record
from whydown.envelope.records import records
from whydown.grammar.library import Library, load
from whydown.sources.files import Input, lines
from whydown.sources.line import Origin
from whydown.tally import Tally

if TYPE_CHECKING:
    from whydown.grammar.event import Event

LAB = Path(__file__).parents[2] / "sample_logs" / "lab"
RECORDINGS = sorted(path for path in LAB.glob("*strongswan*/*.log") if b"charon" in path.read_bytes())


@pytest.fixture(scope="module")
def charon() -> Library:
    """Charon's grammars alone: another program's lines are nobody's."""
    return Library(tuple(g for g in load().grammars if g.vendor == "strongSwan"))


def _events(charon: Library, *texts: str, app: str = "charon") -> list[Event]:
    origin = Origin("a.log", "", 1, 0)
    found = [Record(n, Certainty.STAMPED, "gw", app, "1", "", "", text, origin, None) for n, text in enumerate(texts)]
    return list(charon.events(found, Tally()))


def _said(event: Event) -> str:
    return f"{event.kind} {event.direction}"


@pytest.mark.parametrize(
    ("text", "app", "conn", "ike_id"),
    [
        ("15[IKE] <site-b|7> received DELETE for IKE_SA site-b[7]", "charon", "site-b", 7),
        ("15[IKE1] <site-b|7> received DELETE for IKE_SA site-b[7]", "charon", "site-b", 7),
        ("[IKE] received DELETE for IKE_SA con1000[11]", "swanctl", "con1000", 11),
        ("received DELETE for IKE_SA peer-203.0.113.10[1]", "charon-systemd", "peer-203.0.113.10", 1),
    ],
)
def test_every_form_of_a_line_says_the_same(charon: Library, text: str, app: str, conn: str, ike_id: int) -> None:
    (event,) = _events(charon, text, app=app)
    assert _said(event) == "ike.delete in"
    assert (event.get("conn"), event.get("ike_id")) == (conn, ike_id)


def test_a_number_alone_names_no_connection(charon: Library) -> None:
    (event,) = _events(charon, "16[IKE] <9> 203.0.113.10 is initiating IKE_SA (unnamed)[9]")
    assert _said(event) == "ike.start in"
    assert event.get("ike_id") == 9
    assert event.get("conn") is None


def test_a_delete_that_is_sent_names_the_inbound_spi_and_one_received_the_outbound(charon: Library) -> None:
    up, sent, received = _events(
        charon,
        "08[IKE] CHILD_SA net{1} established with SPIs c41bd1f2_i 0a9be211_o and TS 10.2.0.0/16 === 10.1.0.0/16",
        "05[IKE] sending DELETE for ESP CHILD_SA with SPI c41bd1f2",
        "05[IKE] received DELETE for ESP CHILD_SA with SPI 0a9be211",
    )
    assert sent.get("spi_in") == up.get("spi_in") == "0xc41bd1f2"
    assert received.get("spi_out") == up.get("spi_out") == "0x0a9be211"


def test_ikev1_writes_the_other_sides_selectors_first_when_none_match(charon: Library) -> None:
    one, two = _events(
        charon,
        "15[IKE] no matching CHILD_SA config found for 10.1.0.0/24 === 10.2.0.0/24",
        "15[IKE] traffic selectors 10.2.0.0/24 === 10.1.0.0/24 unacceptable",
    )
    for event in (one, two):
        assert _said(event) == "ts.mismatch local"
        assert (event.get("ts_local"), event.get("ts_remote")) == (("10.2.0.0/24",), ("10.1.0.0/24",))


def test_the_key_that_did_not_match_is_told_with_both_ids(charon: Library) -> None:
    (event,) = _events(charon, "09[IKE] tried 2 shared keys for 'gw-b.example' - 'C=CH, O=Example', but MAC mismatched")
    assert _said(event) == "auth.key_mismatch local"
    assert (event.get("tries"), event.get("local_id"), event.get("remote_id")) == (
        2,
        "gw-b.example",
        "C=CH, O=Example",
    )


def test_an_ikev1_refusal_is_only_a_notify_but_of_authentication(charon: Library) -> None:
    proposal, authentication, unnamed = _events(
        charon,
        "14[IKE] received NO_PROPOSAL_CHOSEN error notify",
        "14[IKE] received AUTHENTICATION_FAILED error notify",
        "14[IKE] received (15) error notify",
    )
    assert _said(proposal) == "notify in"
    assert _said(authentication) == "ike.failed in"
    assert (_said(unnamed), unnamed.get("notify_code")) == ("notify in", 15)


def test_a_line_charon_does_not_write_is_unknown(charon: Library) -> None:
    tally = Tally()
    record = Record(
        0, Certainty.STAMPED, "gw", "charon", "1", "", "", "05[IKE] moon is full", Origin("a", "", 1, 0), None
    )
    list(charon.events([record], tally))
    assert (tally.events, tally.ignored, tally.unknown) == (0, 0, 1)


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nearly_every_line_of_a_recording_is_known(charon: Library, path: Path) -> None:
    tally = Tally()
    list(charon.events(records(lines([Input(str(path), None)], tally), tally), tally))
    assert tally.events
    assert tally.unknown <= 0.01 * (tally.events + tally.ignored), tally.unknown_shapes
