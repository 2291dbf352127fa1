# SPDX-License-Identifier: MIT
"""The raw REPL for host tools (mpremote), in Python: where the one in C cannot be.

MicroPython's own takes the terminal from the system, and with it the network that the peer comes
through. This one is a part of the prompt: services and jobs go on. A soft reset, which tools ask
for, gives the program a fresh name space; the system goes on.

Source: MicroPython's documentation, "The MicroPython interactive interpreter mode". Raw paste is
answered as not there.
"""

import gc
import sys

import _upyos
from micropython import const
from upyos import console, loader, state

# A line end is \r\n on its way to a terminal, whose driver adds the \r.
_BANNER = const("raw REPL; CTRL-B to exit\n>")
_CTRL_A = const(1)
_CTRL_B = const(2)
_CTRL_C = const(3)
_CTRL_D = const(4)
_CTRL_E = const(5)
# A larger program does not fit beside the system anyway; what is more is dropped.
_MOST_BYTES = const(65536)


def run():
    """Serve a host tool until it sends Ctrl-B. Jobs are silent meanwhile."""
    state.parted = True
    try:
        _serve()
    finally:
        state.parted = False


def _serve():
    names = {"__name__": "__main__"}
    console.write(_BANNER)
    text = bytearray()
    while True:
        key = _upyos.key(0)
        if key < 0:
            key = console.read_key()
        if key == _CTRL_A:
            _begin(text)
        elif key == _CTRL_B:
            console.write("\n")
            return
        elif key == _CTRL_C:
            text[:] = b""
        elif key != _CTRL_D:
            if len(text) < _MOST_BYTES:
                text.append(key)
        elif text:
            _execute(text, names)
            text[:] = b""
        else:
            names = {"__name__": "__main__"}
            console.write("OK\nMPY: soft reboot\n" + _BANNER)


def _begin(text):
    """Answer Ctrl-A: the banner again, or that raw paste (Ctrl-E A Ctrl-A) is not there."""
    console.write("R\0" if text == b"\x05A" else _BANNER)
    text[:] = b""


def _execute(text, names):
    """Run a program; its output and its traceback go to the tool."""
    console.write("OK")
    try:
        _upyos.tty(False)
        try:
            code = compile(str(text, "utf-8"), "<stdin>", "exec")
            text[:] = b""
            exec(code, names)
        finally:
            _upyos.tty(True)
            loader.mend("/")
    # barrier: whatever the tool's program raises is the tool's to know
    except BaseException as exc:
        console.write("\x04")
        _upyos.hold(True)
        try:
            sys.print_exception(exc)
        finally:
            _upyos.hold(False)
        console.write("\x04>")
    else:
        console.write("\x04\x04>")
    gc.collect()
