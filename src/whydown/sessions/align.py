"""The peer's clock against the edge's: estimated from exchanges that both logged, never from the stamps alone."""

from __future__ import annotations

import statistics
from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

from whydown.grammar.vocabulary import Direction, Kind
from whydown.sessions.alive import CHILD_UPS
from whydown.sessions.clues import SECOND
from whydown.sessions.names import NO_CLOCKS, Clocks
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from whydown.grammar.event import Event

    Keys = Callable[[Event], Iterator[Hashable]]

_ENOUGH = 3  # weak votes that must agree, when no SPI pair proves an exchange
_FURTHEST = 15 * 3600 * SECOND  # two zones are at most 26 h apart, two sane clocks of one estate far less
_BIN = SECOND
_LONG = 1800 * SECOND  # proofs over less time tell nothing of a drift
_FASTEST = 0.002  # seconds a second: no clock that is any good drifts so much
_FITTED = 40  # proofs of either end that a drift is taken from
_PER_KEY = 400  # events of one key that may vote: bounds the work on logs of endless retries
_MOMENTS = 4  # moments of mere traffic that must agree
_CLEARLY = 1.4  # times as many as at any other offset

_MIRRORED = {
    Kind.IKE_MESSAGE: ("exchange", "role", "message_id"),
    Kind.PACKET: ("bytes",),
    Kind.IKE_DELETE: (),
    Kind.CHILD_DELETE: (),
    Kind.IKE_START: (),
    Kind.NOTIFY: ("notify", "exchange"),
    Kind.IKE_FAILED: ("notify",),
    Kind.CHILD_FAILED: ("notify",),
}
_FIRST = {"IKE_SA_INIT": 0, "IKE_AUTH": 1}  # message IDs that need not be logged (RFC 7296 section 2.2)
# What shows that a message left or came, whatever became of it.
_LEFT = frozenset({Kind.PACKET, Kind.IKE_MESSAGE, Kind.RETRANSMIT})
_CAME = frozenset(
    {
        Kind.PACKET,
        Kind.IKE_MESSAGE,
        Kind.RETRANSMIT_SEEN,
        Kind.MESSAGE_MALFORMED,
        Kind.MESSAGE_GARBLED,
        Kind.MESSAGE_DROPPED,
        Kind.NOTIFY,
        Kind.NOTIFY_IGNORED,
    }
)


def align(edge: Sequence[Event], peer: Sequence[Event]) -> Clocks:
    """Estimate the peer's clock minus the edge's, in seconds, with spread and the number of votes.

    An SA that both sides logged with the same SPIs is proof: one is enough. Otherwise every message that one sent and
    the other received votes with its difference; the fullest second wins if at least three agree and no other does as
    well. Fewer do where all say that the clocks agree, as clocks mostly do. Then an SA counts that one side only answered
    for, naming its SPIs. Where messages are logged as sent and only as unreadable when they come, the moments of sending
    and coming vote: the gaps between retransmits are a pattern of their own. Without enough votes the offset stays None.
    """
    proofs = list(_differences(_keyed(edge, _proof_keys), _keyed(peer, _proof_keys)))
    votes = list(_differences(_keyed(edge, _edge_keys), _keyed(peer, _peer_keys)))
    if not proofs:
        found = _fullest([d for _, d in votes])
        if found.offset_s is None and (same := [*_differences(_keyed(edge, _spi_keys), _keyed(peer, _spi_keys))]):
            found = _clocks([d for _, d in same])
        return found if found.offset_s is not None else _by_traffic(edge, peer)
    if drifting := _drifting(proofs, votes):
        return drifting
    middle = statistics.median_low(d for _, d in proofs)  # one that is there, so that it has itself for company
    return _clocks([d for _, d in (*proofs, *votes) if abs(d - middle) <= 2 * _BIN])


def differences(edge: Sequence[Event], peer: Sequence[Event]) -> list[int]:
    """Return by how much the peer's clock is ahead for each pair of lines that may be of one exchange."""
    pairs = [*_differences(_keyed(edge, _proof_keys), _keyed(peer, _proof_keys))]
    pairs += _differences(_keyed(edge, _edge_keys), _keyed(peer, _peer_keys))
    return [difference for _, difference in pairs]


def _drifting(proofs: Sequence[tuple[int, int]], votes: Sequence[tuple[int, int]]) -> Clocks | None:
    """Fit a line through proofs of hours, if one clock runs faster than the other by more than a second in all.

    The slope is the median of those between early and late proofs (Theil and Sen's estimator, thinned).
    """
    proofs = sorted(proofs)
    third = min(len(proofs) // 3, _FITTED)
    if third == 0 or proofs[-1][0] - proofs[0][0] < _LONG:
        return None
    early, late = proofs[:third], proofs[-third:]
    slope = statistics.median((y - b) / (x - a) for a, b in early for x, y in late if x > a)
    middle = proofs[len(proofs) // 2][0]
    base = statistics.median(d - slope * (at - middle) for at, d in proofs)
    rest = [d - slope * (at - middle) - base for at, d in (*proofs, *votes)]
    near = [r for r in rest if abs(r) <= 2 * _BIN]
    if abs(slope) > _FASTEST or abs(slope) * (proofs[-1][0] - proofs[0][0]) < _BIN or len(near) < _ENOUGH:
        return None
    spread = statistics.median(map(abs, near))
    return Clocks(round(base / SECOND, 3), round(spread / SECOND, 3), len(near), slope, round(middle + base))


def _fullest(votes: list[int]) -> Clocks:
    """Find the second in which most differences fall; None when too few do, or when two seconds do equally well."""
    votes.sort()
    best: tuple[int, int, int] = (0, 0, 0)  # count, from, to
    rival = 0
    for i, first in enumerate(votes):
        j = bisect_right(votes, first + _BIN)
        count = j - i
        if count > best[0]:
            if abs(first - votes[best[1]]) > 2 * _BIN:
                rival = best[0]
            best = (count, i, j)
        elif abs(first - votes[best[1]]) > 2 * _BIN:
            rival = max(rival, count)
    if best[0] < _ENOUGH:
        agree = votes and all(abs(v) <= _BIN for v in votes)
        return _clocks(votes) if agree else NO_CLOCKS
    if rival == best[0]:
        return _least(votes, best[0])
    return _clocks(votes[best[1] : best[2]])


def _by_traffic(edge: Sequence[Event], peer: Sequence[Event]) -> Clocks:
    """Find the offset at which most of what left one gateway came to the other; None unless it stands out."""
    ours = _passed(edge, "there", "back")
    theirs = _passed(peer, "back", "there")
    votes = sorted((d, at) for at, d in _differences(ours, theirs))
    offsets = [d for d, _ in votes]
    counts = [(bisect_right(offsets, d + _BIN) - i, i) for i, d in enumerate(offsets)]
    most, first = max(counts, key=lambda c: (c[0], -abs(offsets[c[1]])), default=(0, 0))
    rival = max((n for n, i in counts if abs(offsets[i] - offsets[first]) > 2 * _BIN), default=0)
    fewest = sum(min(len(times), len(theirs.get(way, ()))) for way, times in ours.items())
    moments = {at for _, at in votes[first : first + most]}
    if len(moments) < _MOMENTS or most < _CLEARLY * rival or 2 * most < fewest:
        return NO_CLOCKS
    return _clocks(offsets[first : first + most])


def _passed(events: Sequence[Event], out: str, back: str) -> dict[Hashable, list[int]]:
    """Return when anything left and came, under the names of the two ways."""
    return {out: _moments(events, _LEFT, Direction.OUT), back: _moments(events, _CAME, Direction.IN)}


def _moments(events: Iterable[Event], kinds: frozenset[Kind], direction: Direction) -> list[int]:
    """Return when something of these kinds passed; what one message makes a daemon write is one moment."""
    moments: list[int] = []
    last = -_BIN
    for event in events:
        if event.kind in kinds and event.direction is direction:
            if event.at - last > _BIN // 4:
                moments.append(event.at)
            last = event.at
    return moments[:_PER_KEY]


def _least(votes: list[int], count: int) -> Clocks:
    """Among equally full seconds take the one around zero if there is one: clocks that agree need no shift."""
    low, high = bisect_left(votes, -_BIN), bisect_right(votes, _BIN)
    return _clocks(votes[low:high]) if high - low >= count else NO_CLOCKS


def _clocks(differences: Sequence[int]) -> Clocks:
    middle = statistics.median(differences)
    spread = statistics.median(abs(d - middle) for d in differences)
    spread_s = round(spread / SECOND, 3) if len(differences) > 1 else None  # one agrees with itself
    return Clocks(round(middle / SECOND, 3), spread_s, len(differences))


def _keyed(events: Iterable[Event], keys: Keys) -> dict[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = defaultdict(list)
    for event in events:
        for key in keys(event):
            if len(found[key]) < _PER_KEY:
                found[key].append(event.at)
    return found


def _differences(edge: dict[Hashable, list[int]], peer: dict[Hashable, list[int]]) -> Iterator[tuple[int, int]]:
    """Yield the time of each exchange on the edge's clock, and the difference of the peer's."""
    for key, times in edge.items():
        for other in peer.get(key, ()):
            for at in times:
                if abs(other - at) <= _FURTHEST:
                    yield at, other - at


def _proof_keys(event: Event) -> Iterator[Hashable]:
    """Keys that only the two ends of one SA can share: its pair of SPIs."""
    if event.kind in CHILD_UPS:
        yield from _spi_keys(event)
    if event.kind is Kind.IKE_UP and {"spi_i", "spi_r"} <= event.fields.keys():
        yield "ike", event.fields["spi_i"], event.fields["spi_r"]


def _spi_keys(event: Event) -> Iterator[Hashable]:
    """Yield the pair of SPIs of whatever names both: an SA may be up here and just answered for there."""
    if {"spi_in", "spi_out"} <= event.fields.keys():
        yield "esp", frozenset((event.fields["spi_in"], event.fields["spi_out"]))


def _edge_keys(event: Event) -> Iterator[Hashable]:
    yield from _mirror_keys(event, sent=event.direction is Direction.OUT)


def _peer_keys(event: Event) -> Iterator[Hashable]:
    yield from _mirror_keys(event, sent=event.direction is Direction.IN)


def _mirror_keys(event: Event, *, sent: bool) -> Iterator[Hashable]:
    """Keys under which what one side sent and the other received meet; `sent`: by the edge."""
    names = _MIRRORED.get(event.kind)
    if names is None or event.direction is Direction.LOCAL:
        return
    values = tuple(event.fields.get(n) for n in names)
    if names and values[0] is None:
        return
    if event.kind is Kind.IKE_MESSAGE and values[-1] is None:
        values = (*values[:-1], _FIRST.get(str(values[0])))
    yield event.kind, sent, *values


def shift(events: Iterable[Event], clocks: Clocks) -> tuple[Event, ...]:
    """Move the peer's events to the edge's clock."""
    if not clocks.offset_s and not clocks.drift:
        return tuple(events)
    return tuple(e._replace(at=e.at - clocks.offset(e.at)) if e.side is Side.PEER else e for e in events)
