"""Traffic selectors in every daemon's spelling, to one: `CIDR` where exact, else `first-last`, `[proto/port]` behind.

Read are charon's `10.1.0.0/16[udp/l2tp] 10.2.0.1..10.2.0.9`, pluto's `10.1.0.0-10.1.0.255:0-65535 0` and
`10.1.0.0/24:17/1701` and `10.1.0.0/24===10.2.0.0/24`, QuickSec's `ipv4(192.0.2.0-192.0.2.255)`.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

_PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "47": "gre", "50": "esp", "51": "ah", "58": "ipv6-icmp"}
# Service names charon takes from /etc/services; numbers compare across daemons.
_SERVICES = {
    "bgp": "179",
    "domain": "53",
    "http": "80",
    "https": "443",
    "ipsec-nat-t": "4500",
    "isakmp": "500",
    "l2f": "1701",
    "l2tp": "1701",
    "ntp": "123",
    "snmp": "161",
    "ssh": "22",
    "syslog": "514",
}
_WORDS = frozenset({"dynamic", "%any", "%dynamic"})

_PLUTO_PROTOCOL = re.compile(r"(:[0-9]{1,5}-[0-9]{1,5}) ([0-9]{1,3})(?![0-9.:/])")  # `:0-65535 17`
_WRAPPER = re.compile(r"ipv[46](?:_[a-z]+)?\(([^()]*)\)")  # QuickSec: `ipv4(..)`
_BETWEEN = re.compile(r"[ ,]+|===")
_ADDRESS = r"[0-9A-Fa-f:.]{2,45}"
_SELECTOR = re.compile(
    rf"(?P<first>{_ADDRESS}?)(?:/(?P<prefix>[0-9]{{1,3}})|(?:-|\.\.)(?P<last>{_ADDRESS}?))?(?:\|/[0-9]{{1,3}})?"
    r"(?:\[(?P<bracket>[^\[\]]{1,40})\]"
    r"|:(?P<from>[0-9]{1,5})-(?P<to>[0-9]{1,5})(?:;(?P<number>[0-9]{1,3}))?"
    r"|[:/](?P<protocol>[0-9A-Za-z]{1,8})/(?P<port>[0-9A-Za-z%-]{1,16}))?"
)
_PLAIN = re.compile(rf"{_ADDRESS}/[0-9]{{1,3}}")
_LONGEST = 200  # characters of one selector, and of a list worth remembering


def selectors(text: str) -> tuple[str, ...]:
    """Return the traffic selectors of a list, each normalised; ValueError where one is none."""
    return _remembered(text) if len(text) <= _LONGEST else _read(text)


def _read(text: str) -> tuple[str, ...]:
    plain = _PLUTO_PROTOCOL.sub(r"\1;\2", _WRAPPER.sub(r"\1", text))
    found = tuple(_selector(part) for part in _BETWEEN.split(plain.strip()) if part)
    if not found:
        raise ValueError(f"{text!r} holds no traffic selector")
    return found


_remembered = lru_cache(4096)(_read)


def _selector(text: str) -> str:
    part = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if part in _WORDS:
        return part
    if _PLAIN.fullmatch(part):  # first: the end of an IPv6 network can look like pluto's `:protocol/port`
        try:
            return str(ipaddress.ip_network(part, strict=False))
        except ValueError:
            pass
    read = _SELECTOR.fullmatch(part) if len(part) <= _LONGEST else None
    if not read:
        raise ValueError(f"{text!r} is no traffic selector")
    return _span(read["first"], read["prefix"], read["last"]) + _suffix(read)


def _span(first: str, prefix: str | None, last: str | None) -> str:
    if last is None:
        return str(ipaddress.ip_network(f"{first}/{prefix}" if prefix else first, strict=False))
    begin, end = ipaddress.ip_address(first), ipaddress.ip_address(last)
    nets = list(ipaddress.summarize_address_range(begin, end))
    return str(nets[0]) if len(nets) == 1 else f"{begin}-{end}"


def _suffix(read: re.Match[str]) -> str:
    if read["bracket"]:
        protocol, _, port = read["bracket"].partition("/")
    elif read["from"] is not None:
        whole = (read["from"], read["to"]) == ("0", "65535")
        same = read["from"] == read["to"]
        protocol = read["number"] or "0"
        port = "" if whole else read["from"] if same else f"{read['from']}-{read['to']}"
    elif read["protocol"]:
        protocol, port = read["protocol"], read["port"]
    else:
        return ""
    protocol = _PROTOCOLS.get(protocol, protocol.lower())
    port = "" if port in {"0", "%any"} else _SERVICES.get(port, port)
    if not port:
        return "" if protocol == "0" else f"[{protocol}]"
    return f"[{'any' if protocol == '0' else protocol}/{port}]"
