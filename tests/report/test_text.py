"""The page an on-call engineer reads: claims about what stands where, for both sides and for one."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.given import (
    ALARM,
    EDGE,
    HEARD_EDGE,
    HEARD_PEER,
    IN,
    NAME,
    OUT,
    PEER,
    SECOND,
    T0,
    TOLD,
    a_report,
    a_session,
    a_tally,
    an_event,
    both_sides,
    edge_alone,
    step,
    tunnel_below,
)
from whydown.diagnose.incident import Alternative, Confidence, Difference, Evidence, Layer, PossibleProblem
from whydown.envelope.record import Certainty
from whydown.grammar.event import Event, Provenance
from whydown.grammar.vocabulary import Kind
from whydown.report.layout import Style
from whydown.report.model import Report
from whydown.report.phrases import PHRASES, phrase
from whydown.report.text import render

ASCII = Style(unicode=False)


def section(page: str, heading: str) -> str:
    """Return what stands under a heading whose text begins so."""
    rows = page.split("\n")
    start = next(n for n, row in enumerate(rows) if row.startswith("#") and row.lstrip("# ").startswith(heading))
    end = next((n for n in range(start + 1, len(rows)) if rows[n].startswith("#")), len(rows))
    return "\n".join(rows[start + 1 : end]).strip("\n")


def flat(text: str) -> str:
    """Undo the wrapping."""
    return " ".join(text.split())


def test_the_first_row_says_what_is_down_and_why() -> None:
    assert render(a_report(both_sides())).split("\n")[0] == "# IPsec session DOWN: No proposal chosen"


def test_the_values_that_differ_stand_side_by_side() -> None:
    page = render(a_report(both_sides()))
    cells = [[cell.strip() for cell in row.split("|")[1:-1]] for row in page.split("\n") if row.startswith("| ")]
    assert cells == [
        ["Parameter", "Edge", "Peer", ""],
        ["DH group", "MODP_2048", "ECP_384", "≠"],
        ["Encryption", "AES_CBC_256", "AES_CBC_256", "="],
        ["Integrity", "SHA2_256_128", "SHA2_256_128", "="],
        ["IDs", "not reached", "not reached", "?"],
    ]


def test_header_says_who_since_when_how_often_and_what_follows() -> None:
    header = flat(render(a_report(both_sides(), tunnel_below())).split("## Cause")[0])
    assert "edge edge-01 192.0.2.1, nsx-edge" in header
    assert "peer gw-b 198.51.100.7 ID gw-b.example.net, strongswan" in header
    assert "since 2026-03-04 10:55:16Z, still failing 11:40:02Z, 41 failed attempts" in header
    assert "with it tunnel 10.1.0.0/24 === 10.2.0.0/24: IKE SA down" in header
    assert "before 10:49:07 peer: connection loaded: nsx (charon.log:89770)" in header


def test_confidence_tells_wording_and_clock_offset() -> None:
    cause = flat(section(render(a_report(both_sides())), "Cause"))
    assert "confidence confirmed. Both sides logged the same exchange" in cause
    assert "wording ASSUMED for 1 of 5 lines" in cause
    assert "clocks peer 2.31 s ahead (±0.02 s, 12 exchanges)" in cause


def test_wording_that_was_seen_throughout_is_said_to_be() -> None:
    incident = replace(both_sides(), evidence=(step(ALARM),))
    assert "wording seen in the daemon's source or in real logs" in flat(render(a_report(incident)))


def test_a_gist_is_never_passed_off_as_a_known_wording() -> None:
    guess = an_event(PEER, Kind.GIST, IN, provenance=Provenance.GIST, notify="NO_PROPOSAL_CHOSEN")
    page = flat(render(a_report(replace(both_sides(), evidence=(step(guess),)))))
    assert "UNKNOWN for 1 of 1 line" in page
    assert "wording unknown" in page


def test_the_timeline_is_a_ladder_in_two_lanes_with_places() -> None:
    rows = [row.strip() for row in section(render(a_report(both_sides())), "Timeline").split("\n")]
    assert rows[0] == "2026-03-04 (UTC)"
    assert rows[1].startswith("10:55:16.290  EDGE ──▶       IKE_SA_INIT request")
    assert rows[1].endswith("syslog:48211")
    assert any(row.startswith("10:55:16.302       ◀── PEER  IKE SA refused:") for row in rows)
    assert any(row.startswith("10:55:16.330  EDGE ◀──       IKE SA refused:") for row in rows)


def test_rows_said_again_and_again_stand_once_with_their_count() -> None:
    again = [step(an_event(EDGE, Kind.RETRANSMIT, OUT, at=T0 + n * SECOND, line=n + 1)) for n in range(5)]
    timeline = section(render(a_report(replace(both_sides(), timeline=tuple(again)))), "Timeline")
    assert timeline.count("sends again") == 1
    assert "(5 times)" in flat(timeline)


def test_a_round_of_retries_stands_once_with_how_often_and_until_when() -> None:
    once = (Kind.IKE_START, Kind.RETRANSMIT, Kind.IKE_TIMEOUT)
    steps = [step(an_event(EDGE, k, OUT, at=T0 + n * SECOND, line=n + 1)) for n, k in enumerate(once * 4)]
    rows = section(render(a_report(replace(both_sides(), timeline=tuple(steps)))), "Timeline").split("\n")
    assert len(rows) == 5
    assert rows[-1].strip() == "… the same 3 rows 3 more times, until 10:55:27.290 …"


def test_a_long_timeline_keeps_both_ends_and_says_what_it_left_out() -> None:
    steps = tuple(
        step(an_event(EDGE, Kind.RETRANSMIT, OUT, at=T0 + n * SECOND, line=n + 1, tries=n)) for n in range(100)
    )
    timeline = section(render(a_report(replace(both_sides(), timeline=steps))), "Timeline")
    assert "syslog:1\n" in timeline
    assert timeline.rstrip().endswith("syslog:100")
    assert "… 68 more rows" in timeline


def test_evidence_is_quoted_with_file_and_line() -> None:
    evidence = section(render(a_report(both_sides())), "Evidence")
    assert "logs/from-branch-12/charon.log:90112  (peer, offered, wording seen)" in evidence
    assert "IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048" in evidence
    assert "IKE SA negotiation failed / Message: No proposal chosen (14)" in evidence


def test_the_page_without_the_peers_log_looks_different_and_says_what_to_get() -> None:
    page = render(a_report(edge_alone(), peer=False))
    assert page.split("\n")[0] == "# IPsec session DOWN: No proposal chosen - differing parameter UNKNOWN"
    assert "peer      198.51.100.7 - NO LOG GIVEN" in page
    wanted = section(page, "Get next")
    assert "From the peer, 2026-03-04 10:50:16 to 11:00:16Z" in flat(wanted)
    assert "       journalctl -u strongswan --since '2026-03-04 10:50' --until '2026-03-04 11:01'" in wanted.split("\n")
    assert page.index("## Get next") < page.index("## Cause: not known") < page.index("## Evidence")
    assert "MODP_2048" not in page
    assert "the DH groups differ (possible)" in section(page, "Could be")


def test_what_one_command_gets_is_asked_for_once() -> None:
    first = edge_alone().missing[0]
    page = render(a_report(replace(edge_alone(), missing=(first, replace(first, what="the IDs"))), peer=False))
    assert page.count("journalctl") == 1
    assert "when they do not match; the IDs" in flat(page)


def test_a_request_names_the_log_level_and_how_to_switch_debugging_off_again() -> None:
    first = replace(edge_alone().missing[0], level="cfg = 2", command="debug on", after="debug off")
    wanted = section(render(a_report(replace(edge_alone(), missing=(first,)), peer=False)), "Get next")
    assert "(log level: cfg = 2)" in flat(wanted)
    assert "       debug on\n\n       debug off   (afterwards)" in wanted


def test_the_consoles_problems_stand_by_what_the_logs_say_of_them() -> None:
    row = "Down / Down (No proposal chosen)"
    problems = (
        PossibleProblem(row, "The algorithms differ", "supported", ("ike-proposal-mismatch",)),
        PossibleProblem(row, "The versions differ", "ruled out", ()),
        PossibleProblem(row, "It rains", "open", ()),
        PossibleProblem(row, "It snows", "open", ()),
    )
    page = render(a_report(replace(both_sides(), possible_problems=problems)))
    rows = section(page, f"The console's table: {row}").split("\n")
    assert rows[:3] == [
        "    supported  The algorithms differ",
        "    open       It rains; It snows",
        "    ruled out  The versions differ",
    ]
    assert "The console's table" not in render(a_report(both_sides()))


def test_a_value_no_log_holds_is_called_unknown() -> None:
    half = replace(both_sides(), differs=(Difference("DH group", "MODP_2048", ""),), confidence=Confidence.PROBABLE)
    page = render(a_report(half))
    assert "differing parameter UNKNOWN" in page.split("\n")[0]
    assert "| DH group   | MODP_2048    | UNKNOWN      | ? |" in page


@pytest.mark.parametrize(
    ("sure", "heading"),
    [
        (Confidence.CONFIRMED, "## Cause: the DH groups differ"),
        (Confidence.PROBABLE, "## Cause, probably: the DH groups differ"),
        (Confidence.POSSIBLE, "## Cause, possibly: the DH groups differ"),
    ],
)
def test_the_heading_of_the_cause_is_as_sure_as_the_verdict(sure: Confidence, heading: str) -> None:
    page = render(a_report(replace(both_sides(), confidence=sure)))
    assert heading in page.split("\n")
    assert ("differing parameter UNKNOWN" in page.split("\n")[0]) == (sure is Confidence.POSSIBLE)


@pytest.mark.parametrize(
    ("certainty", "said"),
    [
        (Certainty.YEAR_ASSUMED, "year and zone assumed"),
        (Certainty.ZONE_ASSUMED, "zone assumed"),
        (Certainty.UNTIMED, "the lines bear no time"),
    ],
)
def test_times_that_were_assumed_are_said_to_be(certainty: Certainty, said: str) -> None:
    assert said in flat(render(a_report(replace(both_sides(), certainty=certainty))))


def test_several_incidents_get_an_overview_and_the_open_one_comes_first() -> None:
    closed = replace(both_sides(), id="b", began=T0 - 900 * SECOND, ended=T0 - 600 * SECOND, state="recovered")
    page = render(a_report(closed, both_sides()))
    assert page.split("\n")[0] == "# 2 incidents, 1 still open"
    assert "# 1. IPsec session DOWN: No proposal chosen" in page
    assert "# 2. IPsec session was down, is up again: No proposal chosen" in page
    assert "2026-03-04 10:40:16 to 10:45:16Z, 5 min" in page


def test_a_tunnel_down_with_its_session_has_no_page_of_its_own() -> None:
    page = render(a_report(both_sides(), tunnel_below()))
    assert "IPsec tunnel DOWN" not in page
    assert "incidents" not in page.split("\n")[0]


def test_a_tunnel_down_by_itself_has_its_page() -> None:
    alone = replace(both_sides(), layer=Layer.TUNNEL, tunnel="10.1.0.0/24 === 10.2.0.0/24")
    page = render(a_report(alone))
    assert page.startswith("# IPsec tunnel DOWN: No proposal chosen")
    assert "tunnel    10.1.0.0/24 === 10.2.0.0/24" in page


def test_coverage_tells_each_sides_window_and_the_unknown_lines() -> None:
    coverage = flat(section(render(a_report(both_sides())), "Coverage"))
    assert "edge 2026-03-04 10:45:16 to 11:40:16Z, 212 events" in coverage
    assert "5,000 lines read: 409 of IKE events, 4,588 of other programs, 3 UNKNOWN" in coverage


def test_no_incident_is_said_for_the_time_both_sides_were_heard_only() -> None:
    page = render(Report((), a_tally(), (a_session(an_event(EDGE, Kind.IKE_UP)),)))
    assert page.startswith("# No incident found\n")
    assert "No fault in this window, 2026-03-04 10:45:16 to 11:40:16Z, as far as both gateways' logs" in flat(page)
    assert "to-branch-12" in page
    assert "IKE SA up 1 time" in flat(page)


def test_what_both_logs_tell_of_is_counted_once() -> None:
    ups = [an_event(EDGE, Kind.IKE_UP), an_event(EDGE, Kind.SESSION_UP), an_event(PEER, Kind.IKE_UP)]
    assert "IKE SA up 1 time" in flat(render(Report((), a_tally(), (a_session(*ups),))))
    again = [*ups, an_event(PEER, Kind.IKE_UP)]
    assert "IKE SA up 2 times" in flat(render(Report((), a_tally(), (a_session(*again),))))


def test_no_incident_without_the_peers_log_says_what_that_does_not_cover() -> None:
    page = flat(render(Report((), a_tally(), (a_session(),), heard=(HEARD_EDGE,))))
    assert "as far as the edge's log can tell" in page
    assert "The peer's log was not given: a fault that only it would show is not covered." in page


def test_no_incident_is_no_all_clear_where_the_logs_do_not_overlap() -> None:
    later = replace(HEARD_PEER, begin=T0 + 9000 * SECOND, end=T0 + 9900 * SECOND)
    page = flat(render(Report((), a_tally(), (a_session(),), heard=(HEARD_EDGE, later))))
    assert "do not overlap in time" in page
    assert "No fault in this window" not in page


def test_no_incident_says_how_many_lines_could_not_be_read() -> None:
    sessions = (a_session(),)
    assert "3 lines of IKE programs could not be read" in flat(render(Report((), a_tally(), sessions)))
    assert "could not be read" not in render(Report((), replace(a_tally(), unknown=0), sessions))


def test_no_session_is_no_all_clear() -> None:
    page = render(Report((), a_tally()))
    assert page.startswith("# No incident found, and no session seen")
    assert "no proof that all is well" in flat(page)


@pytest.mark.parametrize("width", [72, 80, 100])
@pytest.mark.parametrize("incident", [both_sides(), edge_alone()], ids=["both", "edge"])
def test_no_row_is_wider_than_the_screen_but_commands_and_links(width: int, incident: object) -> None:
    page = render(a_report(incident), Style(width=width))  # type: ignore[arg-type]
    wide = [row for row in page.split("\n") if len(row) > width]
    assert [row for row in wide if "https://" not in row and "journalctl" not in row] == []


def test_plain_ascii_where_the_screen_knows_no_more() -> None:
    page = render(a_report(both_sides(), edge_alone()), ASCII)
    assert page.isascii()
    assert "EDGE -->" in page
    assert "| != |" in page or "| !=|" in page


def test_colours_only_where_wanted() -> None:
    assert "\x1b" not in render(a_report(both_sides()))
    assert "\x1b[1;31m# IPsec session DOWN" in render(a_report(both_sides()), Style(colour=True))


HOSTILE = "\x1b]0;owned\x07\x1b[2J\r\n\u202egnp.exe\x85\u2028 ![x](http://192.0.2.9/p.png)<script>alert(1)</script>"


def test_hostile_text_anywhere_in_an_incident_acts_on_nothing() -> None:
    event = an_event(PEER, Kind.NOTIFY, IN, text=HOSTILE, reason=HOSTILE, conn=HOSTILE)
    name = replace(NAME, name=HOSTILE, edge=replace(NAME.edge, host=HOSTILE, identity=HOSTILE, vendor=HOSTILE))
    incident = replace(
        both_sides(),
        session=name,
        tunnel=HOSTILE,
        layer=Layer.TUNNEL,
        differs=(Difference(HOSTILE, HOSTILE, HOSTILE),),
        actions=(HOSTILE,),
        evidence=(step(event, HOSTILE),),
        timeline=(step(event),),
        trigger=step(event),
        contradictions=(HOSTILE,),
        ruled_out=(HOSTILE,),
        consequences=(HOSTILE,),
    )
    page = render(a_report(incident))
    assert {c for c in page if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} == {"\n"}
    outside_code = "\n".join(row for row in page.split("\n") if not row.startswith("    "))
    assert "](http" not in outside_code
    assert "<script" not in outside_code


def test_a_secret_in_a_line_of_evidence_is_not_shown() -> None:
    event = an_event(PEER, Kind.NOTIFY, IN, text='loaded PSK "hunter22hunter22"', reason='PSK "hunter22hunter22"')
    page = render(a_report(replace(both_sides(), evidence=(step(event),), timeline=(step(event),))))
    assert "hunter22" not in page


@given(st.text(min_size=1), st.integers(40, 120))
def test_any_text_makes_a_page(text: str, width: int) -> None:
    incident = replace(both_sides(), session=replace(NAME, name=text), evidence=(step(replace_text(text)),))
    page = render(a_report(incident), Style(width=width))
    assert "## Evidence" in page


def replace_text(text: str) -> Event:
    return TOLD._replace(text=text)


def test_every_kind_has_its_words() -> None:
    assert set(PHRASES) == set(Kind)
    assert phrase(an_event(EDGE, Kind.IKE_TIMEOUT, tries=5)) == "gives up: no answer: try 5"


def test_a_cause_that_says_no_more_than_its_title_stands_in_short_and_in_its_heading_alone() -> None:
    told = both_sides()
    assert told.cause
    page = flat(render(a_report(replace(told, cause=replace(told.cause, says=told.cause.title)))))
    assert page.count(told.cause.title) == 2


def test_a_short_name_for_a_log_is_explained_below_the_timeline() -> None:
    told, long = both_sides(), "logs/charon-of-the-branch-office.log"

    def moved(one: Evidence) -> Evidence:
        origins = tuple(o._replace(source=long) for o in one.event.origins)
        return replace(one, event=one.event._replace(origins=origins)) if one.event.side is PEER else one

    elsewhere = replace(told, timeline=tuple(map(moved, told.timeline)), evidence=tuple(map(moved, told.evidence)))
    rows = render(a_report(elsewhere)).partition("## Timeline")[2].partition("\n## ")[0]
    assert "  P1:90112" in rows
    assert f"    P1 is {long}\n" in rows


def test_the_plain_form_of_a_finer_cause_is_no_other_answer() -> None:
    told = both_sides()
    assert told.cause
    plain = Alternative("dh-group-mismatch", "The IKE DH groups differ", Confidence.POSSIBLE, "a log")
    other = Alternative("psk-mismatch", "The pre-shared keys differ", Confidence.POSSIBLE, "a log")
    finer = replace(told, cause=replace(told.cause, name="dh-group-mismatch/named"), alternatives=(plain, other))
    said = flat(render(a_report(finer)).partition("## Could also be")[2].partition("\n## ")[0])
    assert other.title in said
    assert plain.title not in said
    assert "Could also be" not in render(a_report(replace(finer, alternatives=(plain,))))


def test_the_first_rows_say_why_how_surely_whose_matter_it_is_and_what_comes_first() -> None:
    told = both_sides()
    assert told.cause
    rows = render(a_report(told)).split("\n")[:6]
    assert rows[2:] == [
        "    cause     the DH groups differ (confirmed)",
        "    differs   DH group, MODP_2048 on the Edge, ECP_384 on the peer",
        "    at fault  both: the two sides must agree, and changing one is enough",
        "    first     Set the same DH group on both sides: add 20 to the IKE profile on",
    ]


def test_where_the_answer_is_open_the_first_rows_say_what_to_get() -> None:
    head = flat(render(a_report(edge_alone(), peer=False)).split("session  ")[0])
    assert "cause not known" in head
    assert f"first Get more, from the peer: {edge_alone().missing[0].what}" in head


def test_a_session_that_flaps_says_how_often_it_went_down() -> None:
    page = flat(render(a_report(replace(both_sides(), state="flapping", downs=20, attempts=0))))
    assert "flapping since 2026-03-04 10:55:16Z, last 11:40:02Z, down 20 times" in page
    assert "attempt" not in page


def test_nobody_is_said_to_fail_where_nobody_tries() -> None:
    page = flat(render(a_report(replace(both_sides(), attempts=0))))
    assert "since 2026-03-04 10:55:16Z, still down 11:40:02Z" in page


def test_lines_of_one_file_are_named_by_it_once() -> None:
    block = step(ALARM)
    first = block.event.origins[0]
    lines = tuple(first._replace(line=n) for n in (7, 9, 12))
    event = block.event._replace(origins=lines)
    assert f"{first.source}:7, 9, 12" in flat(render(a_report(replace(both_sides(), evidence=(step(event),)))))


def test_what_is_up_again_asks_for_nothing_at_once() -> None:
    over = replace(both_sides(), state="recovered", ended=both_sides().began + 400_000)
    page = render(a_report(over))
    assert "    next      Set the same DH group on both sides" in page
    assert "## So that it stays up" in page
    assert "## Do this" not in page
    assert ", under 1 s" in flat(page.split("## Cause")[0])


def test_a_guess_blames_nobody() -> None:
    assert "at fault" not in render(a_report(replace(both_sides(), confidence=Confidence.POSSIBLE)))


def test_a_heading_is_no_wider_than_the_screen() -> None:
    row = "Down / Negotiating / Down (IPsec negotiation not started)"
    problem = PossibleProblem(row, "It rains", "open", ())
    page = render(a_report(replace(both_sides(), possible_problems=(problem,))))
    assert f"## The console's table\n\n{row}.\n" in page
