"""Less evidence makes no verdict surer: logs that begin late, end early, lose lines or a whole side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases import CASES, knowledge, library
from properties.stories import logs
from whydown.pipeline import analyze
from whydown.sources.files import Input
from whydown.sources.line import Content, Side

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from whydown.diagnose.incident import Incident

Texts = dict[Side, list[str]]
SURER = 0.01  # the share of damaged cases that may say more than the whole logs do
LEVELS = ("", "possible", "probable", "confirmed")
LAB = tuple(case for case in CASES if case.startswith("lab/"))[::3]


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
