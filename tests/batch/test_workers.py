from __future__ import annotations

import multiprocessing
import signal
import sys

import pytest

from batch.tasks import broken, doubler
from whydown.batch.workers import Limits, Trouble, work

WORDS = ["a", "die", "b", "sleep", "leave", "c", "grow", "fail", "d"]


@pytest.fixture(scope="module")
def results() -> dict[int, str | Trouble]:
    """Return the results of tasks some of which end in trouble."""
    return dict(work(WORDS, doubler, 2, jobs=2, limits=Limits(4.0, 1 << 30)))


def test_every_task_has_a_result_or_says_why_there_is_none(results: dict[int, str | Trouble]) -> None:
    assert sorted(results) == list(range(len(WORDS)))
    assert [results[n] for n, word in enumerate(WORDS) if len(word) == 1] == ["aa", "bb", "cc", "dd"]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("die", "ended by SIGKILL, perhaps for want of memory"),
        ("sleep", "it took more than 4 seconds"),
        ("leave", "the process that read it ended"),
        ("fail", "RuntimeError in tasks.py, line"),
        pytest.param(
            "grow",
            "it needs more than 1024 MiB of memory",
            marks=pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit is not kept elsewhere"),
        ),
    ],
)
def test_a_worker_in_trouble_ends_its_own_task(results: dict[int, str | Trouble], word: str, said: str) -> None:
    trouble = results[WORDS.index(word)]
    assert isinstance(trouble, Trouble)
    assert said in trouble.message
    assert "secret" not in trouble.message


def test_a_worker_that_cannot_begin_is_told_for_each_task() -> None:
    found = dict(work(["a", "b"], broken, 2, jobs=1))
    assert found == {n: Trouble("the process that read it ended") for n in (0, 1)}


def test_no_process_is_left_when_the_caller_stops_early() -> None:
    before = signal.getsignal(signal.SIGPIPE)
    results = work(["a", "sleep", "sleep"], doubler, 2, jobs=2)
    assert next(results) == (0, "aa")
    results.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()
    assert signal.getsignal(signal.SIGPIPE) is before


def test_no_task_needs_no_process() -> None:
    assert list(work([], doubler, 2, jobs=4)) == []
