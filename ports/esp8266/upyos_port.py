# SPDX-License-Identifier: MIT
"""What upyOS needs to know of the esp8266 port."""

import gc

import machine
from micropython import const

NAME = "esp8266"
# The clock is set to the time of this place, UTC and $TZ hours.
LOCAL_CLOCK = True
# As on the esp32 port: littlefs' default in MicroPython.
PROG_BYTES = 32
# Peers that wait until a service accepts them; a further one tries again after a second.
BACKLOG = 4

# Last word of the RTC memory that programs may use, block 191 of those that begin at 0x60001100
# (ESP8266 Non-OS SDK API Reference, system_rtc_mem_write); machine.RTC().memory() comes there only
# with more than 488 bytes (MicroPython ports/esp8266/machine_rtc.c). It is lost with the power.
_RTC_LAST_ADDR = const(0x600013FC)
_WDT_MS = const(5000)
# Upper half of the word while it holds our counter.
_MAGIC = const(0x7550)

# As MicroPython's _boot.py: collect before the heap is full, it is small and falls into pieces.
gc.threshold((gc.mem_free() + gc.mem_alloc()) // 4)

# The port keeps nothing below its limit of 8 KiB, where the boot ROM has its data; littlefs takes
# 1,568 B below a call (lfs2_rename; GCC 12.2, -fcallgraph-info=su). It is not more than this, for
# the way to `vi` needs nearly all of it.
__import__("_upyos").headroom(512)


def _close_access_point():
    """Switch off the access point that the SDK opens by itself where it has no settings.

    That is after a whole image was written. It is open, and named after the chip's MAC address;
    MicroPython's inisetup.py, which would set a password, is not in this firmware. One with a
    password or another name is the user's.
    """
    from binascii import hexlify

    import network

    point = network.WLAN(network.WLAN.IF_AP)
    if point.active() and point.config("security") == network.AUTH_OPEN:
        if point.config("ssid").lower().endswith(hexlify(point.config("mac")[-3:]).decode()):
            point.active(False)


_close_access_point()
del _close_access_point


def flash():
    """Return the block device of the file system."""
    from flashbdev import bdev

    return bdev


def boot_count():
    """Return how many starts in a row failed: 0 after a deep sleep, which is no failure."""
    if machine.reset_cause() == machine.DEEPSLEEP_RESET:
        return 0
    word = machine.mem32[_RTC_LAST_ADDR]
    return word & 0xFFFF if word >> 16 == _MAGIC else 0


def set_boot_count(count):
    """Remember a number over resets."""
    machine.mem32[_RTC_LAST_ADDR] = _MAGIC << 16 | count


def unique_id():
    """Return the chip's id, bytes."""
    return machine.unique_id()


def reset():
    """Reset the chip."""
    machine.reset()


def soft_reset():
    """Reset the chip: this port does not start anew when main.py wishes it."""
    machine.reset()


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
    """Return None: not measured."""
    return None


def timer(period_ms, callback):
    """Call callback() every period_ms while Python code runs or sleeps; callback None stops."""
    import _upyos
    from upyos import state

    _upyos.on_tick(period_ms, callback)
    if state.timer:
        state.timer.deinit()
        state.timer = None
    if callback:
        state.timer = machine.Timer(-1)
        state.timer.init(period=period_ms, callback=_upyos.tick)


def once(delay_ms, callback):
    """Call callback(timer) after a delay, whatever runs then; return a timer with deinit()."""
    found = machine.Timer(-1)
    found.init(mode=machine.Timer.ONE_SHOT, period=delay_ms, callback=callback)
    return found


def watchdog(timeout_ms):
    """Start the watchdog; return what has feed(). Raises ValueError for a time but its own.

    The time is the SDK's; MicroPython calls it 5 s and takes no other.
    """
    if timeout_ms != _WDT_MS:
        raise ValueError("this chip has 5 s only")
    return machine.WDT()


def pin(gpio):
    """Return a Pin to read, which stays what it is. Raises ValueError if there is no such GPIO."""
    return machine.Pin(gpio)


def prepare(sock):
    """Have background tasks run as soon as something comes at a socket."""
    import socket

    import _upyos

    # MicroPython's own option: a function that is scheduled then (extmod/modlwip.c)
    sock.setsockopt(socket.SOL_SOCKET, 20, _upyos.tick)
