"""What evidence is missing, and the command that gets it: by side and by the vendor of that side's gateway.

Nothing is asked for that is known already: a confirmed cause leaves only the value of a half-known difference open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from whydown.diagnose.incident import Confidence, Missing
from whydown.diagnose.topics import topics
from whydown.diagnose.unlisted import UNSTATED
from whydown.grammar.vocabulary import Kind
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from whydown.diagnose.engine import Finding, Shown
    from whydown.diagnose.scene import Scene, Unheard
    from whydown.diagnose.tables import Commands

_SECOND = 1_000_000
_AROUND = 120 * _SECOND  # asked for on either side of the gap
_LONG = 3600 * _SECOND  # what lasts longer is asked for in part: one attempt tells what the next one does
_PART = 600 * _SECOND
_MOST = 8

_LOG = "its IKE log of that time"
_BGP_LOG = "the log of its BGP daemon of that time"
_CLOCK = "how right its clock is"
_STAMPED = "with the time of each line"
_UNANSWERED = frozenset({"session/peer-not-responding", "tunnel/no-ike-peers", "session/invalid-syntax"})
# What only the Edge can tell: its peer is told of none of it.
_EDGES_OWN = frozenset(
    {
        "session/configuration-failed",
        "session/ipsec-service-not-enabled",
        "session/session-not-enabled",
        "session/sr-state-is-not-active",
    }
)
_FOLLOWING = frozenset({"tunnel/ike-sa-down", "tunnel/ipsec-negotiation-not-started", "tunnel/no-ike-peers"})
_BGP_DAEMON = "frr"
_FALLBACK = {Side.EDGE: "nsx", Side.PEER: "any"}  # the block of commands where the vendor is not known


class _Gap(NamedTuple):
    """Lines that nobody heard, and whether their log is there and only says too little."""

    side: Side
    what: str
    begin: int
    end: int
    too_little: bool


def name_missing(
    commands: Iterable[Commands], scene: Scene, shown: Shown, findings: Sequence[Finding]
) -> tuple[Missing, ...]:
    """Ask for what would settle what is open: each once, with a window in that gateway's own clock and a command.

    `findings` are what is said of the causes, the leading one first.
    """
    asking = _Asking(tuple(commands), scene)
    lead = findings[0] if findings else None
    if lead is not None and lead.level is Confidence.CONFIRMED:
        return tuple(asking.values(lead))
    unheard = [u for f in findings for u in f.unheard]
    asked = list(asking.logs(unheard))
    asked += asking.silent_sides({m.side for m in asked}, shown, lead)
    asked += asking.values(lead) if lead else ()
    asked += asking.states(shown)
    if shown.reason.asked in _UNANSWERED and (lead is None or lead.fault in ("path", "unknown")):
        asked += asking.both("path", "what passes its outside interface during the next attempt")
    if any(u.why == "clocks" for u in unheard):
        asked += asking.both("clock", _CLOCK)
    return tuple(sorted(dict.fromkeys(asked), key=_says_least))[:_MOST]


def _says_least(missing: Missing) -> bool:
    """Whether a request serves the others alone: who reads one only, reads one that may tell the cause."""
    return missing.what == _CLOCK


class _Asking:
    """Who is asked: the gateways of one episode, their clocks, and the commands of their vendors."""

    def __init__(self, commands: Sequence[Commands], scene: Scene) -> None:
        self.scene = scene
        self.session = scene.episode.session
        self.bgp = scene.episode.layer == "bgp"
        self.what = _BGP_LOG if self.bgp else _LOG
        self.commands = {side: self._of_vendor(commands, side) for side in Side}

    def logs(self, unheard: Iterable[Unheard]) -> Iterator[Missing]:
        """Ask for the lines that nobody heard: one request for a log, and one for more detail, by side."""
        gaps: dict[tuple[Side, bool], list[_Gap]] = {}
        for one in unheard:
            if (gap := self._gap(one)) is not None:
                gaps.setdefault((gap.side, gap.too_little), []).append(gap)
        for (side, too_little), ones in sorted(gaps.items(), key=lambda item: (item[0][1], item[0][0] is Side.EDGE)):
            if not too_little and self.scene.hearing.hears(side):
                if self._shift(side) is None and not self.scene.untimed:
                    yield from self.both("clock", _CLOCK)
                    if self._stamped(side, min(gap.begin for gap in ones), max(gap.end for gap in ones)):
                        continue  # its log is there, and only its time is not known
                at_no_time = {gap.what for gap in gaps.get((side, True), ())}  # more of such a log tells no more
                ones = [gap for gap in ones if gap.what not in at_no_time]  # noqa: PLW2901 - what is left of them
                if not ones:
                    continue
            whats = ", ".join(dict.fromkeys(gap.what for gap in ones if gap.what))
            begin, end = min(gap.begin for gap in ones) - _AROUND, max(gap.end for gap in ones) + _AROUND
            yield from self._log(
                side,
                f"{self.what}: {whats}" if whats and not self.bgp else self.what,
                begin,
                end,
                too_little=too_little,
            )

    def _stamped(self, side: Side, begin: int, end: int) -> bool:
        """Whether a log of that side has lines of about this time, as they are stamped."""
        near = (h for h in self.scene.hearing.heard if h.side is side)
        return any(h.begin <= end + _AROUND and h.end >= begin - _AROUND for h in near)

    def silent_sides(self, asked: Iterable[Side], shown: Shown, lead: Finding | None) -> Iterator[Missing]:
        """Ask for the log of a side of which there is none, where nothing finer was asked for and it can tell anything."""
        scene = self.scene
        own = shown.reason.asked in _EDGES_OWN
        for side in Side:
            useless = own and (side is Side.PEER or lead is not None)
            if not useless and side not in asked and not scene.hearing.hears(side):
                begin, end = self._core(scene.begin, scene.end)
                yield from self._log(side, self.what, begin - _AROUND, end + _AROUND, too_little=False)

    def values(self, lead: Finding) -> Iterator[Missing]:
        """Ask for the values of a difference of which the logs hold one side's only."""
        for side in Side:
            open_ = [d.parameter for d in lead.differs if not (d.edge if side is Side.EDGE else d.peer)]
            if open_:
                yield from self._now(side, "values", f"the value configured there: {', '.join(open_)}")

    def states(self, shown: Shown) -> Iterator[Missing]:
        """Ask for what the gateways know of themselves, by the reason."""
        match shown.reason.asked:
            case "session/configuration-failed" if not self._told(Kind.CONFIG_FAILED, "error"):
                what = "Session_Config_Fail_Reason, which says why; it stands in edge/vpn-session of the support bundle"
                yield from self._now(Side.EDGE, "log", what)
            case "session/ipsec-service-not-enabled" if not self._told(Kind.SERVICE_DOWN, "reason"):
                yield from self._now(Side.EDGE, "state", "whether the IPsec service is enabled, and since when")
            case "session/session-not-enabled" if shown.statement is None:
                yield from self._now(Side.EDGE, "state", "whether the session is enabled")
            case "session/sr-state-is-not-active":
                yield from self._now(Side.EDGE, "active", "which Edge node is active; the session lives there")
            case "session/negotiation-not-started":
                what = "whether the connection is enabled and loaded, and which side is to begin"
                yield from self.both("state", what)
            case "bgp/network-or-config-error":
                yield from self._now(
                    Side.EDGE, "log", "what its BGP daemon said then: var/log/frr/frr.log of the bundle"
                )
            case name if name in _FOLLOWING and not self._told(Kind.SESSION_DOWN, "reason"):
                yield from self._now(Side.EDGE, "history", "why its session is down: the tunnel only follows it")
        unstated = shown.statement is None or shown.reason.name.endswith(f"/{UNSTATED}")
        if unstated and shown.reason.layer != "bgp":
            yield from self._now(Side.EDGE, "history", "the reason that NSX itself states, and when it changed")

    def _told(self, kind: Kind, field: str) -> bool:
        """Whether the Edge has said it already."""
        return any(e.kind is kind and e.side is Side.EDGE and e.get(field) for e in self.scene.events)

    def both(self, topic: str, what: str) -> Iterator[Missing]:
        """Ask both gateways for something that is no log."""
        for side in Side:
            yield from self._now(side, topic, what)

    def _now(self, side: Side, topic: str, what: str) -> Iterator[Missing]:
        """Ask for something that is no log; nothing where that vendor's gateway has no command for it."""
        if command := self._command(side, topic):
            yield Missing(side, None, None, what, command)

    def _gap(self, unheard: Unheard) -> _Gap | None:
        side, why = unheard.side, unheard.why
        if why in ("clocks", "never written") or (why == "unbound" and self.scene.hearing.hears(side)):
            return None  # no line of this log is missing
        if why == "no log" and self._is_covered(side):
            return None  # only what was before it, or is after it
        what = next(iter(topics(unheard.kinds)), "")
        begin, end = self._core(unheard.begin, unheard.end)
        return _Gap(side, _STAMPED if why == "untimed" else what, begin, end, why == "not written")

    def _is_covered(self, side: Side) -> bool:
        """Whether a log of that side covers the trouble itself."""
        episode = self.scene.episode
        return self.scene.hearing.listens(side, episode.began, max(episode.began, episode.last_seen))

    def _core(self, begin: int, end: int) -> tuple[int, int]:
        """Return the part of a long stretch that tells most: how an SA went down, or the last attempts to set one up."""
        if end - begin <= _LONG:
            return begin, end
        episode = self.scene.episode
        if episode.was_up:
            return max(begin, episode.began - _PART), min(end, episode.began + _PART)
        last = min(end, max(episode.last_seen, episode.began))
        return max(begin, last - _PART), last

    def _log(self, side: Side, what: str, begin: int, end: int, *, too_little: bool) -> Iterator[Missing]:
        if too_little:
            what = f"{what}; at the level it has it does not say so: raise it and let one attempt pass"
            command, after = self._command(side, "raise"), self._command(side, "lower")
            yield Missing(side, None, None, what, command, after=after)
            return
        shift = self._shift(side)
        first, last = (None, None) if shift is None else (begin + shift, end + shift)
        commands = self.commands[side]
        of_ike = self.bgp and commands is not None and commands.name != _BGP_DAEMON
        level = "" if of_ike else self._command(side, "level")
        yield Missing(side, first, last, what, self._command(side, "log"), level=level)

    def _shift(self, side: Side) -> int | None:
        """Return what is to be added to the edge's time for that side's own clock; None where no time is known."""
        if self.scene.untimed:
            return None
        offset = self.session.clocks.offset_s
        if side is Side.EDGE or not self.scene.hearing.hears(side):
            return 0  # a clock that nobody has seen is taken to be right
        return None if offset is None and not self.scene.aligned else round((offset or 0.0) * _SECOND)

    def _command(self, side: Side, topic: str) -> str:
        commands = self.commands[side]
        edge, peer = self.session.name.edge.address, self.session.name.peer.address
        local, remote = (edge, peer) if side is Side.EDGE else (peer, edge)
        return commands.get(topic, local, remote) if commands else ""

    def _of_vendor(self, commands: Sequence[Commands], side: Side) -> Commands | None:
        vendor = (self.session.name.edge if side is Side.EDGE else self.session.name.peer).vendor.casefold()
        own = next((c for c in commands if vendor and c.vendor.casefold() == vendor), None)
        if own and self.bgp and own.name != _FALLBACK[Side.EDGE]:  # an IKE daemon's own log holds no BGP
            own = next((c for c in commands if c.name == _BGP_DAEMON), own)
        return own or next((c for c in commands if c.name == _FALLBACK[side]), None)
