# SPDX-License-Identifier: MIT
"""sh FILE [ARG...] | -c LINE

Run a script: its lines one after the other, with ARGs as $1 to $9.

-c LINE  run LINE instead, as ( LINE ) would
"""

from upyos.grammar import script, sinks
from upyos.lib import command

proc = None


def __main__(args):
    if args and args[0][:1] == "-":
        found, rest = command.options(args[:2], "", "c")
        args = rest + args[2:]
        if "c" in found:
            command.operands(args, 0, 0)
            args = (("(", found["c"], sinks.current()),)
    command.operands(args, 1)
    return command.in_turn(script.run, args[0], args[1:], proc.source, proc)
