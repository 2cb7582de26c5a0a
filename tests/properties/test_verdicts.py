"""Verdicts over the recordings: damage makes them weaker, never wrong; what means nothing changes nothing."""

from __future__ import annotations

import random
from functools import partial
from operator import add
from typing import TYPE_CHECKING

import pytest

from cases import CASES
from properties.stories import (
    drop,
    incidents_of,
    logs,
    moved,
    mutate,
    read,
    rfc3164,
    sessions_of,
    story,
    truth,
    verdicts,
)
from whydown.grammar.vocabulary import Kind
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from properties.stories import Verdict
    from whydown.grammar.event import Event

SECOND = 1_000_000
HOUR = 3600 * SECOND
WRONG = 0.01  # the share of damaged cases that may confirm another cause
TWO_SIDED = [c for c in CASES if len(logs(c)) == 2]
SHIFTS = ((1, Side.PEER), (-13, Side.EDGE), (3647.3, Side.PEER), (-46_800, Side.PEER), (13 * 3600, Side.EDGE))
# What else is true of a recording: before the neighbour is removed it is reset; what flaps is ended by the peer; of a key
# and a certificate neither is wrong, they are two methods.
ALSO = {
    "lab/bgp-neighbor-removed-frr-frr": {"bgp-peer-closed"},
    "lab/flapping-strongswan-libreswan": {"peer-deleted-ike"},
    "lab/key-against-certificate-strongswan-libreswan": {"auth-method-mismatch"},
}
# The recordings of IKE, both sides.
LIVED = [c for c in TWO_SIDED if "bgp" not in c]


def coarse(found: Sequence[Verdict], *, confirmed: bool = False) -> set[str]:
    """Return the causes without their refinement, those that are confirmed or all."""
    return {v.cause.split("/")[0] for v in found if v.cause and (v.confidence == "confirmed" or not confirmed)}


@pytest.mark.parametrize("damage", [drop, mutate], ids=["drop", "mutate"])
def test_damaged_logs_seldom_confirm_a_wrong_cause(
    damage: Callable[[Sequence[str], float, random.Random], list[str]],
) -> None:
    tried = 0
    wrong: list[str] = []
    for case in CASES:
        for share in (0.1, 0.3, 0.5):
            dice = random.Random(f"{case} {share}")  # noqa: S311 - the same damage in every run
            damaged = {side: damage(lines, share, dice) for side, lines in logs(case).items()}
            tried += 1
            other = coarse(verdicts(read(damaged), frozenset(damaged)), confirmed=True)
            other -= {truth(case), *ALSO.get(case, ())}
            wrong += [f"{case} at {share}: {', '.join(sorted(other))}"] if other else []
    assert len(wrong) <= WRONG * tried, "\n".join(wrong)


@pytest.mark.parametrize("case", CASES)
def test_the_order_of_the_logs_does_not_matter(case: str) -> None:
    turned = dict(reversed(logs(case).items()))
    assert verdicts(read(turned), frozenset(turned)) == verdicts(story(case), frozenset(turned))


@pytest.mark.parametrize("case", TWO_SIDED)
def test_a_clock_that_is_wrong_changes_nothing_where_exchanges_match(case: str) -> None:
    if min((s.clocks.votes for s in sessions_of(story(case))), default=0) < 5:
        return
    known = verdicts(story(case))
    for by, side in SHIFTS:
        assert verdicts(moved(story(case), side, partial(add, round(by * SECOND)))) == known, (by, side)


@pytest.mark.parametrize("case", LIVED)
def test_a_clock_that_drifts_for_hours_changes_nothing(case: str) -> None:
    """A day of rekeys before the story proves the drift; without it the last hours would be seconds off."""
    events = story(case)
    if len(sessions_of(events)) != 1 or not any(e.kind is Kind.CHILD_UP and e.side is Side.PEER for e in events):
        return
    known = verdicts((*events, *rekeys(events)))
    start = events[0].at - 10 * HOUR
    fast = moved((*events, *rekeys(events)), Side.PEER, lambda at: at + round((at - start) * 200e-6))
    assert coarse(verdicts(fast), confirmed=True) == coarse(known, confirmed=True)


def rekeys(events: Sequence[Event]) -> list[Event]:
    """Make ten hours of CHILD_SAs, an hour each, that both sides log, before the story begins."""
    made = []
    for side, own, other in ((Side.EDGE, "spi_in", "spi_out"), (Side.PEER, "spi_out", "spi_in")):
        like = next((e for e in events if e.side is side and e.kind is Kind.CHILD_UP), None)
        if like is None:
            return []
        first = min(e.at for e in events)
        for hour in range(1, 11):
            fields = {**like.fields, own: f"{0x11110000 + hour:#010x}", other: f"{0x22220000 + hour:#010x}"}
            made.append(like._replace(at=first - hour * HOUR, fields=fields, kind=Kind.CHILD_REKEY))
    return made


@pytest.mark.parametrize("case", CASES)
def test_the_old_syslog_form_tells_the_same(case: str) -> None:
    """Whole seconds may cost certainty; they never change the cause or the reason."""
    old = verdicts(read({side: map(rfc3164, lines) for side, lines in logs(case).items()}), frozenset(logs(case)))
    new = verdicts(story(case), frozenset(logs(case)))
    assert {v[:2] for v in old} == {v[:2] for v in new}
    assert coarse(old) == coarse(new)


@pytest.mark.parametrize("case", TWO_SIDED)
def test_a_log_less_never_makes_a_verdict_surer(case: str) -> None:
    whole = coarse(verdicts(story(case)), confirmed=True)
    for side in Side:
        alone = [e for e in story(case) if e.side is side]
        assert coarse(verdicts(alone, frozenset({side})), confirmed=True) <= whole, side


def folded(events: Sequence[Event]) -> set[tuple[str, str, str, int, str]]:
    """Return what a double line would change: how often something happened."""
    found = incidents_of(events)
    return {(i.layer.value, i.reason, i.cause.name if i.cause else "", i.attempts, i.state) for i in found}


@pytest.mark.parametrize("case", CASES)
def test_what_is_told_twice_counts_once(case: str) -> None:
    known = folded(story(case))
    doubled = {side: [line for line in lines for _ in range(2)] for side, lines in logs(case).items()}
    assert folded(read(doubled)) == known, "every line doubled"
    assert folded((*story(case), *read(logs(case), source="copy/"))) == known, "the same files again"
    rotated = {side: lines[len(lines) // 3 :] for side, lines in logs(case).items()}
    assert folded((*read(rotated, source="old/"), *story(case))) == known, "a rotated copy"


@pytest.mark.parametrize("case", LIVED)
def test_a_session_that_moves_to_another_host_of_a_pair_is_one(case: str) -> None:
    events = story(case)
    ups = [e.at for e in events if e.side is Side.EDGE and e.kind is Kind.IKE_UP]
    if not ups or len(sessions_of(events)) != 1:
        return
    after = min(ups) + SECOND
    if any(e.side is Side.EDGE and e.kind is Kind.DAEMON_START and e.at >= after for e in events):
        return  # a daemon that restarts forgets what its own host had set up, not another's
    pair = [e._replace(host="edge-02") if e.side is Side.EDGE and e.at >= after else e for e in events]
    assert len(sessions_of(pair)) == 1
    assert coarse(verdicts(pair)) == coarse(verdicts(events))


def another(events: Sequence[Event], number: int) -> list[Event]:
    """Make events those of another connection of the same two daemons: other numbers, names and threads, one host."""
    made = []
    for event in events:
        if event.kind in (Kind.DAEMON_START, Kind.DAEMON_STOP):
            continue
        fields = dict(event.fields)
        for name in ("ike_id", "child_id", "old_id"):
            if name in fields:
                fields[name] += 1000 * number
        for name in ("conn", "thread"):
            if name in fields:
                fields[name] = f"{fields[name]}-{number}"
        made.append(event._replace(fields=fields, host=f"{event.side}-01"))
    return made


PAIRS = [
    ("lab/pre-shared-key-differs-strongswan-libreswan", "lab/peer-deletes-the-ike-sa-strongswan-libreswan"),
    ("lab/dh-group-differs-strongswan-strongswan", "lab/peer-complains-of-syntax-strongswan-crafted"),
    ("lab/dh-group-differs-strongswan-libreswan", "lab/peer-deletes-the-ike-sa-strongswan-libreswan"),
    ("lab/traffic-selectors-differ-libreswan-strongswan", "lab/clean-life-after-invalid-ke-retry-libreswan-strongswan"),
]


@pytest.mark.parametrize("pair", PAIRS, ids=" with ".join)
def test_sessions_in_one_log_each_get_their_own_verdict(pair: tuple[str, str]) -> None:
    one, two = (another(story(case), number) for number, case in enumerate(pair, 1))
    by = one[0].at - two[0].at  # at the same time, line by line
    mixed = [*one, *(e._replace(at=e.at + by) for e in two)]
    apart = coarse(verdicts(one)) | coarse(verdicts(two))
    assert len(sessions_of(mixed)) == 2
    assert coarse(verdicts(mixed)) == apart == {truth(c) for c in pair} - {"none"}


def mirrored(events: Sequence[Event]) -> list[Event]:
    """Return what both gateways would have logged if the other one had begun, under other numbers, half a minute on."""
    hosts = {side: next(e.host for e in events if e.side is side) for side in Side}
    turned = []
    for event in another(events, 7):
        side = event.side.other if event.side else Side.EDGE
        turned.append(event._replace(side=side, host=hosts[side], at=event.at + 30 * SECOND))
    swap = {"198.51.100": "203.0.113", "203.0.113": "198.51.100"}
    return [e._replace(fields={n: _swapped(v, swap) for n, v in e.fields.items()}) for e in turned]


def _swapped(value: object, swap: dict[str, str]) -> object:
    if isinstance(value, str) and value.rpartition(".")[0] in swap:
        return f"{swap[value.rpartition('.')[0]]}.{value.rpartition('.')[2]}"
    return value


@pytest.mark.parametrize(
    "case", ["lab/dh-group-differs-strongswan-strongswan", "lab/peer-has-another-id-ikev1-strongswan-strongswan"]
)
def test_both_gateways_may_begin(case: str) -> None:
    both = [*story(case), *mirrored(story(case))]
    assert len(sessions_of(both)) == 1
    assert coarse(verdicts(both)) == {truth(case)}
