"""Tasks in processes: one that dies, hangs or grows beyond measure ends its own task and no other."""

from __future__ import annotations

import signal
import sys
import time
import traceback
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection, get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

_Plan = TypeVar("_Plan")
_Task = TypeVar("_Task")
_Result = TypeVar("_Result")

_MIB = 1 << 20
_GRACE_S = 5.0  # in which a worker that was told to end does so


class Limits(NamedTuple):
    """What one task may take."""

    seconds: float = 3600.0
    memory: int = 1024 * _MIB  # bytes of address space of its process, where the system can limit that


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a task has no result, as the end of a sentence."""

    message: str


class _Job(NamedTuple, Generic[_Plan, _Task, _Result]):
    """What a worker is started with: `prepare(plan)` gives the function that does a task."""

    prepare: Callable[[_Plan], Callable[[_Task], _Result]]
    plan: _Plan
    memory: int


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    task: int | None = None
    ends: float = 0.0  # by the monotonic clock

    def stop(self) -> None:
        """End the process, whatever it does."""
        self.pipe.close()
        if self.task is not None:
            self.process.kill()
        self.process.join(_GRACE_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def work(
    tasks: Sequence[_Task],
    prepare: Callable[[_Plan], Callable[[_Task], _Result]],
    plan: _Plan,
    *,
    jobs: int,
    limits: Limits = USUAL,
) -> Iterator[tuple[int, _Result | Trouble]]:
    """Do each task in one of `jobs` processes, and yield its number and result as it ends.

    `prepare` is a module's function; each process calls it once with `plan`.
    """
    waiting = deque(enumerate(tasks))
    workers: list[_Worker] = []
    job = _Job(prepare, plan, limits.memory)
    with _no_broken_pipes():
        try:
            while waiting or any(worker.task is not None for worker in workers):
                while waiting and len(workers) < jobs:
                    workers.append(_start(job))
                for worker in workers:
                    if worker.task is None and waiting:
                        worker.task, task = waiting.popleft()
                        worker.ends = time.monotonic() + limits.seconds
                        with suppress(OSError):  # it has died already: seen below
                            worker.pipe.send(task)
                for worker in _ended(workers):
                    number, result = worker.task, _result(worker, limits)
                    if isinstance(result, Trouble):
                        worker.stop()
                        workers.remove(worker)
                    worker.task = None
                    if number is not None:
                        yield number, result
        finally:
            for worker in workers:
                worker.stop()


def _ended(workers: Sequence[_Worker]) -> list[_Worker]:
    """Wait for workers that have something to tell, or whose time is over."""
    busy = [worker for worker in workers if worker.task is not None]
    wait = max(0.0, min(worker.ends for worker in busy) - time.monotonic())
    told = connection.wait([worker.pipe for worker in busy], wait)
    now = time.monotonic()
    return [worker for worker in busy if worker.pipe in told or worker.ends <= now]


def _result(worker: _Worker, limits: Limits) -> Any:
    """Take a worker's result, or say why there is none."""
    if not worker.pipe.poll():
        return Trouble(f"it took more than {limits.seconds:g} seconds")
    try:
        return worker.pipe.recv()
    except (EOFError, OSError):
        worker.process.join(_GRACE_S)
        code = worker.process.exitcode
    if code is None or code >= 0:
        return Trouble("the process that read it ended")
    with suppress(ValueError):
        name = signal.Signals(-code).name
        return Trouble(f"the process that read it was ended by {name}{', perhaps for want of memory' * (code == -9)}")
    return Trouble(f"the process that read it was ended by signal {-code}")


def _start(job: _Job[Any, Any, Any]) -> _Worker:
    context = get_context("spawn")  # a fork would share the parent's threads and files
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, job), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _serve(pipe: Connection, job: _Job[Any, Any, Any]) -> None:
    """Do tasks until there are no more: the life of a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, too, and ends its workers
    _limit_memory(job.memory)
    do = job.prepare(job.plan)
    with suppress(EOFError, OSError):
        while True:
            task = pipe.recv()
            try:
                result = do(task)
            except MemoryError:
                result = Trouble(f"it needs more than {job.memory // _MIB} MiB of memory")
            except Exception as error:  # noqa: BLE001 - the edge of the process: the other tasks go on
                result = Trouble(_blame(error))
            pipe.send(result)


def _blame(error: Exception) -> str:
    """Say where an error struck, and nothing of what was read."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}: a fault of whydown, not of the bundle"


def _limit_memory(most: int) -> None:
    if sys.platform != "win32":
        import resource  # noqa: PLC0415

        with suppress(ValueError, OSError):  # a lower limit is set already, or the system knows none
            resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


@contextmanager
def _no_broken_pipes() -> Iterator[None]:
    """Let writing to a worker that died be an error, where the command wants broken pipes to end it."""
    try:
        before = signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    except (AttributeError, ValueError):  # Windows has no such signal; a thread may not set it
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGPIPE, before)
