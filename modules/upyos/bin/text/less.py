# SPDX-License-Identifier: MIT
"""less [-EF] [FILE]

Show FILE, or standard input, screen by screen. Where output is no terminal it is copied.

-E  leave when the end was shown
-F  only print what has room on one screen

Keys: space f b page down and up, d u half a page, arrows j k line by line, left and right
sideways, g G begin and end, /TEXT n N search (a basic regular expression), q Ctrl-C leave.

Source: less of other systems, its common keys. Not provided: several files, ? and marks.
"""

import pager
from upyos.lib import streams
from upyos.lib.command import UsageError, fail, operands, options

proc = None


def __main__(args):
    found, names = options(args, "EF")
    operands(names, 0, 1)
    name = names[0] if names else "-"
    if name == "-" and proc.source is None:
        raise UsageError

    def show(stream, name):
        if not streams.to_console() or proc.isthr:
            streams.show(stream, streams.new_block())
        else:
            pager.show(stream, name, "E" in found, "F" in found)

    try:
        return streams.each(names, show)
    except RuntimeError as e:
        return fail(name, e)
