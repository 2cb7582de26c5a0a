from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from diagnose.episodes import event
from whydown.sessions.rebuild import rebuild_sessions
from whydown.sessions.strangers import find_strangers
from whydown.sources.line import Side
from whydown.tally import Tally

if TYPE_CHECKING:
    from whydown.grammar.event import Event

LOADED = event("edge config.loaded", at=0, conn="branch", local="192.0.2.1", remote="198.51.100.7")
UP = event("edge ike.up", at=1, ike_id=1, conn="branch", local="192.0.2.1", remote="198.51.100.7")
KNOCK = event("edge config.unmatched local", at=9, local="192.0.2.1", remote="203.0.113.66")
REFUSED = event("edge ike.failed out", at=9.1, notify="NO_PROPOSAL_CHOSEN", remote="203.0.113.66")


def strangers(*events: Event) -> list[str]:
    sessions, _ = rebuild_sessions(events, frozenset({Side.EDGE}), Tally())
    return [s.name.peer.address for s in find_strangers(sessions)]


def test_who_knocks_beside_a_session_that_is_up_is_a_stranger() -> None:
    assert strangers(LOADED, UP, KNOCK, REFUSED) == ["203.0.113.66"]


def test_who_knocks_where_nothing_is_up_may_be_the_peer_that_is_missed() -> None:
    assert strangers(LOADED, KNOCK, REFUSED) == []


def test_who_knocks_where_another_connection_is_loaded_and_not_up_may_be_its_peer() -> None:
    other = event("edge config.loaded", at=0.5, conn="depot", local="192.0.2.1", remote="198.51.100.9")
    assert strangers(LOADED, other, UP, KNOCK, REFUSED) == []


@pytest.mark.parametrize("kind", ["proposals.mismatch local", "auth.key_mismatch local", "ike.start out"])
def test_whom_a_connection_knows_is_none(kind: str) -> None:
    assert strangers(LOADED, UP, KNOCK, event(f"edge {kind}", at=9.2, remote="203.0.113.66")) == []
