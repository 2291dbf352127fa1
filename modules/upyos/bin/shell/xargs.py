# SPDX-License-Identifier: MIT
"""xargs [-r] [-n N] [-I TEXT] [CMD...]

Run CMD, by default echo, with the words of standard input as further arguments.

-r       do not run CMD if there are no words
-n N     at most N words each time
-I TEXT  run CMD for each line, in place of TEXT

Source: POSIX.1-2024 xargs. Not provided: -L -s -E -p -t -x.
"""

from micropython import const
from upyos import executor, lexer, state
from upyos.lib import command, streams
from upyos.lib.codes import _INTERRUPTED, _NOT_FOUND

# So many words at once, so that they fit into memory.
_MOST = const(50)
# What xargs ends with if a command failed.
_FAILED = const(123)


def _options(args):
    """Return (words at once, text to replace or None, words of CMD, whether to run it once).

    Raises UsageError.
    """
    most = _MOST
    text = None
    once = True
    args = list(args)
    while args and args[0][:1] == "-" and len(args[0]) > 1:
        if args[0] == "-r":
            args.pop(0)
            once = False
            continue
        if args[0][:3] == "--h" or args[0][1] not in "nI":
            command.options(args[:1], "r", "nI")
        letter = args[0][1]
        value = args.pop(0)[2:]
        if not value:
            command.operands(args, 1)
            value = args.pop(0)
        if letter == "n":
            most = command.natural(value)
        else:
            text = value
    if most < 1 or text == "":
        raise command.UsageError
    return most, text, args or ["echo"], once and text is None


def _lines():
    """Yield the lines of standard input, without their ends."""
    for batch in streams.batches(streams.standard_input()):
        for line in bytes(batch).decode().split("\n")[:-1]:
            yield line


def _groups(most, text, words, once):
    """Yield the words of each command."""
    group = []
    for line in _lines():
        if text is not None:
            line = line.strip()
            if line:
                yield [word.replace(text, line) for word in words]
            continue
        for word in lexer.split(line):
            group.append(word)
            if len(group) == most:
                yield words + group
                group = []
                once = False
    if group or once:
        yield words + group


def __main__(args):
    options = _options(args)
    failed = 0
    try:
        for group in _groups(*options):
            if state.turn:
                status = command.in_turn(executor.call, group)
            else:
                # As call() does, on less of the C stack.
                status = executor.dispatch(group, None, False)
            if status == _INTERRUPTED:
                raise KeyboardInterrupt
            if status == _NOT_FOUND:
                return status
            failed = _FAILED if status else failed
    except ValueError as e:
        return command.fail("-", str(e))
    return failed
