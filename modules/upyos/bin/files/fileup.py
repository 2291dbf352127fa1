# SPDX-License-Identifier: MIT
"""fileup FILE

Put the lines that are typed, until Ctrl-D on an empty line, into FILE; or standard input, where it
is redirected. FILE gets its new content at the end, at once: Ctrl-C, a full file system or a power
cut before leave the old one.

Source: upyOS.
"""

from upyos.lib import files, streams
from upyos.lib.command import fail, operands, options


def __main__(args):
    names = options(args, "")[1]
    operands(names, 1, 1)
    try:
        files.fill(names[0], streams.standard_input())
    except OSError as e:
        return fail(names[0], e)
