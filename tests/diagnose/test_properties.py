"""What holds for any events: noise changes nothing, order does not matter, hearing less never makes surer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from diagnose.episodes import SECOND, episode, event
from whydown.diagnose.engine import find, reason_shown, why_not
from whydown.diagnose.plan import plan
from whydown.diagnose.scene import Scene
from whydown.diagnose.search import Search, Solution
from whydown.diagnose.syntax import read_causes
from whydown.grammar.event import Event, Provenance
from whydown.sessions.model import Episode, Hearing

READ = read_causes((Path(__file__).parent / "worked.causes").read_text(), "worked.causes")
LISTS = ("IKE:AES_CBC_256/HMAC_SHA2_256_128/MODP_2048", "IKE:AES_CBC_128/HMAC_SHA2_256_128/ECP_256")
LEVELS = {"none": 0, "possible": 1, "probable": 2, "confirmed": 3}

_RELEVANT: dict[str, dict[str, object]] = {
    "edge session.down": {"reason": "Peer sent delete"},
    "edge ike.delete in": {},
    "edge ike.failed": {
        "notify_code": 14,
        "notify": "Timed out",
        "remote_port": 4500,
        "reason": "DH group mismatch",
        "role": "responder",
    },
    "edge tunnel.down": {"reason": "Invalid spi"},
    "peer ike.delete out": {"ike_id": 7},
    "peer ike.up": {"ike_id": 7},
    "peer ike.lifetime": {"ike_id": 7, "lifetime": "30"},
    "peer admin.terminate": {"target": "b"},
    "peer daemon.stop": {},
    "peer daemon.start": {},
    "peer dpd.dead": {},
    "peer proposals.received in": {"proposals": LISTS[0], "ike_id": 7},
    "peer proposals.configured": {"proposals": LISTS[1], "ike_id": 7},
    "peer packet in": {"dst_port": 500, "src": "192.0.2.1", "dst": "198.51.100.7"},
    "peer packet out": {"src_port": 500},
    "peer ike.half_open_timeout": {},
    "peer ike.failed in": {"notify": "NO_PROPOSAL_CHOSEN"},
}
_NOISE = ("edge bgp.up", "peer nat.detected", "edge interface.down", "peer bfd.up", "edge child.up", "peer retransmit")
_PROVENANCES = st.sampled_from([Provenance.SEEN, Provenance.SEEN, Provenance.ASSUMED, Provenance.GIST])


def _events(written: list[str]) -> st.SearchStrategy[list[Event]]:
    one = st.builds(
        lambda w, at, line, provenance: event(w, at=at / 2, line=line, provenance=provenance, **_RELEVANT.get(w, {})),
        st.sampled_from(written),
        st.integers(-80, 80),
        st.integers(0, 10_000),
        _PROVENANCES,
    )
    return st.lists(one, max_size=14, unique_by=lambda e: e.origins)


RELEVANT = _events(list(_RELEVANT))
NOISE = _events(list(_NOISE))


def verdicts(of: Episode) -> dict[str, str]:
    """Return every cause's level for every reason that shows."""
    scene = Scene(of)
    told = {}
    for reason in READ.reasons:
        if shown := reason_shown(reason, scene):
            told[reason.name] = str(shown.at)
            for cause in READ.causes:
                finding = find(cause, scene, shown) if reason.name in cause.reasons else None
                told[f"{reason.name} {cause.name}"] = finding.level.value if finding else "none"
    return told


@settings(deadline=None)
@given(RELEVANT, NOISE)
def test_events_no_clause_speaks_of_change_nothing(events: list[Event], noise: list[Event]) -> None:
    quiet = episode(*events)
    loud = replace(quiet, events=tuple(sorted((*quiet.events, *noise), key=lambda e: e.at)))
    assert verdicts(quiet) == verdicts(loud)


@settings(deadline=None)
@given(RELEVANT, st.randoms(use_true_random=False))
def test_the_order_of_the_events_does_not_matter(events: list[Event], random: object) -> None:
    straight = episode(*events)
    shuffled = list(straight.events)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert verdicts(straight) == verdicts(replace(straight, events=tuple(shuffled)))


@settings(deadline=None)
@given(RELEVANT, st.sampled_from(["edge", "peer"]))
def test_hearing_less_never_makes_surer(events: list[Event], deaf: str) -> None:
    whole = episode(*events)
    session = replace(whole.session, hearing=Hearing(tuple(h for h in whole.session.hearing.heard if h.side != deaf)))
    less = verdicts(replace(whole, session=session))
    for name, level in verdicts(whole).items():
        if level in LEVELS:
            assert LEVELS[less[name]] <= max(LEVELS[level], LEVELS["possible"])


@settings(deadline=None)
@given(RELEVANT, st.integers(-10_000_000, 10_000_000))
def test_the_hour_does_not_matter(events: list[Event], seconds: int) -> None:
    here = episode(*events)
    by = seconds * SECOND

    def moved(e: Event) -> Event:
        return e._replace(at=e.at + by)

    hearing = Hearing(tuple(replace(h, begin=h.begin + by, end=h.end + by) for h in here.session.hearing.heard))
    there = replace(
        here,
        session=replace(here.session, hearing=hearing),
        events=tuple(moved(e) for e in here.events),
        began=here.began + by,
        last_seen=here.last_seen + by,
    )
    levels = {k: v for k, v in verdicts(here).items() if v in LEVELS}
    assert levels == {k: v for k, v in verdicts(there).items() if v in LEVELS}


_SMALL = ("edge ike.up", "edge ike.gone", "peer ike.up", "peer ike.gone")
_LEANING = ("and", "and", "and", "unless")


@st.composite
def _clauses(draw: st.DrawFn, hows: tuple[str, ...] = _LEANING, wanted: tuple[str, ...] = _SMALL) -> str:
    """Write some clauses that lean on one another."""
    lines: list[str] = []
    for n in range(draw(st.integers(2, 5))):
        how = draw(st.sampled_from(hows)) if n else "if"
        line = f"{how} {draw(st.sampled_from(wanted))}"
        bound = [f"x{i}" for i, other in enumerate(lines) if other.endswith(f" as x{i}")]
        timed, tied = draw(st.tuples(st.booleans(), st.booleans()))
        if bound and timed:
            way = draw(st.sampled_from(["before", "after", "within 3s of"]))
            line += f" {way} {draw(st.sampled_from(bound))}"
        if bound and tied:
            line += f" same ike_id as {draw(st.sampled_from(bound))}"
        lines.append(line + (f" as x{n}" if how in {"if", "and", "helps"} else ""))
    return "\n".join(f"  {line}" for line in lines)


_HEAD = 'cause x "X"\n  explains session/x\n  fault none\n'
_TAIL = "\n  do Look.\n  from RFC 7296\n  try x => none\n"
_NUMBERED = st.lists(
    st.builds(
        lambda w, at, number, line: event(w, at=at, line=line, ike_id=number),
        st.sampled_from(_SMALL),
        st.integers(-5, 5),
        st.integers(1, 3),
        st.integers(0, 10_000),
    ),
    min_size=6,
    max_size=14,
    unique_by=lambda e: e.origins,
)


@settings(deadline=None, max_examples=300)
@given(_clauses(), _NUMBERED)
def test_going_back_by_the_shortest_way_finds_what_going_back_step_by_step_does(
    clauses: str, events: list[Event]
) -> None:
    (made,) = read_causes(_HEAD + clauses + _TAIL, "x.causes").causes
    scene = Scene(episode(*events))
    short = find(made, scene, None)
    known = plan(made.steps)
    blind = known._replace(leans=tuple(frozenset(range(n)) for n in range(len(known.firm))))
    with patch("whydown.diagnose.engine.plan", lambda _: blind):
        assert find(made, scene, None) == short


_HOWS = ("and", "and", "or", "unless", "never", "helps")
_OF_EITHER = ("either ike.up", "other ike.up", "either ike.gone", "other packet in", "peer child.up|ike.gone", *_SMALL)
_LISTENING = st.sampled_from([("edge peer", 0.0), ("edge peer", None), ("edge", 0.0), ("peer", 0.0)])


@settings(deadline=None, max_examples=200)
@given(_clauses(_HOWS, _OF_EITHER), _NUMBERED, _LISTENING, _PROVENANCES)
def test_a_search_that_ends_early_finds_what_trying_every_way_does(
    clauses: str, events: list[Event], listening: tuple[str, float | None], provenance: Provenance
) -> None:
    read = read_causes(_HEAD + clauses + _TAIL, "x.causes")
    assume(not read.problems)
    events[0] = events[0]._replace(rule=events[0].rule._replace(provenance=provenance))
    scene = Scene(episode(*events, sides=listening[0], offset=listening[1]))
    early = find(read.causes[0], scene, None)
    with (
        patch.object(Search, "at_best", lambda self: Solution(self.start, unhelped=-1, spoken=True)),
        patch.object(Search, "_is_false", lambda *_: False),
        patch.object(Search, "solutions", lambda self, _, every=Search.solutions: every(self)),
    ):
        assert find(read.causes[0], scene, None) == early


@settings(deadline=None)
@given(RELEVANT, _LISTENING)
def test_a_reason_that_is_not_asked_is_one_that_would_not_show(
    events: list[Event], listening: tuple[str, float | None]
) -> None:
    scene = Scene(episode(*events, sides=listening[0], offset=listening[1]))
    shown = [reason_shown(reason, scene) for reason in READ.reasons]
    with (
        patch.object(Scene, "holds_any", lambda *_: True),
        patch("whydown.diagnose.engine.plan", lambda steps: plan(steps)._replace(latest_first=False)),
    ):
        assert [reason_shown(reason, scene) for reason in READ.reasons] == shown


@settings(deadline=None)
@given(RELEVANT)
def test_a_lesser_wording_never_makes_surer(events: list[Event]) -> None:
    seen = [e._replace(rule=e.rule._replace(provenance=Provenance.SEEN)) for e in events]
    sure, unsure = verdicts(episode(*seen)), verdicts(episode(*events))
    assert all(LEVELS[unsure[n]] <= LEVELS[v] for n, v in sure.items() if v in LEVELS)


@settings(deadline=None)
@given(RELEVANT)
def test_a_trace_fails_where_nothing_is_found_and_nowhere_else(events: list[Event]) -> None:
    scene = Scene(episode(*events))
    for reason in READ.reasons:
        if shown := reason_shown(reason, scene):
            for cause in READ.causes:
                if reason.name in cause.reasons:
                    trace = why_not(cause, scene, shown)
                    assert trace
                    assert any(t.failed for t in trace) == (find(cause, scene, shown) is None)
