from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from batch.given import DAY, HOUR, outcome, row
from whydown.batch import fleet as fleets
from whydown.batch.store import Store, opened
from whydown.errors import UsageError, WhydownError
from whydown.report.layout import Style
from whydown.report.text import render_page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from whydown.batch.fleet import Fleet
    from whydown.batch.outcome import Outcome

EVER = (None, None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "store", make=True) as kept:
        yield kept


def scan(store: Store, *, ended: bool = True, **found: Outcome) -> None:
    """Keep outcomes by path as one run."""
    run = store.begin("1", "g")
    for path, one in found.items():
        store.keep(path, "key", run, one, EVER)
    if ended:
        store.end(run)


def told(found: Fleet) -> list[tuple[str, str, int]]:
    return [(one.session, one.cause, one.times) for one in found.recurrences]


def test_what_was_kept_is_found_by_its_look_and_by_its_content(store: Store) -> None:
    kept = outcome(row(), row("b", cause=""), content="c", quick="q")
    scan(store, a=kept)
    assert store.find("a", "key", "q") == kept
    assert store.find_content("a", "key", "c") == kept
    assert store.find("a", "key", "") is None
    assert store.find("a", "other key", "q") is None
    assert store.find("b", "key", "q") is None


def test_the_same_content_read_anew_replaces_what_was_found(store: Store) -> None:
    scan(store, a=outcome(row(cause="psk-mismatch")))
    scan(store, a=outcome(row(cause="id-mismatch")))
    assert told(fleets.fleet(store)) == [("a", "id-mismatch", 1)]


def test_other_content_of_the_same_path_adds_to_what_was_found(store: Store) -> None:
    scan(store, latest=outcome(row(began=1), content="monday"))
    scan(store, latest=outcome(row(began=DAY), content="tuesday"))
    assert told(fleets.fleet(store)) == [("a", "psk-mismatch", 2)]
    assert fleets.fleet(store).bundles == 1


def test_a_scan_of_a_window_forgets_nothing_outside_it(store: Store) -> None:
    scan(store, a=outcome(row(began=1), row(began=DAY)))
    store.keep("a", "since", store.begin("1", "g"), outcome(row(began=DAY)), (HOUR, None))
    assert told(fleets.fleet(store)) == [("a", "psk-mismatch", 2)]
    assert store.find_content("a", "since", "c1") == outcome(row(began=DAY))


def test_an_incident_that_two_bundles_hold_counts_once_as_the_latest_tells_it(store: Store) -> None:
    scan(store, a=outcome(row(began=1)))
    scan(store, b=outcome(row(began=1, ended=HOUR)))
    (one,) = fleets.fleet(store).recurrences
    assert (one.times, one.open) == (1, False)


def test_what_recurs_is_the_same_session_and_cause_again(store: Store) -> None:
    scan(store, a=outcome(row(began=1), row(began=3 * DAY), row("b", 5), row(began=7 * DAY, cause="id-mismatch")))
    found = fleets.fleet(store)
    assert told(found) == [("a", "psk-mismatch", 2), ("a", "id-mismatch", 1), ("b", "psk-mismatch", 1)]
    assert (found.recurrences[0].first, found.recurrences[0].last) == (1, 3 * DAY)
    page = render_page(fleets.page(found), Style(100))
    assert "| 2     | a       | It is psk-mismatch | 1970-01-01 00:00:00Z | 1970-01-04 00:00:00Z, open |" in page


def test_new_is_what_no_run_before_the_last_had_found(store: Store) -> None:
    scan(store, a=outcome(row("a", 1)))
    assert "Everything: there was no run before the last one." in render_page(fleets.page(fleets.fleet(store)), Style())
    scan(store, a=outcome(row("a", 1), row("a", DAY)), b=outcome(row("b", 2), content="c2"))
    assert [one.session for one in fleets.fleet(store).new] == ["b"]  # of a the same was known
    scan(store)
    assert fleets.fleet(store).new == ()


def test_a_run_that_was_interrupted_is_part_of_the_next(store: Store) -> None:
    scan(store, a=outcome(row("a", 1)))
    scan(store, ended=False, b=outcome(row("b", 2)))
    scan(store, c=outcome(row("c", 3)))
    assert {one.session for one in fleets.fleet(store).new} == {"b", "c"}


def test_an_incident_stays_known_when_its_bundle_is_read_anew(store: Store) -> None:
    scan(store, a=outcome(row("a", 1)))
    scan(store, a=outcome(row("a", 1), content="c2"))
    assert fleets.fleet(store).new == ()


def test_new_since_a_time_is_what_began_then_or_later(store: Store) -> None:
    scan(store, a=outcome(row("a", 1), row("b", DAY)))
    assert [one.session for one in fleets.fleet(store, DAY).new] == ["b"]


@pytest.mark.parametrize(
    ("rows", "flapping"),
    [
        ([row(state="flapping")], ["a"]),
        ([row(began=n * HOUR, cause=f"cause-{n}") for n in range(3)], ["a"]),
        ([row(began=n * DAY) for n in range(5)], []),
        ([row(began=n, tunnel=f"t{n}", layer="tunnel") for n in range(5)], []),
        ([row(began=n, follows=True, layer="tunnel") for n in range(5)], []),
    ],
    ids=["told", "three in a day", "one a day", "of different tunnels", "because of the session"],
)
def test_a_session_flaps_that_did_or_was_down_three_times_in_a_day(
    store: Store, rows: list[object], flapping: list[str]
) -> None:
    scan(store, a=outcome(*rows))  # type: ignore[arg-type]
    assert [one.session for one in fleets.fleet(store).flapping] == flapping


def test_a_store_takes_two_runs_at_a_time(tmp_path: Path) -> None:
    with opened(tmp_path / "store", make=True) as one, opened(tmp_path / "store", make=True) as other:
        first, second = one.begin("1", "g"), other.begin("1", "g")
        one.keep("a", "key", first, outcome(row("a")), EVER)
        other.keep("b", "key", second, outcome(row("b")), EVER)
        assert {kept.row.session for kept in one.incidents()} == {"a", "b"}


def test_a_transaction_that_fails_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    scan(store, a=outcome(row("a")))
    monkeypatch.setattr("whydown.batch.store._known", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        store.keep("a", "key", 2, outcome(row("b"), content="c2"), EVER)
    assert [kept.row.session for kept in store.incidents()] == ["a"]


def test_a_file_that_is_no_store_or_damaged_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "store"
    path.write_bytes(b"no database at all " * 100)
    with pytest.raises(UsageError, match="is damaged, or no store of whydown"), opened(path, make=True):
        pass
    path.unlink()
    sqlite3.connect(path).execute("CREATE TABLE other (a)").connection.close()
    with pytest.raises(UsageError, match="is no store of whydown"), opened(path, make=True):
        pass
    with pytest.raises(UsageError, match="There is no store"), opened(tmp_path / "none", make=False):
        pass


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_store_that_was_cut_off_or_overwritten_is_one_sentence(tmp_path: Path, share: float) -> None:
    path = tmp_path / "store"
    with opened(path, make=True) as kept:
        for n in range(200):
            kept.keep(f"p{n}", "key", 1, outcome(row(f"s{n}"), content=str(n)), EVER)
    data = path.read_bytes()
    at = int(share * len(data))
    for damaged in (data[:at], data[:at] + b"\xa5" * 9000 + data[at + 9000 :]):
        path.write_bytes(damaged)
        with pytest.raises(UsageError, match="is damaged"), opened(path, make=False) as kept:
            fleets.fleet(kept)


def test_a_store_of_another_layout_is_told(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with opened(path, make=True):
        pass
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(WhydownError, match="another version"), opened(path, make=False):
        pass
