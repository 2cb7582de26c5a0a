"""Every recorded case: the verdict on the redacted logs is the same, and no name or address is left in them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from cases import CASES, SAMPLES, given, knowledge, library
from whydown.pipeline import share
from whydown.redact.pseudonyms import Book
from whydown.redact.verdict import verdicts
from whydown.report.formats import Format, parts
from whydown.report.layout import Style
from whydown.sources.files import Input
from whydown.sources.line import Content, Side

if TYPE_CHECKING:
    from whydown.pipeline import Shared

KEY = bytes(range(32))
STYLE = Style(width=80)


@cache
def shared(case: str) -> Shared:
    """Return a case redacted."""
    inputs = [Input(str(SAMPLES / case / f"{side}.log"), side) for side in Side if side in given(case)]
    return share(inputs, library=library(), knowledge=knowledge(), book=Book(KEY))


def written(case: str) -> bytes:
    """Return all that may be given away of a case: the files, and the report in every format."""
    one = shared(case)
    pieces = [piece for form in Format for piece in parts(one.report, form, STYLE)]
    pieces += [part for file in one.files for part in (file.name, file.data)]
    return b"\n".join(piece if isinstance(piece, bytes) else piece.encode() for piece in pieces).lower()


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_on_the_redacted_logs_is_the_same(case: str) -> None:
    one = shared(case)
    assert verdicts(one.report) == verdicts(one.original)


@pytest.mark.parametrize("case", CASES)
def test_what_differs_has_the_same_values(case: str) -> None:
    one = shared(case)
    named = [*one.book.names, *one.book.addresses] if one.book else []

    def values(report: object) -> set[tuple[str, str, str]]:
        told = {(d.parameter, d.edge, d.peer) for i in report.incidents for d in i.differs}  # type: ignore[attr-defined]
        return {t for t in told if not re.search(r"\b\d{1,3}(\.\d{1,3}){3}|-\d+\b|\.invalid", " ".join(t))}

    mine = {t for t in values(one.original) if not any(name in " ".join(t).lower() for name in named)}
    assert mine == values(one.report)


@pytest.mark.parametrize("case", CASES)
def test_no_name_and_no_address_is_left(case: str) -> None:
    book = shared(case).book
    assert book is not None
    learnt = [*book.names, *(a.partition("/")[0] for a in book.addresses), *book.uuids]
    assert learnt
    out = written(case)
    assert not [name for name in learnt if name.encode() in out]


@pytest.mark.parametrize("case", CASES)
def test_only_lines_that_matter_are_kept(case: str) -> None:
    one = shared(case)
    assert sum(file.lines for file in one.files) <= one.original.tally.lines
    assert one.report.tally.ignored <= one.original.tally.ignored
    assert one.report.tally.events >= one.original.tally.events


@pytest.mark.parametrize("case", CASES)
def test_redacting_again_with_the_same_map_changes_nothing(case: str) -> None:
    one = shared(case)
    inputs = [Input(file.name, file.side, Content(file.data, file.written)) for file in one.files]
    again = share(inputs, library=library(), knowledge=knowledge(), book=one.book)
    assert [file.data for file in again.files] == [file.data for file in one.files]
    assert again.book == one.book


def test_the_same_case_with_the_same_map_gives_the_same_files() -> None:
    one = shared(CASES[0])
    inputs = [Input(str(SAMPLES / CASES[0] / f"{side}.log"), side) for side in Side if side in given(CASES[0])]
    again = share(inputs, library=library(), knowledge=knowledge(), book=one.book)
    assert again.files == one.files
    assert again.book == one.book
