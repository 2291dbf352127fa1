# SPDX-License-Identifier: MIT
"""What upyOS needs to know of the esp32 port."""

import machine
from micropython import const

NAME = "esp32"
# What a write to the flash may be as small as: the port writes any length, 32 is littlefs' default
# in MicroPython.
PROG_BYTES = 32

# Upper half of the word that _upyos keeps over resets, while it holds our counter.
_MAGIC = const(0x7550)
# The last timer is for background tasks, the one before it for once(): 4 timers on the ESP32 and
# the S3, 2 on the C3 and the C6. Programs find Timer(0) free where there are 4.
_TIMERS = const(4)
_TIMERS_SMALL = const(2)


def flash():
    """Return the block device of the file system."""
    from esp32 import Partition

    return Partition.find(Partition.TYPE_DATA, label="vfs")[0]


def boot_count():
    """Return how many starts in a row failed: 0 after a deep sleep, which is no failure.

    Loss of power forgets them.
    """
    if machine.reset_cause() == machine.DEEPSLEEP_RESET:
        return 0
    import _upyos

    word = _upyos.keep()
    return word & 0xFFFF if word >> 16 == _MAGIC else 0


def set_boot_count(count):
    """Remember a number over resets."""
    import _upyos

    _upyos.keep(_MAGIC << 16 | count)


def unique_id():
    """Return the chip's id, bytes: its MAC address."""
    return machine.unique_id()


def reset():
    """Reset the chip."""
    machine.reset()


def soft_reset():
    """Start anew with an empty heap."""
    import _upyos

    # machine.soft_reset raises what the barrier around programs catches
    _upyos.leave()


def frequency_hz():
    """Return the clock of the processor."""
    return machine.freq()


def set_frequency_hz(frequency_hz):
    """Set the clock of the processor. Raises ValueError for one that it cannot have."""
    machine.freq(frequency_hz)


def set_time(moment):
    """Set the clock to a time in seconds, as time.time() counts them."""
    import time

    now = time.gmtime(moment)
    machine.RTC().datetime(now[:3] + (now[6],) + now[3:6] + (0,))


def temperature_c():
    """Return the temperature of the chip in degrees Celsius, or None where it is not measured."""
    import esp32

    if hasattr(esp32, "mcu_temperature"):
        return esp32.mcu_temperature()
    # the ESP32 gives degrees Fahrenheit
    return (esp32.raw_temperature() - 32) * 5 / 9


def _timer(from_end, **options):
    try:
        return machine.Timer(_TIMERS - from_end, **options)
    except ValueError:
        return machine.Timer(_TIMERS_SMALL - from_end, **options)


def timer(period_ms, callback):
    """Call callback() every period_ms while Python code runs or sleeps; callback None stops."""
    import _upyos
    from upyos import state

    _upyos.on_tick(period_ms, callback)
    if state.timer:
        state.timer.deinit()
        state.timer = None
    if callback:
        state.timer = _timer(1, period=period_ms, callback=_upyos.tick)


def once(delay_ms, callback):
    """Call callback(timer) after a delay, whatever runs then; return a timer with deinit()."""
    return _timer(2, mode=machine.Timer.ONE_SHOT, period=delay_ms, callback=callback)


def watchdog(timeout_ms):
    """Start the watchdog; return what has feed(). Raises ValueError for a time it cannot do."""
    return machine.WDT(timeout=timeout_ms)


def pin(gpio):
    """Return a Pin to read, which stays what it is. Raises ValueError if there is no such GPIO."""
    return machine.Pin(gpio)


def prepare(sock):
    """Have background tasks run as soon as something comes at a socket."""
    import socket

    import _upyos

    # MicroPython's own option: a function that is scheduled then (extmod/modlwip.c)
    sock.setsockopt(socket.SOL_SOCKET, 20, _upyos.tick)
