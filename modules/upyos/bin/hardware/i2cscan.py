# SPDX-License-Identifier: MIT
"""i2cscan [BUS]

Print the addresses that answer on I2C bus BUS of the board (default 0), decimal and hex, one a
line. To a variable: a list of ints.

Source: I2C-bus specification UM10204, 3.1; addresses 8 to 119, the others are reserved.
"""

from upyos.lib import hardware
from upyos.lib.command import fail, operands, options, result


def __main__(args):
    _, words = options(args, "")
    operands(words, 0, 1)
    word = words[0] if words else "0"
    try:
        found = hardware.i2c(*hardware.bus("i2c", word)).scan()
    except (OSError, ValueError, KeyError) as e:
        return fail(word, e)
    text = "\n".join(["%d 0x%02x" % (address, address) for address in found])
    result(found, text)
    return 0
