# SPDX-License-Identifier: MIT
"""fileup FILE

Put the lines that are typed, until Ctrl-D on an empty line, into FILE; or standard input, where it
is redirected. FILE gets its new content at the end, at once: Ctrl-C, a full file system or a power
cut before leave the old one. What is typed is read to its end before it is said that FILE cannot
be written: no line of a pasted text runs as a command.

Source: upyOS.
"""

from upyos.lib import files, streams
from upyos.lib.command import fail, operands, options, reason


def __main__(args):
    names = options(args, "")[1]
    operands(names, 1, 1)
    source = streams.standard_input()
    try:
        files.fill(names[0], source)
    except (OSError, MemoryError) as e:
        why = reason(e)
    else:
        return None
    if not streams.redirected():
        source.skip()
    return fail(names[0], why)
