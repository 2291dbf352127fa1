# SPDX-License-Identifier: MIT
"""watch [-t S] [-q] CMD...

Clear the screen and run CMD every S seconds until Ctrl-C or kill. One quoted CMD may hold a
whole line; `-t S` may stand at the end too.

-t S  seconds, 2 by default, fractions allowed
-q    neither clear the screen nor print the header
"""

from upyos import executor
from upyos.lib import command, waiting
from upyos.lib.codes import _INTERRUPTED

proc = None


def _split(args):
    """Return (interval text, quiet, words of CMD). Raises UsageError."""
    interval = "2"
    quiet = False
    args = list(args)
    while args and args[0][:1] == "-":
        if args[0] == "-t" and len(args) > 1:
            interval = args[1]
            del args[:2]
        elif args[0] == "-q":
            quiet = True
            del args[:1]
        else:
            command.options(args[:1], "q", "t")
            raise command.UsageError
    if len(args) > 2 and args[-2] == "-t":
        interval = args.pop()
        args.pop()
    if not args:
        raise command.UsageError
    return interval, quiet, args


def __main__(args):
    interval, quiet, words = _split(args)
    wait_ms = command.milliseconds(interval)
    while proc.sts != "S":
        if not quiet:
            print("\x1b[2J\x1b[HEvery %s s: %s\n" % (interval, " ".join(words)))
        if len(words) == 1:
            status = command.in_turn(executor.run_line, words[0])
        else:
            status = command.in_turn(executor.call, words)
        if status == _INTERRUPTED:
            raise KeyboardInterrupt
        waiting.pause(wait_ms)
    return 0
