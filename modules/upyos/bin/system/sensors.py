# SPDX-License-Identifier: MIT
"""sensors

Print what the chip itself measures: its temperature in degrees Celsius.

Source: upyOS.
"""

import upyos_port
from upyos.lib.command import fail, operands, options


def __main__(args):
    operands(options(args, "")[1], 0, 0)
    degrees = upyos_port.temperature_c()
    if degrees is None:
        return fail("temperature", "not measured here")
    print("Temperature: %.1f C" % degrees)
    return 0
