"""Which vendors' logs can prove a cause: a table for one cause, and the page `docs/coverage.md` for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whydown.diagnose.coverage import Fed, coverage
from whydown.diagnose.model import Role
from whydown.grammar.event import Provenance
from whydown.grammar.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from whydown.diagnose.knowledge import Knowledge
    from whydown.grammar.model import EventBlock, Grammar

Proof = dict[str, dict[Role, Fed]]  # by vendor and role

ROLES = {
    Role.EDGE: "as the Edge",
    Role.PEER: "as the peer",
    Role.EITHER: "as the one that tells",
    Role.OTHER: "as the one across",
}
_SHORT = {Role.EDGE: "edge", Role.PEER: "peer", Role.EITHER: "teller", Role.OTHER: "across"}
LEGEND = (
    "yes: its log can hold every line that must be there; assumed: the same, but some wording of it has not been seen in "
    "a source or a real log, so the verdict stays below confirmed; 1 of 2: it can hold one line of two; no: none."
)
_NOTE = """\
# What the grammars cover

This page is made from the grammars and causes by `python -m whydown.report.proof`; a test fails when it is out of date.

## Which vendors' logs can prove a cause

*yes*: that vendor's log can hold every line that must be there for the cause, whichever gateway it is. *edge*, *peer*:
as that gateway; the other one's log is needed besides. *teller*, *across*: as the gateway that tells, or as the other
one. *part*: some of the lines. (assumed): some wording of it has not been seen in a source or a real log, so the verdict
stays below *confirmed*. `whydown explain CAUSE` counts the lines.
"""
_KINDS = """\

## Which kinds of events each vendor's grammar knows

*yes*: by a wording that was seen in a source or a real log; *assumed*: only by one that is reasoned.
`whydown grammar coverage` counts the wordings.
"""


def proofs(knowledge: Knowledge, grammars: Iterable[Grammar]) -> dict[str, Proof]:
    """Return for each cause's name what each vendor's log can show of it."""
    return coverage(knowledge.causes, grammars)


def table(proof: Proof) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the header and the rows of one cause's table, a row a vendor that can show anything of it."""
    roles = list(next(iter(proof.values()), {}))
    rows = [
        (vendor, *(_counted(fed[role]) for role in roles))
        for vendor, fed in sorted(proof.items(), key=lambda item: item[0].casefold())
        if any(f.fed for f in fed.values())
    ]
    return ("Log of", *(ROLES[role] for role in roles)), rows


def provers(proof: Proof) -> str:
    """Name the vendors whose logs can hold every line of a cause, by role where they differ."""
    roles = list(next(iter(proof.values()), {}))
    whole = {role: sorted((v for v, fed in proof.items() if _whole(fed[role])), key=str.casefold) for role in roles}
    if not roles:
        return "any log that shows the reason"
    if all(vendors == whole[roles[0]] for vendors in whole.values()):
        return ", ".join(whole[roles[0]]) or "none yet"
    return "; ".join(f"{_SHORT[role]}: {', '.join(vendors) or 'none yet'}" for role, vendors in whole.items())


def page(knowledge: Knowledge, grammars: Sequence[Grammar]) -> str:
    """Write `docs/coverage.md`."""
    vendors = sorted({g.vendor for g in grammars}, key=str.casefold)
    known = proofs(knowledge, grammars)
    causes = [[f"`{c.name}`", *(_cell(known[c.name][v]) for v in vendors)] for c in knowledge.causes]
    kinds = [[f"`{k}`", *(_kind(k, [g for g in grammars if g.vendor == v]) for v in vendors)] for k in Kind]
    kinds = [row for row in kinds if any(cell != "-" for cell in row[1:])]
    return f"{_NOTE}\n{_markdown(['Cause', *vendors], causes)}{_KINDS}\n{_markdown(['Kind', *vendors], kinds)}"


def _whole(fed: Fed) -> bool:
    return fed.fed == fed.of


def _counted(fed: Fed) -> str:
    if not _whole(fed):
        return f"{fed.fed} of {fed.of}" if fed.fed else "no"
    return "yes" if fed.seen == fed.of else "assumed"


def _cell(parts: Mapping[Role, Fed]) -> str:
    """Say in a word or two which parts of a cause a vendor's log can show."""
    if not parts:
        return "yes"
    whole = [role for role, fed in parts.items() if _whole(fed)]
    if not whole:
        return "part" if any(fed.fed for fed in parts.values()) else "-"
    said = "yes" if len(whole) == len(parts) else ", ".join(_SHORT[role] for role in whole)
    return said if all(parts[role].seen == parts[role].of for role in whole) else f"{said} (assumed)"


def _kind(kind: Kind, grammars: Iterable[Grammar]) -> str:
    known = {p for grammar in grammars for event in grammar.events if kind in _kinds(event) for p in _known(event)}
    return "yes" if Provenance.SEEN in known else "assumed" if known else "-"


def _kinds(event: EventBlock) -> set[Kind]:
    return {event.kind, *(turn.kind for turn in event.turns)}


def _known(event: EventBlock) -> set[Provenance]:
    return {t.provenance for t in (event.lines or [t for _, t in event.data]) if t.provenance}


def _markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def shipped_page() -> str:
    """Write the page for what comes with whydown."""
    from whydown.diagnose.loading import load as load_knowledge  # noqa: PLC0415 - only the page needs all of it
    from whydown.grammar.library import load as load_library  # noqa: PLC0415

    return page(load_knowledge(), load_library().grammars)


if __name__ == "__main__":
    print(shipped_page(), end="")  # noqa: T201
