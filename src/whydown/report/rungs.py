"""A ladder's rungs: a message that both sides logged is one rung, what one side alone says is another."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from whydown.envelope.record import Certainty
from whydown.grammar.vocabulary import Direction, Kind
from whydown.report.ladder import labels, place, rounds
from whydown.report.layout import many
from whydown.report.phrases import phrase
from whydown.sessions.signs import SIGNS
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from whydown.diagnose.incident import Evidence
    from whydown.grammar.event import Event
    from whydown.report.document import Ladder

_SECOND = 1_000_000
_HERE = "Here it fails"
_FEW = 5  # rungs of a ladder among many
_ANSWER = 5 * _SECOND  # what fails later than this after an answer is no part of that exchange
_FLIGHT = 2 * _SECOND  # further apart, two lines do not tell of one message
_REFUSALS = frozenset({Kind.IKE_FAILED, Kind.CHILD_FAILED, Kind.AUTH_FAILED, Kind.NOTIFY})
_DELETES = frozenset({Kind.IKE_DELETE, Kind.CHILD_DELETE})
_DONE = frozenset({Kind.IKE_UP, Kind.IKE_REKEY, Kind.CHILD_UP, Kind.CHILD_REKEY})  # an exchange came to its end
_PLAIN = frozenset(
    {Kind.IKE_MESSAGE, Kind.RETRANSMIT, Kind.RETRANSMIT_SEEN, Kind.DPD_SENT, Kind.DPD_ANSWERED, Kind.BGP_NOTIFICATION}
)
_MESSAGES = _PLAIN | _REFUSALS | _DELETES
_SAME = ("exchange", "role", "message_id", "notify", "code", "subcode")  # what two lines of one message agree on
_ERROR = re.compile(
    r"\bN\((?:NO_|INVAL|AUTH|TS_UNACC|CRIT|UNSUPP|SINGLE_PAIR|FAIL|INT_|TEMP|PLD_MAL|PAYLOAD_MAL|CHILD_SA_NOT|CHILD_NOT)"
)
_DELETE = re.compile(r"(?:^|[ ,{])(?:D|DELETE)(?=$|[ ,}])")
# What failed in any case, and what did where the verdict rests on it.
_FAILED = frozenset[Kind]().union(*SIGNS.values()) - {Kind.KE_INVALID, Kind.NOTIFY, Kind.NOTIFY_IGNORED}
_FAILED_IF_PROOF = _DELETES | {
    Kind.NOTIFY,
    Kind.NOTIFY_IGNORED,
    Kind.KE_INVALID,
    Kind.DAEMON_STOP,
    Kind.DAEMON_CRASH,
    Kind.ADMIN_TERMINATE,
    Kind.IKE_EXPIRED,
    Kind.CHILD_EXPIRED,
    Kind.CONFIG_UNLOADED,
    Kind.TS_NARROWED,
    Kind.ESP_ERROR,
    Kind.ESP_UNKNOWN_SPI,
    Kind.BGP_DOWN,
    Kind.BGP_ROUTES,
    Kind.INTERFACE_DOWN,
}

_ORDERED = _FAILED_IF_PROOF - {Kind.NOTIFY, Kind.NOTIFY_IGNORED, Kind.KE_INVALID, Kind.TS_NARROWED}


@dataclass(frozen=True, slots=True)
class Told:
    """One side's line about a rung."""

    side: Side
    at: int
    timed: bool
    where: str  # by the short name of its source
    event: Event


@dataclass(frozen=True, slots=True)
class Rung:
    """One message, by the lines of its sender, its receiver or both; or one side's own doing, which nobody sent."""

    text: str
    told: tuple[Told, ...]  # the sender's line first
    sender: Side | None = None
    fails: bool = False
    heading: str = ""  # over the first rung of those that fail together: `IKE_AUTH fails`
    times: int = 1
    until: int | None = None  # when it came last
    remark: bool = False  # nothing but a word about the rungs before


def rungs(ladder: Ladder) -> tuple[Rung, ...]:
    """Return the rungs in the order of the aligned clock; what comes again and again stands once."""
    named = labels([step.event for step in (*ladder.steps, *ladder.proofs)])
    proofs = {(step.event.origins, step.event.kind) for step in ladder.proofs}
    found: list[Rung] = []
    for numbers in _merged(ladder.steps, _joined(ladder.steps, aligned=ladder.aligned)):
        steps = [ladder.steps[number] for number in numbers]
        sender = _sender(ladder.steps, numbers[0])
        told = tuple(_told(one, named) for one in steps)
        saying = next((t.event for t in told if t.event.kind is not Kind.IKE_MESSAGE), told[0].event)
        found.append(Rung(phrase(saying), told, sender, any(_fails(t.event, proofs) for t in told)))
    return tuple(_marked(_rounds_once(_once(_with_refusals(found)))))


def essential(found: Sequence[Rung]) -> tuple[Rung, ...]:
    """Return a few of a ladder's rungs: the exchange that fails, what comes just before, and a word about the rest."""
    fails = [number for number, rung in enumerate(found) if rung.fails or rung.heading]
    first = max(0, fails[0] - 1) if fails else max(0, len(found) - _FEW)
    first = max(first, fails[-1] + 1 - _FEW) if fails else first
    last = fails[-1] + 1 if fails else len(found)
    kept = list(found[first:last])
    if first and not any(rung.heading for rung in kept) and fails:
        kept[0] = replace(kept[0], heading=_HERE)
    for count, where in ((first, 0), (len(found) - last, len(kept) + 1)):
        if count:
            kept.insert(where, Rung(f"… {many(count, 'more step')}", (), remark=True))
    return tuple(kept)


def _merged(steps: Sequence[Evidence], joined: Mapping[int, int]) -> Iterator[tuple[int, ...]]:
    """Yield the places of the steps, those of a message together, its sender's first.

    Each side's lines keep their order, whatever the clocks say; between the sides the time decides.
    """
    partners = {**joined, **{arrived: sent for sent, arrived in joined.items()}}
    edge = deque(n for n, step in enumerate(steps) if step.event.side is not Side.PEER)
    peer = deque(n for n, step in enumerate(steps) if step.event.side is Side.PEER)
    while edge and peer:
        one, other = edge[0], peer[0]
        if partners.get(one) == other:
            yield (one, other) if one in joined else (other, one)
            edge.popleft()
            peer.popleft()
        elif one not in partners and (other in partners or one < other):
            yield (edge.popleft(),)
        elif other not in partners:
            yield (peer.popleft(),)
        else:  # two messages that crossed on paper only: one of the pairs is wrong
            del partners[partners.pop(one)]
    yield from ((n,) for n in (*edge, *peer))


def _told(step: Evidence, named: Mapping[str, str]) -> Told:
    timed = step.event.certainty is not Certainty.UNTIMED
    return Told(step.event.side or Side.EDGE, step.at, timed, place(step.event, named), step.event)


def _joined(steps: Sequence[Evidence], *, aligned: bool) -> dict[int, int]:
    """Pair the lines of sender and receiver of one message, by the sender's place.

    Where the clocks were not compared, a pair is made only where no other line could be the one or the other.
    """
    pairs: dict[int, int] = {}
    sent = [n for n, step in enumerate(steps) if step.event.direction is Direction.OUT and _is_message(steps, n)]
    arrived = [n for n, step in enumerate(steps) if step.event.direction is Direction.IN and _is_message(steps, n)]
    fits = {one: [other for other in arrived if _meets(steps[one], steps[other])] for one in sent}
    for one in sent:
        free = [other for other in fits[one] if other not in pairs.values()]
        rivals = [rival for rival in sent if free and free[0] in fits[rival]]
        if free and (aligned or len(fits[one]) == len(rivals) == 1):
            pairs[one] = min(free, key=lambda n: abs(steps[n].at - steps[one].at))
    return pairs


def _meets(one: Evidence, other: Evidence) -> bool:
    """Whether what one side sent can be what the other side got."""
    sent, arrived = one.event, other.event
    if sent.side is arrived.side or abs(one.at - other.at) > _FLIGHT:
        return False
    kinds = {sent.kind, arrived.kind}
    if any(sent.get(n) != arrived.get(n) for n in _SAME if n in sent.fields and n in arrived.fields):
        return False
    if len(kinds) == 1:
        return True
    message = sent if sent.kind is Kind.IKE_MESSAGE else arrived
    if Kind.IKE_MESSAGE in kinds and kinds & _REFUSALS:
        return _holds(message, _ERROR)
    if Kind.IKE_MESSAGE in kinds and kinds & _DELETES:
        return _holds(message, _DELETE)
    return kinds <= _REFUSALS or kinds == {Kind.RETRANSMIT, Kind.RETRANSMIT_SEEN}


def _holds(event: Event, payload: re.Pattern[str]) -> bool:
    """Whether a message is known to hold such a payload."""
    return event.kind is Kind.IKE_MESSAGE and bool(payload.search(str(event.get("payloads") or "")))


def _is_message(steps: Sequence[Evidence], number: int) -> bool:
    """Whether a line tells of a message by itself, not of what stands in the one that the line beside it tells of."""
    event = steps[number].event
    if event.kind not in _MESSAGES or event.direction is Direction.LOCAL:
        return False
    if event.kind in _PLAIN:
        return True
    mine = [s for s in steps if s.event.side is event.side and s.event.kind in _MESSAGES]
    here = next(n for n, s in enumerate(mine) if s is steps[number])
    return not any(
        s.event.kind is Kind.IKE_MESSAGE
        and s.event.direction is event.direction
        and abs(s.at - steps[number].at) <= _SECOND
        for s in mine[max(0, here - 1) : here + 2]
    )


def _sender(steps: Sequence[Evidence], number: int) -> Side | None:
    """Return who sent what a line tells of; nobody where it tells of no message."""
    if not _is_message(steps, number):
        return None
    event = steps[number].event
    side = event.side or Side.EDGE
    return side if event.direction is Direction.OUT else side.other


def _fails(event: Event, proofs: Collection[tuple[object, Kind]]) -> bool:
    return event.kind in _FAILED or (event.kind in _FAILED_IF_PROOF and (event.origins, event.kind) in proofs)


def _with_refusals(found: Sequence[Rung]) -> list[Rung]:
    """Mark messages that hold an error or a DELETE beside a failure: they carry it."""
    return [
        replace(rung, fails=True)
        if any(_holds(t.event, _ERROR) or _holds(t.event, _DELETE) for t in rung.told)
        and any(other.fails and abs(other.told[0].at - rung.told[0].at) <= _SECOND for other in found)
        else rung
        for rung in found
    ]


def _key(rung: Rung) -> tuple[object, ...]:
    return rung.text, rung.sender, tuple(t.side for t in rung.told), rung.remark


def _once(found: Sequence[Rung]) -> list[Rung]:
    """Return the rungs with those that repeat the one before counted in it."""
    kept: list[Rung] = []
    for rung in found:
        if kept and _key(kept[-1]) == _key(rung):
            last = rung.told[-1]
            kept[-1] = replace(kept[-1], times=kept[-1].times + 1, until=last.at if last.timed else None)
        else:
            kept.append(rung)
    return kept


def _rounds_once(found: Sequence[Rung]) -> list[Rung]:
    """Return the rungs with each round of several that comes again and again written once."""
    kept: list[Rung] = []
    for begin, length, again in rounds([(*_key(rung), rung.times) for rung in found]):
        kept += found[begin : begin + length]
        if again:
            last = found[begin + length * (again + 1) - 1]
            times = "once more" if again == 1 else f"{again} more times"
            until = last.until or (last.told[-1].at if last.told[-1].timed else None)
            kept.append(Rung(f"… the same {length} steps {times}", (), until=until, remark=True))
    return kept


def _marked(found: Sequence[Rung]) -> list[Rung]:
    """Name the exchange that fails on the rung with which it begins: the last request before the failure.

    One that was answered long before the failure went well: what fails then has no name.
    """
    kept = list(found)
    begin, answered, in_failure = -1, False, False
    for number, rung in enumerate(found):
        event = rung.told[0].event if rung.told else None
        if event is not None and event.kind is Kind.IKE_MESSAGE and not rung.fails:
            asks = event.get("role") == "request"
            begin, answered = (number, False) if asks else (begin, True)
            in_failure = False
        answered = answered or (event is not None and event.kind in _DONE)
        if rung.fails and not in_failure:
            in_failure = True
            by_order = any(t.event.kind in _ORDERED for t in rung.told)  # a DELETE is an exchange of its own
            over = begin >= 0 and answered and rung.told[0].at - found[begin].told[0].at > _ANSWER
            start = number if by_order or over or begin < 0 else begin
            exchange = str(kept[start].told[0].event.get("exchange") or "") if start != number else ""
            heading = f"{exchange} fails" if exchange else "Here it ends" if by_order else _HERE
            kept[start] = replace(kept[start], heading=heading)
    return kept
