"""Score whydown against a folder of published incidents, each one gateway's log with the NSX reason stated for it.

    python tests/score_incidents.py FOLDER [--list] [--as peer|edge] [--year YYYY]

FOLDER holds the logs and INDEX.tsv with the columns file, peer (the vendor), evidence_lines (how many lines of the log
show the reason; 0: it shows on the other side only), nsx_reason and side. A reason counts as found when an incident
bears it, or when a cause or an alternative of one explains it; in the strict figure only the former counts. Where the
index says IKE or ESP, only the session's or the tunnel's reason counts. `-` wants no open incident. Lines beginning
with `#` are the collector's own and are taken out first, since they tell the answer.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from whydown.diagnose.asked import Options
from whydown.diagnose.loading import load as load_knowledge
from whydown.grammar.library import Library
from whydown.grammar.library import load as load_library
from whydown.pipeline import analyze
from whydown.sources.files import Input
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from whydown.diagnose.incident import Incident
    from whydown.diagnose.knowledge import Knowledge

# Vendors whose daemon has a grammar: charon (strongSwan, pfSense, OPNsense, VyOS), pluto, iked.
KNOWN = ("strongswan", "libreswan", "openswan", "openiked", "nsx")
LAYERS = {"ike": "session", "esp": "tunnel"}
Reasons = frozenset[tuple[str, str]]  # layer and folded wording


@dataclass(frozen=True, slots=True)
class Scored:
    """One log, the reasons that are right for it (empty: it should be calm), and what was said."""

    file: str
    peer: str
    stated: str
    found: bool
    strict: bool
    said: tuple[str, ...]


def wanted(stated: str, wordings: Iterable[tuple[str, str]]) -> Reasons | None:
    """Return the layers and reasons that are right for an index entry; None where it names no documented reason."""
    if stated.strip() in ("-", ""):
        return frozenset()
    found = set()
    for part in re.split(r" / | \+ |, ", stated):
        only = next((layer for word, layer in LAYERS.items() if f"({word})" in part.lower()), "")
        for layer, wording in wordings:
            if fold(part).startswith(fold(wording)) and only in ("", layer):
                found.add((layer, fold(wording)))
    return frozenset(found) or None


def fold(text: str) -> str:
    """Return a wording for comparing: words in lower case."""
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


@dataclass(frozen=True, slots=True)
class Asked:
    """How every log is read: with what is known, in whose place, and its year."""

    library: Library
    knowledge: Knowledge
    side: Side
    options: Options


def judge(path: Path, row: Mapping[str, str], right: Reasons, asked: Asked) -> Scored:
    """Analyse one log and compare."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / path.name
        text = path.read_bytes()
        log.write_bytes(b"".join(line for line in text.splitlines(keepends=True) if not line.startswith(b"#")))
        report = analyze(
            [Input(str(log), asked.side)], library=asked.library, knowledge=asked.knowledge, options=asked.options
        )
    borne = {(str(i.layer), fold(i.reason)) for i in report.incidents}
    if not right:
        strict = found = not any(i.ended is None for i in report.incidents)
    else:
        strict = bool(borne & right)
        found = strict or bool(explained(report.incidents, asked.knowledge) & right)
    said = tuple(
        f"{i.layer}: {i.reason} <- {i.cause.name if i.cause else '?'} [{i.confidence}]"
        + (f", or {', '.join(a.name for a in i.alternatives)}" if i.alternatives else "")
        for i in report.incidents
    )
    return Scored(row["file"], row["peer"], row["nsx_reason"], found, strict, said)


def explained(incidents: Iterable[Incident], knowledge: Knowledge) -> Reasons:
    """Return every reason that a cause named in these incidents can stand behind."""
    names = {n for i in incidents for n in ([i.cause.name] if i.cause else []) + [a.name for a in i.alternatives]}
    wording = {r.name: (r.layer, fold(r.wording)) for r in knowledge.reasons}
    return frozenset(wording[e.name] for c in knowledge.causes if c.name in names for e in c.explains)


def scored(folder: Path, asked: Asked) -> Iterator[Scored]:
    """Judge every log of the index that shows its reason and whose writer has a grammar."""
    wordings = [(r.layer, r.wording) for r in asked.knowledge.reasons]
    with (folder / "INDEX.tsv").open(encoding="utf-8", newline="") as index:
        for row in csv.DictReader(index, delimiter="\t"):
            right = wanted(row["nsx_reason"], wordings)
            if right is None or not int(row["evidence_lines"]) or not row["peer"].lower().startswith(KNOWN):
                continue
            yield judge(folder / row["file"], row, right, asked)


def show(title: str, results: list[Scored]) -> None:
    """Print one row of the table."""
    found, strict, whole = sum(r.found for r in results), sum(r.strict for r in results), len(results)
    print(
        f"{title:24} {found:3} / {whole:3}  {100 * found / whole:5.1f} %   strict {strict:3}  {100 * strict / whole:5.1f} %"
    )


def main() -> int:
    """Print the share of logs with the stated reason among the answers, and what was said where it is not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--list", action="store_true", help="name what was said of every log")
    parser.add_argument("--as", dest="side", choices=["peer", "edge"], default="peer", help="the place of the log")
    parser.add_argument("--year", type=int, help="the year of stamps without one")
    args = parser.parse_args()
    if not (args.folder / "INDEX.tsv").is_file():
        print(f"{args.folder} holds no INDEX.tsv", file=sys.stderr)
        return 2
    asked = Asked(load_library(), load_knowledge(), Side(args.side), Options(year=args.year))
    results = list(scored(args.folder, asked))
    if not results:
        print(f"{args.folder}: no log whose writer has a grammar", file=sys.stderr)
        return 2
    for peer in sorted({r.peer for r in results}):
        show(peer, [r for r in results if r.peer == peer])
    show("all", results)
    for result in results:
        if args.list or not result.found:
            mark = "     " if result.strict else "more " if result.found else "MISS "
            print(f"{mark}{result.file}: {result.stated} | said: {'; '.join(result.said) or 'nothing'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
