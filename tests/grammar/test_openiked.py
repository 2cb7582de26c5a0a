"""What is read from OpenIKED's lines, and whom its texts blame."""

from __future__ import annotations

import pytest

from whydown.envelope.record import Certainty, Record
from whydown.grammar.library import Library, load
from whydown.sources.line import Origin
from whydown.tally import Tally

SPI = "spi=0xfa80da274260b4cc: "


@pytest.fixture(scope="module")
def openiked() -> Library:
    return Library(tuple(g for g in load().grammars if g.name == "openiked"))


def _said(openiked: Library, *texts: str, app: str = "iked") -> list[tuple[str, dict[str, object]]]:
    origin = Origin("a.log", "", 1, 0)
    found = [Record(n, Certainty.STAMPED, "gw", app, "1", "", "", text, origin, None) for n, text in enumerate(texts)]
    return [(f"{e.kind} {e.direction}", dict(e.fields)) for e in openiked.events(found, Tally())]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ikev2_init_recv: failed to negotiate IKE SA", "ike.failed in"),
        ("ikev2_resp_recv: failed to negotiate IKE SA", "ike.failed out"),
        ("sa_free: authentication failed notification from peer", "ike.failed in"),
        ("ikev2_send_auth_failed: authentication failed for FQDN/gw-a.example", "ike.failed out"),
        ("sa_free: no proposal chosen", "ike.gone local"),
        ("sa_free: no proposal chosen (CHILD SA)", "child.failed in"),
        ("sa_free: retransmit limit reached", "ike.timeout local"),
        ("ikev2_ikesa_recv_delete: received delete", "ike.delete in"),
        ("ikev2_ikesa_delete: sent delete, closing SA", "ike.delete out"),
        ("ikev2_auth_verify: ikev2_msg_authverify failed", "auth.key_mismatch local"),
    ],
)
def test_the_function_and_the_text_tell_who_did_it(openiked: Library, text: str, said: str) -> None:
    ((found, fields),) = _said(openiked, SPI + text)
    assert found == said
    assert fields["spi_i"] == "0xfa80da274260b4cc"


def test_a_refusal_in_ike_auth_is_about_the_child_sa_whatever_the_text_says(openiked: Library) -> None:
    ((found, fields),) = _said(openiked, f"{SPI}sa_free: no proposal chosen (IKE SA)")
    assert (found, fields["notify"]) == ("child.failed in", "NO_PROPOSAL_CHOSEN")


def test_spis_and_flows_are_one_event(openiked: Library) -> None:
    ((found, fields),) = _said(
        openiked,
        f"{SPI}ikev2_childsa_enable: loaded SPIs: 0x19759fa3, 0xc933a7f1 (enc aes-128 auth hmac-sha1)",
        f"{SPI}ikev2_childsa_enable: loaded flows: ESP-10.2.0.0/24=10.1.0.0/24(0)",
    )
    assert found == "child.up local"
    assert {fields["spi_in"], fields["spi_out"]} == {"0x19759fa3", "0xc933a7f1"}
    assert (fields["ts_local"], fields["ts_remote"]) == (("10.2.0.0/24",), ("10.1.0.0/24",))


@pytest.mark.parametrize("app", ["iked", "2"])
def test_debian_writes_under_a_mangled_name(openiked: Library, app: str) -> None:
    assert [found for found, _ in _said(openiked, 'ikev2_init_ike_sa: initiating "edge-peer"', app=app)] == [
        "ike.start out"
    ]
