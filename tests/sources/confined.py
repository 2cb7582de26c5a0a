"""A script that reads archives, each in a process of its own that may write no file.

For each it prints a JSON object: the lines, the notices, and what memory and processor time it took.
"""

from __future__ import annotations

import json
import os
import resource
import sys

from whydown.errors import InputError
from whydown.sources.files import Input, lines
from whydown.tally import Tally


def confined(path: str) -> dict[str, object]:
    """Read one archive in a child process that may write no file; give what it found, and what it took."""
    out, into = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
            os.close(out)
            with os.fdopen(into, "wb") as pipe:
                pipe.write(json.dumps(read(path)).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(into)
    with os.fdopen(out, "rb") as pipe:
        answer = pipe.read()
    _, status, usage = os.wait4(child, 0)
    found = json.loads(answer) if answer else {}
    return {**found, "status": status, "mib": usage.ru_maxrss / 1024, "seconds": usage.ru_utime + usage.ru_stime}


def read(path: str) -> dict[str, object]:
    """Read the lines of an archive."""
    tally = Tally()
    try:
        texts = [line.text[:200] for line in lines([Input(path)], tally, ["charon"])]
    except InputError:
        texts = []
    told = [f"{notice.where}: {notice.message}" for notice in tally.notices]
    return {"texts": texts, "told": told, "damaged": tally.damaged}


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        sys.stdout.write(json.dumps({"path": argument, **confined(argument)}) + "\n")
