"""Every cause asked of one episode: the surest first, those that a better one silences left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.diagnose.engine import Finding, find
from whydown.diagnose.incident import Confidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from whydown.diagnose.engine import Shown
    from whydown.diagnose.model import Cause
    from whydown.diagnose.scene import Scene
    from whydown.tally import Tally

_ORDER = {Confidence.CONFIRMED: 0, Confidence.PROBABLE: 1, Confidence.POSSIBLE: 2}


def ask_all(causes: Iterable[Cause], scene: Scene, reason: Shown, tally: Tally) -> tuple[list[Finding], frozenset[str]]:
    """Ask every cause that can stand behind the reason; surest first, silenced ones left out.

    The second value names all that fit well, silenced or not: a better answer does not speak against them.
    """
    name = reason.reason.asked
    found = [f for c in causes if name in c.reasons and (f := find(c, scene, reason, tally)) and f.evidence]
    for finding in found:
        if finding.given_up:
            tally.notice(finding.cause.name, "has too many ways to be true here; the best one found is shown")
    misleading = {f.cause.name for f in found if name not in {n.name for n in f.cause.explains}}
    found.sort(key=lambda f: _place(f, misleading=f.cause.name in misleading))
    fitting = frozenset(f.cause.name for f in found if f.level is not Confidence.POSSIBLE)
    found = _unsilenced(found)
    if found and found[0].level is Confidence.CONFIRMED:
        found = [f for f in found if f.level is not Confidence.POSSIBLE]
    elif found and found[0].level is Confidence.PROBABLE:
        found = [f for f in found if f.spoken]
    return found, fitting


def _place(finding: Finding, *, misleading: bool) -> tuple[int, bool, bool, int, int, int]:
    """Return where a finding stands among others: what must be seen and was not counts before what would veto."""
    level = _ORDER[finding.level]
    return level, misleading, not finding.spoken, finding.lacking, len(finding.unheard), -len(finding.evidence)


def _unsilenced(findings: Sequence[Finding]) -> list[Finding]:
    """Leave out what a finding before it rules out; of two that rule each other out the surer one stays."""
    kept: list[Finding] = []
    for finding in findings:
        speakers = [k for k in kept if k.level is not Confidence.POSSIBLE]
        if not any(k.cause.silences(finding.cause.name) for k in speakers):
            kept.append(finding)
    return [
        f for f in kept if not any(k is not f and _outranks(k, f) for k in kept if k.level is not Confidence.POSSIBLE)
    ]


def _outranks(one: Finding, other: Finding) -> bool:
    """Whether one rules the other out and is not itself ruled out by it."""
    return one.cause.silences(other.cause.name) and not other.cause.silences(one.cause.name)
