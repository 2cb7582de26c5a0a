"""Files to a folder or a zip archive, whole or not at all; the same files give the same bytes."""

from __future__ import annotations

import os
import shutil
import struct
import tempfile
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from whydown.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2107, 12, 31, tzinfo=UTC)  # that a zip archive can tell
_SECOND = 1_000_000


class Item(NamedTuple):
    """A file to write: its name, its bytes, and when it was written (microseconds UTC)."""

    name: str
    data: bytes
    written: int


def zipped(items: Iterable[Item]) -> bytes:
    """Return files as a zip archive, in the order of their names."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data, written in sorted(items):
            seconds = max(0, written // _SECOND)
            moment = min(max(_EPOCH + timedelta(seconds=seconds), _FIRST), _LAST)
            info = zipfile.ZipInfo(name, moment.timetuple()[:6])
            info.create_system = 3  # the same on every platform
            info.external_attr = 0o100644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            if seconds < 2**31:
                info.extra = struct.pack("<HHBi", 0x5455, 5, 1, seconds)  # in UTC, and to a second
            archive.writestr(info, data)
    return packed.getvalue()


def write_folder(items: Iterable[Item], folder: Path) -> None:
    """Write files into a new or an empty folder; UsageError where there is something in it, or it cannot be made."""
    target = Path(os.path.realpath(folder))
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise UsageError(
                f"{folder} is there and not an empty folder.", "Name a new folder, or a file ending in .zip."
            )
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror or error}.") from error
    try:
        for name, data, written in items:
            file = scratch / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            os.utime(file, ns=(written * 1000, written * 1000))
        mask = os.umask(0o022)
        os.umask(mask)
        scratch.chmod(0o777 & ~mask)
        if target.exists():
            target.rmdir()
        scratch.rename(target)
    except OSError as error:
        raise UsageError(f"{folder} was not written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
