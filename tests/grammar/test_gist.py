"""What a line no template knows still plainly says."""

from __future__ import annotations

import pytest

from grammar.written import HEAD, events, grammar, line, record
from whydown.grammar.event import Provenance
from whydown.grammar.gist import shape_of


@pytest.mark.parametrize(
    ("text", "direction", "fields"),
    [
        ("hm: received NO_PROPOSAL_CHOSEN from the peer", "in", {"notify": "NO_PROPOSAL_CHOSEN"}),
        ("going to send N(AUTH_FAILED) now", "out", {"notify": "AUTHENTICATION_FAILED"}),
        ("fatal NO-PROPOSAL-CHOSEN notify", "local", {"notify": "NO_PROPOSAL_CHOSEN"}),
        ("got INITIAL_CONTACT", "in", {}),
        ("MAC_OS_X says hello", "local", {}),
        ("received a Delete for the IKE SA", "in", {"cause": "delete", "target": "IKE_SA"}),
        ("deleting CHILD_SA somehow", "local", {"cause": "delete", "target": "CHILD_SA"}),
        ("deleting the old file", "local", {}),
        ("strange SPI 0xc41bd1f2 seen", "local", {"spi": "0xc41bd1f2"}),
        ("strange SPI: c41bd1f2", "local", {"spi": "0xc41bd1f2"}),
        (
            "Initiator SPI 87d02561 ab3db013 Responder SPI f9aed31554a0e7a4",
            "local",
            {"spi_i": "0x87d02561ab3db013", "spi_r": "0xf9aed31554a0e7a4"},
        ),
        ("a packet from 192.0.2.1[500] to 2001:DB8::1[500]", "local", {"src": "192.0.2.1", "dst": "2001:db8::1"}),
        ("only 192.0.2.1 here", "local", {}),
        ("version 1.2.3.4.5 at 08:12:44 and 10.20.300.4", "local", {}),
        ("Peer sent delete", "local", {}),
        ("nothing at all", "local", {}),
    ],
)
def test_a_gist_is_what_the_line_plainly_says(text: str, direction: str, fields: dict[str, str]) -> None:
    found, tally = events(grammar(line("known")), record(text))
    assert tally.unknown == 1
    assert tally.gists == len(found) == bool(fields)
    for event in found:
        assert event.fields == fields
        assert (event.kind, event.direction, event.rule) == ("gist", direction, ("some", 0, Provenance.GIST))


def test_the_prefixs_fields_are_known() -> None:
    some = grammar(line("known"), HEAD + "  prefix  <$conn|$ike_id>\n")
    (event,), _ = events(some, record("<site-b|7> strange INVAL_SYN"))
    assert event.fields == {"conn": "site-b", "ike_id": 7, "notify": "INVALID_SYNTAX"}


NSX = HEAD.replace("app     some", "app     NSX")


def test_of_nsx_only_the_vpns_records_are_unknown() -> None:
    some = grammar(line("known"), NSX)
    iked = '[nsx@6876 comp="nsx-edge" subcomp="iked" level="INFO"]'
    other = '[nsx@6876 comp="nsx-edge" subcomp="nsxa" level="INFO"]'
    found, tally = events(
        some,
        record("went down: peer SENT delete", app="NSX", data=iked),
        record("was told: No proposal chosen", app="NSX", msgid="VPN", data=other),
        record("Peer sent delete", app="NSX", msgid="FABRIC", data=other),
    )
    assert [e.get("reason") for e in found] == ["Peer sent delete", "No proposal chosen"]
    assert (tally.unknown, tally.other, tally.gists) == (2, 1, 2)


def test_a_program_that_speaks_no_ike_has_no_gists() -> None:
    some = grammar(line("known", kind="bgp.down local"))
    found, tally = events(some, record("received NO_PROPOSAL_CHOSEN from 192.0.2.1 to 192.0.2.2"))
    assert (found, tally.unknown) == ([], 1)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("peer 192.0.2.1[500] took 30s", "peer <ip>[<n>] took <n>s"),
        ("peer 2001:db8::1 and 0xCAFE", "peer <ip> and <hex>"),
        ("SPIs c41bd1f2_i, id 08:12:44", "SPIs <hex>_i, id <n>:<n>:<n>"),
        ("deadline facade added", "deadline facade added"),
    ],
)
def test_a_shape_masks_what_varies(text: str, shape: str) -> None:
    assert shape_of(text) == shape
