# SPDX-License-Identifier: MIT
"""The calls /api/gpio/... and /api/rgb/... of uhttpd."""

import sdata
from micropython import const

from upyos.lib import hardware

_MOST_GPIO = const(127)


def _number(request, values, key, most):
    found = values.get(key)
    if type(found) is not int or not 0 <= found <= most:
        request.refuse(400, "%s is no number from 0 to %d" % (key, most))
    return found


def _driver(request, name):
    """Return a driver of the board's pins, or refuse."""
    try:
        return hardware.driver(name)
    except OSError:
        request.refuse(404, "this board has no pins")


async def get_gpio_status(request):
    """The level of each GPIO of the board, and what the LEDs of the board are."""
    _driver(request, "Pin")
    found = []
    for group in sdata.board.get("gpio", ()):
        for name, pin in group.items():
            gpio = int(name)
            found.append({"gpio": gpio, "pin": pin, "val": hardware.level(name)})
    found.sort(key=lambda one: one["gpio"])
    await request.say(200, gpio=found, led=_gpios("ledio"), rgb=_gpios("rgbio"))


def _gpios(section):
    """Return the GPIOs of a section of the board description."""
    return [gpio for group in sdata.board.get(section, ()) for gpio in group.values()]


async def post_gpio_set(request):
    """{pin, val}: make a GPIO an output of a level."""
    values = await request.json()
    gpio = _number(request, values, "pin", _MOST_GPIO)
    val = _number(request, values, "val", 1)
    pin = _driver(request, "Pin")
    try:
        pin(gpio, pin.OUT, value=val)
    except ValueError:
        request.refuse(400, "no such GPIO")
    await request.say(200, pin=gpio, val=val)


async def post_rgb_set(request):
    """{gpio, r, g, b}: show a colour on the first pixel at a GPIO."""
    values = await request.json()
    gpio = _number(request, values, "gpio", _MOST_GPIO)
    colour = [_number(request, values, key, 255) for key in ("g", "r", "b")]
    _driver(request, "bitstream")
    try:
        hardware.show_pixels(gpio, bytes(colour))
    except ValueError:
        request.refuse(400, "no such GPIO")
    await request.say(200, gpio=gpio)
