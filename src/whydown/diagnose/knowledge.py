"""What is known of reasons and causes, ready to be asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from whydown.diagnose.model import Cause, KindSet, Reason
    from whydown.diagnose.tables import Commands, Status
    from whydown.text import Problem


class Reading(NamedTuple):
    """What one file holds, and what is wrong with it."""

    reasons: tuple[Reason, ...]
    causes: tuple[Cause, ...]
    problems: tuple[Problem, ...]
    statuses: tuple[Status, ...] = ()
    commands: tuple[Commands, ...] = ()
    kind_sets: tuple[KindSet, ...] = ()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Reasons, causes, a console's statuses, vendors' commands and sets of kinds, each name once, in the files' order."""

    reasons: tuple[Reason, ...]
    causes: tuple[Cause, ...]
    statuses: tuple[Status, ...] = ()
    commands: tuple[Commands, ...] = ()
    kind_sets: tuple[KindSet, ...] = ()
