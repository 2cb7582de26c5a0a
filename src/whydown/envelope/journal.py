"""JSON lines: systemd's journal (journalctl -o json and its siblings) and charon's JSON file log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from whydown.envelope import stamps

if TYPE_CHECKING:
    from whydown.envelope.clock import Clock
    from whydown.envelope.record import Head

# What is read of an entry: the journal's fields, then those of charon's file log.
FIELDS = frozenset(
    {
        *("MESSAGE", "_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP", "_HOSTNAME"),
        *("SYSLOG_IDENTIFIER", "_COMM", "SYSLOG_PID", "_PID"),
        *("time", "thread", "group", "ikesa-uniqueid", "ikesa-name", "msg"),
    }
)


def read(text: str, clock: Clock) -> Head | None:
    """Read one JSON object as a record; None where it is none, or none that we know."""
    try:
        entry = json.loads(text.removeprefix("data: ").lstrip("\x1e"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict):
        return None
    if "MESSAGE" in entry:
        return _journal(entry, clock)
    if "msg" in entry and "group" in entry:
        return _charon(entry, clock)
    return None


def _journal(entry: dict[str, Any], clock: Clock) -> Head:
    """Read a journal entry; fields as systemd.journal-fields(7) has them, line feeds as syslog daemons write them."""
    micros = _word(entry, "_SOURCE_REALTIME_TIMESTAMP") or _word(entry, "__REALTIME_TIMESTAMP")
    known = micros.isascii() and micros.isdigit() and len(micros) < 19 and int(micros) < stamps.LAST
    certainty = clock.epoch(int(micros)) if known else clock.none()
    app = _word(entry, "SYSLOG_IDENTIFIER") or _word(entry, "_COMM")
    pid = _word(entry, "SYSLOG_PID") or _word(entry, "_PID")
    message = _message(entry["MESSAGE"])
    return (clock.at, certainty, _word(entry, "_HOSTNAME"), app, pid, "", "", message.strip().replace("\n", "#012"))


def _charon(entry: dict[str, Any], clock: Clock) -> Head:
    """Read a line of charon's JSON file log and write its text as charon does without JSON.

    Keys: strongSwan src/libcharon/bus/listeners/file_logger.c.
    """
    thread, group = _word(entry, "thread"), _word(entry, "group")
    number, name = _word(entry, "ikesa-uniqueid"), _word(entry, "ikesa-name")
    sa = f" <{name}|{number}>" if name else f" <{number}>" if number else ""
    stamp = _word(entry, "time")
    certainty = clock.full(stamp) or clock.short(stamp[:15]) or clock.none()
    return (
        clock.at,
        certainty,
        "",
        "charon",
        "",
        "",
        "",
        f"{thread:>02}[{group}]{sa} {_message(entry['msg'])}".strip(),
    )


def _word(entry: dict[str, Any], key: str) -> str:
    """Give a field as one word; a field that came twice is a list, the last one counts."""
    value = entry.get(key)
    if isinstance(value, list) and value:
        value = value[-1]
    return _encodable(str(value)) if isinstance(value, (str, int)) else ""


def _message(value: object) -> str:
    """Give a message; systemd writes one that is no UTF-8 as a list of byte values."""
    if isinstance(value, list) and value and all(isinstance(byte, int) and 0 <= byte < 256 for byte in value):
        return bytes(value).decode(errors="surrogateescape")
    if isinstance(value, list) and value:
        value = value[-1]
    return _encodable(value) if isinstance(value, str) else ""


def _encodable(text: str) -> str:
    r"""Replace what no encoding takes: JSON may spell half a surrogate pair (`\ud800`)."""
    return text if text.isascii() else text.encode(errors="replace").decode()
