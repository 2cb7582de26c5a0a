"""What is known of a reason, a cause, a console's status or a vendor's commands, as a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from whydown.diagnose.model import Ref
from whydown.diagnose.unlisted import NO_REASONS
from whydown.errors import UsageError
from whydown.report import proof
from whydown.report.console import write_commands, write_status
from whydown.report.layout import Paper, Style, many
from whydown.text import suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from whydown.diagnose.knowledge import Knowledge
    from whydown.diagnose.model import Cause, Reason, Text
    from whydown.grammar.model import Grammar
    from whydown.report.proof import Proof

_LAYERS = {"session": "IPsec session", "tunnel": "IPsec tunnel", "bgp": "BGP neighbour"}
_GATEWAYS = {"side": "the one gateway", "otherside": "the other gateway"}
_FAULT = {
    "both": "the two sides must agree; changing one is enough",
    "path": "something between the two gateways",
    "none": "nobody",
    "writer": "the gateway whose log says it",
    "other": "the gateway across from the one whose log says it",
}


def explain(word: str, knowledge: Knowledge, style: Style | None = None, grammars: Sequence[Grammar] = ()) -> str:
    """Write the page of everything that `word` names, however it is spelt; UsageError where nothing is called so.

    A reason is named by its wording (`no proposal chosen`) or name (`tunnel/no-proposal-chosen`), a cause by its name,
    whole or the part before the slash. A word of several letters that only begins or stands in names is enough. With
    grammars, tables say which vendors' logs can prove a cause. A status and a vendor are found by name, all vendors by
    `commands`.
    """
    paper = Paper(style or Style())
    reasons, causes = _found(word, knowledge)
    wanted = _fold(word)
    statuses = [s for s in knowledge.statuses if wanted == _fold(s.name)]
    vendors = [c for c in knowledge.commands if wanted in (_fold(c.name), _fold(c.vendor), "commands")]
    if not (reasons or causes or statuses or vendors):
        hint = suggest(word.lower(), dict.fromkeys(name.lower() for name in names(knowledge)))
        known = ", ".join(dict.fromkeys(reason.wording for reason in knowledge.reasons))
        raise UsageError(f"No reason or cause is called '{word}'{f'; {hint}' if hint else '.'}", f"Reasons: {known}.")
    proofs = proof.proofs(knowledge, grammars) if grammars else {}
    for reason in reasons:
        _write_reason(paper, reason, knowledge, proofs)
    for cause in causes:
        _write_cause(paper, cause, knowledge, proofs)
    if causes and proofs:
        paper.blank()
        paper.sentence(proof.LEGEND)
    for status in statuses:
        write_status(paper, status, knowledge)
    for vendor in vendors:
        write_commands(paper, vendor)
    return paper.text()


def names(knowledge: Knowledge) -> list[str]:
    """Return every name by which a reason or a cause can be called."""
    found = [name for reason in knowledge.reasons for name in (reason.wording, reason.name)]
    found += [name for cause in knowledge.causes for name in (cause.name, cause.name.split("/")[0])]
    return list(dict.fromkeys(found))


def _found(word: str, knowledge: Knowledge) -> tuple[list[Reason], list[Cause]]:
    """Return what is named exactly; where nothing is, what has the word within its name or title."""
    wanted = _fold(word)
    reasons = [r for r in (*knowledge.reasons, *NO_REASONS) if wanted in (_fold(r.wording), _fold(r.name))]
    causes = [c for c in knowledge.causes if wanted in (_fold(c.name), _fold(c.name.split("/")[0]))]
    causes.sort(key=lambda c: wanted != _fold(c.name))  # what bears just that name before its finer forms
    if reasons or causes or len(wanted) < 3:
        return reasons, causes
    reasons = [r for r in knowledge.reasons if wanted in _fold(r.wording)]
    return reasons, [c for c in knowledge.causes if wanted in _fold(c.name) or wanted in _fold(c.title)]


def _fold(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.lower())


def _write_reason(paper: Paper, reason: Reason, knowledge: Knowledge, proofs: Mapping[str, Proof]) -> None:
    paper.heading(f"{_LAYERS.get(reason.layer, reason.layer)} down: {reason.wording}", level=1)
    paper.sentence(reason.means)
    _write_actions(paper, reason.do)
    causes = [cause for cause in knowledge.causes if any(named.name == reason.asked for named in cause.explains)]
    misleading = [cause for cause in knowledge.causes if any(named.name == reason.asked for named in cause.misleads)]
    _write_causes(paper, f"{many(len(causes), 'cause')} known behind it", causes)
    _write_causes(paper, "Said for these as well, though it misleads", misleading)
    if not causes and not misleading:
        paper.heading("No cause is known behind it")
        paper.sentence("Where no line names a cause, whydown says so and does not guess.")
    _write_provers(paper, [*causes, *misleading], proofs)
    if reason.note:
        paper.blank()
        paper.sentence(reason.note)
    if reason.link:
        paper.blank()
        paper.exact(reason.link)


def _write_provers(paper: Paper, causes: Sequence[Cause], proofs: Mapping[str, Proof]) -> None:
    """Write for each cause who is at fault and whose logs can prove it."""
    if not causes or not proofs:
        return
    paper.heading("Which logs can prove it")
    rows = [(cause.name, cause.fault, proof.provers(proofs[cause.name])) for cause in causes]
    paper.table(("Cause", "At fault", "Logs of"), rows)
    paper.blank()
    paper.sentence("`whydown explain CAUSE` counts the lines and marks those whose wording is assumed.")


def _write_cause(paper: Paper, cause: Cause, knowledge: Knowledge, proofs: Mapping[str, Proof]) -> None:
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
    _write_proof(paper, proofs.get(cause.name, {}))
    if cause.note:
        paper.blank()
        paper.sentence(cause.note)


def _write_proof(paper: Paper, known: Proof) -> None:
    """Write which vendors' logs can hold the lines that a cause looks for."""
    if not known:
        return
    paper.heading("Which logs can prove it")
    header, rows = proof.table(known)
    if len(header) == 1:
        paper.sentence("Any log that shows the reason.")
        return
    paper.table(header, rows)


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
    """Write a sentence with its places named instead of filled; who tells and who is across are said in words."""
    said = "".join(_place(part) if isinstance(part, Ref) else part for part in text.parts)
    return said[:1].upper() + said[1:]


def _place(part: Ref) -> str:
    if not part.field and part.name in _GATEWAYS:
        return _GATEWAYS[part.name]
    named = "time" if part.field == "at" else part.field or part.name
    return f"<{named.replace('_', ' ')}>"
