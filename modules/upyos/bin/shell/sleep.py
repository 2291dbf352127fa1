# SPDX-License-Identifier: MIT
"""sleep S

Wait S seconds, fractions allowed. Background tasks go on; kill ends the wait.
"""

from upyos.lib import command, waiting


def __main__(args):
    _, rest = command.options(args, "")
    command.operands(rest, 1, 1)
    waiting.pause(command.milliseconds(rest[0]))
