"""A parquet file is for a file: refused on a screen, and where its library is missing."""

from __future__ import annotations

import builtins
import sys
from typing import Any

import pytest

from whydown.errors import UsageError
from whydown.report.formats import EventFormat, Format, ready


@pytest.mark.parametrize("written", [Format.PARQUET, EventFormat.PARQUET])
def test_parquet_is_not_for_a_screen(written: Format | EventFormat) -> None:
    with pytest.raises(UsageError, match="-o FILE"):
        ready(written, screen=True)
    ready(written, screen=False)


@pytest.mark.parametrize("missing", ["pandas", "pyarrow"])
def test_parquet_without_its_library_is_told_before_anything_is_read(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = builtins.__import__

    def absent(name: str, *others: Any) -> Any:
        if name.partition(".")[0] == missing:
            raise ModuleNotFoundError(name)
        return find(name, *others)

    for module in [m for m in sys.modules if m.partition(".")[0] == missing]:
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, "whydown.report.parquet", raising=False)
    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(UsageError, match=r"pip install 'whydown\[frames\]'"):
        ready(Format.PARQUET, screen=False)


@pytest.mark.parametrize("written", [f for f in Format if f is not Format.PARQUET])
def test_every_other_format_is_for_a_screen_too(written: Format) -> None:
    ready(written, screen=True)
