# SPDX-License-Identifier: MIT
"""clear

Clear the screen.
"""


def __main__(args):
    if args:
        from upyos.lib import command

        command.operands(command.options(args, "")[1], 0, 0)
    print("\x1b[2J\x1b[H", end="")
