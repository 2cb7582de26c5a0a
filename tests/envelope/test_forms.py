from __future__ import annotations

import pytest

from whydown.envelope import records
from whydown.envelope.forms import form_of
from whydown.sources.line import Line, Lines, Origin
from whydown.tally import Tally

MESSAGE = "07[IKE] <site-b|7> sending DPD request"


@pytest.mark.parametrize(
    "begin",
    [
        '2026-11-21T20:40:01.123Z edge NSX 46794 VPN [nsx@6876 comp="nsx-edge" subcomp="iked"] ',
        '<30>1 2026-11-21T20:40:01.123Z edge NSX 46794 VPN [nsx@6876 comp="nsx-edge" subcomp="iked"] ',
        "<30>1 2026-11-21T20:40:01.123456+00:00 gw charon - - -  ",
        "2026-11-21T20:40:01Z gw pluto 6109 - - ",
        "2026-11-21T20:40:01.123456+00:00 gw charon[12]: ",
        "2026-11-21T20:40:01 gw charon[12]: ",
        "Nov 21 20:40:01 gw charon: ",
        "<30>Nov 21 20:40:01 gw pluto[6109]: ",
        "2026-11-21 20:40:01 ",
        "2026-11-21 20:40:01.123 ",
        "Nov 21 20:40:01 ",
        'Nov 21 20:40:01.123456: "site-b" #1: ',
    ],
)
def test_no_line_of_a_form_is_read_alone(begin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{begin}{MESSAGE}"] * 20
    lines = Lines.of([Line(text, Origin("a.log", "", n, 0), None) for n, text in enumerate(texts)])
    alone = [next(records.batches([lines[:1]], Tally()))[0]._replace(origin=line.origin) for line in lines]
    monkeypatch.setattr(records, "read", None)  # who reads a line alone fails
    (found,) = records.batches([lines], Tally())
    assert list(found) == alone
    assert found.texts[0].endswith(MESSAGE)


@pytest.mark.parametrize("text", ["", "no stamp at all", "{}", "Nov 21 20:40:01", "2026-11-21T20:40:01Z"])
def test_what_has_no_known_form_has_none(text: str) -> None:
    assert form_of([text or " "] * 8) is None


def test_a_form_is_told_by_the_first_line_that_has_one() -> None:
    lines = [
        Line(text, Origin("a.log", "", n, 0), None)
        for n, text in enumerate(["a note", *["Nov 21 20:40:01 gw charon: told"] * 9, "a note"])
    ]
    (found,) = records.batches([Lines.of(lines)], Tally())
    assert [record.app for record in found] == ["", *["charon"] * 9, ""]
    assert found.texts == ["a note", *["told"] * 9, "a note"]
