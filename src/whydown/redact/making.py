"""What was taken of the logs, written anew: a file for each log and dump, without secrets, with or without pseudonyms."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from whydown.envelope import journal
from whydown.redact import dumps, names
from whydown.redact.pseudonyms import Book, Pseudonyms
from whydown.redact.spots import Spots
from whydown.redact.taken import Whence
from whydown.report.secrets import without_secrets
from whydown.sessions.homes import home_of
from whydown.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from whydown.grammar.event import Event
    from whydown.redact.names import Named, Vocabulary
    from whydown.redact.taken import Log, Taken
    from whydown.sessions.homes import Home
    from whydown.sources.line import Side

_JSON = re.compile(r"(?:<\d{1,3}>)?(?:1 )?(?:data: )?\x1e?(?=\{)", re.ASCII)
_HOLE = "\0\ufeff"  # what a crash or an editor leaves before a line
_SILENT = "# This log holds no line of a VPN's daemon.\n"


class Redacted(NamedTuple):
    """One file of the result; `written` is when its last line was (microseconds UTC), `lines` how many it has."""

    name: str
    side: Side | None
    data: bytes
    written: int
    lines: int


def pseudonyms_for(taken: Taken, book: Book, vocabulary: Vocabulary) -> Book:
    """Return the book with a pseudonym for every name and address of what was taken.

    What is a daemon's own word gets none. A log that holds nothing but pseudonyms of the book is one that was redacted
    before: it adds nothing.
    """
    spots = Spots(book.key)
    found: set[Named] = set()
    places: dict[str, str] = {}
    uuids: dict[str, str] = {}
    for part in _parts(taken):
        learnt = _learn(part, spots, vocabulary)
        if not _redacted_before(learnt, book):
            found |= learnt.names
            places |= learnt.addresses
            uuids |= learnt.uuids
    return Book(book.key, book.with_names(found).names, {**book.addresses, **places}, {**book.uuids, **uuids})


def redacted(taken: Taken, events: Iterable[Event], book: Book, vocabulary: Vocabulary) -> list[Redacted]:
    """Return what was taken as files with pseudonyms; the book is one of `pseudonyms_for`."""
    pseudonyms = Pseudonyms(book, vocabulary)
    before = set()
    for part in _parts(taken):
        if _redacted_before(_learn(part, pseudonyms.spots, vocabulary), book):
            before.add(part.whence)
    return _files(taken, events, lambda whence: None if whence in before else pseudonyms)


def plain(taken: Taken, events: Iterable[Event]) -> list[Redacted]:
    """Return what was taken as files as it is, but for secrets."""
    files = _files(taken, events, lambda _: None)
    return [file._replace(name=file.name.replace("redacted", "evidence")) for file in files]


class _Part(NamedTuple):
    """One log or dump: its texts as they are learnt from, and the names that its events tell."""

    whence: Whence
    texts: Sequence[str]
    names: frozenset[Named]


class _Learnt(NamedTuple):
    names: set[Named]
    addresses: dict[str, str]
    uuids: dict[str, str]


def _parts(taken: Taken) -> Iterable[_Part]:
    for whence, log in taken.logs.items():
        yield _Part(whence, tuple(_unwrapped(text) for text in log.lines.values()), frozenset(log.names))
    for dump in taken.dumps:
        tree = dumps.read(b"".join(dump.pieces))
        yield _Part(Whence(*dump.place[:2]), dumps.texts(tree), frozenset(dump.names | dumps.named(tree)))


def _learn(part: _Part, spots: Spots, vocabulary: Vocabulary) -> _Learnt:
    learnt = _Learnt({n for n in part.names if not vocabulary.has(n.text)}, {}, {})
    for text in map(without_secrets, part.texts):
        learnt.names.update(n for n in names.of_text(text) if not vocabulary.has(n.text))
        for _, _, other, found in spots.of(text):
            if found:
                (learnt.uuids if names.UUID.fullmatch(found) else learnt.addresses)[found] = other
    return learnt


def _redacted_before(learnt: _Learnt, book: Book) -> bool:
    """Whether there is nothing but pseudonyms of the book."""
    known = {atom.text for other in book.names.values() for atom in names.atoms(other, "name")}
    given = {address.partition("/")[0] for address in learnt.addresses}
    return (
        bool(learnt.names or given or learnt.uuids)
        and {name.text for name in learnt.names} <= known
        and given <= set(book.addresses.values())
        and learnt.uuids.keys() <= {other.lower() for other in book.uuids.values()}
    )


def _files(
    taken: Taken, events: Iterable[Event], pseudonyms_of: Callable[[Whence], Pseudonyms | None]
) -> list[Redacted]:
    settled = _settled(taken, events)
    names_of = _Names()
    files = []
    for whence, log in taken.logs.items():
        known = pseudonyms_of(whence)
        rewrite = without_secrets if known is None else known.text
        for side, numbers in _by_side(log, settled.get(whence, {})):
            texts = [printable(_rewritten(log.lines[n].lstrip(_HOLE), rewrite)) for n in numbers]
            text = "".join(f"{one}\n" for one in texts) or _SILENT
            files.append(Redacted(names_of.log(whence, side), side, text.encode(), log.last, len(texts)))
    for dump in taken.dumps:
        whence = Whence(*dump.place[:2])
        tree = dumps.read(b"".join(dump.pieces))
        text = dumps.written(tree, pseudonyms_of(whence))
        name = names_of.dump(whence, dump.place.side, "txt" if isinstance(tree, str) else "json")
        files.append(Redacted(name, dump.place.side, text.encode(), dump.written, text.count("\n")))
    last = max((file.written for file in files), default=0)
    empty = sorted(taken.given - {log.side for log in taken.logs.values()})  # an empty log says something, too
    nowhere = Whence("", "")
    files += [Redacted(names_of.log(nowhere, side), side, _SILENT.encode(), last, 0) for side in empty]
    return sorted(files, key=lambda file: file.side or "")  # a log that is silent has its place as any other


class _Names:
    """Names the files: by side and number; what is one gateway's in a bundle stays together, as `homes` knows it."""

    def __init__(self) -> None:
        self._numbers: Counter[str] = Counter()
        self._homes: dict[str, str] = {}

    def log(self, whence: Whence, side: Side | None) -> str:
        """Name a log."""
        return self._name(home_of(*whence, stated=False), side, "var/log/", "log")

    def dump(self, whence: Whence, side: Side | None, suffix: str) -> str:
        """Name a state dump."""
        return self._name(home_of(*whence, stated=True), side, "edge/", suffix)

    def _name(self, home: Home, side: Side | None, folder: str, suffix: str) -> str:
        word = str(side) if side else "log"
        self._numbers[word] += 1
        name = f"{word}.redacted-{self._numbers[word]:02}.{suffix}"
        if not home.bundled:
            return name
        return f"{self._homes.setdefault(home.name, f'gateway-{len(self._homes) + 1}')}/{folder}{name}"


def _by_side(log: Log, settled: Mapping[str, Side]) -> Iterator[tuple[Side | None, list[int]]]:
    """Yield the lines of a log, by number, with the side they are of; a log of both sides in two parts."""
    if log.side is not None or len(set(settled.values())) < 2:
        side = log.side or next(iter(settled.values()), None)
        if side is not None or log.lines:
            yield side, sorted(log.lines)
        return
    parts: dict[Side, list[int]] = {}
    for number in sorted(log.lines):
        parts.setdefault(settled.get(log.hosts[number], next(iter(settled.values()))), []).append(number)
    yield from parts.items()


def _settled(taken: Taken, events: Iterable[Event]) -> dict[Whence, dict[str, Side]]:
    """Say whose the logs are that were given without a side, by host, as all of them told: names will tell no more.

    Those whose lines name no host stay as they are where one side has several of them: they may be of several
    gateways.
    """
    found: dict[Whence, dict[str, Side]] = defaultdict(dict)
    for event in events:
        whence = Whence(event.origins[0].source, event.origins[0].member)
        if event.side and whence in taken.logs and taken.logs[whence].side is None:
            log = taken.logs[whence]
            found[whence][log.hosts.get(event.origins[0].line, event.host)] = event.side
    homes: dict[Side, set[str]] = defaultdict(set)
    for whence, sides in found.items():
        if "" in sides:
            homes[sides[""]].add(home_of(*whence, stated=False).name)
    return {w: sides for w, sides in found.items() if "" not in sides or len(homes[sides[""]]) == 1}


def _rewritten(text: str, rewrite: Callable[[str], str]) -> str:
    """Return a line rewritten; of a journal's entry only the fields that are read, each by itself."""
    entry = _entry(text)
    if entry is None:
        return rewrite(text)
    return json.dumps({key: _value(entry[key], rewrite) for key in sorted(entry.keys() & journal.FIELDS)})


def _unwrapped(text: str) -> str:
    """Return what a line says; of a journal's entry the values of the fields that are read."""
    entry = _entry(text)
    if entry is None:
        return text
    return " ".join(str(_value(entry[key], str)) for key in sorted(entry.keys() & journal.FIELDS))


def _entry(text: str) -> dict[str, Any] | None:
    match = _JSON.match(text)
    if match is None:
        return None
    try:
        entry = json.loads(text[match.end() :])
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) and ("MESSAGE" in entry or "msg" in entry) else None


def _value(value: Any, rewrite: Callable[[str], str]) -> Any:
    """Return a field's value rewritten; text that is no UTF-8 stands there as a list of bytes."""
    if isinstance(value, list):
        if value and all(isinstance(byte, int) and 0 <= byte < 256 for byte in value):
            return rewrite(bytes(value).decode(errors="surrogateescape"))
        return _value(value[-1], rewrite) if value and not isinstance(value[-1], list) else ""
    return rewrite(value) if isinstance(value, str) else value if isinstance(value, int) else ""
