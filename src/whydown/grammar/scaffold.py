"""Begins a message block from one log line: what varies becomes slots, what is private becomes documentation values.

It guesses only what a line shows by its form (addresses, SPIs, numbers, names in brackets). What it means - the kind,
the direction, where the wording is from - is left for a person to fill in, and refused by the check until then.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, NamedTuple

from whydown.grammar.names import ERRORS
from whydown.grammar.slots import convert
from whydown.grammar.structure import FILL_IN
from whydown.grammar.vocabulary import FIELDS, KIND_MEANINGS, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ADDRESSES = ("203.0.113.10", "198.51.100.20", "192.0.2.30", "192.0.2.40", "192.0.2.50", "192.0.2.60")  # RFC 5737
_ADDRESSES_6 = ("2001:db8::10", "2001:db8::20", "2001:db8::30", "2001:db8::40")  # RFC 3849
_NETWORKS = ("198.51.100.0", "192.0.2.0", "203.0.113.0")
_HOSTS = ("gw-a.example", "gw-b.example", "gw-c.example")
_UUID = "00000000-0000-4000-8000-00000000000"
_SHOWN = 4  # kinds suggested


class Part(NamedTuple):
    """A varying part of a message: where it stands, the field it is (`_`: none), and what the example says instead."""

    start: int
    end: int
    field: str
    example: str


def scaffold(message: str, prefix: str = "") -> str:
    """Return an `event` block for `message`, a log line without its header; `prefix` is what the daemon puts before it.

    The block reads as soon as KIND, DIRECTION and the source are filled in.
    """
    message = message.strip()
    anonymous = _Anonymous()
    parts = _parts(message, anonymous)
    head = f"event KIND {_direction(message)}"
    gives = [(p.field, p.example) for p in parts if p.field != "_"]
    rows = [
        head,
        f"  line    {_template(message, parts)}",
        f"  from    {FILL_IN} where it was seen: product and version, or file:line of its source",
        f"  try     {anonymous.text(prefix)}{_example(message, parts)}",
    ]
    if gives:
        rows.append("  gives   " + " ".join(f"{field}={_quoted(value)}" for field, value in gives))
    return "\n".join(rows) + "\n"


# --- what varies ---------------------------------------------------------------------------------------------------

_HEX = "[0-9A-Fa-f]"
_OCTETS = r"\d{1,3}(?:\.\d{1,3}){3}"
_V6 = rf"(?:{_HEX}{{0,4}}:){{2,7}}(?:{_OCTETS}|{_HEX}{{0,4}})"
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("uuid", rf"(?<![\w-]){_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}(?![\w-])"),
        ("network", rf"(?<![\w:])(?<!\d\.)(?:{_OCTETS}|{_V6})/\d{{1,3}}(?!\w)"),
        ("address", rf"(?<!\w)(?<!\d\.)(?:{_OCTETS}(?!\w|\.\d)|(?<!:){_V6}(?![\w:]|\.\d))"),
        ("spi64", rf"(?<!\w)(?:0x)?{_HEX}{{16}}(?!\w)"),
        ("spi32", rf"(?<!\w)(?:0x{_HEX}{{1,8}}|(?={_HEX}*\d){_HEX}{{8}})(?=_[io]\b|\W|$)"),
        ("host", r"(?<![\w.@-])(?:[\w.+-]+@)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(?![\w(-]|\.\w)"),
        ("notify", r"(?<!\w)[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?!\w)"),
        ("conn", r"(?<![\w.-])[A-Za-z][\w.-]*(?=\[\d+\])"),
        ("child", r"(?<![\w.-])[A-Za-z][\w.-]*(?=\{\d+\})"),
        ("quoted", r"""(?<=')[^\s'"]+(?=')|(?<=")[^\s'"]+(?=")"""),
        ("number", r"(?:(?<![\w.])|(?<=\bIKEv))\d+(?=s?(?!\w)(?!\.\d))"),
    )
)


def _parts(message: str, anonymous: _Anonymous) -> list[Part]:
    """Return the varying parts in order; none touches another."""
    taken: list[tuple[int, int, str]] = []
    for name, form in _FORMS:
        for found in form.finditer(message):
            start, end = found.span()
            if _is(name, found[0]) and all(end < a or b < start for a, b, _ in taken):
                taken.append((start, end, name))
    parts: list[Part] = []
    used: set[str] = set()
    for start, end, name in sorted(taken):
        wanted = _FIELDS[name](message, start, end, parts)
        example = anonymous.part(name, message[start:end])
        field = next((f for f in wanted if f not in used and _holds(f, example)), "_")
        used.add(field)
        parts.append(Part(start, end, field, example))
    return parts


def _holds(field: str, value: str) -> bool:
    """Say whether a field can have this value."""
    try:
        convert(FIELDS[field].type, value)
    except ValueError:
        return False
    return True


def _is(name: str, text: str) -> bool:
    """Say whether a text of the right form is one."""
    if name == "notify":
        return text in ERRORS
    if name in {"address", "network"}:
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError:
            return False
    return name != "host" or text.rsplit(".", 1)[-1].lower() not in {"c", "cc", "conf", "log", "py", "pem", "so"}


def _of_address(message: str, start: int, _end: int, parts: list[Part]) -> tuple[str, ...]:
    if parts and message[parts[-1].end : start] == "[" and parts[-1].field in {"local", "remote"}:
        return (f"{parts[-1].field}_id",)
    before = message[max(0, start - 24) : start].lower()
    words = re.findall(r"[a-z]+", before)[-2:]
    if "packet" in message.lower() and words[-1:] in (["from"], ["to"]):
        return ("src",) if words[-1] == "from" else ("dst",)
    if _OURS.intersection(words):
        return ("local", "remote")
    if parts and parts[-1].field == "local":
        return ("remote",)
    return ("remote", "local")


_OURS = frozenset({"local", "our", "my", "own", "between"})


def _of_host(message: str, start: int, end: int, parts: list[Part]) -> tuple[str, ...]:
    wanted = _of_address(message, start, end, parts)
    return tuple(f if f.endswith("_id") else f"{f}_id" for f in wanted if f not in {"src", "dst"})


def _of_number(message: str, start: int, end: int, parts: list[Part]) -> tuple[str, ...]:
    before, after = message[:start].lower(), message[end:].lower()
    for pattern, field in _BEFORE:
        if re.search(pattern, before):
            return (field,)
    for pattern, field in _AFTER:
        if re.match(pattern, after):
            return (field,)
    last = parts[-1] if parts else None
    if last and re.fullmatch(r"\[|:", message[last.end : start]) and last.field in {"local", "remote", "src", "dst"}:
        return (f"{last.field}_port",)
    if last and message[last.end : start] == "[" and last.field == "conn":
        return ("ike_id",)
    if last and message[last.end : start] == "{" and last.field == "child":
        return ("child_id",)
    return ()


_BEFORE = (
    (r"ikev$", "version"),
    (r"message id:? *$", "message_id"),
    (r"#$", "ike_id"),
    (r"group *$", "group"),
    (r"port *$", "remote_port"),
    (r"retransmit(ting|ission)? *$", "tries"),
    (r"lifetime:? *$", "lifetime"),
    (r"[a-z] *\($", "notify_code"),
)
_AFTER = ((r" bytes?\b", "bytes"), (r" ?s(ec(ond)?s?)?\b", "seconds"), (r" (retransmit|tr(y|ies)\b)", "tries"))

_FIELDS: dict[str, Callable[[str, int, int, list[Part]], tuple[str, ...]]] = {
    "uuid": lambda *_: ("session", "tunnel"),
    "network": lambda *_: ("ts_local", "ts_remote"),
    "address": _of_address,
    "spi64": lambda *_: ("spi_i", "spi_r"),
    "spi32": lambda m, _s, e, _p: (
        ("spi_out",) if m[e : e + 2] == "_o" else ("spi_in",) if m[e : e + 2] == "_i" else ("spi",)
    ),
    "host": _of_host,
    "notify": lambda *_: ("notify",),
    "conn": lambda *_: ("conn",),
    "child": lambda *_: ("child",),
    "quoted": lambda *_: ("conn", "target"),
    "number": _of_number,
}


# --- what is shown -------------------------------------------------------------------------------------------------


class _Anonymous:
    """Documentation values in place of private ones; the same value gets the same stand-in."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def part(self, name: str, text: str) -> str:
        """Return the stand-in of a part; SPIs, numbers and names of notifies stand for themselves."""
        if text not in self._given:
            self._given[text] = self._new(name, text)
        return self._given[text]

    def text(self, text: str) -> str:
        """Return a text with its addresses and host names replaced, and the names that were replaced before."""
        for name, stand_in in self._given.items():
            text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", lambda _, s=stand_in: s, text)  # type: ignore[misc]
        for name, form in _FORMS:
            if name in {"address", "host", "uuid"}:
                text = form.sub(lambda m, n=name: self.part(n, m[0]) if _is(n, m[0]) else m[0], text)  # type: ignore[misc]
        return text

    def _new(self, name: str, text: str) -> str:
        if name == "address":
            return self._next(_ADDRESSES_6 if ":" in text else _ADDRESSES)
        if name == "network":
            length = text.rpartition("/")[2]
            return f"{self._next(('2001:db8:1::', '2001:db8:2::') if ':' in text else _NETWORKS)}/{length}"
        if name == "host":
            return ("admin@" if "@" in text else "") + self._next(_HOSTS)
        if name == "uuid":
            return self._next(tuple(f"{_UUID}{n}" for n in range(1, 10)))
        if name in {"conn", "child", "quoted"}:
            return self._next({"child": ("net-b", "net-c")}.get(name, ("site-b", "site-c", "site-d")))
        return text

    def _next(self, stock: tuple[str, ...]) -> str:
        count = self._counts.get(stock[0], 0)
        self._counts[stock[0]] = count + 1
        return stock[count % len(stock)]


def _pieces(message: str, parts: list[Part]) -> Iterator[tuple[str, Part | None]]:
    """Yield each text and the part that follows it."""
    at = 0
    for part in parts:
        yield message[at : part.start], part
        at = part.end
    yield message[at:], None


def _template(message: str, parts: list[Part]) -> str:
    written = []
    for text, part in _pieces(message, parts):
        written.append(text.replace("$", "$$"))
        if part:
            follows = message[part.end : part.end + 1]
            written.append(f"${{{part.field}}}" if re.match(r"[a-z0-9_]", follows) else f"${part.field}")
    return "".join(written)


def _example(message: str, parts: list[Part]) -> str:
    return "".join(text + (part.example if part else "") for text, part in _pieces(message, parts))


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if not value or re.search(r'[\s"]', value) else value


def _direction(message: str) -> str:
    words = set(re.findall(r"[a-z]+", message.lower()))
    heard = bool(words & {"received", "receiving", "got", "peer's"})
    said = bool(words & {"sent", "sending", "send", "initiating"})
    return "DIRECTION" if heard == said else "in" if heard else "out"


def likely_kinds(message: str) -> list[str]:
    """Return the kinds whose name and meaning share most words with the message, best first."""
    words = _stems(message)

    def score(kind: Kind) -> float:
        name, meaning = _stems(kind), _stems(KIND_MEANINGS[kind]) - _COMMON
        return 3 * len(words & name) / len(name) + len(words & meaning) / (3 + len(meaning))

    return [str(k) for k in sorted(KIND_MEANINGS, key=score, reverse=True) if k is not Kind.GIST][:_SHOWN]


def _stems(text: str) -> set[str]:
    """Return the beginnings of a text's words: 'retry' and 'retrying' are one."""
    return {word[:5] for word in re.findall(r"[a-z]{2,}", text.lower())}


_COMMON = frozenset(
    {"the", "was", "for", "and", "that", "not", "are", "with", "other", "from", "here", "this", "of", "by"}
)
