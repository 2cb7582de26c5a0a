"""What the engine promises: windows, order, sides, counts, silence, and how sure a cause is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from diagnose.episodes import BASE, SECOND, episode, event, heard
from whydown.diagnose.coverage import supplies
from whydown.diagnose.engine import Finding, find, reason_shown, why_not
from whydown.diagnose.incident import Difference
from whydown.diagnose.ranking import ask_all
from whydown.diagnose.scene import Scene
from whydown.diagnose.search import STEPS
from whydown.diagnose.syntax import read_causes
from whydown.envelope.record import Certainty
from whydown.grammar.event import Event, Provenance
from whydown.grammar.library import load as load_library
from whydown.sessions.model import Hearing
from whydown.tally import Tally

if TYPE_CHECKING:
    from whydown.diagnose.model import Cause, Reason


def cause(*clauses: str) -> Cause:
    """Make a cause of the clauses that matter."""
    lines = "\n".join(f"  {c}" for c in clauses)
    fault = "" if any(c.startswith("fault") for c in clauses) else "  fault none\n"
    rest = f"{fault}  do Look.\n  from RFC 7296\n  try x => none\n"
    read = read_causes(f'cause x "X"\n  explains session/x\n{lines}\n{rest}', "x.causes")
    assert read.problems == ()
    return read.causes[0]


def reason(*clauses: str) -> Reason:
    lines = "\n".join(f"  {c}" for c in clauses)
    read = read_causes(f'reason session/x "X"\n{lines}\n', "x.reasons")
    assert read.problems == ()
    return read.reasons[0]


def found(made: Cause, *events: Event, **facts: object) -> Finding | None:
    return find(made, Scene(episode(*events, **facts)), None)  # type: ignore[arg-type]


def level(made: Cause, *events: Event, **facts: object) -> str:
    finding = found(made, *events, **facts)
    return finding.level.value if finding else "none"


UP = event("edge ike.up", at=0.0)
NEAR = cause("if edge ike.up as up", "and edge ike.delete within 5s of up")


@pytest.mark.parametrize(("at", "sure"), [(-5.001, "none"), (-5.0, "confirmed"), (5.0, "confirmed"), (5.001, "none")])
def test_borders_belong_to_a_window(at: float, sure: str) -> None:
    assert level(NEAR, UP, event("edge ike.delete out", at=at)) == sure


@pytest.mark.parametrize(("at", "sure"), [(-6.0, "confirmed"), (-6.001, "none"), (6.0, "confirmed"), (6.001, "none")])
def test_a_second_more_is_granted_between_the_gateways(at: float, sure: str) -> None:
    across = cause("if edge ike.up as up", "and peer ike.delete within 5s of up")
    assert level(across, UP, event("peer ike.delete out", at=at)) == sure


@pytest.mark.parametrize(
    ("word", "line", "sure"),
    [("before", -1, "confirmed"), ("before", 1, "none"), ("after", 1, "confirmed"), ("after", -1, "none")],
)
def test_equal_times_in_one_file_are_told_apart_by_their_order(word: str, line: int, sure: str) -> None:
    made = cause("if edge ike.up as up", f"and edge ike.delete {word} up")
    assert level(made, UP, event("edge ike.delete out", at=0.0, line=line)) == sure


def test_windows_of_one_clause_add_up() -> None:
    made = cause("if edge ike.up as up", "and edge ike.gone as gone", "and edge ike.delete after up before gone")
    gone = event("edge ike.gone", at=10.0)
    assert level(made, UP, gone, event("edge ike.delete out", at=5.0)) == "confirmed"
    assert level(made, UP, gone, event("edge ike.delete out", at=15.0)) == "none"


def test_the_latest_event_is_bound_and_an_earlier_one_where_that_fails() -> None:
    made = cause("if edge ike.failed as refused", "says At $refused.at.")
    two = event("edge ike.failed", at=1.0), event("edge ike.failed", at=2.0)
    finding = found(made, *two)
    assert finding is not None
    assert finding.bindings["refused"].at == BASE + 2 * SECOND
    tied = cause("if edge ike.failed as refused", "and peer proposals.received within 1s before refused")
    finding = found(tied, *two, event("peer proposals.received in", at=-0.5))
    assert finding is not None
    assert finding.bindings["refused"].at == BASE + SECOND


def test_a_pattern_does_not_bind_the_event_it_leans_on() -> None:
    made = cause("if edge ike.failed as one", "and edge ike.failed within 5s of one")
    assert level(made, event("edge ike.failed")) == "none"
    assert level(made, event("edge ike.failed"), event("edge ike.failed", at=1.0)) == "confirmed"


def test_at_least_so_many_and_how_many() -> None:
    made = cause("if 3x edge retransmit as again", "where count(again) >= 4")
    tries = [event("edge retransmit", at=float(n)) for n in range(5)]
    assert level(made, *tries[:3]) == "none"
    assert level(made, *tries[:4]) == "confirmed"
    finding = found(made, *tries)
    assert finding is not None
    assert [e.at for _, e in finding.evidence] == [BASE + n * SECOND for n in (2, 3, 4)]


def test_same_and_cross() -> None:
    up = event("edge child.up", spi_in="c0000001", spi_out="c0000002")
    mirrored = event("peer child.up", spi_in="c0000002", spi_out="c0000001")
    half = event("peer child.up", spi_in="c0000002", spi_out="c0000003")
    cross = cause("if edge child.up as a", "and peer child.up cross spi_in spi_out as a")
    same = cause("if edge child.up as a", "and peer child.up same spi_in as a")
    assert (level(cross, up, mirrored), level(cross, up, half)) == ("confirmed", "none")
    assert level(same, up, mirrored) == "none"
    assert level(same, up, event("peer child.up", spi_in="c0000001")) == "confirmed"
    assert level(same, up, event("peer child.up")) == "none"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("notify=NO_PROP", True),
        ('notify="No proposal chosen"', True),
        ("notify=TS_UNACCEPT|NO_PROP", True),
        ("notify!=NO_PROP", False),
        ("notify!=TS_UNACCEPT", True),
        ("conn!=x", True),
        ("conn=nothing", True),
        ("conn!=nothing", False),
        ("notify!=nothing", True),
        ("reason~PARAMETERS", True),
        ("reason~params", False),
        ("group=MODP_2048", True),
        ("group=14", True),
        ("group=19", False),
        ("role=RESPONDER", True),
        ("ts_local=10.0.0.0/24", True),
        ("ts_local~10.0.1", True),
        ("seconds=30", True),
        ("remote_port=500", True),
        ("remote=2001:DB8::1", True),
    ],
)
def test_conditions_compare_by_meaning(condition: str, holds: bool) -> None:  # noqa: FBT001
    failed = event(
        "edge ike.failed",
        notify="NO_PROPOSAL_CHOSEN",
        reason="bad parameters",
        group="14",
        role="responder",
        ts_local="10.0.0.0/24 10.0.1.0/24",
        seconds="30.0",
        remote_port="500",
        remote="2001:db8::1",
    )
    assert level(cause(f"if edge ike.failed {condition}"), failed) == ("confirmed" if holds else "none")


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ("b.at - a.at = 30", True),
        ("b.at - a.at ~ a.lifetime +- 1s", True),
        ("b.at - a.at ~ a.lifetime +- 100ms", False),
        ("b.at > a.at", True),
        ("a.lifetime + 10s >= 39", True),
        ("a.reason = b.reason", False),
        ("b.reason = nothing", True),
        ("a.reason != nothing", True),
        ("a.reason != b.reason", False),
        ('a.reason ~ "lifetime"', True),
        ('a.conn = "X"|"To-B"', True),
        ("count(a) = 1", True),
        ("episode.was_up = yes", True),
        ("episode.attempts > 1", False),
        ('a.side = "edge"', True),
        ("seconds_between(a.at, b.at) < 31s", True),
        ('group_name(a.group) = "MODP_2048"', True),
    ],
)
def test_comparisons(where: str, holds: bool) -> None:  # noqa: FBT001
    a = event("edge ike.up", lifetime="29.5", reason="Lifetime reached", conn="to-b", group="14")
    made = cause("if edge ike.up as a", "and edge ike.delete as b", f"where {where}")
    assert level(made, a, event("edge ike.delete out", at=30.0)) == ("confirmed" if holds else "none")


def test_either_is_tried_as_both_sides_and_told_as_the_one_it_is() -> None:
    made = cause(
        "fault other",
        "if either dpd.dead as dead",
        "and other daemon.start after dead",
        "differs DH group = dead.group | nothing",
        "says $side lost $otherside.",
    )
    by_edge = found(made, event("edge dpd.dead", group="14"), event("peer daemon.start", at=1.0))
    by_peer = found(made, event("peer dpd.dead", group="14"), event("edge daemon.start", at=1.0))
    assert by_edge is not None
    assert by_peer is not None
    assert (by_edge.says, by_edge.fault) == ("the Edge lost the peer.", "peer")
    assert (by_peer.says, by_peer.fault) == ("the peer lost the Edge.", "edge")
    assert by_edge.differs == (Difference("DH group", "14", ""),)
    assert by_peer.differs == (Difference("DH group", "", "14"),)


def test_a_gap_says_whose_value_is_whose() -> None:
    offer, wish = "IKE:AES_CBC_256/HMAC_SHA2_256_128/MODP_2048", "IKE:AES_CBC_128/HMAC_SHA2_256_128/ECP_256"
    made = cause(
        "if either proposals.received in as offered",
        "and either proposals.configured as wanted",
        "let gap = proposal_diff(offered.proposals, wanted.proposals)",
        "where gap != nothing",
        "differs gap = other | either",
    )
    for side, edge, peer in (("peer", "AES_CBC_256", "AES_CBC_128"), ("edge", "AES_CBC_128", "AES_CBC_256")):
        received = event(f"{side} proposals.received in", proposals=offer)
        finding = found(made, received, event(f"{side} proposals.configured", proposals=wish))
        assert finding is not None
        assert finding.differs[0] == Difference("Key length", edge, peer)
    agreed = event("edge proposals.received in", proposals=offer), event("edge proposals.configured", proposals=offer)
    open_only = found(made, *agreed, sides="edge")  # the peer may have lists of its own, which nobody has seen
    assert open_only is not None
    assert (open_only.level, open_only.evidence) == ("possible", ())


# --- silence -----------------------------------------------------------------------------------------------------

VETO = cause("if edge ike.failed as refused", "unless peer daemon.stop within 5s of refused")
PROOF = cause("if edge ike.failed as refused", "never peer ike.start in within 5s of refused")


def test_unless_and_never_differ_where_nobody_listened() -> None:
    failed = event("edge ike.failed")
    assert (level(VETO, failed), level(PROOF, failed)) == ("confirmed", "confirmed")
    assert (level(VETO, failed, sides="edge"), level(PROOF, failed, sides="edge")) == ("probable", "possible")
    stop, start = event("peer daemon.stop", at=1.0), event("peer ike.start in", at=1.0)
    assert (level(VETO, failed, stop), level(PROOF, failed, start)) == ("none", "none")


def test_a_log_that_ends_too_early_is_not_heard() -> None:
    assert level(PROOF, event("edge ike.failed"), span=(-5.0, 4.0)) == "possible"
    assert level(PROOF, event("edge ike.failed"), span=(-5.0, 5.0)) == "confirmed"


@pytest.mark.parametrize(("until", "sure"), [(4.9, "possible"), (5.0, "confirmed")])
def test_that_something_never_followed_takes_a_log_that_goes_on(until: float, sure: str) -> None:
    made = cause("if edge ke.invalid as refused", "never edge ike.up after refused")
    assert level(made, event("edge ke.invalid out"), span=(-5.0, until)) == sure
    assert level(made, event("edge ke.invalid out"), span=(-5.0, until), ended=0.5) == "confirmed", "it did not last"
    unless = cause("if edge ke.invalid as refused", "unless edge ike.up after refused")
    assert level(unless, event("edge ke.invalid out"), span=(-5.0, until)) == "confirmed", "only what would be unusual"


def test_what_a_log_never_writes_cannot_be_missed() -> None:
    made = cause("if edge ike.failed as refused", "never peer packet in within 5s of refused")
    failed = event("edge ike.failed")
    assert level(made, failed) == "possible"
    assert level(made, failed, event("peer packet in", at=60.0)) == "confirmed"


def test_a_missing_event_is_false_where_somebody_listened_and_open_where_nobody_did() -> None:
    made = cause("if edge ike.failed as refused", "and peer daemon.stop as stop within 5s of refused")
    assert level(made, event("edge ike.failed")) == "none"
    finding = found(made, event("edge ike.failed"), sides="edge")
    assert finding is not None
    assert [(u.side, u.kinds, u.begin, u.end, u.why) for u in finding.unheard] == [
        ("peer", ("daemon.stop",), BASE - 5 * SECOND, BASE + 5 * SECOND, "no log")
    ]
    assert finding.settles == "the peer's log of that time: why it acted then (an order, a restart, a lifetime, DPD)"


def test_windows_between_clocks_that_are_not_aligned_are_not_heard() -> None:
    made = cause("if edge ike.failed as refused", "and peer daemon.stop as stop within 5s of refused")
    events = event("edge ike.failed"), event("peer daemon.stop", at=1.0)
    assert level(made, *events) == "confirmed"
    assert level(made, *events, offset=None) == "possible"
    assert level(made, events[0], offset=None) == "none"  # wherever the clocks are, the peer's log has no such line
    loose = cause("if edge ike.failed as refused", "and peer daemon.stop as stop", "where stop.at > refused.at")
    assert (level(loose, *events), level(loose, *events, offset=None)) == ("confirmed", "possible")


def test_nothing_is_measured_from_a_line_without_a_time() -> None:
    failed, stop = event("edge ike.failed", at=0.0), event("edge daemon.stop", at=-1.0)
    untimed = stop._replace(certainty=Certainty.UNTIMED)
    near = cause("if edge ike.failed as refused", "and edge daemon.stop within 5s before refused")
    before = cause("if edge ike.failed as refused", "and edge daemon.stop before refused")
    apart = cause("if edge ike.failed as refused", "and edge daemon.stop as stop", "where refused.at - stop.at < 5s")
    assert [level(c, failed, stop) for c in (near, before, apart)] == ["confirmed"] * 3
    assert [level(c, failed, untimed) for c in (near, before, apart)] == ["possible", "confirmed", "possible"]


@pytest.mark.parametrize(("lines", "sure"), [(3, "none"), (10, "none"), (11, "probable"), (200, "probable")])
def test_where_no_line_bears_a_time_a_veto_must_stand_within_ten_lines(lines: int, sure: str) -> None:
    """A line is a millisecond: one that stands further away may or may not be within the window."""
    failed, stop = (
        event(what, at=at)._replace(certainty=Certainty.UNTIMED)
        for what, at in (("edge ike.failed", 0.0), ("edge daemon.stop", -lines / 1000))
    )
    vetoed = cause("if edge ike.failed as refused", "unless edge daemon.stop within 5s before refused")
    assert level(vetoed, failed, stop) == sure
    assert level(vetoed, failed) == "confirmed"
    anywhere = cause("if edge ike.failed as refused", "unless edge daemon.stop before refused")
    assert level(anywhere, failed, stop) == "none"


def test_of_several_that_veto_without_a_time_one_near_is_enough() -> None:
    failed, near, far = (
        event(what, at=at)._replace(certainty=Certainty.UNTIMED)
        for what, at in (("edge ike.failed", 0.0), ("edge daemon.stop", -0.004), ("edge daemon.stop", 0.5))
    )
    assert (
        level(cause("if edge ike.failed as refused", "unless edge daemon.stop within 5s of refused"), failed, near, far)
        == "none"
    )


# --- how sure ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("provenance", "sure"),
    [(Provenance.SEEN, "confirmed"), (Provenance.ASSUMED, "probable"), (Provenance.GIST, "possible")],
)
def test_a_verdict_is_no_surer_than_its_wording(provenance: Provenance, sure: str) -> None:
    assert level(cause("if edge ike.failed"), event("edge ike.failed", provenance=provenance)) == sure


def test_help_raises_confidence_and_a_comparison_chooses_it() -> None:
    made = cause(
        "if edge ike.failed as refused",
        "helps peer ike.failed as heard",
        "where heard.at - refused.at ~ 3 +- 1s",
        "says Heard at $heard.at.",
        "says Not heard.",
    )
    failed = event("edge ike.failed")
    near, far = event("peer ike.failed", at=3.0), event("peer ike.failed", at=30.0)
    alone, wrong, right = found(made, failed), found(made, failed, far), found(made, failed, near, far)
    assert alone is not None
    assert wrong is not None
    assert right is not None
    assert [f.level.value for f in (alone, wrong, right)] == ["probable", "probable", "confirmed"]
    assert [f.says.split(" ")[0] for f in (alone, wrong, right)] == ["Not", "Not", "Heard"]
    assert right.bindings["heard"] is near


def test_a_way_that_only_a_helping_line_speaks_for_is_told_from_one_that_has_what_it_needs() -> None:
    made = cause("if peer ike.delete as sent", "helps edge ike.up", "unless edge daemon.stop")
    with_help_alone = found(made, UP, sides="edge")
    assert with_help_alone is not None
    assert (with_help_alone.level.value, with_help_alone.spoken) == ("possible", False)
    whole = found(made, UP, event("peer ike.delete out", at=1.0))
    assert whole is not None
    assert (whole.level.value, whole.spoken) == ("confirmed", True)


def test_a_gateway_that_wrote_nothing_of_it_does_not_speak() -> None:
    made = cause("if either ike.timeout as unanswered", "and other retransmit as theirs")
    finding = found(made, event("edge retransmit out", at=1.0), sides="edge")
    assert finding is not None
    assert (finding.level.value, finding.spoken) == ("possible", False)


def test_a_side_that_a_line_speaks_for_is_taken_before_one_that_is_only_less_in_the_dark() -> None:
    made = cause("fault other", "if either ike.delete in as told", "never other ike.up", "unless other ike.start")
    finding = found(made, event("edge ike.delete in", at=1.0), sides="edge")
    assert finding is not None
    assert finding.fault == "peer"
    assert [e.side for _, e in finding.evidence] == ["edge"]


def test_or_takes_the_first_alternative_that_binds() -> None:
    made = cause("if edge ike.failed as x", "or peer ike.failed as x", "says $x.side")
    edge, peer = event("edge ike.failed"), event("peer ike.failed", at=5.0)
    says = [f.says for e in ((edge, peer), (peer,)) if (f := found(made, *e))]
    assert says == ["edge", "peer"]


def test_texts_show_values_and_no_control_characters() -> None:
    made = cause("if edge ike.failed as x", "says ${x.conn} $$5 at $x.at, $x.lifetime s, $x.proposals", "says plain")
    told = found(
        made,
        event("edge ike.failed", at=1.25, conn="a\x1b[31m", lifetime="60", proposals="ESP:AES_CBC_256/HMAC_SHA1_96"),
    )
    assert told is not None
    assert told.says == "a\\x1b[31m $5 at 04:53:21.250, 60 s, ESP:AES_CBC_256/HMAC_SHA1_96"
    plain = found(made, event("edge ike.failed"))
    assert plain is not None
    assert plain.says == "plain"


# --- reasons -----------------------------------------------------------------------------------------------------


def test_a_reason_is_shown_by_the_latest_way() -> None:
    made = reason('if edge session.down reason="X"', "or edge ike.failed", "unless edge ike.up", "or peer ike.failed")
    stated, early, late = (
        event("edge session.down", at=1.0, reason="X"),
        event("edge ike.failed", at=2.0),
        event("peer ike.failed", at=3.0),
    )
    shown = reason_shown(made, Scene(episode(stated, early, late)))
    assert shown is not None
    assert (shown.last, shown.at, shown.stated) == (late, BASE + 3 * SECOND, True)
    vetoed = reason_shown(made, Scene(episode(early, event("edge ike.up"))))
    assert vetoed is None
    inferred = reason_shown(made, Scene(episode(early)))
    assert inferred is not None
    assert not inferred.stated


def test_a_reason_is_never_shown_by_silence_nobody_heard() -> None:
    made = reason("if edge config.loaded", "never edge ike.start")
    loaded = event("edge config.loaded")
    assert reason_shown(made, Scene(episode(loaded))) is not None
    unheard = Hearing((heard("edge", [loaded], begin=-1.0, end=-0.5),))
    assert reason_shown(made, Scene(episode(loaded, hearing=unheard))) is None


def test_a_cause_takes_only_the_reasons_it_explains() -> None:
    made = cause("if reason as down", "says $down at $down.at: $down.reason.")
    scene = Scene(episode(event("edge session.down", at=1.0, reason="Quoth")))
    shown = reason_shown(reason("if edge session.down"), scene)
    finding = find(made, scene, shown)
    assert finding is not None
    assert finding.says == "X at 04:53:21.000: Quoth."
    assert [role for role, _ in finding.evidence] == ["down"]
    assert find(made, scene, None) is None


# --- limits and traces -------------------------------------------------------------------------------------------


def test_a_search_that_takes_too_long_is_given_up_and_told() -> None:
    made = cause(
        "if edge retransmit as a",
        "and edge retransmit as b",
        "and edge retransmit as c",
        "where count(a) + count(b) + count(c) = 0",
    )
    tally = Tally()
    many = [event("edge retransmit", at=float(n)) for n in range(100)]
    assert find(made, Scene(episode(*many)), None, tally) is None
    assert [(n.where, str(STEPS) in n.message) for n in tally.notices] == [("cause x", True)]


def test_a_cause_that_was_given_up_is_told_though_it_is_no_answer() -> None:
    made = cause("if edge retransmit as a", "and edge retransmit as b", "where count(a) + count(b) = 0")
    scene = Scene(episode(*[event("edge retransmit", at=float(n)) for n in range(200)]))
    shown = reason_shown(reason("if edge retransmit"), scene)
    tally = Tally()
    assert shown is not None
    assert ask_all([made], scene, shown, tally) == ([], frozenset())
    assert [n.where for n in tally.notices] == ["cause x"]


def test_a_clause_that_fails_whatever_is_bound_before_it_is_not_tried_again_and_again() -> None:
    made = cause(
        "if edge retransmit as a",
        "and edge retransmit as b",
        "and edge retransmit as c before a",
        "never edge daemon.stop before a",
    )
    many = [event("edge retransmit", at=float(n)) for n in range(1000)]
    tally = Tally()
    assert find(made, Scene(episode(*many, event("edge daemon.stop", at=-1.0))), None, tally) is None
    assert tally.notices == []


def test_why_not_tells_the_first_clause_that_failed() -> None:
    made = cause(
        "if edge ike.failed as refused", "and peer daemon.stop as stop within 5s of refused", "and peer ike.up"
    )
    failed = event("edge ike.failed")
    trace = why_not(made, Scene(episode(failed)), None)
    assert [(t.written, t.outcome, t.failed) for t in trace] == [
        ("if edge ike.failed as refused", "bound to ike.failed local at edge.log:1", False),
        ("if peer daemon.stop as stop within 5s of refused", "no such event, and somebody listened", True),
    ]
    stop = event("peer daemon.stop", at=1.0)
    assert [t.failed for t in why_not(made, Scene(episode(failed, stop)), None)] == [False, False, True]


PEER_UP = event("peer ike.up", at=0.0)
SHIPPED = supplies(load_library().grammars)


def level_of_shipped(made: Cause, *events: Event) -> str:
    """How sure a cause is where the peer is a strongSwan, as the shipped grammars know it."""
    finding = find(made, Scene(episode(*events), SHIPPED), None)
    return finding.level.value if finding else "none"


@pytest.mark.parametrize(("kind", "sure"), [("daemon.stop", "confirmed"), ("daemon.impaired", "probable")])
def test_what_a_vendor_has_no_wording_for_is_not_absent_because_it_is_not_there(kind: str, sure: str) -> None:
    made = cause("if edge ike.up as up", f"unless peer {kind} before up")
    assert level_of_shipped(made, UP, PEER_UP) == sure
    assert level(made, UP, PEER_UP) == "confirmed"  # nothing is known of the vendor: its silence is believed


def test_what_must_be_absent_is_unproven_where_no_wording_could_show_it() -> None:
    assert level_of_shipped(cause("if edge ike.up", "never peer daemon.impaired"), UP, PEER_UP) == "possible"
    assert level_of_shipped(cause("if edge ike.up", "never peer daemon.stop"), UP, PEER_UP) == "confirmed"


def test_a_sign_that_cannot_be_written_is_granted_only_beside_one_that_is_there() -> None:
    assert level_of_shipped(cause("if edge ike.up", "and peer daemon.impaired"), UP, PEER_UP) == "possible"
    assert level_of_shipped(cause("if peer daemon.impaired", "and edge ike.up"), UP, PEER_UP) == "none"


def test_a_sign_with_a_wording_that_is_absent_is_false_whatever_its_alternative_is() -> None:
    made = cause("if edge ike.up", "and peer daemon.impaired as told", "or peer daemon.stop as told")
    assert level_of_shipped(made, UP, PEER_UP) == "none"


def test_a_trace_shows_the_way_that_holds_where_an_earlier_one_fails_at_the_last_clause() -> None:
    made = cause("if edge ike.delete out as sent", "and edge admin.terminate within 2s before sent")
    events = (
        event("edge admin.terminate", at=-2.0, line=1),
        event("edge ike.delete out", at=0.0, line=2),
        event("edge ike.delete out", at=1.0, line=3),
    )
    assert level(made, *events) == "confirmed"
    assert not any(t.failed for t in why_not(made, Scene(episode(*events)), None))


@pytest.mark.parametrize(("until", "sure"), [(0.002, "confirmed"), (0.0, "confirmed"), (-0.5, "probable")])
def test_a_log_that_stops_a_moment_before_the_others_covers_a_short_trouble(until: float, sure: str) -> None:
    """Which of two logs stops first within a second says nothing, however short the trouble is."""
    refused = event("edge ike.failed in", at=0.0, notify="NO_PROPOSAL_CHOSEN")
    last = event("edge ike.gone", at=0.010)
    logs = (heard("edge", [refused, last], -60.0, 0.010), heard("peer", [], -60.0, until))
    made = cause("if edge ike.failed as refused", "unless peer proposals.mismatch")
    assert level(made, refused, last, hearing=Hearing(logs)) == sure
