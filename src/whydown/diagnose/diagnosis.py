"""Episodes to incidents: the reason, the leading cause and what else may be, put together for the reader."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from whydown.diagnose.console import judge_problems
from whydown.diagnose.incident import STATED, Alternative, Cause, Confidence, Evidence, Incident, Layer
from whydown.diagnose.missing import name_missing
from whydown.diagnose.ranking import ask_all
from whydown.diagnose.reasons import (
    SAME_ATTEMPT,
    choose_reason,
    following_reason,
    is_unshown,
    only_follows,
    shown_reasons,
    speaks_for_itself,
    stated_reason,
)
from whydown.diagnose.scene import NOBODY, Scene
from whydown.diagnose.timeline import find_trigger, pick_timeline
from whydown.envelope.record import Certainty
from whydown.sessions.episodes import has_own_trouble
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from whydown.diagnose.coverage import Supply
    from whydown.diagnose.engine import Finding, Shown
    from whydown.diagnose.knowledge import Knowledge
    from whydown.diagnose.model import Cause as CauseBlock
    from whydown.diagnose.model import Reason
    from whydown.sessions.model import Episode, Session
    from whydown.tally import Tally

_ALTERNATIVES = 4  # more than that is no help
_EVIDENCE = 12
_TOGETHER = 10_000_000  # microseconds: a tunnel that goes down this close to its session follows it
_TOGETHER_UNTIMED = 10_000  # where no line bears a time: ten lines
_AT_ONCE = 5_000_000  # microseconds between what NSX states and the line that shows it


class Told(NamedTuple):
    """An incident with its own episode, and what was found out about it: the reasons it shows, and the causes."""

    incident: Incident
    scene: Scene
    shown: tuple[Shown, ...]  # the one that speaks for it first
    findings: tuple[Finding, ...]  # the leading one first


def tell(
    session: Session,
    episodes: Sequence[Episode],
    knowledge: Knowledge,
    tally: Tally,
    supplies: Mapping[str, Supply] = NOBODY,
) -> Iterator[tuple[Incident, Told | None]]:
    """Say for each episode of a session why it was, tunnels after the session they follow.

    Yields each incident, and what was found out about it; None for a tunnel that follows its session. `supplies` are the
    events that each vendor's grammars can make; without them no problem of a console's status table is ruled out by
    silence, and any silence is believed.
    """
    down: list[Told] = []
    followed_by: set[str] = set()
    tunnels = [e for e in episodes if e.layer == "tunnel"]
    speaking = cache(lambda: [t for t in tunnels if speaks_for_itself(t, knowledge.reasons, supplies)])
    for episode in sorted(episodes, key=lambda e: e.layer != "session"):
        if episode.layer == "tunnel" and (session_down := _followed(episode, down)):
            stated = stated_reason(knowledge.reasons, "tunnel", Scene(episode, supplies))
            reason = stated or following_reason(session_down.shown[0].reason.asked, knowledge.reasons)
            if reason and (stated is None or only_follows(stated)):
                followed_by.add(session_down.incident.id)
                basis = "stated" if stated else "inferred"
                yield _follower(session_down.incident, reason, episode.tunnel, basis), None
                continue
        told = _tell(session, episode, knowledge, tally, supplies)
        if told is None or (_is_bare(told) and any(_together(episode, t) for t in speaking())):
            continue  # a tunnel's own reason is the better answer for both
        yield told.incident, told
        if episode.layer == "session" and episode.flaps:  # no tunnel follows one that is up, though only here
            down.append(told)
    for told in down:
        reason = following_reason(told.shown[0].reason.asked, knowledge.reasons)
        if told.incident.id not in followed_by and reason:
            yield _follower(told.incident, reason, "", "inferred"), None


def _followed(episode: Episode, down: Sequence[Told]) -> Told | None:
    """Return the session's down time that a tunnel's belongs to: the last that began before, else one right after.

    None for a tunnel that was refused for itself, which is the better answer.
    """
    untimed = any(e.certainty is Certainty.UNTIMED for e in episode.events[:1])
    together = _TOGETHER_UNTIMED if untimed else _TOGETHER
    lasting = [t for t in down if (ended := t.scene.episode.ended) is None or episode.began <= ended]
    before = [t for t in lasting if t.scene.episode.began <= episode.began]
    after = [t for t in lasting if episode.began < t.scene.episode.began <= episode.began + together]
    told = before[-1] if before else after[0] if after else None
    return None if told is None or has_own_trouble(episode, told.scene.episode) else told


def _is_bare(told: Told) -> bool:
    """Whether it says of a session no more than that it is down."""
    return told.incident.layer is Layer.SESSION and is_unshown(told.shown[0].reason)


def _together(one: Episode, other: Episode) -> bool:
    """Whether two down times overlap."""
    return (one.ended is None or other.began <= one.ended) and (other.ended is None or one.began <= other.ended)


def _follower(session: Incident, reason: Reason, tunnel: str, basis: str) -> Incident:
    """Return the tunnel's incident that is nothing but its session's."""
    return replace(
        session,
        id=_id(session.id, "tunnel", tunnel),
        layer=Layer.TUNNEL,
        tunnel=tunnel,
        reason=reason.wording,
        basis=basis,
        reason_means=reason.means,
        follows=session.id,
        contradictions=(),
        link=reason.link,
    )


def _tell(
    session: Session, episode: Episode, knowledge: Knowledge, tally: Tally, supplies: Mapping[str, Supply]
) -> Told | None:
    """Make the incident of one episode; None where nothing shows that it failed."""
    scene = Scene(episode, supplies)
    shown = shown_reasons(knowledge.reasons, episode.layer, scene)
    if not shown:
        return None
    reason = shown[0]
    findings, fitting = ask_all(knowledge.causes, scene, reason, tally)
    other = None if any(f.level is not Confidence.POSSIBLE for f in findings) else _shown_instead(shown)
    proved, proving = ask_all(knowledge.causes, scene, other, tally) if other else ([], frozenset[str]())
    if proved and proved[0].level is not Confidence.POSSIBLE:  # lines that prove a cause are worth more than a word
        findings, fitting = proved, proving
    lead = findings[0] if findings else None
    evidence = _evidence(lead, reason)
    incident = Incident(
        id=_id(session.name.id, episode.layer, episode.tunnel, str(evidence[0].event.id if evidence else "")),
        revision=1,
        layer=Layer(episode.layer),
        state=_state(episode),
        began=episode.began,
        ended=episode.ended,
        certainty=_certainty(episode),
        session=session.name,
        tunnel=episode.tunnel,
        reason=reason.reason.wording,
        basis="stated" if reason.statement else "inferred",
        reason_means=reason.reason.means,
        cause=_cause(lead) if lead else None,
        confidence=lead.level if lead else Confidence.POSSIBLE,
        confidence_why=lead.why if lead else _unexplained(session),
        alternatives=_alternatives(findings, knowledge.causes),
        differs=lead.differs if lead else (),
        agrees=lead.agrees if lead else (),
        actions=(lead.do if lead else ()) or reason.reason.do,
        evidence=evidence,
        timeline=pick_timeline(episode, evidence),
        trigger=find_trigger(episode, evidence),
        contradictions=(*_one_sided(episode), *_crossing(episode), *_contradictions(shown, lead)),
        ruled_out=_ruled_out(knowledge.causes, fitting.union(f.cause.name for f in findings), reason, session),
        missing=name_missing(knowledge.commands, scene, reason, findings),
        attempts=episode.attempts,
        downs=episode.flaps,
        last_seen=episode.last_seen,
        clocks=session.clocks,
        link=reason.reason.link,
        # the console's rows are of sessions that are down
        possible_problems=() if episode.crossing else judge_problems(knowledge, scene, reason, findings, supplies),
    )
    return Told(incident, scene, shown, tuple(findings))


def _shown_instead(shown: Sequence[Shown]) -> Shown | None:
    """Return what the last failing attempt shows where NSX states another reason, which no line bears out.

    None where NSX states it, with a time, long after that attempt: then it speaks of another one.
    """
    reason = shown[0]
    if not reason.stated or reason.borne_out:
        return None
    other = choose_reason([s for s in shown[1:] if not s.stated])
    said = reason.statement
    dated = said is not None and said.certainty is not Certainty.UNTIMED
    return None if other and dated and reason.at > other.at + SAME_ATTEMPT else other


def _unexplained(session: Session) -> str:
    heard = any(session.hearing.hears(side) for side in Side)
    return "no known cause fits what the logs show" if heard else "no log was given, only what NSX states"


def _certainty(episode: Episode) -> Certainty:
    """Return how well the times are known: a state dump that bears none only tells of an episode that logs do not."""
    began = [e for e in episode.events if e.at == episode.began]
    dated = [e for e in episode.events if not (e.of_dump and e.certainty is Certainty.UNTIMED)]
    if began and all(e.of_dump for e in began):
        dated = [*began, *dated]
    return min((e.certainty for e in dated), default=Certainty.UNTIMED)


def _evidence(lead: Finding | None, reason: Shown) -> tuple[Evidence, ...]:
    rows = [*(lead.evidence if lead else ()), *(("reason", e) for _, e in reason.evidence)]
    if reason.statement is not None:
        rows.insert(_EVIDENCE - 1, (STATED, reason.statement))
    kept: dict[tuple[str, str, int], Evidence] = {}
    for role, event in rows:
        first = event.origins[0]
        kept.setdefault((first.source, first.member, first.offset), Evidence(event, role, event.at))
    return tuple(sorted(list(kept.values())[:_EVIDENCE], key=lambda e: (e.at, e.event.origins[0])))


def _cause(finding: Finding) -> Cause:
    return Cause(finding.cause.name, finding.cause.title, finding.says, finding.fault)


def _alternative(finding: Finding) -> Alternative:
    return Alternative(finding.cause.name, finding.cause.title, finding.level, finding.settles)


def _alternatives(findings: Sequence[Finding], causes: Sequence[CauseBlock]) -> tuple[Alternative, ...]:
    """Name what else it may be: causes that leave the same lines as the leading one, and the other findings."""
    if not findings:
        return ()
    lead = findings[0]
    titles = {c.name.split("/")[0]: c.title for c in reversed(list(causes))} | {c.name: c.title for c in causes}
    alike = {n.name: Alternative(n.name, titles[n.name], Confidence.POSSIBLE, lead.settles) for n in lead.cause.alike}
    others = {f.cause.name: _alternative(f) for f in findings[1:]}
    return tuple((alike | others).values())[:_ALTERNATIVES]


def _crossing(episode: Episode) -> tuple[str, ...]:
    """Say of a refusal that crossed a negotiation which went well that it was no outage."""
    return (_NOT_DOWN,) if episode.crossing else ()


def _one_sided(episode: Episode) -> tuple[str, ...]:
    """Say of a session's trouble without a down that one gateway has the IKE SA and the other has not."""
    if not episode.one_sided:
        return ()
    return ("The Edge's log has the session up to its end; the peer's log says that the peer has none",)


def _contradictions(shown: Sequence[Shown], lead: Finding | None) -> tuple[str, ...]:
    reason = shown[0]
    said = []
    # What the logs show later than NSX's statement is another failure, not another opinion; unless the cause is of it.
    behind = lead is not None and reason.reason.asked not in lead.cause.reasons
    inferred = [s for s in shown[1:] if not s.stated and (behind or s.at <= reason.at + _AT_ONCE)]
    other = choose_reason(inferred) if reason.stated else None
    if other and (other.reason.rank < reason.reason.rank or not reason.borne_out):
        later = "later " if other.at > reason.at + _AT_ONCE else ""
        place = other.last.origins[0]
        said.append(f'NSX states "{reason.reason.wording}", but {later}{place} shows "{other.reason.wording}"')
    if lead and reason.reason.asked in {n.name for n in lead.cause.misleads}:
        says = "states" if reason.stated else "would show"
        said.append(
            f'NSX {says} "{reason.reason.wording}", which misleads here: {lead.cause.title[0].lower()}{lead.cause.title[1:]}'
        )
    return tuple(said)


def _ruled_out(
    causes: Iterable[CauseBlock], fitting: Iterable[str], reason: Shown, session: Session
) -> tuple[str, ...]:
    """Name the causes of this reason that something heard speaks against; nothing is ruled out on one side's word."""
    if not all(session.hearing.hears(side) for side in Side):
        return ()
    left = {name.split("/")[0] for name in fitting}
    titles = {
        c.title
        for c in causes
        if reason.reason.asked in {n.name for n in c.explains} and c.name.split("/")[0] not in left
    }
    return tuple(sorted(titles))


_NOT_DOWN = (
    "Nothing was down: each gateway began a negotiation in these seconds, and only the other one succeeded. The session "
    "comes up as long as the side whose negotiation is accepted begins it."
)


def _state(episode: Episode) -> str:
    if episode.flaps == 0:
        return "degraded"
    if episode.flaps >= 3:
        return "flapping"
    return "down" if episode.ended is None else "recovered"


def _id(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(errors="surrogateescape"), digest_size=6).hexdigest()
