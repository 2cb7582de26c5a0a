from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from diagnose.episodes import event
from whydown.sessions.protocols import is_of_child, tell_protocols

if TYPE_CHECKING:
    from whydown.grammar.event import Event

IKE_LIST = "IKE:AES_CBC_256/HMAC_SHA1_96/PRF_HMAC_SHA1/MODP_2048"
ESP_LIST = "ESP:AES_CBC_256/HMAC_SHA1_96/NO_EXT_SEQ"


def last_told(*events: Event) -> str | None:
    told = list(tell_protocols(events))
    assert [e.origins for e in told] == [e.origins for e in events]
    found = told[-1].get("protocol")
    return None if found is None else str(found)


def informational(at: float, payloads: str, **fields: Any) -> Event:
    return event("peer ike.message in", at=at, exchange="INFORMATIONAL_V1", payloads=payloads, **fields)


@pytest.mark.parametrize(("offered", "protocol"), [(IKE_LIST, "IKE"), (ESP_LIST, "ESP")])
def test_a_mismatch_is_of_the_protocol_whose_list_was_compared(offered: str, protocol: str) -> None:
    received = event("peer proposals.received in", at=1, proposals=offered, thread="09")
    assert last_told(received, event("peer proposals.mismatch", at=1.1, thread="09")) == protocol


def test_a_list_of_another_thread_or_gateway_tells_nothing() -> None:
    received = event("peer proposals.received in", at=1, proposals=ESP_LIST, thread="09")
    assert last_told(received, event("peer proposals.mismatch", at=1.1, thread="10")) is None
    assert last_told(received, event("edge proposals.mismatch", at=1.1)) is None


def test_a_line_that_says_what_it_is_about_is_left_as_it_is() -> None:
    received = event("peer proposals.received in", at=1, proposals=IKE_LIST)
    mismatch = event("peer proposals.mismatch", at=1.1, child_id=4)
    assert list(tell_protocols([received, mismatch]))[-1] is mismatch


def test_an_error_notify_in_clear_text_is_of_phase_1() -> None:
    told = event("peer notify in", at=1.1, notify="NO_PROPOSAL_CHOSEN")
    assert last_told(informational(1, "N(NO_PROP)"), told) == "IKE"


@pytest.mark.parametrize(("exchange", "protocol"), [("QUICK_MODE", "ESP"), ("ID_PROT", "IKE")])
def test_a_protected_notify_ends_the_negotiation_before_it(exchange: str, protocol: str) -> None:
    asked = event("peer ike.message out", at=0.5, exchange=exchange, payloads="HASH SA No ID ID")
    told = event("peer notify in", at=1.1, notify="INVALID_ID_INFORMATION")
    assert last_told(asked, informational(1, "HASH N(INVAL_ID)"), told) == protocol


def test_a_protected_notify_after_nothing_may_be_of_either() -> None:
    told = event("peer notify in", at=1.1, notify="INVALID_ID_INFORMATION")
    assert last_told(informational(1, "HASH N(INVAL_ID)"), told) is None


@pytest.mark.parametrize("fields", [{"child_id": 3}, {"protocol": "ESP"}, {"exchange": "CREATE_CHILD_SA"}])
def test_what_an_event_says_of_a_child_sa(fields: dict[str, Any]) -> None:
    assert is_of_child(event("peer proposals.mismatch", **fields))
    assert not is_of_child(event("peer proposals.mismatch", ike_id=1, protocol="IKE"))


def refused(side: str, exchange: str, notify: str = "NO_PROPOSAL_CHOSEN") -> Event:
    answer = event(f"{side} ike.message in", at=1, exchange=exchange, role="response")
    *_, told = tell_protocols([answer, event(f"{side} ike.failed in", at=1.1, notify=notify)])
    return told


def test_what_an_answer_to_ike_auth_does_not_choose_is_of_the_tunnel() -> None:
    assert is_of_child(refused("peer", "IKE_AUTH"))


@pytest.mark.parametrize(
    "told",
    [
        refused("peer", "IKE_SA_INIT"),
        refused("peer", "IKE_AUTH", "AUTHENTICATION_FAILED"),
        refused("edge", "IKE_AUTH"),  # an Edge that gives its IKE SA up for it has none
    ],
)
def test_what_ends_the_edges_session_is_of_the_session(told: Event) -> None:
    assert not is_of_child(told)
