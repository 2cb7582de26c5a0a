"""Proposals in every daemon's spelling, to IANA names, so that two lists can be compared."""

from __future__ import annotations

from typing import NamedTuple


class Transform(NamedTuple):
    """One transform: its type (`encryption`, `integrity`, `prf`, `group`, `esn`), IANA name, and how it was written."""

    type: str
    name: str
    written: str


class Proposal(NamedTuple):
    """One proposal: protocol (`IKE`, `ESP`, `AH`) and its transforms (several of one type are alternatives)."""

    protocol: str
    transforms: tuple[Transform, ...]
