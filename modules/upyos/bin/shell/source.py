# SPDX-License-Identifier: MIT
"""source FILE [ARG...]

Run the lines of a script as if they stood here: functions that it makes stay known, and without
ARG it sees the arguments of the caller. `.` does the same.
"""

from upyos.grammar import script
from upyos.lib import command

proc = None


def __main__(args):
    if args and args[0][:1] == "-":
        args = command.options(args[:1], "")[1] + args[1:]
    command.operands(args, 1)
    return command.in_turn(script.run, (".", args[0]), args[1:], proc.source)
