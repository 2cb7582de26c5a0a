"""Healthy syslog of any length: two pairs of gateways that rekey for thousands of hours amid the noise of an Edge."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import count, islice
from typing import TYPE_CHECKING

from cases import SAMPLES
from whydown.sources.line import Side

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIVES = ("cases/clean-life", "lab/clean-life-after-invalid-ke-retry-libreswan-strongswan")
NOISE = (
    (
        '{t}.001Z edge-01 NSX 5188 FIREWALL [nsx@6876 comp="nsx-edge" subcomp="datapathd" s2comp="firewallpkt" level="INFO"] '
        "<30 d612293055f3431f:8b01687591afe36e> INET reason-match PASS 2312 OUT 84 PROTO 6 10.1.0.23/{n}->10.9.4.7/443 S"
    ),
    (
        '{t}.002Z edge-01 NSX 7711 LOAD-BALANCER [nsx@6876 comp="nsx-edge" subcomp="lb" level="INFO"] '
        "10.1.0.{b} - - GET /health HTTP/1.1 200 {n} upstream 10.9.4.7:8443"
    ),
    (
        "<30>1 {t}.003000+00:00 edge-01 bgpd 2017 - -  [M59KS-A3ZXZ] bgp_update_receive: rcvd UPDATE w/ attr: nexthop "
        "10.0.0.{b}, origin i, metric {n}"
    ),
    "<78>1 {t}.004000+00:00 edge-01 CRON {n} - -  (root) CMD (run-parts --report /etc/cron.hourly)",
    "<86>1 {t}.005000+00:00 edge-01 sshd {n} - -  Connection closed by 10.0.0.{b} port {n} [preauth]",
)
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_SPI = re.compile(r"\b(0x|)([0-9a-f]{8})\b")
_NUMBER = re.compile(r"(#|site-b\[|edge-peer\[|net\{)(\d+)")
_BOOT = re.compile(r"Starting IKE|Starting Pluto|shutting down|exiting|added vici|added IKE")


def life(text: str, number: int) -> str:
    """Write a line as it stands in the life with this number: hours later, with SPIs and numbers of its own."""

    def later(found: re.Match[str]) -> str:
        return (datetime.fromisoformat(found[0]) + timedelta(hours=number)).isoformat()

    text = _STAMP.sub(later, text)
    text = _SPI.sub(lambda m: f"{m[1]}{int(m[2], 16) ^ number * 0x10001:08x}", text)
    return _NUMBER.sub(lambda m: f"{m[1]}{int(m[2]) + number * 50}", text)


def lines(case: str, side: Side, *, noise: int) -> Iterator[str]:
    """Yield the log of one gateway without end; `noise` lines of other programs follow each of its own."""
    told = (SAMPLES / case / f"{side}.log").read_text(encoding="utf-8").splitlines()
    for number in count():
        for text in told:
            if number and _BOOT.search(text):
                continue
            text = life(text, number)  # noqa: PLW2901 - the same line, later
            yield text
            found = _STAMP.search(text)
            for n in range(noise if found else 0):
                kind = NOISE[n % len(NOISE)]
                yield kind.format(t=found[0] if found else "", n=1024 + (number * 7 + n) % 60_000, b=n % 250)


def write(folder: Path, case: str, each: int, *, noise: int) -> dict[Side, Path]:
    """Write both logs of a case, `each` lines long, and return where."""
    written = {}
    for side in Side:
        path = written[side] = folder / f"{side}.log"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(f"{text}\n" for text in islice(lines(case, side, noise=noise), each))
    return written
