"""Made-up Edge syslog for the benchmark: templates, and mixed logs in which a given share of lines is of the VPN.

Templates are a subject and a predicate, drawn from 33 x 46, so that neither the first nor the last words of a line tell
which template it is. They follow a Zipf law; three in a hundred VPN lines are of no template. The same templates are
written for whydown, for liblognorm and for pyparsing.
"""

from __future__ import annotations

import gzip
import random
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNIQUE = 50_000_000  # bytes of different lines
MARK = 'subcomp="iked"'

# What a slot is: whydown's field, liblognorm's parser, pyparsing's regular expression.
_SLOTS = {
    "remote": ("remote", None, r"[0-9a-fA-F:.]+"),
    "local": ("local", None, r"[0-9a-fA-F:.]+"),
    "conn": ("conn", "word", r"\S+"),
    "port": ("remote_port", "number", r"\d+"),
    "number": ("ike_id", "number", r"\d+"),
    "message": ("message_id", "number", r"\d+"),
    "spi": ("spi", "word", r"0x[0-9a-f]{8}"),
    "seconds": ("seconds", "number", r"\d+"),
    "state": ("state", 'char-to:"', r'[^"]+'),
    "bytes": ("bytes", "number", r"\d+"),
}

_SUBJECTS = """IKE_SA|IKE SA|Child SA|CHILD_SA|IPsec SA|tunnel|session|peer|gateway|policy|exchange|negotiation|proposal
|phase one|phase two|main mode|quick mode|initiator|responder|rekey|DPD probe|keepalive|NAT detection|selector
|certificate|identity|key material|transform set|security policy|cookie|fragment|liveness check|message"""
_PREDICATES = """of $conn established with $remote after $seconds seconds|number $number of $conn deleted by $remote
|for $conn failed: peer $remote said "$state"|$conn [$number] between $local and $remote is up
|request $message to $remote on port $port was sent|answer $message from $remote on port $port was read
|of $conn expires in $seconds seconds|with SPI $spi of $conn was installed|with SPI $spi from $remote is unknown
|changed from "$state" in $conn|to $remote timed out after $number tries|for $conn was refused with code $number
|from $remote has $bytes bytes|to $remote has $bytes bytes and id $message|for $conn is now "$state"
|number $number replaced by $message in $conn|retransmit $number of request $message to $remote
|without answer from $remote for $seconds seconds|at $local port $port is ready|from $remote matched $conn
|of $conn is ignored, state "$state"|carries SPI $spi and message $message|count is $number for $conn
|from $local to $remote was narrowed|lifetime $seconds s, $bytes bytes left in $conn|closed by $remote, reason "$state"
|waits $seconds s for $remote|queued behind request $message of $conn|number $number has no owner
|on $conn restarted $number times|with $remote collides with request $message|and SPI $spi were removed from $conn
|towards $remote uses port $port now|rejected: "$state" from $remote|accepted as $conn [$number]
|cached for $seconds seconds at $local|updated, $bytes bytes so far on $spi|took $seconds s in state "$state"
|initiated to $remote as $conn|stopped on $local: "$state"|scheduled in $seconds s for $conn
|lost between $local and $remote, id $message|verified for $remote with id $number|loaded for $conn from $local
|dropped $number packets of $spi|resumed by $remote at port $port"""
_STATES = ("half open", "no answer yet", "keys differ", "waiting for IKE_AUTH", "rekey in progress", "idle", "mature")
_KINDS = ("ike.up", "ike.failed", "ike.message", "child.up", "child.failed", "notify", "retransmit", "ike.gone")

_OTHERS = (
    (
        'FIREWALL [nsx@6876 comp="nsx-edge" subcomp="datapathd" s2comp="firewallpkt" level="INFO"] <{n} {h}:{h}> INET '
        "reason-match PASS {p} OUT {n} TCP {ip}/{p}->{ip}/443 S"
    ),
    (
        'LOAD-BALANCER [nsx@6876 comp="nsx-edge" subcomp="lb" s2comp="lb" level="INFO"] [{h}{h}] cfg: pool member {ip}:{p} '
        "of virtual server {h} is up, {n} connections, rise {p}"
    ),
    (
        'FABRIC [nsx@6876 comp="nsx-edge" subcomp="nsxa" s2comp="tunnel" level="INFO"] Tunnel {ip}:{ip}(geneve) state '
        "updated, session {h}, remote discriminator {p}, hold {n}"
    ),
    (
        'ROUTING [nsx@6876 comp="nsx-edge" subcomp="rcpm" s2comp="rcpm-db" level="INFO" org="default" proj="p{n}"] route '
        "{ip}/24 via {ip} metric {n} in table {p} was written to the forwarding table"
    ),
    (
        'DHCP [nsx@6876 comp="nsx-edge" subcomp="dhcpd" s2comp="dhcp" level="INFO"] DHCPACK on {ip} to 00:50:56:{n}:{n} via '
        "lif-{h} lease {p} seconds, pool {h}"
    ),
    (
        'SYSTEM [nsx@6876 comp="nsx-edge" subcomp="node-mgmt" username="admin" level="INFO"] GET /api/v1/node/services/{h} '
        "took {n} ms, {p} bytes, session {h}{h}"
    ),
)


class Template(NamedTuple):
    """One wording: literal texts and slot names, alternating, beginning with a literal."""

    parts: tuple[str, ...]


def templates(count: int) -> list[Template]:
    """Return the first `count` of a fixed random order of all subject and predicate pairs."""
    subjects = " ".join(_SUBJECTS.split()).replace(" |", "|").split("|")
    predicates = " ".join(_PREDICATES.split()).replace(" |", "|").split("|")
    pairs = [f"{subject} {predicate}" for subject in subjects for predicate in predicates]
    random.Random(1).shuffle(pairs)
    return [Template(_parts(text)) for text in pairs[:count]]


def _parts(text: str) -> tuple[str, ...]:
    parts: list[str] = []
    rest = text
    while rest:
        literal, _, rest = rest.partition("$")
        name = next((name for name in _SLOTS if rest.startswith(name)), "")
        parts += [literal, name] if name else [literal]
        rest = rest[len(name) :]
    return tuple(parts)


def grammar(found: list[Template]) -> str:
    """Write the templates as a grammar file."""
    blocks = [f"grammar bench\n  vendor  Bench\n  usually edge\n  app     NSX\n  mark    {MARK}\n  source  made up\n"]
    chance = random.Random(2)
    for number, template in enumerate(found):
        line = "".join(f"${{{_SLOTS[p][0]}}}" if i % 2 else p for i, p in enumerate(template.parts))
        example = message(template, chance)
        kind = _KINDS[number % len(_KINDS)]
        blocks.append(f"event {kind} local\n  line    {line}\n  assumed made up\n  try     {example}\n")
    return "\n".join(blocks)


def rulebase(found: list[Template]) -> str:
    """Write the templates as a liblognorm rule base that reads the whole line."""
    head = (
        '%time:word% %host:word% NSX %pid:number% VPN [nsx@6876 comp="nsx-edge" subcomp="iked" s2comp="%part:char-to:"%" '
        'level="%level:char-to:"%"] '
    )
    either = '%{{"type":"alternative","parser":[{{"name":"{0}","type":"ipv4"}},{{"name":"{0}","type":"ipv6"}}]}}%'
    rows = ["version=2", f"prefix={head}"]
    for number, template in enumerate(found):
        text = ""
        for i, part in enumerate(template.parts):
            if i % 2 == 0:
                text += part
            else:
                field, parser, _ = _SLOTS[part]
                text += f"%{field}:{parser}%" if parser else either.format(field)
        rows.append(f"rule=t{number}:{text}")
    return "\n".join(rows) + "\n"


def expressions(found: list[Template]) -> list[list[tuple[str, str]]]:
    """Return the templates as literals and (name, regular expression) pairs, for pyparsing."""
    return [
        [(_SLOTS[p][0], _SLOTS[p][2]) if i % 2 else ("", p) for i, p in enumerate(template.parts)] for template in found
    ]


def message(template: Template, chance: random.Random) -> str:
    """Write one message of a template with random values."""
    return "".join(_value(part, chance) if i % 2 else part for i, part in enumerate(template.parts))


def _value(slot: str, chance: random.Random) -> str:  # noqa: PLR0911 - one line for each kind of slot
    match slot:  # each slot of _SLOTS
        case "remote" | "local":
            if chance.random() < 0.1:
                return f"2001:db8::{chance.randrange(1, 0xFFFF):x}"
            return f"198.51.{chance.randrange(100, 104)}.{chance.randrange(1, 255)}"
        case "conn":
            return f"site-{chance.randrange(400)}"
        case "spi":
            return f"0x{chance.randrange(1 << 32):08x}"
        case "port":
            return chance.choice(("500", "4500"))
        case "state":
            return chance.choice(_STATES)
        case _:
            return str(chance.randrange(100_000))


def log(found: list[Template], size: int, share: float, seed: int = 3) -> Iterator[str]:
    """Yield lines of about `size` bytes together, of which `share` (0 to 1) are of the VPN."""
    chance = random.Random(seed)
    weights = [1 / (rank + 1) for rank in range(len(found))]
    picks: Iterator[Template] = iter(())
    stamp, written = 1_772_000_000_000, 0
    while written < size:
        stamp += chance.randrange(20)
        seconds, ms = divmod(stamp, 1000)
        head = f"2026-03-{4 + seconds // 86400 % 20:02}T{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        if chance.random() < share:
            template = next(picks, None)
            if template is None:
                picks = iter(chance.choices(found, weights, k=10_000))
                template = next(picks)
            text = message(template, chance)
            if chance.random() < 0.03:
                text = text.replace(" ", " odd ", 1)
            line = (
                f'{head}.{ms:03}Z edge-01 NSX 46794 VPN [nsx@6876 comp="nsx-edge" subcomp="iked" s2comp="ike-stack" '
                f'level="INFO"] {text}\n'
            )
        else:
            text = chance.choice(_OTHERS).format(
                n=chance.randrange(100),
                p=chance.randrange(65_000),
                h=f"{chance.randrange(1 << 64):016x}",
                ip=f"10.{chance.randrange(8)}.{chance.randrange(256)}.{chance.randrange(256)}",
            )
            line = f"{head}.{ms:03}Z edge-01 NSX {chance.randrange(4) * 1000 + 5188} {text}\n"
        written += len(line)
        yield line


def write(path: Path, found: list[Template], size: int, share: float) -> None:
    """Write a log, and the same as .gz beside it; what is beyond 50 MB is the same lines again."""
    text = "".join(log(found, min(size, _UNIQUE), share)).encode()
    packed = gzip.compress(text, compresslevel=6)
    with path.open("wb") as plain, Path(f"{path}.gz").open("wb") as small:
        for _ in range(max(1, round(size / len(text)))):
            plain.write(text)
            small.write(packed)
