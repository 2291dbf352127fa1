# SPDX-License-Identifier: MIT
"""The edited line where it is not ASCII alone: characters take none, one or two columns."""

import _upyos
from micropython import const
from upyos import console, lineedit

_ALL = const(1 << 20)


def show(width):
    """Draw prompt and line on the row of the cursor, in so many columns."""
    text = lineedit.text
    left = lineedit.left
    cursor = _upyos.cells(text, 0, lineedit.at, _ALL)[1]
    columns = _upyos.cells(text, 0, len(text), _ALL)[1]
    if columns <= width:
        left = 0
    elif not left <= cursor <= left + width:
        left = max(0, cursor - width // 2)
    lineedit.left = left
    lineedit.column = len(lineedit.prompt) + cursor - left
    shown = _upyos.shown(text, 0, len(text), left, left + width)
    back = min(columns - left, width) - (cursor - left)
    console.write("\r%s%s\x1b[K" % (lineedit.prompt, str(shown, "utf-8")))
    if back:
        console.write("\x1b[%dD" % back)
