"""What a peer states of itself: strongSwan's `swanctl --list-sas` and `--list-conns`, Libreswan's `ipsec status`.

Wordings: strongSwan src/swanctl/commands/list_sas.c and list_conns.c; rows of Libreswan's
programs/pluto as versions 3.2x to 5.x print them. They bear no time of their own but the seconds since something happened.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from whydown.dumps.statements import SECOND, Statement, When
from whydown.grammar.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whydown.dumps.statements import Page

STRONGSWAN, LIBRESWAN = "strongSwan", "Libreswan"
SAS, CONNS, STATUS = "swanctl-list-sas", "swanctl-list-conns", "ipsec-status"
_HOST = re.compile(r"^[\w.-]{1,64}@([\w.-]{1,64}):[^\n]{0,80}[#$] ?(?:sudo )?(?:swanctl|ipsec)\b", re.MULTILINE)
_IKE = re.compile(
    r"(?P<conn>\S{1,128}): #\d{1,10}, (?P<state>[A-Z_]{1,24}), IKEv(?P<version>[12]), "
    r"(?P<spi_i>[0-9a-f]{16})_i\*? (?P<spi_r>[0-9a-f]{16})_r\*?"
)
_CHILD = re.compile(r"  (?P<child>\S{1,128}): #\d{1,10}, reqid \d{1,10}, (?P<state>[A-Z_]{1,24}), ")
_END = re.compile(r"  (?P<end>local|remote) {1,2}'(?P<id>[^']{0,256})' @ (?P<address>[0-9A-Fa-f.:]{2,45})\[\d{1,5}\]")
_AGO = re.compile(r" {2,4}(?:established|installed) (\d{1,10})s ago")
_SPI = re.compile(r"    (?P<way>in|out) {1,2}(?P<spi>[0-9a-f]{8})\b")
_NETS = re.compile(r"    (?P<end>local|remote):? {1,2}(?P<nets>[0-9A-Fa-f.:/ |\[\]]{3,1000})$")
_CONN = re.compile(r"(?P<conn>\S{1,128}): (?P<version>IKEv1|IKEv2|IKEv1/2), (?:no reauth|reauth)")
_ADDRS = re.compile(r"  (?P<end>local|remote): {1,2}(?P<address>[0-9A-Fa-f.:]{2,45})$")
_ID = re.compile(r"    id: (?P<id>\S[^\n]{0,255})$")
_AUTH = re.compile(r"  (?P<end>local|remote) [\w -]{1,40} authentication:$")
_KID = re.compile(r"  (?P<child>\S{1,128}): (?:TUNNEL|TRANSPORT|BEET|PASS|DROP)\b")
_PLUTO = re.compile(r"(?:000 )?\"(?P<conn>[^\"]{1,128})\"(?:\[\d{1,9}\][^:]{0,64})?:(?P<rest>.{0,2000})")
_ROUTE = re.compile(r" (?P<left>\S{3,200}?)\.\.\.(?P<right>[^;\s]{3,200});")
_ALGORITHMS = re.compile(r" {2,4}(?P<layer>IKE|ESP) algorithms: (?P<list>.{3,2000})")
_STATE = re.compile(
    r"(?:000 )?#\d{1,9}: \"(?P<conn>[^\"]{1,128})\"\S{0,64} STATE_\w{2,40} .{0,12}\((?P<said>[^()]{0,80})\)"
)
_ADDRESS = re.compile(r"[0-9A-Fa-f.:]{2,45}")


def read(page: Page) -> Iterator[Statement]:
    """Yield what the text states of SAs and connections; a prompt before it names the host."""
    text = page.data.decode(errors="surrogateescape")
    found = _HOST.search(text)
    host = found[1] if found else ""
    reader = _Reader(page, host)
    offset = 0
    for line in text.split("\n"):
        yield from reader.line(line.rstrip("\r"), offset)
        offset += len(line.encode(errors="surrogateescape")) + 1
    yield from reader.end()


class _Reader:
    """Reads lines; what belongs to one SA or connection is kept until the next begins."""

    def __init__(self, page: Page, host: str) -> None:
        self._page = page
        self._host = host
        self._ike: dict[str, str] = {}  # of the IKE SA or connection that is being told
        self._open: tuple[Kind, str, str, dict[str, str], int] | None = None  # kind, form, text, fields, offset
        self._when = page.written
        self._auth = ""

    def line(self, line: str, offset: int) -> Iterator[Statement]:
        """Take a line."""
        if match := _IKE.match(line):
            yield from self.end()
            self._ike = {name: match[name] for name in ("conn", "version", "spi_i", "spi_r")}
            if match["state"] == "ESTABLISHED":
                self._open = Kind.IKE_UP, SAS, line, self._ike, offset
        elif match := _CONN.match(line):
            yield from self.end()
            version = match["version"].removeprefix("IKEv")
            self._ike = {"conn": match["conn"], "version": version if "/" not in version else ""}
            self._auth = ""
        elif match := _CHILD.match(line):
            yield from self.end()
            if match["state"] in ("INSTALLED", "REKEYED"):
                self._open = Kind.CHILD_UP, SAS, line, self._child(match["child"]), offset
        elif match := _KID.match(line):
            yield from self.end()
            self._open = Kind.TS_CONFIGURED, CONNS, line, self._child(match["child"]), offset
        elif match := _PLUTO.match(line):
            yield from self._pluto(match["conn"], match["rest"], line, offset)
        elif match := _STATE.match(line):
            yield from self._state(match["conn"], match["said"], line, offset)
        else:
            self._further(line)

    def end(self) -> Iterator[Statement]:
        """Give what was being told."""
        if self._open:
            kind, form, text, fields, offset = self._open
            yield self._said(kind, (form, STRONGSWAN), fields, text, offset)
        self._open, self._when = None, self._page.written

    def _child(self, name: str) -> dict[str, str]:
        ends = ("conn", "local", "remote", "local_id", "remote_id", "version")
        return {**{key: self._ike[key] for key in ends if key in self._ike}, "child": name}

    def _further(self, line: str) -> None:
        """Take a row that says more of what is being told."""
        own = self._open[3] if self._open else self._ike
        if match := _END.match(line):
            self._ike |= {match["end"]: match["address"], f"{match['end']}_id": match["id"]}
        elif match := _ADDRS.match(line):
            self._ike[match["end"]] = match["address"]
        elif match := _AUTH.match(line):
            self._auth = match["end"]
        elif self._auth and (match := _ID.match(line)):
            self._ike[f"{self._auth}_id"] = match["id"]
        elif match := _AGO.match(line):
            self._when = self._when._replace(at=max(0, self._when.at - int(match[1]) * SECOND))
        elif match := _SPI.match(line):
            own[f"spi_{match['way']}"] = match["spi"]
        elif match := _NETS.match(line):
            own[f"ts_{match['end']}"] = ",".join(match["nets"].split())

    def _pluto(self, conn: str, rest: str, line: str, offset: int) -> Iterator[Statement]:
        """Take a row of Libreswan's about a connection."""
        if match := _ROUTE.match(rest):
            left, right = match["left"].split("==="), match["right"].split("===")
            self._ike = {"conn": conn, **_end("local", left[-1]), **_end("remote", right[0])}
            nets = {"ts_local": left[0], "ts_remote": right[-1]}
            if len(left) == len(right) == 2:
                yield self._said(Kind.TS_CONFIGURED, (STATUS, LIBRESWAN), {**self._ike, **nets}, line, offset)
        elif match := _ALGORITHMS.match(rest):
            listed = enumerate(match["list"].split(", "), start=1)
            proposals = ", ".join(f"{number}:{match['layer']}={one.strip()}" for number, one in listed)
            own = {**(self._ike if self._ike.get("conn") == conn else {"conn": conn}), "proposals": proposals}
            yield self._said(Kind.PROPOSALS_CONFIGURED, (STATUS, LIBRESWAN), own, line, offset)

    def _state(self, conn: str, said: str, line: str, offset: int) -> Iterator[Statement]:
        """Take a row of Libreswan's about an SA."""
        own = self._ike if self._ike.get("conn") == conn else {"conn": conn}
        kind = Kind.IKE_UP if "IKE SA" in said or "ISAKMP SA" in said else Kind.CHILD_UP
        if "established" in said:
            yield self._said(kind, (STATUS, LIBRESWAN), own, line, offset)

    def _said(self, kind: Kind, writer: tuple[str, str], fields: dict[str, str], text: str, offset: int) -> Statement:
        when: When = self._when
        form, vendor = writer
        own = {name: value for name, value in fields.items() if value}
        return Statement(offset, when, kind, own, text.strip(), form, self._host, vendor=vendor)


def _end(name: str, text: str) -> dict[str, str]:
    found = _ADDRESS.match(text)
    return {name: found[0]} if found else {}
