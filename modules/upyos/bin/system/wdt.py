# SPDX-License-Identifier: MIT
"""wdt -t S [-d S] [-q] | -f [-q]

Start the watchdog, or feed it: not fed for as long as -t says, it resets the board. Only a reset
stops it.

-t S  seconds, fractions allowed; how long it can be depends on the chip (RP2040: 8.3)
-d S  start it so much later; the command returns at once. A later -t replaces one that waits
-f    feed it
-q    print nothing

Source: MicroPython documentation, machine.WDT.
"""

from upyos.lib.command import UsageError, fail, milliseconds, operands, options
from upyos.settings import watchdog


def _ms(word):
    """Return a time in seconds as ms, at least one. Raises UsageError."""
    found = milliseconds(word)
    if not found:
        raise UsageError
    return found


def _start(timeout, delay):
    """Start it, perhaps later; return the status."""
    timeout_ms = _ms(timeout)
    delay_ms = _ms(delay) if delay else 0
    try:
        if delay:
            watchdog.start_later(timeout_ms, delay_ms)
        else:
            watchdog.start(timeout_ms)
    except (OSError, ValueError, OverflowError) as e:
        return fail(timeout, e)
    return 0


def __main__(args):
    found, words = options(args, "fq", "td")
    operands(words, 0, 0)
    timeout = found.get("t")
    delay = found.get("d")
    if ("f" in found) == bool(timeout) or delay and not timeout:
        raise UsageError
    if timeout:
        status = _start(timeout, delay)
        text = "%s s" % timeout if not delay else "%s s, from %s s on" % (timeout, delay)
    else:
        status = 0 if watchdog.feed() else fail("-f", "not started")
        text = "fed"
    if not status and "q" not in found:
        print("Watchdog: " + text)
    return status
