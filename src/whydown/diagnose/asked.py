"""What the user asked for, as every stage takes it: nothing that reads is loaded with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from whydown.sources.line import Side

if TYPE_CHECKING:
    from datetime import tzinfo


@dataclass(frozen=True, slots=True)
class Options:
    """How to read times, and which of them matter; `since` and `until` in microseconds UTC."""

    zone: tzinfo | None = None  # of stamps that name none
    edge_zone: tzinfo | None = None
    peer_zone: tzinfo | None = None
    year: int | None = None
    since: int | None = None
    until: int | None = None
    most: int = 100_000  # events that count, the latest: some 300 MB at most, 400 where stamps name no year
    why_not: tuple[str, ...] = ()  # causes by name: for each incident, why each of them was not chosen

    def zone_of(self, side: Side) -> tzinfo | None:
        """Return the zone of that side's stamps that name none, if the user gave it."""
        return (self.edge_zone if side is Side.EDGE else self.peer_zone) or self.zone


DEFAULTS = Options()
