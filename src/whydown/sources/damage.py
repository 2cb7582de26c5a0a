"""What ends a stream before its end."""

from __future__ import annotations


class DamagedError(Exception):
    """A stream ended where it should not; what came before it was given out. The text says how."""
