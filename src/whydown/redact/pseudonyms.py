"""Pseudonyms for every name and address, and texts with them put in."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ahocorasick_rs import BytesAhoCorasick

from whydown.redact.names import WORDS, Named, Vocabulary
from whydown.redact.spots import Spot, Spots, forms, read
from whydown.report.secrets import without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KEY_BYTES = 32
_SHORT = 4  # letters; shorter names are replaced only where they are a word by themselves
_HEX = re.compile(r"[0-9a-f]+")
_ALNUM = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyz") | frozenset(range(0x80, 0x100))
_DIGITS = frozenset(b"0123456789")
_NOTHING = frozenset[int]()


@dataclass(frozen=True, slots=True)
class Book:
    """Which pseudonym stands for what: the private map. Names in small letters; addresses in their normal form."""

    key: bytes
    names: Mapping[str, str] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    uuids: Mapping[str, str] = field(default_factory=dict)

    def with_names(self, found: Iterable[Named]) -> Book:
        """Return the book with further names, in the order of the alphabet, so that no order of files matters."""
        ranks = {word: number for number, word in enumerate(WORDS)}
        first: dict[str, str] = {}
        for name, word in sorted(set(found), key=lambda n: (n.text, ranks[n.word])):
            first.setdefault(name, word)
        names = dict(self.names)
        taken = {*names.values(), *names, *first}
        numbers = dict.fromkeys(WORDS, 0)
        for name, word in first.items():
            if name in names:
                continue
            made = ""
            while not made or made in taken:
                numbers[word] += 1
                made = f"{word}-{numbers[word]}" + (".invalid" if word == "domain" else "")
            taken.add(made)
            names[name] = made
        return replace(self, names=names)


def new_book() -> Book:
    """Return an empty book with a key drawn anew."""
    return Book(secrets.token_bytes(KEY_BYTES))


class Pseudonyms:
    """Puts pseudonyms into texts: the same for the same, wherever it stands; and takes secrets out."""

    def __init__(self, book: Book, vocabulary: Vocabulary) -> None:
        """Take the book; its names are replaced also within words where no daemon's word holds them."""
        self.book = book
        self.spots = Spots(book.key)
        self._needles: dict[bytes, tuple[bytes, frozenset[int]]] = {}
        for address, other in book.addresses.items():
            self._add_forms(address, other)
        for name, other in book.names.items():
            alone = len(name) < _SHORT or bool(_HEX.fullmatch(name)) or vocabulary.within(name)
            self._needles[_bytes(name)] = (_bytes(other), _ALNUM if alone else _NOTHING)
        patterns = list(self._needles) or [b"\0\0"]
        self._search = BytesAhoCorasick(patterns).find_matches_as_indexes
        self._patterns = patterns

    def _add_forms(self, address: str, other: str) -> None:
        own, others = read(address), read(other)
        if own is None or others is None:
            return
        written = forms(others)
        for form, text in forms(own).items():
            near = _ALNUM if form in ("number", "hex") else _DIGITS
            self._needles[_bytes(text)] = (_bytes(written[form]), near)
            if form == "hex":
                self._needles[b"0x" + _bytes(text)] = (b"0x" + _bytes(written[form]), near)

    def text(self, text: str) -> str:
        """Return a text with pseudonyms, and without secrets."""
        data = _bytes(without_secrets(text))
        plain = data.decode("latin-1")  # a character a byte, so that places in both are the same
        spots = [s for s in self.spots.of(plain) if s.text]
        spots += self._named(data)
        if not spots:
            return data.decode(errors="surrogateescape")
        pieces, done = [], 0
        for begin, end, other, _ in sorted(spots, key=lambda s: (s.begin, -s.end)):
            if begin >= done:
                pieces += [plain[done:begin], other]
                done = end
        return "".join([*pieces, plain[done:]]).encode("latin-1").decode(errors="surrogateescape")

    def _named(self, data: bytes) -> list[Spot]:
        small = data.lower()
        found = []
        for number, begin, end in self._search(small, overlapping=True):
            needle = self._patterns[number]
            other, near = self._needles[needle]
            if near and ((begin and small[begin - 1] in near) or (end < len(small) and small[end] in near)):
                continue
            written = data[begin:end]
            if written != needle:  # in capitals
                other = other.upper() if written.isupper() else other.capitalize()
            found.append(Spot(begin, end, other.decode("latin-1")))
        return found


def _bytes(text: str) -> bytes:
    try:
        return text.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        return text.encode(errors="replace")
