"""How many examples a property test takes: few in every run, as many as WHYDOWN_EXAMPLES says when asked."""

from __future__ import annotations

import os


def examples(usually: int) -> int:
    """Return the number of examples; `WHYDOWN_EXAMPLES=10000 pytest tests/properties/test_bundles.py` takes so many."""
    return int(os.environ.get("WHYDOWN_EXAMPLES", usually))
