"""How text from a log is shown: nothing a terminal or a ticket acts on, and no secret."""

from __future__ import annotations

import re

from whydown.report.secrets import without_secrets
from whydown.text import printable


def quote(text: str) -> str:
    """Return a log's text as it may be shown: on one line, nothing a terminal acts on, no secret."""
    return printable(without_secrets(text)).replace("\t", "    ")


def prose(text: str) -> str:
    """Return text for a sentence of the report: as `quote`, and nothing a ticket's Markdown would load or run."""
    shown = re.sub(r"<(?=[A-Za-z/!?])", "< ", quote(text).replace("](", "] ("))
    return shown.replace("`", "'")


def wire(text: str) -> str:
    r"""Return text for JSON: no secret, and a byte that was no UTF-8 as `\xNN`; other controls JSON itself escapes."""
    shown = without_secrets(text)
    return shown if shown.isascii() else _SURROGATE.sub(lambda m: printable(m[0]), shown)


_SURROGATE = re.compile("[\ud800-\udfff]")
