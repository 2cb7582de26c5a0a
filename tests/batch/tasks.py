"""What the workers of the tests do; a process of its own imports it."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def doubler(plan: int) -> Callable[[str], str]:
    """Return a function that doubles words, or does what they say."""

    def do(word: str) -> str:
        match word:
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "leave":
                os._exit(7)
            case "sleep":
                time.sleep(600)
            case "grow":
                return "x" * (4 << 30)
            case "fail":
                raise RuntimeError("secret")
        return word * plan

    return do


def broken(_plan: int) -> Callable[[str], str]:
    """Fail before the first task."""
    raise RuntimeError
