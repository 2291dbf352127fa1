# SPDX-License-Identifier: MIT
"""read [-r] [-p PROMPT] V [PROMPT]

Set V to one line from the console or standard input, without its end. PROMPT is printed first.

-r         as always: a backslash in the line is one
-p PROMPT  the same as PROMPT behind V
"""

from upyos import console, variables
from upyos.lib import command


def __main__(args):
    options, rest = command.options(args, "r", "p")
    command.operands(rest, 1, 2)
    name = rest[0]
    try:
        line = console.input(rest[1] if len(rest) > 1 else options.get("p", ""))
        status = 0
    except EOFError:
        line = ""
        status = 1
    if not variables.assign(name, line):
        return command.fail(name, "not a name")
    return status
