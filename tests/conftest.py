"""What holds for all tests: an interrupt reaches the commands they start, also where a shell runs them aside."""

from __future__ import annotations

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a child would inherit that
    signal.signal(signal.SIGINT, signal.default_int_handler)
