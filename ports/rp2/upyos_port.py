# SPDX-License-Identifier: MIT
"""What upyOS needs to know of the rp2 port."""

import machine
from micropython import const

NAME = "rp2"
# The clock is set to the time of this place, UTC and $TZ hours.
LOCAL_CLOCK = True
# The flash is programmed in pages; MicroPython ports/rp2/modules/_boot.py mounts with it too.
PROG_BYTES = 256
# Peers that wait until a service accepts them; a further one tries again after a second.
BACKLOG = 4

# WATCHDOG SCRATCH0 keeps its value over every reset but loss of power (RP2040 datasheet, 4.7.6;
# RP2350 datasheet, 12.9.6). The boot ROM and the SDK use SCRATCH4 to 7.
_SCRATCH0_RP2040 = const(0x4005800C)
_SCRATCH0_RP2350 = const(0x400D800C)
# Upper half of the word while it holds our counter.
_MAGIC = const(0x7550)

# Twice what an RP2350 is rated for (its datasheet, 1.1): more is a slip of the finger, which
# would hang the board.
_MOST_HZ = const(300_000_000)
# Function select of a pin that nobody uses (RP2040 datasheet, 2.19.2; RP2350 datasheet, 9.4).
_UNUSED = "alt=31"

# MicroPython looks at the C stack when Python calls something. Below that littlefs and, from
# interrupts, USB and lwIP need some of it.
__import__("_upyos").headroom(768)


def flash():
    """Return the block device of the file system."""
    import _rp2

    return _rp2.Flash()


def _scratch_addr():
    import sys

    return _SCRATCH0_RP2350 if "RP2350" in sys.implementation._machine else _SCRATCH0_RP2040


def boot_count():
    """Return how many starts in a row failed; sleep.c sets it to 0 at the end of a deep sleep."""
    word = machine.mem32[_scratch_addr()]
    return word & 0xFFFF if word >> 16 == _MAGIC else 0


def set_boot_count(count):
    """Remember a number over resets."""
    machine.mem32[_scratch_addr()] = _MAGIC << 16 | count


def unique_id():
    """Return the chip's id, bytes."""
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
    if frequency_hz > _MOST_HZ:
        raise ValueError("too high")
    machine.freq(frequency_hz)


def set_time(moment):
    """Set the clock to a time in seconds, as time.time() counts them."""
    import time

    now = time.gmtime(moment)
    machine.RTC().datetime(now[:3] + (now[6],) + now[3:6] + (0,))


def temperature_c():
    """Return the temperature of the chip in degrees Celsius, or None where it is not measured."""
    # ADC channel 4, 3.3 V reference (RP2040 datasheet, 4.9.5)
    volt = machine.ADC(machine.ADC.CORE_TEMP).read_u16() * 3.3 / 65535
    return 27 - (volt - 0.706) / 0.001721


def timer(period_ms, callback):
    """Call callback() every period_ms while Python code runs or sleeps; callback None stops."""
    import _upyos
    from upyos import state

    _upyos.on_tick(period_ms, callback)
    if state.timer:
        state.timer.deinit()
        state.timer = None
    if callback:
        state.timer = machine.Timer(period=period_ms, callback=_upyos.tick)


def once(delay_ms, callback):
    """Call callback(timer) after a delay, whatever runs then; return a timer with deinit()."""
    return machine.Timer(mode=machine.Timer.ONE_SHOT, period=delay_ms, callback=callback)


def watchdog(timeout_ms):
    """Start the watchdog; return what has feed(). Raises ValueError for a time it cannot do."""
    return machine.WDT(timeout=timeout_ms)


def pin(gpio):
    """Return a Pin to read: it stays what it is, and is an input if nobody uses it.

    Raises ValueError if there is no such GPIO.
    """
    found = machine.Pin(gpio)
    if _UNUSED in str(found):
        found.init(machine.Pin.IN)
    return found


def prepare(sock):
    """Have background tasks run as soon as something comes at a socket."""
    import socket

    import _upyos

    # MicroPython's own option: a function that is scheduled then (extmod/modlwip.c)
    sock.setsockopt(socket.SOL_SOCKET, 20, _upyos.tick)
