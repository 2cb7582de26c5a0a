"""The one reason an episode is shown under: what NSX states, otherwise what its last failing attempt looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.diagnose.engine import reason_shown
from whydown.diagnose.scene import Scene
from whydown.diagnose.unlisted import UNSHOWN, UNSTATED, unlisted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from whydown.diagnose.coverage import Supply
    from whydown.diagnose.engine import Shown
    from whydown.diagnose.model import Reason
    from whydown.sessions.model import Episode

_AT_ONCE = 5_000_000  # microseconds between the sign and the end of the SA, in one daemon's log or across two
SAME_ATTEMPT = 120_000_000  # microseconds: NSX's own negotiation attempts are 50 to 170 s apart

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
    chosen = choose_reason(found) or unlisted(layer, scene)
    return (chosen, *(s for s in found if s is not chosen)) if chosen else ()


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
