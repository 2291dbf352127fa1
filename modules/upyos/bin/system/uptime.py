# SPDX-License-Identifier: MIT
"""uptime

Print the time of day and how long the system runs: HH:MM:SS up N days, HH:MM:SS. To a variable:
the same text.

Source: upyOS.
"""

import time

import sdata
from micropython import const
from upyos.lib.command import operands, options, result
from upyos.lib.dates import clock, time_of_day

_DAY_S = const(86400)


def __main__(args):
    operands(options(args, "")[1], 0, 0)
    now = time.time()
    up = max(0, now - sdata.initime)
    result("%s up %d days, %s" % (clock(now), up // _DAY_S, time_of_day(up)))
