# SPDX-License-Identifier: MIT
"""What upyOS needs to know of the rp2 port."""

import machine
from micropython import const

NAME = "rp2"

# WATCHDOG SCRATCH0 keeps its value over every reset but loss of power (RP2040 datasheet, 4.7.6;
# RP2350 datasheet, 12.9.6). The boot ROM and the SDK use SCRATCH4 to 7.
_SCRATCH0_RP2040 = const(0x4005800C)
_SCRATCH0_RP2350 = const(0x400D800C)
# Upper half of the word while it holds our counter.
_MAGIC = const(0x7550)


def flash():
    """Return the block device of the file system, guarded: see Flash in modules/c/upyos."""
    import _rp2
    import _upyos

    return _upyos.Flash(_rp2.Flash())


def _scratch_addr():
    import sys

    return _SCRATCH0_RP2350 if "RP2350" in sys.implementation._machine else _SCRATCH0_RP2040


def boot_count():
    """Return how many starts in a row did not reach the prompt."""
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
