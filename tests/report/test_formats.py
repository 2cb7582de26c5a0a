"""The Markdown and HTML pages say what the text page says, and no text of a log acts in them."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from report.given import IN, LOCAL, NAME, PEER, T0, a_report, a_session, an_event, both_sides, edge_alone, step
from whydown.diagnose.incident import Alternative, Confidence, Difference, Incident, Missing
from whydown.grammar.vocabulary import Kind
from whydown.report import html, markdown
from whydown.report.layout import Style
from whydown.report.model import Report

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "![x](http://192.0.2.9/p.png)",
    "[x](javascript:alert(1))",
    "```\n<b>out</b>\n```",
    "~~~ | a | b |",
    "a|b\\|c",
    "`` ` `` *x* _y_ __z__ ~~q~~",
    "https://evil.example/ www.evil.example a@evil.example",
    "&lt;img&gt; &#x3c;script&#x3e; &amp;",
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "===",
    "\\",
    "\x1b]0;owned\x07\x1b[2J\u202egnp.exe\x85\u2028",
    ":smile: @someone #12 GH-12 $x$ {code} !x.png!",
    "]]></style><style>*{display:none}</style>",
    "<!-- -->",
)


def everywhere(text: str) -> Incident:
    """Return an incident that holds a text wherever a log's may come to stand."""
    event = an_event(PEER, Kind.NOTIFY, IN, text=text, reason=text, conn=text)
    note = an_event(PEER, Kind.AUTH_FAILED, LOCAL, at=T0 + 5, line=7, text=text, reason=text)
    edge = replace(NAME.edge, host=text, identity=text, vendor=text)
    return replace(
        both_sides(),
        session=replace(NAME, name=text, edge=edge, peer=replace(NAME.peer, host=text)),
        tunnel=text,
        reason=text,
        reason_means=text,
        differs=(Difference(text, text, text),),
        actions=(text,),
        evidence=(step(event, text),),
        timeline=(step(event), step(note)),
        trigger=step(event),
        contradictions=(text,),
        ruled_out=(text,),
        consequences=(text,),
        alternatives=(Alternative(text, text, Confidence.POSSIBLE, text),),
        missing=(Missing(PEER, None, None, text, text, text, text),),
        link=text,
    )


class Tags(HTMLParser):
    """Collects elements and attributes as a browser would see them, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.said += data


def several(*incidents: Incident) -> Report:
    return a_report(*(replace(incident, id=f"{n:012x}") for n, incident in enumerate(incidents)))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_log_acts_in_markdown(text: str) -> None:
    for report in (several(everywhere(text)), several(everywhere(text), both_sides(), everywhere(text))):
        plain = several(*(everywhere("plain") if i.link == text else i for i in report.incidents))
        shown, wanted = (rendered(markdown.render(one)) for one in (report, plain))
        assert shown == wanted, "the same elements as with a plain word, whatever the text"


def rendered(page: str) -> list[tuple[str, str]]:
    """Return the elements that a Markdown page makes, without code within a line; links with their address."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(page)
    found = []
    for token in [t for outer in tokens for t in (outer, *(outer.children or ()))]:
        if token.type in ("text", "code_inline", "inline"):
            acts = re.search(r"://|www\.|@|(?<!\w)#\d|!\w", token.content) if token.type == "text" else None
            assert not acts or token.content.startswith("https://techdocs"), token.content
            continue
        found.append((token.type, re.sub(r"-.*", "", str(token.attrs.get("href", "")))))
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_log_acts_in_html(text: str) -> None:
    shown = Tags(html.render(several(everywhere(text), both_sides())))
    plain = Tags(html.render(several(everywhere("plain"), both_sides())))
    drawn = ("text", "rect", "path", "wbr")  # more of them where a label takes more rows
    assert [tag for tag, _ in shown.tags if tag not in drawn] == [tag for tag, _ in plain.tags if tag not in drawn]
    assert {(tag, name) for tag, a in shown.tags for name in a} == {(tag, name) for tag, a in plain.tags for name in a}


@given(st.text(min_size=1, max_size=60))
def test_any_text_stays_text_in_both(text: str) -> None:
    report = several(everywhere(text))
    page = html.render(report)
    assert {tag for tag, _ in Tags(page).tags} <= {tag for tag, _ in Tags(html.render(several(everywhere("x")))).tags}
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown.render(report))
    inner = {child.type for token in tokens for child in token.children or ()}
    assert not inner & {"image", "html_inline", "link_open", "em_open"}
    assert "html_block" not in {token.type for token in tokens}


def test_html_asks_for_nothing_and_runs_nothing() -> None:
    page = Tags(html.render(several(both_sides(), edge_alone())))
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "img", "iframe", "link", "object", "embed", "form", "base", "image"}
    assert {
        a for _, attributes in page.tags for a in attributes if a.startswith("on") or a in ("style", "src")
    } == set()
    policy = next(a["content"] for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'", policy or ""
    )


def test_every_reference_within_the_page_leads_somewhere() -> None:
    tags = Tags(html.render(several(both_sides(), edge_alone()))).tags
    anchors = [a["id"] for _, a in tags if "id" in a]
    assert len(anchors) == len(set(anchors)), "each anchor stands once"
    inner = {a["href"] for tag, a in tags if tag == "a" and (a.get("href") or "").startswith("#")}
    assert inner
    assert {str(href)[1:] for href in inner} <= set(anchors)


def test_headings_are_in_order() -> None:
    for report in (
        a_report(both_sides()),
        several(both_sides(), edge_alone()),
        Report((), a_report().tally, (a_session(),)),
    ):
        levels = [int(tag[1]) for tag, _ in Tags(html.render(report)).tags if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_markdown_tables_are_tables_and_blocks_are_blocks() -> None:
    types = [t.type for t in MarkdownIt("commonmark").enable("table").parse(markdown.render(a_report(both_sides())))]
    assert types.count("table_open") == 1
    assert types.count("fence") == 2, "the timeline and the evidence"
    assert types.count("heading_open") >= 5


def test_markdown_is_ascii_where_the_screen_knows_no_more() -> None:
    assert markdown.render(a_report(both_sides()), Style(unicode=False)).isascii()


def test_no_secret_is_in_either() -> None:
    incident = everywhere('loaded PSK "hunter22hunter22" and secret: hunter22')
    assert "hunter22" not in markdown.render(several(incident)) + html.render(several(incident))


def test_what_markdown_says_in_short_is_one_list_with_the_facts() -> None:
    tokens = MarkdownIt("commonmark").parse(markdown.render(a_report(both_sides())))
    first = next(n for n, token in enumerate(tokens) if token.type == "bullet_list_open")
    until = next(n for n, token in enumerate(tokens) if token.type == "bullet_list_close")
    rows = [token.content for token in tokens[first:until] if token.type == "inline"]
    assert [row.split(":")[0].strip("*") for row in rows[:6]] == [
        "cause", "differs", "at fault", "first", "session", "edge",
    ]  # fmt: skip
    assert all(token.hidden for token in tokens[first:until] if token.type == "paragraph_open")


def test_html_gives_the_answer_once() -> None:
    told = both_sides()
    page = html.render(a_report(told))
    assert told.cause
    assert page.count(f"{told.cause.title} ") + page.count(f"{told.cause.title}<") == 1
    assert page.count("<dt>at fault</dt>") == 1
