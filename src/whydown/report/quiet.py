"""The page where there is no incident: what that is worth, and what it is not."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from whydown.grammar.vocabulary import Kind
from whydown.report.document import Page, Pairs, Said, Section
from whydown.report.layout import many, stamps
from whydown.sources.line import Side

if TYPE_CHECKING:
    from whydown.report.document import Block
    from whydown.report.model import Report
    from whydown.sessions.model import Session

_COUNTED = (
    ((Kind.IKE_UP, Kind.SESSION_UP), "IKE SA up"),
    ((Kind.IKE_REKEY,), "IKE SA rekeyed"),
    ((Kind.CHILD_UP, Kind.TUNNEL_UP), "CHILD_SA up"),
    ((Kind.CHILD_REKEY,), "CHILD_SA rekeyed"),
    ((Kind.BGP_UP,), "BGP neighbour up"),
)


def quiet_page(report: Report) -> Page:
    """Say that no fault was found, for which time, which sessions, and for whose log that holds."""
    heard = report.listening()
    lives = Pairs(tuple((_name(session), _life(session)) for session in report.sessions))
    if not heard and any(e.of_dump for session in report.sessions for e in session.events):
        said = (
            "No log was given. The state dumps state nothing that is down, which holds for the moment they were made:"
        )
        return _page("No incident found in state dumps", "doubt", Said(said), lives)
    if not heard or not report.sessions:
        said = (
            "These logs hold no sign of an IPsec session, neither up nor failing. That is no proof that all is well: "
            "check that they are the IKE daemon's logs, of both gateways, and of the time in question."
        )
        return _page("No incident found, and no session seen", "doubt", Said(said))
    sides = [side for side in Side if any(log.side is side for log in heard)]
    begin = max(min(log.begin for log in heard if log.side is side) for side in sides)
    end = min(max(log.end for log in heard if log.side is side) for side in sides)
    whose = "both gateways' logs" if len(sides) == 2 else f"the {sides[0]}'s log"
    if not all(log.timed for log in heard):
        window = f"No fault in these lines, which bear no time, as far as {whose} can tell"
    elif begin <= end:
        window = f"No fault in this window, {stamps(begin, end)}, as far as {whose} can tell"
    else:
        window = (
            "The two sides' logs do not overlap in time, so neither can confirm the other; alone, neither shows a fault"
        )
    blocks: list[Block] = [Said(f"{window}, for {many(len(report.sessions), 'session')}:"), lives]
    if len(sides) == 1:
        said = f"The {sides[0].other}'s log was not given: a fault that only it would show is not covered."
        blocks.append(Said(said, "doubt"))
    if unknown := report.tally.unknown:
        said = f"{many(unknown, 'line')} of IKE programs could not be read: what only they tell is not covered."
        blocks.append(Said(said, "doubt"))
    return _page("No incident found", "good" if begin <= end else "doubt", *blocks)


def _page(title: str, look: str, *blocks: Block) -> Page:
    return Page("quiet", title, (Section("quiet", "", blocks),), look)


def _name(session: Session) -> str:
    ends = " ⇄ ".join(g.host or g.address or "?" for g in (session.name.edge, session.name.peer))
    return session.name.name or session.name.id or ends


def _life(session: Session) -> str:
    """Say what the logs show of a session that had no trouble; what both sides tell of happened once."""
    seen = Counter((event.kind, event.side) for event in session.events)
    counts = [(max(seen[kind, side] for kind in kinds for side in (*Side, None)), what) for kinds, what in _COUNTED]
    said = [f"{what} {many(count, 'time')}" for count, what in counts if count]
    gateways = " ⇄ ".join(
        " ".join(part for part in (g.host, g.address) if part) or "not known"
        for g in (session.name.edge, session.name.peer)
    )
    return f"{gateways}; {', '.join(said) or 'not seen to come up or to fail'}"
