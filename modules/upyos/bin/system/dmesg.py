# SPDX-License-Identifier: MIT
"""dmesg [-c]

Print the system log, a ring in memory, oldest line first: HH:MM:SS SRC: TEXT.

-c  clear the log after printing it

After mkdir /var/log the lines are kept in the files /var/log/messages and messages.0 too, with the
date, over resets; rm -r /var/log ends that.

Source: upyOS.
"""

from upyos.lib.command import operands, options, write
from upyos.settings import log


def __main__(args):
    found, names = options(args, "c")
    operands(names, 0, 0)
    write(log.lines())
    if "c" in found:
        log.clear()
