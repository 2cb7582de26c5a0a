"""The one reason an episode is shown under: what NSX states, otherwise what its last failing attempt looks like."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from whydown.diagnose.engine import Shown, reason_shown
from whydown.diagnose.model import Reason
from whydown.diagnose.scene import Scene
from whydown.grammar.vocabulary import Kind
from whydown.sessions.signs import SIGNS, WEAK
from whydown.sources.line import Side
from whydown.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from whydown.diagnose.coverage import Supply
    from whydown.grammar.event import Event
    from whydown.sessions.model import Episode

_AT_ONCE = 5_000_000  # microseconds between the sign and the end of the SA, in one daemon's log or across two
SAME_ATTEMPT = 120_000_000  # microseconds: NSX's own negotiation attempts are 50 to 170 s apart

UNSTATED = "unstated"  # the reason's name where NSX says that something is down, and not why
UNSHOWN = "unshown"  # the reason's name where the logs show that something is down, and no reason that is known
_FAILED = {"session": Kind.IKE_FAILED, "tunnel": Kind.CHILD_FAILED}
_OWN_ERROR = "With this message a negotiation failed on the Edge itself; no alarm table lists it."
_OWN_ERROR_DO = (
    "Look at what the Edge's syslog says around that time.",
    "If it comes again, show the message and its number to VMware's support.",
)
_NSX = "NSX"  # the program of an Edge's lines; its IKE daemon gives a message whenever a negotiation fails
_NO_MESSAGE = (
    "The Edge says that a negotiation failed. The row that says with which message is not there, or stands among those "
    "of another negotiation of the same moment, and nothing tells which of them it belongs to."
)
_NO_MESSAGE_DO = (
    "Look at the Edge's next attempt: its rows tell the reason where no other negotiation fails in the same moment.",
    "Read the reason on the Edge with 'get ipsecvpn session down', or in edge/vpn-session of its bundle.",
)
_REFUSED = {layer: kinds - WEAK for layer, kinds in SIGNS.items()}  # what no negotiation that succeeds leaves
_NAMES = {"bgp": "BGP neighbour"}
_PLAIN = re.compile(r"[A-Za-z0-9 ,.'()/_:-]{1,80}")  # words that may stand in a title

# What NSX shows on a tunnel whose session is down, by the session's reason; "IKE SA down" for every other.
_FOLLOWING = {
    "session/negotiation-not-started": "tunnel/ipsec-negotiation-not-started",
    "session/configuration-failed": "tunnel/ipsec-negotiation-not-started",
    "session/peer-not-responding": "tunnel/no-ike-peers",
}
_IKE_SA_DOWN = "tunnel/ike-sa-down"


def shown_reasons(reasons: Iterable[Reason], layer: str, scene: Scene) -> tuple[Shown, ...]:
    """Return every reason of a layer that the episode shows, the one that speaks for it first."""
    found = [s for r in reasons if r.layer == layer and (s := reason_shown(r, scene))]
    if scene.episode.was_up:  # what brought it down shows when it goes down, not in the life before
        found = [s for s in found if s.at >= scene.episode.began - _AT_ONCE]
    if scene.episode.flaps > 1:  # of many downs the last one speaks, not what went wrong once between two
        found = [s for s in found if s.at >= scene.episode.last_seen - _AT_ONCE] or found
    chosen = choose_reason(found) or _unlisted(layer, scene) or _unshown(layer, scene)
    return (chosen, *(s for s in found if s is not chosen)) if chosen else ()


def _unlisted(layer: str, scene: Scene) -> Shown | None:
    """Return what NSX states last, in its own words, where no reason that is known fits; or that it states none.

    Where it states nothing, the message with which a negotiation failed on the Edge speaks.
    """
    said = [e for e in scene.events if e.kind == f"{layer}.down" and e.side is Side.EDGE]
    if not said:
        return _message(layer, scene)
    last = next((e for e in reversed(said) if e.get("reason")), said[-1])
    reason = _in_its_words(layer, str(last.fields["reason"])) if last.get("reason") else _unstated(layer)
    return Shown(reason, last.at, {}, (("reason", last),), stated=True, statement=last)


def _message(layer: str, scene: Scene) -> Shown | None:
    """Return the error that the Edge's daemon gives for its last failed negotiation; it stands in no alarm table.

    Where it gives none, that a negotiation failed is what is known.
    """
    kind = _FAILED.get(layer)
    failed = [event for event in reversed(scene.events) if event.kind is kind and event.side is Side.EDGE]
    for event in failed:
        if event.get("error_code"):
            reason = replace(_in_its_words(layer, str(event.get("error"))), means=_OWN_ERROR, do=_OWN_ERROR_DO)
            return Shown(reason, event.at, {}, (("reason", event),), stated=False)
    if failed and failed[0].app == _NSX and not failed[0].fields.keys() & {"notify", "error", "reason"}:
        reason = replace(_unstated(layer), means=_NO_MESSAGE, do=_NO_MESSAGE_DO)
        return Shown(reason, failed[0].at, {}, (("reason", failed[0]),), stated=False)
    return None


def _unshown(layer: str, scene: Scene) -> Shown | None:
    """Return that no reason shows, of what went down or never came up: no such time is passed over in silence."""
    sign = _sign_of_end(layer, scene)
    if sign is None:
        return None
    what = _NAMES.get(layer, layer)
    episode = scene.episode
    happened = "went down" if episode.was_up else "did not come up"
    if episode.one_sided:
        happened = "ended on the peer's side alone"
    reason = Reason(
        layer=layer,
        name=f"{layer}/{UNSHOWN}",
        wording="No reason shown",
        span=Span("", 1, 1),
        ways=(),
        means=f"The logs show that the {what} {happened}; which reason NSX gives for it, they do not show.",
        do=(
            f"Read what the logs hold of the {what} around that time.",
            "Look with 'whydown unmatched' whether they hold wordings that are not known yet.",
        ),
    )
    return Shown(reason, sign.at, {}, (("reason", sign),), stated=False)


def _sign_of_end(layer: str, scene: Scene) -> Event | None:
    """Return the line that tells of the down time: where it was up, the first, otherwise the last that is a failure."""
    episode = scene.episode
    within = [e for e in scene.events if e.at >= episode.began and not e.of_dump]
    if episode.was_up and not episode.one_sided:
        return within[0] if within and episode.flaps else None
    failed = [e for e in within if e.kind in _REFUSED[layer]]
    return failed[-1] if failed and (episode.one_sided or episode.ended is None) else None


def _in_its_words(layer: str, words: str) -> Reason:
    return Reason(
        layer=layer,
        name=f"{layer}/unlisted",
        wording=words if _PLAIN.fullmatch(words) else "a reason that cannot be shown",
        span=Span("", 1, 1),
        ways=(),
        means="NSX gives this reason; no documentation that is known lists it.",
        do=("Look for the reason in the documentation of this release of NSX, and at the lines around that time.",),
    )


def _unstated(layer: str) -> Reason:
    never = " Its alarm of policy-based tunnels never does." if layer == "tunnel" else ""
    return Reason(
        layer=layer,
        name=f"{layer}/{UNSTATED}",
        wording="No reason stated",
        span=Span("", 1, 1),
        ways=(),
        means=f"It says that the {layer} is down, and not why.{never}",
        do=("Read the reason on the Edge with 'get ipsecvpn session down', or in edge/vpn-session of its bundle.",),
    )


def choose_reason(found: Sequence[Shown]) -> Shown | None:
    """Choose what NSX states, the latest; otherwise, of what the last failing attempt shows, the lowest rank."""
    stated = [s for s in found if s.stated]
    if stated:
        return max(stated, key=lambda s: s.at)
    if not found:
        return None
    last = max(s.at for s in found)
    return min((s for s in found if last - s.at <= SAME_ATTEMPT), key=lambda s: (s.reason.rank, -s.at))


def following_reason(session_reason: str, reasons: Iterable[Reason]) -> Reason | None:
    """Return the reason a tunnel shows when its session is down for `session_reason`."""
    wanted = _FOLLOWING.get(session_reason, _IKE_SA_DOWN)
    return next((r for r in reasons if r.name == wanted), None)


def speaks_for_itself(episode: Episode, reasons: Iterable[Reason], supplies: Mapping[str, Supply]) -> bool:
    """Whether an episode of a tunnel shows a reason that says more than that its session is down."""
    shown = shown_reasons(reasons, "tunnel", Scene(episode, supplies))
    return bool(shown) and not only_follows(shown[0].reason) and not is_unshown(shown[0].reason)


def is_unshown(reason: Reason) -> bool:
    """Whether it stands for a down time of which no reason shows."""
    return reason.name.endswith(f"/{UNSHOWN}")


def stated_reason(reasons: Iterable[Reason], layer: str, scene: Scene) -> Reason | None:
    """Return the reason of a layer that NSX states, the latest; None where it states none."""
    shown = shown_reasons(reasons, layer, scene)
    stated = shown and shown[0].stated and shown[0].reason.name != f"{layer}/{UNSTATED}"
    return shown[0].reason if stated else None


def only_follows(tunnel_reason: Reason) -> bool:
    """Whether a tunnel's reason says no more than that its session is down."""
    return tunnel_reason.name in {_IKE_SA_DOWN, *_FOLLOWING.values()}
