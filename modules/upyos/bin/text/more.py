# SPDX-License-Identifier: MIT
"""more [FILE]

Show FILE, or standard input, screen by screen, and leave at its end. Where output is no terminal
it is copied.

Keys: space f b page down and up, d u half a page, arrows j k line by line, left and right
sideways, g G begin and end, /TEXT n N search (a basic regular expression), q Ctrl-C leave.

Source: POSIX.1-2024 more, with the keys of less.
"""

import pager
from upyos.lib import streams
from upyos.lib.command import UsageError, fail, operands, options

proc = None


def __main__(args):
    names = options(args, "")[1]
    operands(names, 0, 1)
    name = names[0] if names else "-"
    if name == "-" and proc.source is None:
        raise UsageError

    def show(stream, name):
        if not streams.to_console() or proc.isthr:
            streams.show(stream, streams.new_block())
        else:
            pager.show(stream, name, True, True)

    try:
        return streams.each(names, show)
    except RuntimeError as e:
        return fail(name, e)
