"""What is known of a reason or a cause, as a page: what it means, what to do, what is known behind it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from whydown.diagnose.model import Ref
from whydown.errors import UsageError
from whydown.report.layout import Paper, Style, many
from whydown.text import suggest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from whydown.diagnose.knowledge import Knowledge
    from whydown.diagnose.model import Cause, Reason, Text

_LAYERS = {"session": "IPsec session", "tunnel": "IPsec tunnel", "bgp": "BGP neighbour"}
_FAULT = {
    "both": "the two sides must agree; changing one is enough",
    "path": "something between the two gateways",
    "none": "nobody",
    "writer": "the gateway whose log says it",
    "other": "the gateway across from the one whose log says it",
}


def explain(word: str, knowledge: Knowledge, style: Style | None = None) -> str:
    """Write the page of each reason or cause that `word` names, however it is spelt; UsageError where none does.

    A reason is named by its wording (`no proposal chosen`) or name (`tunnel/no-proposal-chosen`), a cause by its name,
    whole or the part before the slash. A word of several letters that only begins or stands in names is enough.
    """
    paper = Paper(style or Style())
    reasons, causes = _found(word, knowledge)
    if not reasons and not causes:
        hint = suggest(word.lower(), dict.fromkeys(name.lower() for name in names(knowledge)))
        known = ", ".join(dict.fromkeys(reason.wording for reason in knowledge.reasons))
        raise UsageError(f"No reason or cause is called '{word}'{f'; {hint}' if hint else '.'}", f"Reasons: {known}.")
    for reason in reasons:
        _write_reason(paper, reason, knowledge)
    for cause in causes:
        _write_cause(paper, cause, knowledge)
    return paper.text()


def names(knowledge: Knowledge) -> list[str]:
    """Return every name by which a reason or a cause can be called."""
    found = [name for reason in knowledge.reasons for name in (reason.wording, reason.name)]
    found += [name for cause in knowledge.causes for name in (cause.name, cause.name.split("/")[0])]
    return list(dict.fromkeys(found))


def _found(word: str, knowledge: Knowledge) -> tuple[list[Reason], list[Cause]]:
    """Return what is named exactly; where nothing is, what has the word within its name or title."""
    wanted = _fold(word)
    reasons = [r for r in knowledge.reasons if wanted in (_fold(r.wording), _fold(r.name))]
    causes = [c for c in knowledge.causes if wanted in (_fold(c.name), _fold(c.name.split("/")[0]))]
    if reasons or causes or len(wanted) < 3:
        return reasons, causes
    reasons = [r for r in knowledge.reasons if wanted in _fold(r.wording)]
    return reasons, [c for c in knowledge.causes if wanted in _fold(c.name) or wanted in _fold(c.title)]


def _fold(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.lower())


def _write_reason(paper: Paper, reason: Reason, knowledge: Knowledge) -> None:
    paper.heading(f"{_LAYERS.get(reason.layer, reason.layer)} down: {reason.wording}", level=1)
    paper.sentence(reason.means)
    _write_actions(paper, reason.do)
    causes = [cause for cause in knowledge.causes if any(named.name == reason.name for named in cause.explains)]
    misleading = [cause for cause in knowledge.causes if any(named.name == reason.name for named in cause.misleads)]
    _write_causes(paper, f"{many(len(causes), 'cause')} known behind it", causes)
    _write_causes(paper, "Said for these as well, though it misleads", misleading)
    if not causes and not misleading:
        paper.heading("No cause is known behind it")
        paper.sentence("Where no line names a cause, whydown says so and does not guess.")
    if reason.note:
        paper.blank()
        paper.sentence(reason.note)
    if reason.link:
        paper.blank()
        paper.exact(reason.link)


def _write_cause(paper: Paper, cause: Cause, knowledge: Knowledge) -> None:
    paper.heading(f"{cause.title} ({cause.name})", level=1)
    wordings = {reason.name: f"{_LAYERS[reason.layer]} {reason.wording}" for reason in knowledge.reasons}
    rows = [("stands behind", wordings.get(named.name, named.name)) for named in cause.explains]
    rows += [("hides behind", wordings.get(named.name, named.name)) for named in cause.misleads]
    rows.append(("at fault", _FAULT.get(cause.fault, f"the {cause.fault}'s side") if cause.fault != "unknown" else ""))
    paper.pairs([*rows, *(("known from", source) for source in cause.sources)])
    if cause.says:
        paper.blank()
        paper.sentence(_plain(cause.says[0]))
    _write_actions(paper, [_plain(text) for text in cause.do])
    if cause.settles is not None:
        paper.heading("What settles it")
        paper.sentence(_plain(cause.settles))
    if cause.note:
        paper.blank()
        paper.sentence(cause.note)


def _write_actions(paper: Paper, actions: Iterable[str]) -> None:
    numbered = list(enumerate(actions, start=1))
    if numbered:
        paper.heading("Do this")
    for number, action in numbered:
        paper.sentence(action, indent="   ", first=f"{number}. ")


def _write_causes(paper: Paper, heading: str, causes: Iterable[Cause]) -> None:
    titles: dict[str, list[str]] = {}
    for cause in causes:
        titles.setdefault(cause.title, []).append(cause.name)
    if titles:
        paper.heading(heading)
    for title, called in titles.items():
        paper.sentence(f"{title} ({', '.join(called)})", indent="  ", first="- ")


def _plain(text: Text) -> str:
    """Write a sentence with its places named instead of filled."""
    return "".join(f"<{part.field or part.name}>" if isinstance(part, Ref) else part for part in text.parts)
