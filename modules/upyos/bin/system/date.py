# SPDX-License-Identifier: MIT
"""date [-d|-t]

Print date and time: Www DD/Mmm/YYYY HH:MM:SS. To a variable: the same text.

-d  the date only
-t  the time only

Source: upyOS; not the format of POSIX.1-2024 date.
"""

import time

from upyos.lib import dates
from upyos.lib.command import UsageError, operands, options, result


def __main__(args):
    found, names = options(args, "dt")
    operands(names, 0, 0)
    if len(found) > 1:
        raise UsageError
    now = time.time()
    parts = []
    if "t" not in found:
        parts.append(dates.date(now))
    if "d" not in found:
        parts.append(dates.clock(now))
    result(" ".join(parts))
