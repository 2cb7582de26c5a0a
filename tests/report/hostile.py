"""Reports and events whose every text is hostile: controls, bytes that were no UTF-8, formulas, markup, secrets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from report.given import EDGE, PEER, a_report, an_event, both_sides, edge_alone, step
from whydown.diagnose.incident import Alternative, Cause, Confidence, Difference, Missing
from whydown.grammar.vocabulary import Kind
from whydown.sessions.names import Gateway, SessionName
from whydown.sources.line import Origin

if TYPE_CHECKING:
    from whydown.grammar.event import Event
    from whydown.report.model import Report

SECRET = "hunter22hunter22"  # noqa: S105 - planted, to be looked for
_PIECES = (
    *("\x00", "\x1b[2J", "\x07", "\x7f", "\x9b", "\r", "\n", "\t", "\x85", "\u2028", "\u202e", "\u200b", "\ufeff"),
    *("\udcff", "\udce9", "\U000e0041", "\uffff"),
    *(
        "=",
        "+",
        "-",
        "@",
        "'",
        '"',
        ",",
        ";",
        "|",
        "\uff1d",
        "=cmd|' /C calc'!A0",
        "<script>",
        "&",
        "%",
        "\\",
        "é",
        "名",
    ),
    *(" | ", " / ", "NA", "nan", "None", "true", "1e5", "2026-03-04T10:55:16.290Z"),
)
texts = st.one_of(
    st.text(max_size=12),
    st.lists(st.sampled_from(_PIECES), min_size=1, max_size=6).map("".join),
    st.text(st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF, categories=["Cs"]), max_size=8),
)


def event_of(text: str) -> Event:
    """Return an event in whose every free text that text stands."""
    event = an_event(
        PEER, Kind.IKE_FAILED, text=text, reason=text, error=text, conn=text, local_id=text, ts_local=(text,)
    )
    return event._replace(
        host=text,
        app=text,
        pid=text,
        vendor=text,
        origins=(Origin(text, text, 7, 0),),
        fields={**event.fields, "count": 3},
    )


def report_of(text: str) -> Report:
    """Return a report in whose every free text that text stands."""
    one = step(event_of(text), text)
    gateway = Gateway(text, text, text, text, heard=True)
    incident = replace(
        both_sides(),
        session=SessionName(text, text, gateway, gateway),
        tunnel=text,
        reason=text,
        reason_means=text,
        cause=Cause(text, text, text, "both"),
        confidence_why=text,
        alternatives=(Alternative(text, text, Confidence.POSSIBLE, text),),
        differs=(Difference(text, text, text),),
        actions=(text, text),
        evidence=(one, one),
        timeline=(one,),
        trigger=one,
        contradictions=(text,),
        ruled_out=(text,),
        missing=(Missing(EDGE, None, None, text, text),),
        consequences=(text,),
        link=text,
        follows=text,
    )
    return a_report(incident, edge_alone())


def acting(text: str) -> list[str]:
    """Return the characters of a text that a terminal acts on; a line feed ends a row."""
    return [c for c in text if (c < " " and c != "\n") or "\x7f" <= c <= "\x9f" or c in "\u2028\u202e\u200b\ufeff"]
