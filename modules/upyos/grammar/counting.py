# SPDX-License-Identifier: MIT
"""Variables that count: what incr and decr share."""

from upyos import lexer, variables


def add(args, sign):
    """Add sign times the second operand, by default 1, to the variable that is the first."""
    try:
        name, step = args if len(args) == 2 else (args[0], 1) if len(args) == 1 else ((), 0)
        value = variables.get(name)
        value = 0 if value == "" else int(value) if type(value) is str else value
        if type(value) is int and variables.assign(name, value + sign * int(step)):
            return 0
    except (ValueError, TypeError):
        # Looked at below.
        value = None
    return _wrong(args)


def _wrong(args):
    """Report what is wrong with the operands."""
    from upyos.lib import command

    # the second operand may be negative
    command.options(args[:1], "")
    command.operands(args, 1, 2)
    for word in args[1:]:
        command.number(word)
    return command.fail(args[0], "not an integer" if lexer.legal(args[0]) else "not a name")
