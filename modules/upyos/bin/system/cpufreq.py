# SPDX-License-Identifier: MIT
"""cpufreq [-v] | MHZ

Set the clock of the processor to MHZ; print what it is then. To a variable: an int.

-v  show it, as without an operand

What the chip is rated for is in its datasheet; more is tried, and may hang the board.

Source: upyOS.
"""

import upyos_port
from micropython import const
from upyos.lib.command import UsageError, fail, natural, operands, options, result

_HZ_PER_MHZ = const(1000000)


def __main__(args):
    found, words = options(args, "v")
    operands(words, 0, 0 if "v" in found else 1)
    if words:
        mhz = natural(words[0])
        if not mhz:
            raise UsageError
        try:
            upyos_port.set_frequency_hz(mhz * _HZ_PER_MHZ)
        except (ValueError, OSError) as e:
            return fail(words[0], e)
    mhz = upyos_port.frequency_hz() // _HZ_PER_MHZ
    if not mhz:
        return fail("clock", "not known here")
    result(mhz, "%d MHz" % mhz)
    return 0
