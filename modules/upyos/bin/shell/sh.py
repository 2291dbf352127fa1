# SPDX-License-Identifier: MIT
"""sh FILE [ARG...]

Run a script: its lines one after the other, with ARGs as $1 to $9.
"""

from upyos.grammar import script
from upyos.lib import command

proc = None


def __main__(args):
    if args and args[0][:1] == "-":
        args = command.options(args[:1], "")[1] + args[1:]
    command.operands(args, 1)
    return command.in_turn(script.run, args[0], args[1:], proc.source, proc)
