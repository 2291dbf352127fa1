# SPDX-License-Identifier: MIT
"""What upyOS needs to know of the esp32 port."""

import machine
from micropython import const

NAME = "esp32"
# The clock is set to the time of this place, UTC and $TZ hours.
LOCAL_CLOCK = True
# What a write to the flash may be as small as: the port writes any length, 32 is littlefs' default
# in MicroPython.
PROG_BYTES = 32
# Peers that wait until a service accepts them; a further one tries again after a second.
BACKLOG = 4

# Upper half of the word that _upyos keeps over resets, while it holds our counter.
_MAGIC = const(0x7550)
# Numbers of the last timer, which is for once(): the ESP32 and the S3 have 4, the C3 and the C6 2.
# The others are left to programs; background tasks have one of ESP-IDF's own.
_LAST_TIMER = const(3)
_LAST_TIMER_OF_TWO = const(1)

# ESP-IDF Programming Guide 5.4, "Temperature Sensor".
_COLDEST_C = const(-40)
_HOTTEST_C = const(125)

# MicroPython keeps 1 KiB below its limit for C code. What littlefs and ESP-IDF's flash code take
# together is more (upyos/jobs/threads.py has the figures), and a stack of 16 KiB has it.
__import__("_upyos").headroom(2048)


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
        found = esp32.mcu_temperature()
        # what the sensors of all these chips can measure; one that does not answer is below it
        return found if _COLDEST_C <= found <= _HOTTEST_C else None
    # the ESP32 gives degrees Fahrenheit
    return (esp32.raw_temperature() - 32) * 5 / 9


def timer(period_ms, callback):
    """Call callback() every period_ms while Python code runs or sleeps; callback None stops."""
    import _upyos

    _upyos.on_tick(period_ms, callback)


def once(delay_ms, callback):
    """Call callback(timer) after a delay, whatever runs then; return a timer with deinit()."""
    try:
        found = machine.Timer(_LAST_TIMER)
    except ValueError:
        found = machine.Timer(_LAST_TIMER_OF_TWO)
    found.init(mode=machine.Timer.ONE_SHOT, period=delay_ms, callback=callback)
    return found


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

    # MicroPython's own option: a function that is called then, whatever else waits
    # (ports/esp32/modsocket.c); step.c has this one scheduled.
    sock.setsockopt(socket.SOL_SOCKET, 20, _upyos.tick)
