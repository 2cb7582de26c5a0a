"""Every case with something taken away: a verdict falls with its evidence, and seldom turns into another sure one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cases import CASES, LEVELS, events, given, incidents, knowledge, told
from whydown.diagnose.model import How, Want

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whydown.diagnose.incident import Incident

_TRIED = 40  # events of a case taken away one at a time, spread over it
_WRONG = 0.01  # the share of them that may end in a wrong cause being called confirmed


def coarse(said: Sequence[Incident], *, confirmed: bool = False) -> set[str]:
    """Return the leading causes without their refinement, those that are confirmed or all."""
    names = (i.cause.name for i in said if i.cause and (i.confidence == "confirmed" or not confirmed))
    return {name.split("/")[0] for name in names}


def test_one_event_fewer_seldom_confirms_another_cause() -> None:
    tried = 0
    wrong: list[str] = []
    for case in CASES:
        whole = events(case)
        known = coarse(told(case))
        for at in range(0, len(whole), max(1, len(whole) // _TRIED)):
            tried += 1
            if other := coarse(incidents((*whole[:at], *whole[at + 1 :]), given(case)), confirmed=True) - known:
                wrong.append(f"{case} without {whole[at].origins[0].line}: {', '.join(other)}")
    assert len(wrong) <= _WRONG * tried, "\n".join(wrong)


def lead(said: Sequence[Incident]) -> Incident | None:
    """Return the incident that tells most: the surest one that follows no other."""
    own = [i for i in said if i.cause and not i.follows]
    return max(own, key=lambda i: LEVELS.index(i.confidence), default=None)


def helpers(cause: str) -> set[str]:
    """Return the names that a cause's `helps` bind."""
    steps = next(c.steps for c in knowledge().causes if c.name == cause)
    wants = (s for s in steps if isinstance(s, Want) and s.how is How.HELPS)
    return {p.name for w in wants for p in w.patterns}


@pytest.mark.parametrize("case", CASES)
def test_without_its_evidence_a_verdict_falls(case: str) -> None:
    """Take away what fills a clause, all of its kind: either something else fills it, or the verdict is less sure."""
    whole = events(case)
    before = lead(told(case))
    if before is None or before.cause is None or before.confidence == LEVELS[1]:
        return  # what is only possible rests on what was not heard, and cannot fall
    idle = {"reason", *(helpers(before.cause.name) if before.confidence != "confirmed" else ())}
    for evidence in before.evidence:
        if evidence.role in idle:
            continue
        like = evidence.event
        left = [e for e in whole if (e.side, e.kind, e.direction) != (like.side, like.kind, like.direction)]
        after = next((i for i in incidents(left, given(case)) if i.cause and i.cause.name == before.cause.name), None)
        fell = after is None or LEVELS.index(after.confidence) < LEVELS.index(before.confidence)
        filled = after is not None and evidence.role in {e.role for e in after.evidence}
        assert fell or filled, f"{before.cause.name} stands as it is without its '{evidence.role}': {like.text}"
