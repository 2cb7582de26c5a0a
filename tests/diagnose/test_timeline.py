"""The rows that are picked for a reader: what went wrong, not how it had come up before, and that it is up again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from diagnose.episodes import BASE, SECOND, episode, event
from whydown.diagnose.incident import Evidence
from whydown.diagnose.timeline import find_trigger, pick_timeline

if TYPE_CHECKING:
    from whydown.sessions.model import Episode


def shown(one: Episode, *proofs: int) -> list[str]:
    told = [Evidence(one.events[n], "why", one.events[n].at) for n in proofs]
    return [str(step.event.kind) for step in pick_timeline(one, told)]


def test_how_it_had_come_up_is_left_out_but_for_what_proves_something() -> None:
    lived = [event("edge ike.start out", at=0), event("edge ike.message out", at=0.1), event("edge ike.up", at=0.2)]
    died = [event("edge daemon.start", at=60), event("edge ike.unknown_spi in", at=61)]
    one = replace(episode(*lived, *died), began=BASE + 60 * SECOND)
    assert shown(one, 2, 3) == ["ike.up", "daemon.start", "ike.unknown_spi"]


def test_what_was_down_is_shown_to_come_up_again() -> None:
    died = [event("edge dpd.dead", at=0), event("edge ike.timeout", at=1)]
    again = event("edge ike.up", at=600)
    one = episode(*died, again, ended=600.0)
    assert shown(one, 0, 1) == ["dpd.dead", "ike.timeout", "ike.up"]


def test_what_is_part_of_the_answer_is_no_trigger_of_it() -> None:
    up, crash = event("edge ike.up", at=0), event("peer daemon.start", at=60)
    loaded, dead = event("peer config.loaded", at=61), event("edge dpd.dead", at=70)
    one = replace(episode(up, crash, loaded, dead), began=BASE + 70 * SECOND)
    dead_alone = [Evidence(dead, "why", dead.at)]
    assert find_trigger(one, [*dead_alone, Evidence(crash, "why", crash.at)]) is None
    trigger = find_trigger(one, dead_alone)
    assert trigger
    assert trigger.event is crash
