# SPDX-License-Identifier: MIT
"""led on|off [N] | boot | rgb N

Switch the LEDs that the board description names.

on, off [N]  LED N of `ledio`, from 0 (default 0)
boot         blink all of them
rgb N        show red, green, blue on N pixels of each `rgbio` line, 1 to 1000; then dark

Source: upyOS.
"""

import sdata
from micropython import const
from upyos.lib import hardware, waiting
from upyos.lib.command import UsageError, fail, natural, operands, options

_BLINKS = const(3)
_BLINK_MS = const(60)
_COLOUR_MS = const(400)
_MOST_PIXELS = const(1000)
# Red, green, blue, each in the order of the wire: green, red, blue. A fifth of the full current.
_COLOURS = const((b"\x00\x32\x00", b"\x32\x00\x00", b"\x00\x00\x32"))


def _gpios(section):
    """Return the GPIOs of a section of the board description, in order."""
    found = []
    for group in sdata.board.get(section, ()):
        # a table has no order of its own
        found += [group[label] for label in sorted(group)]
    return found


def _switch(gpios, on):
    """Make these GPIOs outputs of a level."""
    pin = hardware.driver("Pin")
    for gpio in gpios:
        pin(gpio, pin.OUT, value=on)


def _blink(gpios, times):
    for _ in range(times):
        for on in (1, 0):
            _switch(gpios, on)
            waiting.pause(_BLINK_MS)


def _show(gpios, pixels):
    """Show each colour on all pixels; dark at the end, after Ctrl-C too."""

    def paint(colour):
        data = colour * pixels
        for gpio in gpios:
            hardware.show_pixels(gpio, data)

    try:
        for colour in _COLOURS:
            paint(colour)
            waiting.pause(_COLOUR_MS)
    finally:
        paint(b"\0\0\0")


def _pixels(word):
    found = natural(word)
    if not 0 < found <= _MOST_PIXELS:
        raise UsageError
    return found


def _task(words):
    """Return the GPIOs that the words name, what to do with them, and its argument."""
    action = words[0]
    if action == "on" or action == "off":
        gpios = _gpios("ledio")
        at = natural(words[1]) if len(words) > 1 else 0
        return gpios[at : at + 1] if at < len(gpios) else (), _switch, action == "on"
    if action == "boot" and len(words) == 1:
        return _gpios("ledio"), _blink, _BLINKS
    if action == "rgb" and len(words) == 2:
        return _gpios("rgbio"), _show, _pixels(words[1])
    raise UsageError


def __main__(args):
    _, words = options(args, "")
    operands(words, 1, 2)
    gpios, work, argument = _task(words)
    if not gpios:
        return fail(words[-1], "no such LED")
    try:
        work(gpios, argument)
    except (OSError, ValueError) as e:
        return fail(words[-1], e)
    return 0
