"""Less evidence makes no verdict surer: logs that begin late, end early, lose lines or a whole side."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from cases import CASES, knowledge, library
from diagnose.episodes import event
from properties.stories import drop, incidents_of, logs
from whydown.pipeline import analyze
from whydown.sources.files import Input
from whydown.sources.line import Content, Side

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from whydown.diagnose.incident import Incident
    from whydown.grammar.event import Event

Texts = dict[Side, list[str]]
SURER = 0.01  # the share of damaged cases that may say more than the whole logs do
LEVELS = ("", "possible", "probable", "confirmed")
LAB_ALL = tuple(case for case in CASES if case.startswith("lab/"))
LAB = LAB_ALL[::3]


def said(texts: Mapping[Side, Sequence[str]]) -> tuple[Incident, ...]:
    """Return what is said of lines as the files of their sides."""
    inputs = [Input(f"{side}.log", side, Content(_bytes(of_side))) for side, of_side in texts.items()]
    return analyze(inputs, library=library(), knowledge=knowledge()).incidents


def _bytes(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode(errors="surrogateescape")


def sureness(incidents: Sequence[Incident]) -> dict[str, int]:
    """Return how sure each cause is, without its refinement."""
    found: dict[str, int] = {}
    for incident in incidents:
        if incident.cause:
            name = incident.cause.name.split("/")[0]
            found[name] = max(found.get(name, 0), LEVELS.index(incident.confidence))
    return found


def surer(whole: Mapping[str, int], less: Mapping[str, int]) -> set[str]:
    """Return the causes that are surer now: than they were, or if they were none, than any other was."""
    known = max(whole.values(), default=0)
    return {name for name, level in less.items() if level > max(1, whole.get(name, known))}


def losses(case: str) -> Iterator[tuple[str, Texts]]:
    """Yield what may be left of a case's logs."""
    whole: Texts = {side: list(lines) for side, lines in logs(case).items()}
    for part in (0.3, 0.6):
        yield f"begins at {part}", {side: lines[int(len(lines) * part) :] for side, lines in whole.items()}
        yield f"ends at {part}", {side: lines[: int(len(lines) * part)] for side, lines in whole.items()}
    yield "each second line", {side: lines[::2] for side, lines in whole.items()}
    yield "a hole", {side: lines[: len(lines) // 3] + lines[len(lines) // 2 :] for side, lines in whole.items()}
    for side in whole if len(whole) > 1 else ():
        yield f"the {side}'s log alone", {side: whole[side]}


def test_lost_lines_seldom_make_a_verdict_surer_and_never_confirm_another() -> None:
    tried = 0
    found: list[str] = []
    for case in LAB:
        whole = sureness(said(logs(case)))
        for loss, left in losses(case):
            tried += 1
            less = sureness(said(left))
            more = surer(whole, less)
            found += [f"{case}, {loss}: {', '.join(sorted(more))}"] if more else []
            assert not {n for n, level in less.items() if level > 2 and n not in whole}, (case, loss)
    assert len(found) <= SURER * tried, "\n".join(found)


def test_a_log_that_ends_as_soon_as_it_is_ready_shows_not_that_nobody_began() -> None:
    whole = logs("lab/esp-algorithm-differs-libreswan-strongswan")
    cut = {side: lines[: len(lines) * 2 // 5] for side, lines in whole.items()}
    told = [i for i in said(cut) if i.cause]
    assert [(i.cause and i.cause.name, i.confidence) for i in told if not i.follows] == [("responder-only", "possible")]


def test_a_daemon_whose_lines_tell_nothing_is_not_one_that_is_down() -> None:
    whole = logs("lab/peer-service-not-running-ikev1-libreswan-strongswan")
    silent = [i for i in said(whole) if i.cause and not i.follows]
    assert [(i.cause and i.cause.name, i.confidence) for i in silent] == [("peer-down", "confirmed")]
    booting = "<30>1 2026-11-21T20:00:00.000000+00:00 peer-right charon - - -  00[JOB] spawning 16 worker threads"
    ran = [i for i in said({**whole, Side.PEER: [*whole.get(Side.PEER, ()), booting]}) if i.cause and not i.follows]
    assert "confirmed" not in {i.confidence for i in ran}
    assert "probable" not in {i.confidence for i in ran}


UP = (
    event("edge ike.start out", at=0, ike_id=1, local="192.0.2.1", remote="198.51.100.7"),
    event("edge ike.up", at=1, ike_id=1, local="192.0.2.1", remote="198.51.100.7"),
    event("peer ike.up", at=1.1, ike_id=9, local="198.51.100.7", remote="192.0.2.1"),
    event("edge child.up", at=2, child="net", child_id=1, ike_id=1),
    event("peer child.up", at=2.1, child="net", child_id=5, ike_id=9),
)
LATER = (event("edge config.loaded", at=90, conn="another"), event("peer config.loaded", at=90, conn="another"))
REKEYING: dict[str, Any] = {"exchange": "CREATE_CHILD_SA", "payloads": "N(REKEY_SA) SA No KE TSi TSr"}


@pytest.mark.parametrize(
    ("end", "against"),
    [
        (event("edge ike.delete in", at=60, ike_id=1), event("edge ike.delete out", at=59.5, ike_id=1)),
        (event("edge child.delete in", at=60, child_id=1), event("edge ike.message in", at=59, **REKEYING)),
        (event("peer child.delete out", at=60, child_id=5), event("peer ike.message out", at=59, **REKEYING)),
        (event("edge child.delete in", at=60, child_id=1), event("edge child.rekey_start", at=59, child="net")),
        (event("peer child.delete out", at=60, child_id=5), event("peer child.rekey_start", at=59, child="net")),
    ],
    ids=["its own DELETE", "asked to rekey", "asked to rekey by the peer", "rekeys", "the peer rekeys"],
)
def test_the_peer_ended_no_sa_that_the_edge_ended_or_that_was_being_replaced(end: Event, against: Event) -> None:
    before = [e for e in UP if e.side is end.side]
    assert "peer-deleted" in _blamed(*before, end), "without what tells against it"
    assert "peer-deleted" not in _blamed(*before, against, end)


def test_a_tunnel_that_goes_after_unanswered_messages_was_not_ended_by_the_peer() -> None:
    gone = event("edge child.gone", at=60, child_id=1)
    repeats = [event("edge retransmit out", at=n, ike_id=1) for n in (50, 52, 56)]
    assert "Peer sent delete" in {i.reason for i in incidents_of((*UP, gone))}
    assert "Peer sent delete" not in {i.reason for i in incidents_of((*UP, *repeats, gone))}


def test_who_begins_anew_in_vain_after_a_delete_was_not_told_to_end_the_session() -> None:
    order, sent = event("peer admin.terminate", at=60), event("peer ike.delete out", at=60.1, ike_id=9)
    told = event("edge ike.delete in", at=60.2, ike_id=1)
    repeats = [event("peer retransmit out", at=n, ike_id=10) for n in (61, 62, 64)]
    assert "peer-deleted" in _blamed(*UP, order, sent, told)
    assert "peer-deleted" not in _blamed(*UP, order, sent, told, *repeats)


def _blamed(*events: Event) -> str:
    """Return the causes that are probable or better of what happens while both logs go on."""
    given = frozenset(e.side for e in events if e.side)
    on = [e for e in LATER if e.side in given]
    told = [i for i in incidents_of((*events, *on), given) if i.cause and i.confidence != "possible"]
    return " ".join(i.cause.name for i in told if i.cause)


@pytest.mark.parametrize("case", [c for c in LAB_ALL if "outage-that-recovers" in c or "clean-life" in c])
def test_lost_lines_confirm_nobodys_ending_of_a_session_that_nobody_ended(case: str) -> None:
    for seed in range(6):
        dice = random.Random(f"{case} {seed}")  # noqa: S311 - the same damage in every run
        left = {side: drop(lines, 0.4, dice) for side, lines in logs(case).items()}
        ended = [i for i in said(left) if i.cause and i.cause.name.startswith("peer-deleted")]
        assert "confirmed" not in {i.confidence for i in ended}, seed
