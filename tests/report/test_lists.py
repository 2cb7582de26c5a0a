"""Events and unknown wordings on one line each, and what is known of a reason or a cause."""

from __future__ import annotations

import pytest

from report.given import EDGE, LOCAL, OUT, PEER, an_event
from whydown.diagnose.knowledge import Knowledge
from whydown.diagnose.model import Cause, Named, Reason, Ref, Text
from whydown.errors import UsageError
from whydown.grammar.event import Provenance
from whydown.grammar.vocabulary import Kind
from whydown.report.explain import explain, names
from whydown.report.lists import event_line, unmatched
from whydown.tally import Tally
from whydown.text import Span

HERE = Span("made.causes", 1, 1)


def a_reason(name: str, wording: str) -> Reason:
    layer = name.split("/", maxsplit=1)[0]
    return Reason(
        layer, name, wording, HERE, ways=(), means=f"{wording}, in other words.", do=("Look there.",), link="page"
    )


def a_cause(name: str, title: str, *reasons: str, misleads: str = "") -> Cause:
    says = Text(("The group was ", Ref("offered", "group", HERE), "."), HERE)
    return Cause(
        name,
        title,
        HERE,
        explains=tuple(Named(reason, HERE) for reason in reasons),
        steps=(),
        misleads=(Named(misleads, HERE),) if misleads else (),
        fault="both",
        says=(says,),
        do=(Text(("Set the same group.",), HERE),),
    )


KNOWN = Knowledge(
    (
        a_reason("session/no-proposal-chosen", "No proposal chosen"),
        a_reason("tunnel/no-proposal-chosen", "No proposal chosen"),
        a_reason("session/peer-not-responding", "Peer not responding"),
    ),
    (
        a_cause("dh-group-mismatch", "The DH groups differ", "session/no-proposal-chosen"),
        a_cause("dh-group-mismatch/refused", "The DH group is refused", "session/no-proposal-chosen"),
        a_cause("psk-mismatch", "The keys differ", "session/auth", misleads="session/peer-not-responding"),
    ),
)


def test_an_event_is_one_line_with_its_fields_and_place() -> None:
    event = an_event(PEER, Kind.IKE_TIMEOUT, OUT, line=7, tries=5, conn="to branch")
    line = event_line(event)
    assert line.startswith("2026-03-04T10:55:16.290Z  peer  strongswan  ike.timeout out  ")
    assert 'tries=5 conn="to branch"' in line
    assert line.endswith("logs/from-branch-12/charon.log:7")


def test_an_assumed_wording_is_marked() -> None:
    assert "(assumed)" in event_line(an_event(EDGE, Kind.IKE_UP, LOCAL, provenance=Provenance.ASSUMED))
    assert "(seen)" not in event_line(an_event(EDGE, Kind.IKE_UP, LOCAL))


def test_unknown_wordings_come_most_frequent_first_each_with_a_place() -> None:
    tally = Tally(unknown=12)
    tally.unknown_shapes.update({("iked", "rare <n>"): 2, ("charon", "often <ip>"): 10})
    tally.unknown_examples[("charon", "often <ip>")] = "charon.log:33"
    page = unmatched(tally, 50)
    assert page.startswith("12 lines of known programs in no grammar's words, 2 wordings:")
    assert page.index("often <ip>  (charon.log:33)") < page.index("rare <n>")
    assert "whydown grammar new --from" in page


def test_only_so_many_wordings_are_shown_and_the_rest_is_counted() -> None:
    tally = Tally(unknown=3)
    tally.unknown_shapes.update({("iked", word): 1 for word in "abc"})
    assert "and 2 further wordings" in unmatched(tally, 1)


def test_nothing_unknown_is_said_in_a_sentence() -> None:
    assert unmatched(Tally(), 5) == "Every line of a known program was read.\n"


def test_a_reason_is_told_for_every_layer_that_has_it_with_its_causes() -> None:
    page = explain("no proposal CHOSEN", KNOWN)
    assert page.startswith("# IPsec session down: No proposal chosen\n")
    assert "# IPsec tunnel down: No proposal chosen" in page
    assert "- The DH groups differ (dh-group-mismatch)" in page
    assert "## No cause is known behind it" in page


def test_a_reason_that_misleads_is_told_with_what_it_hides() -> None:
    page = explain("peer not responding", KNOWN)
    assert "## Said for these as well, though it misleads\n\n- The keys differ (psk-mismatch)" in page


def test_a_cause_is_told_with_its_finer_ones() -> None:
    page = explain("DH_GROUP_MISMATCH", KNOWN)
    assert "# The DH groups differ (dh-group-mismatch)" in page
    assert "# The DH group is refused (dh-group-mismatch/refused)" in page
    assert "The group was <group>." in page
    assert "1. Set the same group." in page


def test_a_part_of_a_name_is_enough_where_nothing_is_called_so() -> None:
    assert explain("responding", KNOWN).startswith("# IPsec session down: Peer not responding")


@pytest.mark.parametrize(
    ("word", "hint"), [("No Proposal chosn", "no proposal chosen"), ("pks-mismatch", "psk-mismatch")]
)
def test_a_misspelt_name_is_corrected(word: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"did you mean '{hint}'"):
        explain(word, KNOWN)


def test_every_name_can_be_asked_for() -> None:
    for name in names(KNOWN):
        assert explain(name, KNOWN).startswith("# ")
