"""What holds for all tests: an interrupt reaches the commands they start, and no example fails for a busy machine."""

from __future__ import annotations

import signal

from hypothesis import settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a child would inherit that
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("busy", deadline=None)  # how long an example takes tells of the machine, not of the program
settings.load_profile("busy")
