# SPDX-License-Identifier: MIT
"""killall [PART]

Ask every process whose command contains PART, without it every one but killall itself, to stop.
"""

import sdata
from upyos.lib import command


def __main__(args):
    _, rest = command.options(args, "")
    command.operands(rest, 0, 1)
    # an empty operand, that of an unset variable, does not stand for all
    if rest and not (rest[0] and sdata.upyos.killall(rest[0])):
        return command.fail(rest[0], "no such process")
    if not rest:
        sdata.upyos.killall()
    return 0
