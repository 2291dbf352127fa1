# SPDX-License-Identifier: MIT
"""The serial port that the console looks like to RFC 2217: it takes any setting and needs none."""

from micropython import const

# Commands of the client; the server's answer has 100 more.
_SIGNATURE = const(0)
_BAUD = const(1)
_DATA_BITS = const(2)
_PARITY = const(3)
_STOP_BITS = const(4)
_CONTROL = const(5)
_LINE_MASK = const(10)
_MODEM_MASK = const(11)
_PURGE = const(12)
_SERVER = const(100)

_NAME = const(b"upyOS")
_USUAL_BAUD = const(b"\x00\x01\xc2\x00")
# What a question (value 0) is answered with: 8 bits, no parity, 1 stop bit.
_USUAL = {_DATA_BITS: b"\x08", _PARITY: b"\x01", _STOP_BITS: b"\x01"}
# Questions of SET-CONTROL: flow control none, break off, DTR on, RTS on, inbound flow none.
_STATES = {0: b"\x01", 4: b"\x06", 7: b"\x08", 10: b"\x0b", 13: b"\x0e"}


def answer(out, command, value):
    """Add the answer to a command of the client to out, a suboption of telnet."""
    if command == _SIGNATURE:
        value = _NAME
    elif command == _BAUD:
        value = bytes(value) if any(value) else _USUAL_BAUD
    elif command in _USUAL:
        value = bytes(value) if any(value) else _USUAL[command]
    elif command == _CONTROL:
        value = _STATES.get(value[0] if value else 0, bytes(value))
    elif command in (_LINE_MASK, _MODEM_MASK, _PURGE):
        value = bytes(value)
    else:
        return
    out.extend(b"\xff\xfa\x2c")
    out.append(_SERVER + command)
    out.extend(value.replace(b"\xff", b"\xff\xff"))
    out.extend(b"\xff\xf0")
