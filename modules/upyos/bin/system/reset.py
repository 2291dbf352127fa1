# SPDX-License-Identifier: MIT
"""reset

Restart MicroPython and upyOS at once, without end.sh: a soft reset.

Source: upyOS.
"""

import sdata
import upyos_port
from upyos.lib.command import operands, options


def __main__(args):
    operands(options(args, "")[1], 0, 0)
    sdata.upyos.save_history()
    upyos_port.soft_reset()
