"""The names of an archive's members are an outsider's text: in no format and on no screen do they act."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from cases import SAMPLES
from whydown.report.formats import Format

if TYPE_CHECKING:
    from pathlib import Path

CASE = SAMPLES / "lab" / "dh-group-differs-strongswan-strongswan"
MEMBERS = {
    "edge.log": 'var/log/\x1b]0;T\x07<script>alert(1)</script>=HYPERLINK("x")\u202e|`![a](http://192.0.2.1/)`/edge.log',
    "peer.log": "peer\x1b[2J\n## forged\n=1+1/peer.log",
}
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")
PROGRAM = (sys.executable, "-c", "from whydown.cli import main; main()")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("hostile") / "support.tgz"
    with tarfile.open(made, "w:gz") as written:
        for log, name in MEMBERS.items():
            data = (CASE / log).read_bytes()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            written.addfile(member, io.BytesIO(data))
    return made


def told(*words: str) -> tuple[str, str]:
    done = subprocess.run([*PROGRAM, *words], capture_output=True, check=True, timeout=120, env={**os.environ})
    return done.stdout.decode(), done.stderr.decode()


@pytest.mark.parametrize("form", [form for form in Format if form is not Format.PARQUET])
def test_a_members_name_acts_in_no_format(archive: Path, form: Format) -> None:
    out, beside = told("scan", str(archive), "-f", form)
    assert "edge.log" in out
    assert ACTING.findall(out) == []
    assert ACTING.findall(beside) == []
    assert not re.search(r"^## forged", out, re.MULTILINE)
    if form is Format.HTML:
        assert "<script" not in out
        assert "<img" not in out
    if form is Format.MD:
        page = MarkdownIt("commonmark").enable("table").render(out)
        assert not re.search(r"<(?:script|img)|forged</h|192\.0\.2\.1/[\"']", page)
    if form is Format.CSV:
        rows = list(csv.reader(io.StringIO(out)))
        assert len(rows) > 1
        assert [cell for row in rows for cell in row if re.match(r"[=+@-](?![0-9.]+$)", cell)] == []


@pytest.mark.parametrize("command", ["inventory", "events", "unmatched"])
def test_a_members_name_acts_on_no_screen(archive: Path, command: str) -> None:
    out, beside = told(command, str(archive))
    assert out
    assert ACTING.findall(out + beside) == []
    assert not re.search(r"^## forged", out + beside, re.MULTILINE)
