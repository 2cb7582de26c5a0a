"""The SAs of one kind that are alive on a gateway, and the names that each of them goes by in a log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from whydown.grammar.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from whydown.grammar.event import Event

IKE_UPS = frozenset({Kind.IKE_UP, Kind.IKE_REKEY})  # what shows that an IKE SA came up
CHILD_UPS = frozenset({Kind.CHILD_UP, Kind.CHILD_REKEY})
RESTARTS = frozenset({Kind.DAEMON_START, Kind.DAEMON_STOP, Kind.DAEMON_CRASH})  # no SA of before is left
_MOST = 128  # SAs of one kind that are alive at a time; the end of those before was not logged
UNSEEN = {"unseen"}  # an SA whose beginning the log does not hold


@dataclass(slots=True)
class Live:
    """SAs of one kind that are alive, each as the set of names it goes by."""

    sas: list[set[str]] = field(default_factory=list)
    sole: bool = False  # the SA that comes up next is the only one the other side has
    closing: list[set[str]] = field(default_factory=list)  # whose nameless completion ("IKE_SA deleted") is to come

    def add(self, names: set[str]) -> None:
        """Take an SA in; one that shares a name with it is the same, and a nameless one is one that is known.

        One whose beginning was not seen gives way: what ends it will not name what is here.
        """
        if self.sole:
            self.sas.clear()
            self.sole = False
        if not names and self.sas:
            return
        self.sas = [sa for sa in self.sas if sa != UNSEEN]
        for sa in self.sas:
            if names & sa:
                sa.update(names)
                return
        self.sas.append(names)
        del self.sas[:-_MOST]

    def remove(self, names: set[str]) -> bool:
        """Drop the SA that goes by one of these names; a nameless removal drops the only one."""
        if not names:
            if self.closing:
                self.closing.pop(0)
                return False
            only = len(self.sas) == 1
            if only:
                self.sas.clear()
            return only
        sa = next((s for s in self.sas if names & s), UNSEEN if UNSEEN in self.sas else None)
        if sa is not None:
            self.sas.remove(sa)
        if not any(names & known for known in self.closing):  # the end of one that nobody saw begin completes, too
            self.closing.append(set(names))
            del self.closing[:-_MOST]
        return sa is not None

    def move(self) -> None:
        """Note that another host has taken over, which calls the SAs by other numbers."""
        self.sas = [set(UNSEEN) for _ in self.sas]
        self.closing = []


def tunnel_name(event: Event) -> str:
    """Name the tunnel an event is about: the CHILD_SA's configuration name, or its traffic selectors."""
    if "child" in event.fields:
        return str(event.fields["child"])
    own = networks(event)
    return called_by(*own) if own else ""


def networks(event: Event) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the traffic selectors that an event names, the writer's own first; None where it does not name both."""
    local, remote = event.get("ts_local"), event.get("ts_remote")
    return (tuple(local), tuple(remote)) if local and remote else None


def called_by(local: Iterable[str], remote: Iterable[str]) -> str:
    """Name a tunnel by its traffic selectors."""
    return f"{','.join(local)} === {','.join(remote)}"


def ike_names(event: Event) -> set[str]:
    """Return the names by which an event calls an IKE SA: its number on the writer, its SPIs."""
    fields = event.fields
    names = {f"#{fields['ike_id']}"} if "ike_id" in fields else set()
    spi_i, spi_r = fields.get("spi_i"), fields.get("spi_r")
    if spi_i:
        names.add(f"{spi_i} {spi_r}" if spi_r else spi_i)
        names.add(spi_i)
    return names


def child_names(event: Event) -> set[str]:
    """Return the names by which an event calls a CHILD_SA: its number on the writer, its SPIs."""
    fields = event.fields
    names = {f"#{fields['child_id']}"} if "child_id" in fields else set()
    names.update(fields[n] for n in ("spi_in", "spi_out", "spi") if n in fields)
    return names
