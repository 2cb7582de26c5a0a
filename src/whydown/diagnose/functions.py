"""What causes may compute: pure functions over values of fields, each None where it has nothing to say."""

from __future__ import annotations

import ipaddress
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from whydown.grammar.algorithms import is_aead, is_known
from whydown.grammar.names import GROUPS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from whydown.grammar.proposals import Proposal

# In the order in which a reader should hear of them, with the weight of a difference.
_PARAMETERS = {
    "encryption": "Encryption",
    "integrity": "Integrity",
    "prf": "PRF",
    "group": "DH group",
    "esn": "ESN",
}
_AS_TRANS = 23456  # RFC 6793 section 9
NONE = "none"  # what a list has that was heard and holds no such parameter; empty is what nobody heard
_FAR, _NEAR = 10, 1  # a value against another one (a key length is a little nearer); a value against none


class Row(NamedTuple):
    """One parameter and what each list has for it, as written; empty where it has nothing."""

    parameter: str
    first: str
    second: str


class Gap(NamedTuple):
    """What keeps two lists of proposals (or traffic selectors) apart, and what they agree on."""

    rows: tuple[Row, ...]
    same: tuple[Row, ...] = ()

    def __str__(self) -> str:
        return "; ".join(f"{r.parameter}: {r.first or NONE} / {r.second or NONE}" for r in self.rows)


def proposal_diff(offered: Sequence[Proposal] | None, accepted: Sequence[Proposal] | None) -> Gap | None:
    """Return the smallest gap between any two proposals of the lists; None where a pair agrees or a list is missing.

    A responder takes a proposal whole (RFC 7296 section 2.7), so the pair that misses by the least is the nearest.
    Proposals of different protocols (IKE, ESP) are never compared, nor is one of which a part is lost or does not read.
    """
    if not offered or not accepted:
        return None
    pairs = product(filter(_reads, offered[:64]), filter(_reads, accepted[:64]))
    gaps = [_pair_gap(a, b) for a, b in pairs if a.protocol == b.protocol or not (a.protocol and b.protocol)]
    _, best = min(gaps, key=lambda g: g[0], default=(0, None))
    return best if best and best.rows else None


def _reads(proposal: Proposal) -> bool:
    """Whether every part of a proposal is there and was understood: what is not might be what the other side wants.

    An IKE SA always has a DH group (RFC 7296 section 3.3.3): the line of a proposal without one was cut off.
    """
    cut = proposal.protocol == "IKE" and not _of(proposal, "group")
    return not cut and all(is_known(t.type, t.name) for t in proposal.transforms)


def _pair_gap(offered: Proposal, accepted: Proposal) -> tuple[int, Gap]:
    """Return how far two proposals are apart, and in what."""
    rows: list[tuple[int, Row]] = []
    same: list[Row] = []
    aead = [any(t.type == "encryption" and is_aead(t.name) for t in p.transforms) for p in (offered, accepted)]
    for kind, parameter in _PARAMETERS.items():
        first, second = _of(offered, kind), _of(accepted, kind)
        row = Row(parameter, _written(first), _written(second))
        if kind == "integrity" and any(aead):
            continue  # an AEAD brings its own; the difference is the encryption's
        if first and second:
            weight = _distance(kind, set(first), set(second))
            if weight and kind == "encryption" and _ciphers(first) & _ciphers(second):
                row = row._replace(parameter="Key length")
            rows += [(weight, row)] if weight else []
            same += [] if weight else [row]
        elif _absence_tells(kind, offered, first or second):
            rows.append((_NEAR, row))
    if any(weight > _NEAR for weight, _ in rows):  # a lone value may be a matter of the exchange, not of configuration
        rows = [r for r in rows if r[0] > _NEAR]
    return sum(weight for weight, _ in rows), Gap(tuple(r for _, r in rows), tuple(same))


def _of(proposal: Proposal, kind: str) -> dict[str, str]:
    """Return the alternatives of one type: IANA name to what was written."""
    return {t.name: t.written for t in proposal.transforms if t.type == kind}


def _written(found: dict[str, str]) -> str:
    return " or ".join(found.values())


def _ciphers(names: dict[str, str]) -> set[str]:
    return {n.partition("-")[0] for n in names}


def _distance(kind: str, first: set[str], second: set[str]) -> int:
    """Return 0 where two sets of alternatives have one in common; a cipher without a key length goes with any."""
    if first & second:
        return 0
    if kind == "encryption":
        for a, b in product(first, second):
            if a.partition("-")[0] == b.partition("-")[0] and ("-" not in a or "-" not in b):
                return 0
        if {a.partition("-")[0] for a in first} & {b.partition("-")[0] for b in second}:
            return _FAR - 1
    return _FAR


def _absence_tells(kind: str, proposal: Proposal, found: dict[str, str]) -> bool:
    """Whether a type that only one list names is a difference: PFS and ESN of ESP; the rest daemons leave unsaid."""
    if proposal.protocol == "IKE" or not found:
        return False
    return (kind == "group" and "0" not in found) or (kind == "esn" and "NO_ESN" not in found)


def protocol_of(proposals: Sequence[Proposal] | None) -> str | None:
    """Return which protocol a list of proposals is for, IKE, ESP or AH; None where it names none."""
    return proposals[0].protocol or None if proposals else None


def parameter(gap: Gap | None) -> str | None:
    """Return the first parameter of a gap."""
    return gap.rows[0].parameter if gap else None


def offered(gap: Gap | None) -> str | None:
    """Return what the first list has for the first parameter of a gap, be it none."""
    return gap.rows[0].first or NONE if gap else None


def accepted(gap: Gap | None) -> str | None:
    """Return what the second list has for the first parameter of a gap, be it none."""
    return gap.rows[0].second or NONE if gap else None


def gaps(gap: Gap | None) -> int:
    """Return how many parameters differ."""
    return len(gap.rows) if gap else 0


def ts_diff(a_local: Any, a_remote: Any, b_local: Any, b_remote: Any) -> Gap | None:
    """Return how two gateways' traffic selectors differ; b's are seen from the other side. None where they agree.

    A list that is missing is not compared. One that holds the other is no difference: it can be narrowed to it
    (RFC 7296 section 2.9).
    """
    rows = [
        Row(label, ", ".join(here), ", ".join(there))
        for label, here, there in (
            ("Networks on the first side", _texts(a_local), _texts(b_remote)),
            ("Networks on the second side", _texts(a_remote), _texts(b_local)),
        )
        if here and there and not _overlap(here, there)
    ]
    return Gap(tuple(rows)) if rows else None


def _texts(selectors: Any) -> tuple[str, ...]:
    if selectors is None:
        return ()
    return tuple(map(str, selectors)) if isinstance(selectors, tuple) else (str(selectors),)


def _overlap(here: Sequence[str], there: Sequence[str]) -> bool:
    """Whether some selector of one list holds some selector of the other; unreadable ones compare as text."""
    return any(a == b or _within(a, b) or _within(b, a) for a, b in product(here, there))


def _within(inner: str, outer: str) -> bool:
    try:
        small, large = (ipaddress.ip_network(s.partition("[")[0], strict=False) for s in (inner, outer))
    except ValueError:
        return False
    suffixes = inner.partition("[")[2], outer.partition("[")[2]
    fits = not suffixes[1] or suffixes[0] == suffixes[1]
    return fits and small.version == large.version and small.subnet_of(large)  # type: ignore[arg-type]


def group_name(number: Any) -> str | None:
    """Return a DH group's usual name, 14 to MODP_2048; None for a number IANA has not named."""
    try:
        return GROUPS.get(int(number))
    except (TypeError, ValueError):
        return None


def as_number(octets: Any) -> str | None:
    """Return the AS number in the two octets of a BGP NOTIFICATION "Bad Peer AS"; None for the one that stands for more.

    An AS above 65535 shows as AS_TRANS there, which says nothing (RFC 6793 section 4.2.2).
    """
    try:
        number = int.from_bytes(bytes.fromhex(str(octets or "")))
    except ValueError:
        return None
    return str(number) if len(str(octets or "").split()) == 2 and number not in {0, _AS_TRANS} else None


def seconds_between(first: Any, second: Any) -> float | None:
    """Return the time between two moments, in seconds."""
    if not isinstance(first, int) or not isinstance(second, int):
        return None
    return abs(first - second) / 1_000_000


def either_of(first: Any, second: Any) -> Any:
    """Return the first of two values that is there."""
    return second if first is None else first


def count(event: Any) -> int:
    """Return how many events a pattern found; the engine answers it, which knows."""
    return 0 if event is None else 1


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "proposal_diff": proposal_diff,
    "protocol_of": protocol_of,
    "parameter": parameter,
    "offered": offered,
    "accepted": accepted,
    "gaps": gaps,
    "ts_diff": ts_diff,
    "group_name": group_name,
    "as_number": as_number,
    "seconds_between": seconds_between,
    "either_of": either_of,
    "count": count,
}
