# SPDX-License-Identifier: MIT
"""One edited line at the prompt, and the ring of lines typed before.

The line is kept as UTF-8 bytes and cut between characters only. A line that is wider than the
terminal is shown through a window on one row, so nothing depends on how the terminal wraps.
"""

import sys

import _upyos
import sdata
from micropython import const

from upyos import console, state

_COLUMNS = const(80)
# The ring: used bytes (2, low first), number of lines, how many of them are not in the file yet
# (upyos.line.history), the lines, each ended by LF.
_HISTORY_BYTES = const(576)
_HISTORY_HEAD = const(4)
_HISTORY_LINES = const(20)
_LINE_MOST = const(250)
# When nobody types for so long, what was typed is written to the file.
_IDLE_MS = const(20_000)
# While there are jobs: so many looks for a key, 50 ms each if nothing else happens.
_IDLE_LOOKS = const(400)

# The line, the cursor (bytes from the start) and its column, first character shown, line of the
# history.
text = bytearray()
at = 0
column = 0
left = 0
entry = 0
prompt = ""
# The key that ended the line before: LF after CR is no line of its own.
ended = 0


def read(new_prompt):
    """Return an edited line; None when the raw REPL is wanted.

    Raises KeyboardInterrupt at Ctrl-C, EOFError at Ctrl-D on an empty line.
    """
    global prompt, at, column, left, entry, ended
    prompt = new_prompt
    column = len(prompt)
    text[:] = b""
    at = left = entry = 0
    console.write(prompt)
    console.editing = sys.modules["upyos.lineedit"]
    key = 0
    try:
        if state.history and state.history[3]:
            key = -1
            looks = _IDLE_LOOKS if state.key else 1
            while key < 0 and looks:
                key = state.key() if state.key else _upyos.key(_IDLE_MS)
                looks -= 1
            if key < 0:
                from upyos.line import history

                history.save()
                key = 0
        while True:
            key = key or console.read_key()
            if key == 13 or key == 10:
                if key == 10 and ended == 13 and not text:
                    ended = key = 0
                    continue
                ended = key
                console.write("\n")
                return decoded()
            ended = 0
            if 32 <= key < 127 and at == len(text):
                _append(key)
                key = 0
            elif key == 1 and not text:
                return None
            else:
                from upyos.line import editkeys

                key = editkeys.press(key)
    finally:
        console.editing = None


def _append(key):
    """Add an ASCII character at the end: only that is drawn, while there is room on the row."""
    global at, column
    if column + 1 < _columns():
        # A job that speaks at a branch has the line drawn: none between the line and its drawing.
        text.append(key)
        at += 1
        column += 1
        console.write(chr(key))
    else:
        text.append(key)
        at += 1
        show()


def _columns():
    """Return the width of the terminal, from $COLUMNS."""
    try:
        value = sdata.sysconfig["env"].get("COLUMNS")
    except (AttributeError, KeyError, TypeError):
        # A program has broken the configuration: that it can be mended takes a prompt.
        return _COLUMNS
    return int(value) if str(value).isdigit() and int(value) > 19 else _COLUMNS


def decoded():
    """Return the line as text; of what is none, the ASCII characters."""
    try:
        return text.decode()
    except UnicodeError:
        # Bytes of another encoding: what is not ASCII has no meaning here.
        return bytes([b for b in text if b < 128]).decode()


def insert(data):
    """Put bytes of whole characters at the cursor."""
    global at
    text[at:at] = data
    at += len(data)
    show()


def say(text):
    """Print a line above the one that is edited."""
    console.write("\r\x1b[K%s\n" % text)
    show()


def show():
    """Draw prompt and line on the row of the cursor."""
    global column, left
    line = decoded()
    width = max(10, _columns() - len(prompt) - 1)
    if len(line) != len(text):
        from upyos.line import wide

        return wide.show(width)
    if len(line) <= width:
        left = 0
    elif not left <= at <= left + width:
        left = max(0, at - width // 2)
    shown = line[left : left + width]
    column = len(prompt) + at - left
    back = len(shown) - (at - left)
    console.write("\r%s%s\x1b[K" % (prompt, shown))
    if back:
        console.write("\x1b[%dD" % back)


def remember(line):
    """Add a line to the ring, unless it is the newest one already; the oldest make room."""
    line = line.encode() + b"\n"
    data = state.history
    if data is None:
        data = state.history = bytearray(_HISTORY_BYTES)
    used = data[0] | data[1] << 8
    end = _HISTORY_HEAD + used
    newest = data[max(_HISTORY_HEAD, end - len(line) - 1) : end]
    if len(line) > _LINE_MOST or newest == line or newest == b"\n" + line:
        return
    while end + len(line) > _HISTORY_BYTES or data[2] >= _HISTORY_LINES:
        if data[2] == data[3]:
            from upyos.line import history

            history.save()
        cut = len(_upyos.line_at(data, _HISTORY_HEAD))
        data[_HISTORY_HEAD : end - cut] = data[_HISTORY_HEAD + cut : end]
        end -= cut
        data[2] -= 1
    data[end : end + len(line)] = line
    end += len(line) - _HISTORY_HEAD
    data[0] = end & 255
    data[1] = end >> 8
    data[2] += 1
    data[3] += 1
