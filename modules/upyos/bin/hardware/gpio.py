# SPDX-License-Identifier: MIT
"""gpio [-a] N [0|1]

Print the level of GPIO N, or make it an output of the level 0 or 1. What is read stays an output
if it is one. To a variable: an int.

-a  print what the ADC measures at N, 0 to 65535

Source: upyOS.
"""

from upyos.lib import hardware
from upyos.lib.command import UsageError, fail, operands, options, result


def _analogue(word):
    """Return what the ADC measures at a GPIO."""
    pin = hardware.driver("Pin")(hardware.gpio(word))
    return hardware.driver("ADC")(pin).read_u16()


def _write(word, value):
    pin = hardware.driver("Pin")
    pin(hardware.gpio(word), pin.OUT, value=value == "1")


def __main__(args):
    found, words = options(args, "a")
    operands(words, 1, 1 if "a" in found else 2)
    if words[1:] and words[1] not in ("0", "1"):
        raise UsageError
    try:
        if words[1:]:
            _write(*words)
        else:
            result(_analogue(words[0]) if "a" in found else hardware.level(words[0]))
    except (OSError, ValueError) as e:
        return fail(words[0], e)
    return 0
