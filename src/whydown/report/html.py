"""The report as one HTML file: no script, no request, every text of a log escaped by its type.

`markupsafe.Markup` is what a browser may read as markup. Nothing becomes it but the literals in this module and the
modules of its pictures; whatever is put into them as a string is escaped.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

import whydown
from whydown.diagnose.incident import Layer
from whydown.report.blocks import Lines, link, markup
from whydown.report.document import Pairs, Section
from whydown.report.pages import document_of
from whydown.report.quote import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from whydown.report.document import Page
    from whydown.report.layout import Style
    from whydown.report.model import Report

_MANY = 20  # pages that are better brief
_LEFT_OUT = frozenset({"link", "ruled-out", "console"})  # of a brief page
_WHO_AND_WHEN = frozenset({"session", "edge", "peer", "tunnel", "neighbour", "down", "flapping", "degraded"})
_ANCHORED = frozenset({"index", "counts", "lives", "coverage"})  # each stands once
_FOLDED = frozenset({"ruled-out", "console", "alternatives", "missing"})  # what only some readers look for
_HEAD = Markup("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{digest}'; \
base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{sheet}</style>
</head>
<body>
<a class="skip" href="#answer">Skip to the answer</a>
<main id="answer">
""")
_FOOT = Markup("""</main>
<footer><p>Written by whydown {version}{grammars} from the logs named under Coverage. Times are UTC.</p></footer>
</body>
</html>
""")


def render(report: Report, _style: Style | None = None) -> str:
    """Write the whole report as one file."""
    return "".join(parts(report))


def parts(report: Report, _style: Style | None = None) -> Iterator[str]:
    """Write the report as the formats of a report are written."""
    document = document_of(report)
    sheet, digest = _sheet()
    yield _HEAD.format(title=quote(document.pages[0].title), sheet=Markup(sheet), digest=digest)  # noqa: S704 - ours
    level = 1
    brief = len(document.pages) > _MANY
    drawn = False
    for page in document.pages:
        lines = Lines.of(page, first=not drawn, brief=brief)
        yield _page(page, level, lines, brief=brief)
        level = 2 if len(document.pages) > 1 else 1
        drawn = drawn or bool(lines.rungs)
    if brief:
        yield _reasons(document.pages)
    yield _section(document.coverage, 2, Lines())
    grammars = f" (grammars {report.grammars})" if report.grammars else ""
    yield _FOOT.format(version=whydown.__version__, grammars=grammars)


@cache
def _sheet() -> tuple[str, str]:
    """Return the style sheet, and its digest as a content security policy names it."""
    text = files("whydown.report").joinpath("page.css").read_text(encoding="utf-8")
    text = re.sub(r"\s*([{};:,>])\s*", r"\1", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)).strip()
    return text, base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _page(page: Page, level: int, lines: Lines, *, brief: bool) -> Markup:
    """Write a page; where there are many, a brief one: its ladder shows what fails, its reason is explained once."""
    if brief:
        page = _brief(page)
    numbered = f"{page.number}. " if page.number else ""
    sure = str(page.incident.confidence) if page.incident and page.incident.cause else ""
    sections = Markup().join(_section(section, level + 1, lines, sure) for section in _answer_first(page.sections))
    if page.name == "overview":
        sections = _contents(page) + sections
    if not any(section.name == "evidence" for section in page.sections):
        sections += lines.markup()
    return Markup('<article id="{0}" class="{1}">\n<h{2}>{3}</h{2}>\n{4}</article>\n').format(
        page.name, page.look, level, f"{numbered}{quote(page.title)}", sections
    )


def _contents(page: Page) -> Markup:
    """Write links to the parts of an overview, and to what was read."""
    parts_of = [(section.name, section.title) for section in page.sections if section.title]
    links = (
        Markup('<a href="#{}">{}</a>').format(name, title) for name, title in (*parts_of, ("coverage", "Coverage"))
    )
    return Markup('<nav aria-label="Contents">{}</nav>\n').format(Markup(" ").join(links))


def _brief(page: Page) -> Page:
    """Return a page without what is said of its reason anywhere, and what only a reader of this one incident needs."""
    sections = [section for section in page.sections if section.name not in _LEFT_OUT]
    means = page.incident.reason_means if page.incident else ""
    for at, section in enumerate(sections):
        if section.name == "facts" and means:
            rows = [row for block in section.blocks if isinstance(block, Pairs) for row in block.rows]
            kept = ((name, text.removesuffix(means).strip() if name == "reason" else text) for name, text in rows)
            sections[at] = replace(section, blocks=(Pairs(tuple(kept)),))
    return replace(page, sections=tuple(sections))


def _reasons(pages: Sequence[Page]) -> Markup:
    """Write what each reason means and where it is documented, once."""
    incidents = [page.incident for page in pages if page.incident]
    told = {f"{i.reason}{'' if i.layer is Layer.SESSION else f' ({i.layer})'}": i for i in incidents}
    rows = Markup().join(
        Markup("<div><dt>{}</dt><dd>{} {}</dd></div>\n").format(
            quote(reason), quote(incident.reason_means), link(incident.link) if incident.link else ""
        )
        for reason, incident in sorted(told.items())
    )
    return Markup('<section class="reasons"><h2>What the reasons mean</h2>\n<dl>\n{}</dl>\n</section>\n').format(rows)


def _answer_first(sections: Sequence[Section]) -> Iterator[Section]:
    """Yield the sections with the answer first: who and when, cause, what to do; only then the rest of the facts."""
    later: list[tuple[str, str]] = []
    for section in sections:
        if section.name not in ("short", "facts", "next", "cause", "do") and later:
            yield Section("sure", "", (Pairs(tuple(later)),))
            later = []
        rows = [row for block in section.blocks if isinstance(block, Pairs) for row in block.rows]
        if section.name == "short":  # its other rows follow here at once
            later += [row for row in rows if row[0] == "at fault"]
        elif section.name == "facts":
            later += [row for row in rows if row[0] not in _WHO_AND_WHEN]
            yield replace(section, blocks=(Pairs(tuple(row for row in rows if row[0] in _WHO_AND_WHEN)),))
        elif section.name == "cause":
            later = rows + later
            yield replace(section, blocks=tuple(block for block in section.blocks if not isinstance(block, Pairs)))
        else:
            yield section
    if later:
        yield Section("sure", "", (Pairs(tuple(later)),))


def _section(section: Section, level: int, lines: Lines, sure: str = "") -> Markup:
    inside = Markup().join(markup(block, lines) for block in section.blocks)
    title = escape(quote(section.title))
    if section.answer:
        title = Markup("{}: <span>{}</span>").format(quote(section.title), quote(section.answer))
    name = section.name
    if name == "cause" and sure:
        title += Markup(" <small>{}</small>").format(sure)
        name += f" {sure}"
    if not section.title:
        return Markup('<section class="{}">\n{}</section>\n').format(name, inside)
    heading = Markup("<h{0}>{1}</h{0}>").format(level, title)
    if section.name in _FOLDED:
        return Markup("<details class={}><summary>{}</summary>\n{}</details>\n").format(name, heading, inside)
    anchor = Markup(' id="{}"').format(name) if name in _ANCHORED else Markup()
    return Markup('<section{} class="{}">{}\n{}</section>\n').format(anchor, name, heading, inside)
