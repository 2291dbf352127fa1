# SPDX-License-Identifier: MIT
"""killall [PART]

Ask every process whose command contains PART, without it every one but killall itself, to stop.
"""

import sdata
from upyos.lib import command


def __main__(args):
    _, rest = command.options(args, "")
    command.operands(rest, 0, 1)
    part = rest[0] if rest else ""
    if not sdata.upyos.killall(part) and part:
        return command.fail(part, "no such process")
