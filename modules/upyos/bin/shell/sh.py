# SPDX-License-Identifier: MIT
"""sh FILE [ARG...]

Run a script: its lines one after the other, with ARGs as $1 to $9.
"""

from upyos import console, script
from upyos.lib import command, paths

proc = None


def __main__(args):
    if args and args[0][:1] == "-":
        command.options(args[:1], "")
    command.operands(args, 1)
    if not paths.is_file(args[0]):
        console.error("sh: " + args[0] + ": " + ("is a directory" if paths.is_dir(args[0]) else "not found"))
        return 126 if paths.is_dir(args[0]) else 127
    return script.run(args[0], args[1:], proc.source, proc)
