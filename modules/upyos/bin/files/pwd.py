# SPDX-License-Identifier: MIT
"""pwd

Print the current directory.

Source: POSIX.1-2024 pwd.
"""

import os


def __main__(args):
    if args:
        from upyos.lib import command

        command.operands(command.options(args, "")[1], 0, 0)
    print(os.getcwd())
