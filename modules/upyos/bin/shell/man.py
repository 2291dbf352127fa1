# SPDX-License-Identifier: MIT
"""man CMD

Show the usage and the options of CMD.
"""

from upyos import executor, lookup, manual
from upyos.lib import command


def __main__(args):
    _, rest = command.options(args, "")
    command.operands(rest, 1, 1)
    if lookup.find(rest[0])[0] >= lookup.NOT_PROGRAM:
        return command.fail(rest[0], manual.absent(rest[0]))
    return executor.call(["help", rest[0]])
