"""The HTML page in a real headless Chromium: what it asks for, how it fits, how it reads, in light, dark and print.

Skipped where no Chromium is installed; `.ci/run` installs one.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import sync_playwright

import made_logs
from cases import SAMPLES, knowledge, library
from report.given import a_report, both_sides
from report.test_formats import HOSTILE, everywhere, several
from whydown import pipeline
from whydown.report import html
from whydown.report.model import Report
from whydown.sources.files import Input
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium, chromium-browser or google-chrome on PATH")

QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PAGES = ("both", "peer-alone", "flapping", "many", "hostile", "quiet")
WIDTHS = (360, 800, 1600)
INCIDENTS = 50
A4_INSIDE = 688  # pixels between the margins of an A4 page

# Text boxes of each ladder that cut each other or leave the frame; and labels that leave the box of their note.
COLLISIONS = """() => [...document.querySelectorAll('svg.ladder')].flatMap((svg, n) => {
  const frame = svg.viewBox.baseVal, found = [];
  const texts = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBBox(), t]);
  for (const [said, b, t] of texts) {
    if (b.x < frame.x || b.y < frame.y || b.x + b.width > frame.width || b.y + b.height > frame.height)
      found.push([n, 'leaves the frame', said]);
    const note = t.closest('g')?.querySelector(':scope > rect');
    if (note && !t.matches('.t, .at')) {
      const r = note.getBBox();
      if (b.x < r.x || b.x + b.width > r.x + r.width || b.y < r.y - 1 || b.y + b.height > r.y + r.height + 1)
        found.push([n, 'leaves its note', said]);
    }
  }
  texts.forEach(([one, a], i) => texts.slice(i + 1).forEach(([other, b]) => {
    const wide = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
    const high = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
    if (wide > 0.5 && high > 2) found.push([n, one, other]);
  }));
  return found;
})"""

# Texts whose colour stands out from what is behind them by less than 4.5 to 1 (WCAG 2.2, 1.4.3).
PALE = """() => {
  const channels = c => c.match(/[\\d.]+/g).map(Number);
  const light = c => { const [r, g, b] = channels(c).slice(0, 3).map(v => {
    v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
  const solid = c => c && c !== 'none' && (channels(c)[3] ?? 1) === 1;
  const behind = e => { for (let at = e; at; at = at.parentElement) {
    const c = getComputedStyle(at).backgroundColor; if (solid(c)) return c; } return 'rgb(255, 255, 255)'; };
  const inPicture = e => { const svg = e.ownerSVGElement, b = e.getBoundingClientRect();
    const x = b.x + b.width / 2, y = b.y + b.height / 2, under = [...svg.querySelectorAll('rect')].filter(r => {
      const q = r.getBoundingClientRect(); return q.left <= x && x <= q.right && q.top <= y && y <= q.bottom; });
    return under.length ? getComputedStyle(under.at(-1)).fill : behind(svg.parentElement); };
  return [...document.querySelectorAll('body *')].filter(e => [...e.childNodes].some(
      n => n.nodeType === 3 && n.textContent.trim()) && !['TITLE', 'DESC', 'title', 'desc'].includes(e.tagName))
    .map(e => e.ownerSVGElement ? [e, getComputedStyle(e).fill, inPicture(e)] : [e, getComputedStyle(e).color, behind(e)])
    .map(([e, front, back]) => [e.textContent.slice(0, 40), front, back, ratio(front, back)])
    .filter(found => found[3] < 4.5);
}"""


def analyzed(edge: Path | None, peer: Path | None) -> Report:
    """Return the report on logs of one or both sides."""
    inputs = [Input(str(path), side) for path, side in ((edge, Side.EDGE), (peer, Side.PEER)) if path]
    return pipeline.analyze(inputs, library=library(), knowledge=knowledge())


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the pages under test, once: the folder in which they stand."""
    folder = tmp_path_factory.mktemp("pages")
    case = SAMPLES / "lab" / "dh-group-differs-strongswan-strongswan"
    calm = SAMPLES / "cases" / "clean-life"
    many = analyzed(*made_logs.estate(folder / "estate"))
    leading = [i for i in many.incidents if i.follows not in {other.id for other in many.incidents}]
    reports = {
        "both": analyzed(case / "edge.log", case / "peer.log"),
        "peer-alone": analyzed(None, case / "peer.log"),
        "flapping": analyzed(*made_logs.flapping(folder)),
        "many": Report(tuple(leading[:INCIDENTS]), many.tally, many.sessions, many.heard, many.grammars),
        "hostile": several(*map(everywhere, HOSTILE)),
        "quiet": analyzed(calm / "edge.log", calm / "peer.log"),
    }
    for name, report in reports.items():
        (folder / f"{name}.html").write_text(html.render(report), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Start one browser for all tests, with a home of its own."""
    home = str(tmp_path_factory.mktemp("browser"))
    own: dict[str, str | float | bool] = {**os.environ, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home}
    with sync_playwright() as player:
        root = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
        with player.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *root], env=own) as started:
            yield started


def opened(browser: Browser, page: Path, **context: Any) -> Page:
    """Open a page in a window of its own."""
    window = browser.new_context(**context).new_page()
    window.goto(page.as_uri())
    return window


@pytest.mark.parametrize("name", PAGES)
def test_a_page_makes_no_request_and_runs_nothing(browser: Browser, made: Path, name: str) -> None:
    window = browser.new_context().new_page()
    asked: list[str] = []
    said: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    window.on("console", lambda message: said.append(message.text))
    window.on("dialog", lambda dialog: said.append(dialog.message))
    address = (made / f"{name}.html").as_uri()
    window.goto(address, wait_until="networkidle")
    assert asked == [address]
    assert said == [], "no script ran, and the policy found nothing to refuse"
    assert window.evaluate("document.scripts.length + document.images.length") == 0
    window.context.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_never_wider_than_the_window(browser: Browser, made: Path, name: str, width: int) -> None:
    window = opened(browser, made / f"{name}.html", viewport={"width": width, "height": 900})
    assert window.evaluate("document.documentElement.scrollWidth") <= width
    outside = """() => [...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, .skip'))
        .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"""
    assert window.evaluate(outside) == []
    window.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_no_label_of_a_ladder_cuts_another_or_leaves_the_frame(browser: Browser, made: Path, name: str) -> None:
    window = opened(browser, made / f"{name}.html")
    assert window.evaluate(COLLISIONS) == []
    window.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_text_stands_out_from_what_is_behind_it(browser: Browser, made: Path, name: str, scheme: Any) -> None:
    window = opened(browser, made / f"{name}.html", color_scheme=scheme)
    assert window.evaluate(PALE) == []
    window.context.close()


def test_dark_is_dark_and_paper_is_white(browser: Browser, made: Path) -> None:
    window = opened(browser, made / "both.html", color_scheme="dark")
    shade = "getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g).map(Number)"
    assert max(window.evaluate(shade)) < 64
    window.emulate_media(media="print")
    assert window.evaluate(shade) == [255, 255, 255]
    assert window.evaluate(PALE) == []
    window.context.close()


@pytest.mark.parametrize("name", ["both", "many"])
def test_a_page_prints_on_a4_with_nothing_folded_away(browser: Browser, made: Path, name: str) -> None:
    window = opened(browser, made / f"{name}.html", viewport={"width": A4_INSIDE, "height": 970})
    assert window.pdf(format="A4").startswith(b"%PDF")
    window.emulate_media(media="print")
    assert window.evaluate("document.documentElement.scrollWidth") <= A4_INSIDE
    hidden = "[...document.querySelectorAll('details > :not(summary)')].filter(e => !e.checkVisibility()).length"
    assert window.evaluate(hidden) == 0
    assert window.evaluate("[...document.querySelectorAll('.ladder')].every(s => s.clientWidth <= innerWidth)")
    window.context.close()


def test_fifty_incidents_fit_in_300_kilobytes(made: Path) -> None:
    page = (made / "many.html").read_bytes()
    assert page.count(b"<article") == INCIDENTS + 1
    assert len(page) < 300_000


def test_four_hundred_attempts_are_one_page(made: Path) -> None:
    page = (made / "flapping.html").read_text(encoding="utf-8")
    assert page.count("<article") == 1
    assert "The session went down 400 times" in page
    assert len(page) < 40_000


def test_the_keyboard_reaches_the_answer_first_and_sees_where_it_is(browser: Browser, made: Path) -> None:
    window = opened(browser, made / "both.html")
    window.keyboard.press("Tab")
    focus = "(() => { const e = document.activeElement, b = e.getBoundingClientRect();"
    focus += " return [e.textContent, b.left >= 0 && b.top >= 0, getComputedStyle(e).outlineStyle]; })()"
    assert window.evaluate(focus) == ["Skip to the answer", True, "solid"]
    window.keyboard.press("Enter")
    assert window.evaluate("location.hash") == "#answer"
    window.keyboard.press("Tab")
    assert window.evaluate("document.activeElement.closest('main') !== null")
    assert window.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    window.context.close()


def test_a_row_of_the_ladder_leads_to_its_line_and_the_line_back(browser: Browser, made: Path) -> None:
    window = opened(browser, made / "both.html")
    window.click("svg.ladder >> text=edge.log:18")
    line = window.locator("li:target")
    assert "received proposals" in line.inner_text()
    line.locator("a").click()
    assert window.locator("svg.ladder a:target").text_content() == "edge.log:18"
    window.context.close()


def test_an_arrow_joins_the_lines_of_both_sides_and_half_arrows_are_of_one(browser: Browser, made: Path) -> None:
    window = opened(browser, made / "both.html")
    told = "[...document.querySelectorAll('.ladder .m')].map(m => [m.querySelectorAll('a').length, !!m.querySelector('.half')])"
    assert window.evaluate(told) == [[2, False], [2, False]], "the request and the refusal, each in both logs"
    window.goto((made / "peer-alone.html").as_uri())
    assert window.evaluate(told) == [[1, True], [1, True]]
    assert window.locator(".ladder .deaf").count() == 1
    assert window.locator(".ladder .x").text_content() == "IKE_SA_INIT fails"
    window.context.close()


@pytest.mark.parametrize("name", ["both", "many"])
def test_a_screen_reader_finds_its_way(browser: Browser, made: Path, name: str) -> None:
    window = opened(browser, made / f"{name}.html")
    assert window.get_by_role("main").count() == 1
    assert window.get_by_role("heading", level=1).count() == 1
    assert window.locator("th:not([scope])").count() == 0
    assert window.locator("svg.ladder:not([role])").count() == 0
    unnamed = (
        "[...document.querySelectorAll('svg.ladder')].filter(s => !s.querySelector(':scope > title + desc')).length"
    )
    assert window.evaluate(unnamed) == 0
    assert window.get_by_role("group", name="Who said what to whom").count() >= 1
    assert window.locator("html[lang=en]").count() == 1
    window.context.close()


def test_a_page_by_hand_shows_the_answer_on_the_first_screen(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(html.render(a_report(both_sides())), encoding="utf-8")
    window = opened(browser, tmp_path / "page.html", viewport={"width": 1280, "height": 900})
    for said in ("IPsec session DOWN: No proposal chosen", "the DH groups differ", "Do this"):
        box = window.get_by_role("heading", name=said).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 900
    window.context.close()
