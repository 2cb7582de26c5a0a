"""What is proved of grammars with their examples, beyond the one case of each problem in docs/problems.md."""

from __future__ import annotations

from textwrap import dedent

from hypothesis import given
from hypothesis import strategies as st

from whydown.grammar.check import check
from whydown.grammar.syntax import read_grammar

HEADER = """\
grammar {name}
  vendor  Example
  usually peer
  app     {app}
  source  example.com
"""


def problems(*texts: str, header: str = "", app: str = "exampled") -> list[tuple[str, int, str]]:
    """Return code, line below the header and label or message of each problem."""
    grammars = []
    above = HEADER.format(name="x", app=app) + header
    for number, text in enumerate(texts):
        whole = above.replace("grammar x", f"grammar x{number}") + dedent(text)
        grammar, told = read_grammar(whole, f"{number}.grammar")
        assert told == ()
        assert grammar is not None
        grammars.append(grammar)
    return [(p.code, p.span.line - above.count("\n"), p.label or p.message) for p in check(grammars)]


def test_a_sound_grammar_has_no_problems() -> None:
    assert not problems("""
        event ike.up local
          line    IKE_SA $conn established
          more    Lifetime: $lifetime seconds
          from    src/a.c:1
          try     IKE_SA site-b established
          also      Lifetime: 60 seconds
          gives   conn=site-b lifetime=60
          refuse  IKE_SA established
        """)


def test_an_example_may_be_pasted_with_its_header() -> None:
    assert not problems("""
        event ike.up local
          line    IKE_SA $conn established
          more    Lifetime: $lifetime seconds
          from    src/a.c:1
          try     May  4 08:13:20 gw exampled[77]: IKE_SA site-b established
          also    May  4 08:13:20 gw exampled[77]: Lifetime: 60 seconds
          gives   conn=site-b lifetime=60
        """)


def test_a_record_folded_into_one_line_is_a_block() -> None:
    text = """
        event ike.up local
          line    IKE_SA $conn established
          more    Lifetime: $lifetime seconds
          from    src/a.c:1
          try     May  4 08:13:20 gw exampled[77]: IKE_SA site-b established#012  Lifetime: 60 {unit}
          gives   conn=site-b
        """
    assert not problems(text.format(unit="seconds"))
    assert problems(text.format(unit="hours")) == [("G035", 6, "matched up to here (line 9), expected 'seconds'")]


def test_the_prefix_of_the_grammar_is_taken_off() -> None:
    text = """
        event ike.up local
          line    IKE_SA up
          from    src/a.c:1
          try     08[IKE] <site-b|7> IKE_SA up
          gives   conn=site-b ike_id=7 thread=08
          try     IKE_SA up
        """
    assert not problems(text, header="  prefix  $thread[$subsystem] <$conn|$ike_id>\n")


def test_the_caret_counts_header_and_prefix() -> None:
    found = problems(
        """
        event ike.up local
          line    IKE_SA up
          from    src/a.c:1
          try     08[IKE] IKE_SA down
        """,
        header="  prefix  $thread[$subsystem]\n",
    )
    assert found == [("G030", 5, "matched up to here, expected 'up'")]


def test_data_must_hold_too_and_what_lacks_is_said() -> None:
    text = """
        event session.down local
          data    eventState=On entId=$session
          line    Context report: $*
          from    a manual
          try     2026-05-04T08:13:20Z edge NSX 1 - [nsx@6876 entId="{id}" eventState="{state}"] Context report: x
          gives   session=d1092bd9
        """
    assert not problems(text.format(id="d1092bd9", state="On"), app="NSX")
    assert problems(text.format(id="d1092bd9", state="Off"), app="NSX") == [
        ("G030", 6, "its data has eventState=Off, not eventState=On")
    ]
    assert problems(text.replace('entId="{id}" ', "").format(state="On"), app="NSX") == [
        ("G030", 6, "its data has no 'entId'")
    ]


def test_an_ignore_claims_like_an_event() -> None:
    found = problems("""
        ignore chatter
          line    loaded $*
          from    src/a.c:1
          try     loaded plugins
        event config.loaded local
          line    loaded $conn
          from    src/a.c:2
          try     loaded site-b
        """)
    assert found == [
        ("G031", 5, "also by 'config.loaded' (line 11)"),
        ("G031", 9, "also by ignore 'chatter' (line 7)"),
    ]


def test_a_general_wording_may_follow_a_special_one_and_not_lead_it() -> None:
    special = """
        event auth.no_key local
          line    failed: no key for $remote
          from    src/a.c:1
          try     failed: no key for 192.0.2.1
        """
    general = """
        event ike.failed local
          line    failed: $reason
          from    src/a.c:2
          try     failed: no answer
        """
    assert not problems(special + general)
    assert problems(general + special) == [("G031", 10, "also by 'ike.failed' (line 7)")]


def test_of_wordings_with_the_same_text_the_narrower_slot_is_the_special_one() -> None:
    narrow = """
        event ike.half_open_timeout local
          line    state ${state:answering} timed out
          from    src/a.c:1
          try     state R1 timed out
        """
    wide = """
        event ike.timeout local
          line    state $state timed out
          from    src/a.c:2
          try     state I1 timed out
        """
    slot = "  slot    answering /R[0-9]/\n"
    assert not problems(narrow + wide, header=slot)
    assert [code for code, _, _ in problems(wide + narrow, header=slot)] == ["G031"]


def test_grammars_of_different_programs_do_not_meddle() -> None:
    text = """
        event ike.up local
          line    up
          from    src/a.c:1
          try     up
        """
    one = HEADER.format(name="one", app="oned") + dedent(text)
    two = HEADER.format(name="two", app="twod") + dedent(text)
    grammars = [g for g, _ in (read_grammar(one, "1"), read_grammar(two, "2")) if g]
    assert check(grammars) == ()
    assert [c for c, _, _ in problems(text, text)] == ["G036", "G036"]


def test_what_a_block_becomes_and_finds_needs_an_example_each() -> None:
    text = """
        event ike.failed local
          line    failed: $reason
          becomes ike.timeout local reason="Timed out"
          finds   auth.id_mismatch local reason="ID mismatch"
          from    src/a.c:1
          try     failed: Timed out
          {more}
        """
    assert not problems(text.format(more="try     failed: ID mismatch"))
    assert problems(text.format(more="note    none")) == [("G033", 5, "no example uses this 'finds'")]


def test_a_field_that_is_missing_is_told_with_those_that_are_there() -> None:
    found = problems("""
        event ike.up local
          line    IKE_SA $conn up with $remote
          from    src/a.c:1
          try     IKE_SA site-b up with 192.0.2.1
          gives   conn=site-b ike_id=7 remote=192.0.2.2
        """)
    assert found == [
        ("G032", 6, "the example gives no 'ike_id'"),
        ("G032", 6, "the example gives remote=192.0.2.1, not 192.0.2.2"),
    ]


def test_values_are_compared_as_values_not_as_texts() -> None:
    assert not problems("""
        event child.failed in
          line    SPI $spi: $notify, group $group, after $seconds s
          from    src/a.c:1
          try     SPI c41bd1f2: NO_PROP, group MODP_2048, after 30.0 s
          gives   spi=0xc41bd1f2 notify=NO_PROPOSAL_CHOSEN group=14 seconds=30
        """)


def test_a_value_that_a_field_refuses_is_pointed_at() -> None:
    found = problems("""
        event ike.up local
          line    up with $remote now
          from    src/a.c:1
          try     up with 192.0.2.300 now
        """)
    assert found == [("G030", 5, "matched up to here, expected a value of 'remote', which this is not")]


def test_a_regular_expression_in_a_template_is_told_apart() -> None:
    text = HEADER.format(name="x", app="exampled") + dedent("""
        event ike.up local
          line    IKE_SA (?P<conn>\\w+) up
          from    src/a.c:1
          try     IKE_SA site-b up
        """)
    grammar, _ = read_grammar(text, "x")
    assert grammar is not None
    (problem,) = check([grammar])
    assert problem.help == "a template is text and slots as they are, no regular expression"


CLAUSES = st.sampled_from(
    [
        "event ike.up local",
        "event ike.gone out",
        "ignore chatter",
        "  line    IKE_SA $conn up",
        "  line    IKE_SA $* up",
        "  line    up: ${state:own} ${reason:No answer|Timed out}$*",
        "  more    Lifetime: $lifetime s",
        "  data    a=$conn b=up",
        "  becomes ike.timeout local conn=b",
        "  set     cause=up",
        "  from    src/a.c:1",
        "  assumed so",
        "  try     IKE_SA b up",
        "  try     May  4 08:13:20 gw exampled[7]: IKE_SA b up#012Lifetime: 3 s",
        "  try     up: x No answer",
        "  also    Lifetime: 3 s",
        "  gives   conn=b cause=up",
        "  refuse  IKE_SA up",
    ]
)


@given(st.lists(CLAUSES, max_size=25), st.sampled_from(["grammar x\n", HEADER.format(name="x", app="exampled")]))
def test_whatever_reads_can_be_checked_and_problems_have_places(clauses: list[str], header: str) -> None:
    text = f"{header}  slot    own /[a-z]+/\n" + "\n".join(clauses)
    grammar, _ = read_grammar(text, "x")
    assert grammar is not None
    for problem in check([grammar]):
        assert 1 <= problem.span.line <= text.count("\n") + 1
