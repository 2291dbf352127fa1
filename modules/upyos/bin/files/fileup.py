# SPDX-License-Identifier: MIT
"""fileup [-b] FILE

Put the lines that are typed, until Ctrl-D on an empty line, into FILE; or standard input, where it
is redirected. FILE gets its new content at the end, at once: Ctrl-C, a full file system or a power
cut before leave the old one. What is typed is read to its end before it is said that FILE cannot
be written: no line of a pasted text runs as a command. Where a UART drops what comes too fast,
that is said.

-b  from a program at the other end of a serial line, in blocks with checksums that are each
    acknowledged: nothing is lost, however slow the board is

Source: upyOS; docs/formats/serial-blocks.md.
"""

import _upyos
from upyos.lib import files, streams
from upyos.lib.command import fail, operands, options
from upyos.lib.reasons import reason


def _from_blocks(name):
    """Fill a file from blocks; return the status."""
    from upyos.lib import blocks

    try:
        files.fill(name, blocks.Received())
    except (OSError, MemoryError) as e:
        why = reason(e)
    else:
        blocks.done()
        return 0
    blocks.failed(why)
    return fail(name, why)


def _typed(name):
    """Fill a file from standard input; return the status."""
    source = streams.standard_input()
    is_typed = not streams.redirected()
    _upyos.lost()
    try:
        files.fill(name, source)
    except (OSError, MemoryError) as e:
        why = reason(e)
        if is_typed:
            source.skip()
    else:
        if not (is_typed and _upyos.lost()):
            return 0
        why = "some of the input was lost, it came too fast; see fileup -b"
    return fail(name, why)


def __main__(args):
    found, names = options(args, "b")
    operands(names, 1, 1)
    return _from_blocks(names[0]) if "b" in found else _typed(names[0])
