# SPDX-License-Identifier: MIT
"""read V [PROMPT]

Set V to one line from the console or standard input, without its end. PROMPT is printed first.
"""

from upyos import console, variables
from upyos.lib import command


def __main__(args):
    _, rest = command.options(args, "")
    command.operands(rest, 1, 2)
    name = rest[0]
    try:
        line = console.input(rest[1] if len(rest) > 1 else "")
        status = 0
    except EOFError:
        line = ""
        status = 1
    if not variables.assign(name, line):
        return command.fail(name, "not a name")
    return status
