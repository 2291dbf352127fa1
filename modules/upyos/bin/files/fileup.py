# SPDX-License-Identifier: MIT
"""fileup [-b] FILE

Put the lines that are typed, until Ctrl-D on an empty line, into FILE; or standard input, where it
is redirected. FILE gets its new content at the end, at once: Ctrl-C, a full file system or a power
cut before leave the old one. Where a UART drops what comes too fast, that is said.

-b  from a program at the other end of a serial line, in blocks with checksums that are each
    acknowledged: nothing is lost, however slow the board is

Source: upyOS; docs/formats/serial-blocks.md.
"""

import _upyos
from upyos.lib import files, streams
from upyos.lib.command import fail, operands, options, reason


def _from_blocks(name):
    """Fill a file from blocks; return the status."""
    from upyos.lib import blocks

    try:
        files.fill(name, blocks.Received())
    except (OSError, MemoryError) as e:
        blocks.failed(reason(e))
        return fail(name, e)
    blocks.done()
    return 0


def __main__(args):
    found, names = options(args, "b")
    operands(names, 1, 1)
    if "b" in found:
        return _from_blocks(names[0])
    source = streams.standard_input()
    _upyos.lost()
    try:
        files.fill(names[0], source)
    except OSError as e:
        return fail(names[0], e)
    if not streams.redirected() and _upyos.lost():
        return fail(names[0], "input was lost, it came too fast: fileup -b")
