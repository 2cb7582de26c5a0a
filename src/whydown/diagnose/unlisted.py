"""What is said of a down time that no reason of the tables fits: NSX's own words, its message, or that none shows."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from whydown.diagnose.engine import Shown
from whydown.diagnose.model import Reason
from whydown.grammar.vocabulary import Kind
from whydown.sessions.signs import SIGNS, WEAK
from whydown.sources.line import Side
from whydown.text import Span

if TYPE_CHECKING:
    from whydown.diagnose.scene import Scene
    from whydown.grammar.event import Event

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
_READ = "Read the reason on the Edge with 'get ipsecvpn session down', or in edge/vpn-session of its bundle."
_NO_MESSAGE_DO = (
    "Look at the Edge's next attempt: its rows tell the reason where no other negotiation fails in the same moment.",
    _READ,
)
_ONE_SIDED_DO = (
    "Look on the Edge whether the peer's last messages came, and what became of them.",
    "Clear the session on the Edge once; its own dead peer detection may take longer.",
)
_REFUSED = {layer: kinds - WEAK for layer, kinds in SIGNS.items()}  # what no negotiation that succeeds leaves
_GONE = {"session": Kind.IKE_GONE, "tunnel": Kind.CHILD_GONE}  # of what never came up: given up, whyever
_NAMES = {"bgp": "BGP neighbour"}
_PLAIN = re.compile(r"[A-Za-z0-9 ,.'()/_:-]{1,80}")  # words that may stand in a title


def unlisted(layer: str, scene: Scene) -> Shown | None:
    """Return what NSX states last, in its own words, where no reason that is known fits; or that it states none.

    Where it states nothing, the message with which a negotiation failed on the Edge speaks, otherwise that none shows.
    """
    said = [e for e in scene.events if e.kind == f"{layer}.down" and e.side is Side.EDGE]
    if not said:
        return _message(layer, scene) or _unshown(layer, scene)
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
    if scene.episode.one_sided:
        reason = replace(_no_reason(layer, "ended on the peer's side alone"), do=_ONE_SIDED_DO)
    else:
        reason = _no_reason(layer, "went down" if scene.episode.was_up else "did not come up")
    return Shown(reason, sign.at, {}, (("reason", sign),), stated=False)


def _sign_of_end(layer: str, scene: Scene) -> Event | None:
    """Return the line that tells of the down time: where it was up, the first, otherwise the last that is a failure."""
    episode = scene.episode
    within = [e for e in scene.events if e.at >= episode.began and not e.of_dump]
    if episode.was_up and not episode.one_sided:
        return within[0] if within and episode.flaps else None
    failed = [e for e in within if e.kind in _REFUSED[layer] or e.kind is _GONE.get(layer)]
    return failed[-1] if failed and (episode.one_sided or episode.ended is None) else None


def _no_reason(layer: str, happened: str) -> Reason:
    what = _NAMES.get(layer, layer)
    means = f"The logs show that the {what} {happened}; which reason NSX gives for it, they do not show."
    read = f"Read what the logs hold of the {what} around that time."
    unmatched = "Look with 'whydown unmatched' whether they hold wordings that are not known yet."
    return _bare(layer, UNSHOWN, "No reason shown", means, read, unmatched)


def _in_its_words(layer: str, words: str) -> Reason:
    wording = words if _PLAIN.fullmatch(words) else "a reason that cannot be shown"
    means = "NSX gives this reason; no documentation that is known lists it."
    look = "Look for the reason in the documentation of this release of NSX, and at the lines around that time."
    return _bare(layer, "unlisted", wording, means, look)


def _unstated(layer: str) -> Reason:
    never = " Its alarm of policy-based tunnels never does." if layer == "tunnel" else ""
    means = f"NSX says that the {layer} is down, and not why.{never}"
    return _bare(layer, UNSTATED, "No reason stated", means, _READ)


def _bare(layer: str, name: str, wording: str, means: str, *do: str) -> Reason:
    """Return a reason that stands in no file."""
    return Reason(layer, f"{layer}/{name}", wording, Span("", 1, 1), ways=(), means=means, do=do)


# Titles of pages that are none of NSX's reasons, as they are explained.
NO_REASONS = (
    *(_unstated(layer) for layer in _FAILED),
    *(_no_reason(layer, "went down or did not come up") for layer in SIGNS),
)
