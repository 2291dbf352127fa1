# SPDX-License-Identifier: MIT
"""The watchdog: started, now or later, and fed.

What waits to be started keeps this module in memory, so it imports when it is called.
"""

from upyos import state


def start(timeout_ms):
    """Start it now. Raises ValueError for a time the chip cannot do, OSError if it has none."""
    import upyos_port

    _drop()
    state.watchdog = upyos_port.watchdog(timeout_ms)


def start_later(timeout_ms, delay_ms):
    """Start it after a delay. Raises OverflowError for too long a delay, OSError as start()."""
    import upyos_port

    def due(timer):
        state.watchdog = None
        try:
            start(timeout_ms)
        except (OSError, ValueError) as e:
            from upyos import console

            console.error("wdt: %d ms: %s" % (timeout_ms, e))

    _drop()
    state.watchdog = upyos_port.once(delay_ms, due)


def _drop():
    """Forget one that waits to be started."""
    if hasattr(state.watchdog, "deinit"):
        state.watchdog.deinit()
        state.watchdog = None


def feed():
    """Feed it; return False if it was not started."""
    if not hasattr(state.watchdog, "feed"):
        return False
    state.watchdog.feed()
    return True


def part():
    """Stop the timers of an ESP8266, for the MicroPython prompt gets the terminal.

    They lie in the heap. A soft reset, which can be made there, clears it, and not the SDK's list.
    """
    if state.timer:
        state.timer.deinit()
        state.timer = None
    _drop()
