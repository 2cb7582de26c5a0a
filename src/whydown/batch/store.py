"""What earlier runs found, in one SQLite file: what has not changed is not read again, and what recurs can be told.

A reading is one content of one path. A path whose content changes gets another reading and keeps what was found in
the one before; the same content read anew (another version, other options) replaces its own. Each reading is one
transaction, so a run that is interrupted leaves what it had finished, and runs at the same time wait for each other.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from whydown.batch.outcome import Named, Outcome, Row, Status
from whydown.errors import UsageError, WhydownError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_APPLICATION = 0x77687964  # "whyd": tells a store from other SQLite files
_VERSION = 1
_PATIENCE_S = 60.0  # for another run that is writing
_LAYOUT = """
CREATE TABLE run (
    number INTEGER PRIMARY KEY AUTOINCREMENT, began INTEGER NOT NULL, ended INTEGER, whydown TEXT, grammars TEXT);
CREATE TABLE reading (
    number INTEGER PRIMARY KEY, path TEXT NOT NULL, content TEXT NOT NULL, quick TEXT NOT NULL, key TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES run, status TEXT NOT NULL, message TEXT NOT NULL, lines INTEGER NOT NULL,
    packed BLOB NOT NULL, cells BLOB NOT NULL, UNIQUE (path, content));
CREATE TABLE incident (
    reading INTEGER NOT NULL REFERENCES reading, place INTEGER NOT NULL, first_run INTEGER NOT NULL,
    known TEXT NOT NULL, began INTEGER NOT NULL, short TEXT NOT NULL);
CREATE INDEX incident_reading ON incident (reading);
CREATE INDEX incident_known ON incident (known);
"""


class Run(NamedTuple):
    """One scan that wrote to the store; times in microseconds UTC, `ended` None where it was interrupted."""

    number: int
    began: int
    ended: int | None


class Kept(NamedTuple):
    """An incident of the store: the path it was found in, and the run in which it was found first."""

    path: str
    first_run: int
    row: Row


class Store:
    """A store that is open; every failure of the file is one sentence."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """Use `opened`."""
        self._path = path
        self._connection = connection

    def begin(self, version: str, grammars: str) -> int:
        """Begin a run, and return its number."""
        with self._writing() as write:
            done = write.execute(
                "INSERT INTO run (began, whydown, grammars) VALUES (?, ?, ?)", (_now(), version, grammars)
            )
            return done.lastrowid or 0

    def end(self, run: int) -> None:
        """Note that a run came to its end."""
        with self._writing() as write:
            write.execute("UPDATE run SET ended = ? WHERE number = ?", (_now(), run))

    def find(self, case: str, key: str, quick: str) -> Outcome | None:
        """Return what a case of this glance gave when it was read in the same way; None where that is not known."""
        return self._one(case, key, "quick", quick) if quick else None

    def find_content(self, case: str, key: str, content: str) -> Outcome | None:
        """Return what a case of this content gave when it was read in the same way."""
        return self._one(case, key, "content", content)

    def holds(self, case: str, key: str) -> bool:
        """Whether a case was read in the same way at all, so that it is worth asking for its content."""
        with self._reading() as read:
            found = read.execute("SELECT 1 FROM reading WHERE path = ? AND key = ? LIMIT 1", (_real(case), key))
            return found.fetchone() is not None

    def _one(self, case: str, key: str, column: str, value: str) -> Outcome | None:
        with self._reading() as read:
            found = read.execute(
                f"SELECT number, status, message, lines, packed, cells, content, quick FROM reading "  # noqa: S608 - no user's text
                f"WHERE path = ? AND key = ? AND {column} = ?",
                (_real(case), key, value),
            ).fetchone()
            if found is None:
                return None
            number, status, message, lines, packed, cells, content, quick = found
            shorts = read.execute(
                "SELECT short FROM incident WHERE reading = ? AND place >= 0 ORDER BY place", (number,)
            ).fetchall()
        return Outcome(Status(status), message, lines, tuple(_row(s) for (s,) in shorts), packed, cells, content, quick)

    def glanced(self, case: str, key: str, outcome: Outcome) -> None:
        """Remember how a case looks whose content was known already."""
        with self._writing() as write:
            write.execute(
                "UPDATE reading SET quick = ? WHERE path = ? AND key = ? AND content = ?",
                (outcome.quick, _real(case), key, outcome.content),
            )

    def keep(self, case: str, key: str, run: int, outcome: Outcome, window: tuple[int | None, int | None]) -> None:
        """Keep what a case gave; what an earlier reading of the same content found outside `window` is kept too."""
        path = _real(case)
        with self._writing() as write:
            write.execute("UPDATE reading SET quick = '' WHERE path = ?", (path,))
            first = dict(
                write.execute(
                    "SELECT i.known, min(i.first_run) FROM incident i JOIN reading r ON r.number = i.reading "
                    "WHERE i.known IN (SELECT value FROM json_each(?)) GROUP BY i.known",
                    (json.dumps([_known(row) for row in outcome.rows]),),
                ).fetchall()
            )
            write.execute(
                "INSERT INTO reading (path, content, quick, key, run, status, message, lines, packed, cells) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (path, content) DO UPDATE SET quick = excluded.quick, "
                "key = excluded.key, run = excluded.run, status = excluded.status, message = excluded.message, "
                "lines = excluded.lines, packed = excluded.packed, cells = excluded.cells",
                (
                    *(path, outcome.content, outcome.quick, key, run, outcome.status.value, outcome.message),
                    *(outcome.lines, outcome.packed, outcome.cells),
                ),
            )
            (number,) = write.execute(
                "SELECT number FROM reading WHERE path = ? AND content = ?", (path, outcome.content)
            ).fetchone()
            since, until = window
            write.execute(
                "DELETE FROM incident WHERE reading = ? AND began BETWEEN ? AND ?",
                (number, -(2**62) if since is None else since, 2**62 if until is None else until),
            )
            write.execute("UPDATE incident SET place = -1 WHERE reading = ?", (number,))
            write.executemany(
                "INSERT INTO incident (reading, place, first_run, known, began, short) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (number, place, first.get(_known(row), run), _known(row), row.began, json.dumps(row))
                    for place, row in enumerate(outcome.rows)
                ],
            )

    def runs(self) -> list[Run]:
        """Return every run, the first one first."""
        with self._reading() as read:
            return [Run(*found) for found in read.execute("SELECT number, began, ended FROM run ORDER BY number")]

    def incidents(self) -> list[Kept]:
        """Return every incident of every reading, those of the latest reading last."""
        with self._reading() as read:
            found = read.execute(
                "SELECT r.path, i.first_run, i.short FROM incident i JOIN reading r ON r.number = i.reading "
                "ORDER BY r.run, r.path, r.content, i.place"
            )
            return [Kept(path, first, _row(short)) for path, first, short in found]

    def bundles(self) -> int:
        """Return how many paths were read."""
        with self._reading() as read:
            return int(read.execute("SELECT count(DISTINCT path) FROM reading").fetchone()[0])

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with _told(self._path):
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Give a transaction: whole or not at all, and one at a time among all runs."""
        with _told(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.rollback()
                raise
            self._connection.commit()


@contextmanager
def opened(path: Path, *, make: bool) -> Iterator[Store]:
    """Open a store, and make it where there is none if `make` says so.

    UsageError where it cannot be opened, is damaged, or is something else.
    """
    if not make and not path.exists():
        raise UsageError(f"There is no store {path}.", "Make one: whydown scan BUNDLES --store FILE.")
    with _told(path):
        connection = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)
    try:
        with _told(path):
            _prepare(path, connection)
        yield Store(path, connection)
    finally:
        connection.close()


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    if path.stat().st_size == 0:
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("PRAGMA application_id").fetchone()[0] == 0:  # no other run was quicker
            for statement in _LAYOUT.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute(f"PRAGMA user_version = {_VERSION}")
        connection.commit()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != _APPLICATION:
        raise UsageError(f"{path} is no store of whydown.", "Name another file after --store.")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != _VERSION:
        raise UsageError(f"{path} was made by another version of whydown.", "Name another file after --store.")
    if (found := connection.execute("PRAGMA quick_check(1)").fetchone()) != ("ok",):
        raise sqlite3.DatabaseError(str(found))


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say what ails the file in one sentence."""
    try:
        yield
    except sqlite3.OperationalError as error:
        said = str(error)
        if "locked" in said or "busy" in said:
            raise WhydownError(f"{path} is in use by another run.", "Try again when that has ended.") from error
        raise UsageError(f"{path} cannot be used as a store: {said}.", "Name another file after --store.") from error
    except (sqlite3.Error, ValueError, TypeError, LookupError) as error:
        raise UsageError(
            f"{path} is damaged, or no store of whydown.",
            "Move it away and scan again: it is made anew; or name another file after --store.",
        ) from error


def _row(short: str) -> Row:
    values = json.loads(short)
    row = Row(*values)
    return row._replace(cause=Named(*row.cause) if row.cause else None)


def _known(row: Row) -> str:
    """Return what is the same of one incident in every bundle that holds it, however the logs were rotated."""
    return json.dumps([row.session_id, row.layer, row.tunnel, row.began])


def _real(case: str) -> str:
    return os.path.realpath(case)


def _now() -> int:
    return time.time_ns() // 1000
