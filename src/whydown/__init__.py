"""Why is this NSX IPsec VPN down? Reads the Edge's and the peer's logs and shows the lines that prove the answer.

found = whydown.analyze(edge="edge.log", peer="peer.log")
found.incidents, found.evidence, found.events    # as pandas frames
found.report                                     # as typed values

What goes wrong is raised as a `whydown.errors.WhydownError`: one sentence, and the next step. Bad input is no error: it
is counted and told in `found.report.tally`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whydown.api import Analysis, analyze, events, read_table

__version__ = "0.1.0"
__all__ = ["Analysis", "__version__", "analyze", "events", "read_table"]


def __getattr__(name: str) -> Any:
    """Load the API when it is asked for: the command needs none of it, and starts without."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from whydown import api  # noqa: PLC0415

    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
