# SPDX-License-Identifier: MIT
"""hold PID...

Pause processes. A program acts on it in its own loop.
"""

from upyos.lib import command, signal


def __main__(args):
    return signal.mark(command.options(args, "")[1], "H")
