# SPDX-License-Identifier: MIT
"""The drivers of MicroPython's module machine, and GPIOs by number."""

import upyos_port
from micropython import const
from upyos.lib.command import number

_ENODEV = const(19)
# More GPIOs, and more buses, than any chip has
_GPIOS = const(128)
# High and low of a 0, high and low of a 1, ns (WS2812B datasheet, data transfer time)
_TIMING_NS = const((400, 850, 800, 450))


def driver(name):
    """Return `machine.<name>`. Raises OSError(ENODEV) where the port has no such driver."""
    try:
        return getattr(__import__("machine"), name)
    except (ImportError, AttributeError):
        raise OSError(_ENODEV) from None


def gpio(word):
    """Return the number of a GPIO. Raises UsageError for no number, ValueError for no GPIO."""
    found = number(word)
    if not 0 <= found < _GPIOS:
        raise ValueError("no such GPIO")
    return found


def level(word):
    """Return the level, 0 or 1, of the GPIO that a word names; an output stays one.

    Raises UsageError, ValueError, and OSError where there are none.
    """
    return upyos_port.pin(gpio(word)).value()


def show_pixels(gpio, data):
    """Send three bytes for each pixel, green, red, blue, to the WS2812s at a GPIO.

    Raises OSError where there are none, ValueError if there is no such GPIO.
    """
    pin = driver("Pin")
    driver("bitstream")(pin(gpio, pin.OUT), 0, _TIMING_NS, data)


def bus(kind, word):
    """Return (number, {signal: Pin}) of a bus of the board description, kind such as i2c.

    Raises UsageError, ValueError if there is no such bus, OSError where there are no pins.
    """
    from upyos.lib import pins

    at = number(word)
    try:
        gpios = pins.gpios(kind, at) if 0 <= at < _GPIOS else {}
    except LookupError:
        gpios = {}
    if not gpios or None in gpios.values():
        raise ValueError("no such bus")
    pin = driver("Pin")
    return at, {signal: pin(gpios[signal]) for signal in gpios}


def i2c(number, pins):
    """Return the I2C driver of a bus as bus() gives it.

    An ESP8266 has none in hardware: its I2C is SoftI2C, which has no numbers.
    """
    made = driver("I2C")
    where = () if made is driver("SoftI2C") else (number,)
    return made(*where, scl=pins["scl"], sda=pins["sda"])
