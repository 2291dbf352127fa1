# SPDX-License-Identifier: MIT
"""man CMD

Show the usage and the options of CMD.
"""

from upyos import executor
from upyos.lib import command


def __main__(args):
    _, rest = command.options(args, "")
    command.operands(rest, 1, 1)
    return executor.call(["help", rest[0]])
