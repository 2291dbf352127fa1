# SPDX-License-Identifier: MIT
"""screen [-b BAUD] BUS|NAME

Be a terminal on UART BUS of the board, or on the UART object sdata.NAME. All keys go there, Ctrl-C
too; Ctrl-Q leaves.

-b BAUD  speed, 115200 by default; a UART object keeps its own without it

Source: upyOS.
"""

import sys

import _upyos
import sdata
from micropython import const
from upyos.lib import hardware
from upyos.lib.command import UsageError, fail, natural, operands, options

proc = None

_CTRL_Q = const(17)
_BAUD = const(115200)
_BLOCK_BYTES = const(256)
# The receive buffer of the UART must hold what comes in this time
_IDLE_MS = const(10)
_RX_BYTES = const(1024)


def _open(word, baud):
    """Return the UART of a bus of the board. Raises OSError, ValueError, KeyError."""
    at, pins = hardware.bus("uart", word)
    uart = hardware.driver("UART")
    return uart(at, baud or _BAUD, tx=pins["tx"], rx=pins["rx"], rxbuf=_RX_BYTES)


def _named(name, baud):
    """Return the UART object sdata.NAME. Raises ValueError."""
    uart = getattr(sdata, name, None)
    if not hasattr(uart, "any") or not hasattr(uart, "readinto"):
        raise ValueError("no such UART")
    if baud:
        uart.init(baud)
    return uart


def _talk(uart):
    """Carry bytes both ways until Ctrl-Q."""
    block = memoryview(bytearray(_BLOCK_BYTES))
    out = sys.stdout.buffer
    count = 0
    while proc.sts != "S":
        key = _upyos.key(0 if count else _IDLE_MS)
        if key == _CTRL_Q:
            return
        if key >= 0:
            uart.write(bytes((key,)))
        count = min(uart.any(), _BLOCK_BYTES)
        if count:
            out.write(block[: uart.readinto(block[:count]) or 0])


def __main__(args):
    found, words = options(args, "", "b")
    operands(words, 1, 1)
    baud = natural(found.get("b", "0"))
    if "b" in found and not baud:
        raise UsageError
    word = words[0]
    if proc.isthr:
        return fail(word, "no console")
    own = word.lstrip("-").isdigit()
    try:
        uart = _open(word, baud) if own else _named(word, baud)
    except (OSError, ValueError, KeyError, OverflowError) as e:
        return fail(word, e)
    print("Ctrl-Q leaves.")
    _upyos.tty(True)
    try:
        _talk(uart)
    finally:
        _upyos.tty(False)
        if own:
            uart.deinit()
    print()
    return 0
