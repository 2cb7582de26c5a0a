"""Which names the logs hold, found where the grammars know what a word is: hosts, connections, identities."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, NamedTuple

from whydown.report.secrets import without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from whydown.grammar.event import Event
    from whydown.grammar.model import Grammar, Template

# What a pseudonym begins with: by the field in which a name stands first, in this order.
_FIELDS = {
    "conn": "conn",
    "session_name": "session",
    "session": "session",
    "child": "child",
    "target": "conn",
    "local_id": "id",
    "remote_id": "id",
    "wanted_id": "id",
    "tunnel": "tunnel",
    "service": "service",
    "node": "node",
    "vrf": "vrf",
}
WORDS = ("host", *dict.fromkeys(_FIELDS.values()), "domain", "user", "name")
# Keys of structured data (`username="..."`) whose values name somebody or something of the user's.
_KEYS = frozenset({"username", "user", "tenant", "display_name", "displayname", "entityname", "hostname"})

UUID = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])")
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
# Top-level domains by which a word with dots in it is taken for a host's name; so many are not: `.so`, `.py`, `.sh`.
_TOP = (
    "com|net|org|edu|gov|mil|int|info|biz|name|cloud|app|dev|tech|online|site|bank|local|localdomain|lan|internal|intra"
    "|corp|home|arpa|test|invalid|example|private|vpn|at|au|be|br|ca|ch|cl|cn|cz|de|dk|es|eu|fi|fr|gr|hk|hu|ie|il|in|it"
    "|jp|kr|lu|mx|nl|no|nz|pt|ro|ru|se|sg|si|sk|th|tr|tw|ua|uk|us|za"
)
DOMAIN = re.compile(
    rf"(?<![0-9A-Za-z_.-])(?:{_LABEL}\.){{1,10}}(?:{_TOP})(?![0-9A-Za-z_-])(?!\.[0-9A-Za-z])", re.IGNORECASE
)
MAIL = re.compile(rf"(?<![0-9A-Za-z_.+-])([A-Za-z0-9_.+-]{{1,64}})@(?={_LABEL}\.)")
_FQDN = re.compile(rf"(?:{_LABEL}\.){{1,10}}[A-Za-z][A-Za-z0-9-]{{0,61}}")
_RDN = re.compile(r"(?:^|,|/)\s*[A-Za-z]{1,24}=([^,/=]+)")
_WORD = re.compile(r"[^\s,;:=\"'()\[\]{}<>|]+")
_PLAIN = re.compile(r"[A-Za-z]+")


_COMMON = frozenset(
    {"invalid", "default", "none", "any", "all", "unknown", "localhost", "localdomain", "root", "admin", "system"}
)


class Named(NamedTuple):
    """A name as a log has it (small letters), and what its pseudonym begins with."""

    text: str
    word: str


class Vocabulary:
    """The words of the daemons: what is one of them tells nothing of anybody, and the grammars need it as it is."""

    def __init__(self, grammars: Iterable[Grammar]) -> None:
        """Take every literal text of the grammars."""
        literals = {text.lower() for grammar in grammars for text in _literals(grammar)}
        self._text = "\n".join(sorted(literals))
        self._words = frozenset(
            found for text in literals for pattern in (_WORD, _PLAIN) for found in pattern.findall(text)
        )

    def has(self, name: str) -> bool:
        """Whether a name is but a daemon's word."""
        return name in _COMMON or name in WORDS or name in self._words

    def within(self, name: str) -> bool:
        """Whether a name stands somewhere in a daemon's words, so that it may be replaced only where it is a word."""
        return name in self._text


def _literals(grammar: Grammar) -> Iterator[str]:
    yield from (*grammar.apps, *grammar.marks, grammar.name, grammar.vendor)
    for event in grammar.events:
        yield from (value for pair in event.sets for value in pair)
        yield from (key for key, _ in event.data)
        for template in (*event.lines, *event.more, *(t for _, t in event.data)):
            yield from _texts(template)
        for turn in event.turns:
            yield from (value for _, values in turn.when for value in values)
    for ignore in grammar.ignores:
        for template in ignore.lines:
            yield from _texts(template)
    for template in grammar.prefixes:
        yield from _texts(template)


def _texts(template: Template) -> Iterator[str]:
    for part in template.parts:
        yield from (part,) if isinstance(part, str) else part.words


def of_event(event: Event) -> Iterator[Named]:
    """Yield the names in an event's fields and in the host that its header names."""
    yield from of_host(event.host)
    for field, word in _FIELDS.items():
        value = event.fields.get(field)
        if isinstance(value, str):
            yield from atoms(value, word)


def of_host(host: str) -> Iterator[Named]:
    """Yield the names in a host's name."""
    yield from atoms(host, "host")


def of_pairs(pairs: Mapping[str, str]) -> Iterator[Named]:
    """Yield the names in a line's structured data."""
    for key, value in pairs.items():
        if key.lower() in _KEYS:
            yield from atoms(value, "user" if "user" in key.lower() else "name")


def of_text(text: str) -> Iterator[Named]:
    """Yield the names that show themselves in any text: domain names and the users of mail addresses."""
    if "@" in text:
        for match in MAIL.finditer(text):
            yield Named(match[1].lower(), "user")
    for match in DOMAIN.finditer(text):
        yield from _of_domain(match[0].lower())


def atoms(value: str, word: str) -> Iterator[Named]:
    """Take a value apart into what is replaced by itself, so that a host is the same in its own and in longer names.

    Distinguished names give their values, mail addresses the user and the domain, domain names each label and the
    registered domain, connections with an alias (`branch/1x1`) the part before. Addresses, networks and UUIDs are no
    names: they are found by their look.
    """
    text = value.strip(" \t'\"[]").lower().removeprefix("@").removeprefix("#")
    if not text or text.startswith("%") or _is_address(text) or UUID.fullmatch(text):
        return
    if without_secrets(value) != value:  # it is to be dropped, not to be kept in a map
        return
    if "@" in text and "=" not in text:
        user, _, domain = text.partition("@")
        yield from atoms(user, "user")
        yield from atoms(domain, word)
    elif _FQDN.fullmatch(text):
        yield from _of_domain(text)
    elif "=" in text or "/" in text:
        for part in _RDN.findall(text) if "=" in text else text.split("/"):
            if len(part.strip()) > 2 or "=" not in text:  # a country is no secret
                yield from atoms(part, word)
    elif len(text) > 1 and not re.fullmatch(r"[\d.x:#-]+", text):
        yield Named(text, word)


def _of_domain(name: str) -> Iterator[Named]:
    """Yield each label and, as one name, the last two."""
    *labels, second, top = name.split(".")
    yield Named(f"{second}.{top}", "domain")
    yield from atoms(second, "name")
    for label in labels:
        yield from of_host(label)


def _is_address(text: str) -> bool:
    bare = re.split(r"[/\[%-]", text.strip("[]"), maxsplit=1)[0]
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        return False
    return True
