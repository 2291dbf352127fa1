# SPDX-License-Identifier: MIT
"""kill PID...

Ask processes to stop. A program acts on it in its own loop.
"""

from upyos.lib import command, signal


def __main__(args):
    return signal.mark(command.options(args, "")[1], "S")
