# SPDX-License-Identifier: MIT
"""sleep S

Wait S seconds, fractions allowed. Background tasks go on; kill ends the wait.
"""

from upyos.lib import command, waiting


def __main__(args):
    _, rest = command.options(args, "")
    command.operands(rest, 1, 1)
    try:
        wait_ms = int(float(rest[0]) * 1000)
    except (ValueError, OverflowError):
        raise command.UsageError
    if wait_ms < 0:
        raise command.UsageError
    waiting.pause(wait_ms)
