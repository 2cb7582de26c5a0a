"""What holds for all tests: an interrupt reaches the commands they start, and no example fails for a busy machine."""

from __future__ import annotations

import signal

from hypothesis import HealthCheck, settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a child would inherit that
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes tells of the machine, not of the program. The parent is the library's own choice: where CI
# is set, the same examples every time, so that what passed once passes again; elsewhere new ones, to find new faults.
settings.register_profile("busy", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")
