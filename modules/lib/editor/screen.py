# SPDX-License-Identifier: MIT
"""The screen: rows of a text, a status row below; only what has changed is sent.

A line that is wider than the screen is cut off, and the one with the cursor is shifted so that the
cursor is seen; < and > stand where there is more.
"""

import _upyos
from micropython import const
from upyos import console

_FAR = const(1 << 29)
_RULER_COLUMNS = const(19)
# Rows are moved by the terminal as long as what it is to do is shorter than this.
_MOVES_BYTES = const(200)


class Screen:
    """What the terminal shows. The caller says what has changed, and then update()."""

    def __init__(self, terminal):
        self.terminal = terminal
        # What is to be sent; what put the cursor where it is.
        self.out = bytearray()
        self.cursor = b""
        self.numbers = False
        self.top = 0
        # The line with the cursor, and how many of its columns are left of the screen.
        self.line = 0
        self.left = 0
        self.redraw()

    def redraw(self):
        """Draw all of it anew, in the size that the terminal has now."""
        self.rows = self.terminal.rows - 1
        self.columns = self.terminal.columns
        self.drawn = [b""] * (self.rows + 1)
        self.fresh = bytearray(self.rows)
        # what was to be drawn does not count any more; the status row does not scroll
        self.out[:] = b"\x1b[2J\x1b[1;%dr" % self.rows

    def close(self, message):
        """Clear the screen; the cursor is at the bottom, a last message above it."""
        console.write(b"\x1b[r\x1b[2J\x1b[%d;1H" % (self.rows + 1))
        if message:
            console.write(message + b"\n")

    def stale(self, first, last):
        """Draw the rows of some lines anew, the last one not included."""
        first = max(0, first - self.top)
        last = min(self.rows, last - self.top)
        if first < last:
            self.fresh[first:last] = bytes(last - first)

    def changed(self, first, count, new):
        """Note that count lines, from first on, have become new ones."""
        same = min(count, new)
        self.stale(first, first + same)
        if count != new:
            row = max(0, first + same - self.top)
            if row < self.rows:
                self._move(row, new - count)
                if self.numbers:
                    self.stale(first, _FAR)

    def _move(self, row, by):
        """Move the rows from one on down (by > 0) or up; what comes free is blank."""
        count = abs(by)
        if len(self.out) > _MOVES_BYTES or count >= self.rows - row:
            self.stale(self.top + row, _FAR)
            return
        self.out += b"\x1b[%d;1H\x1b[%d%s" % (row + 1, count, b"L" if by > 0 else b"M")
        blank = [b""] * count
        if by > 0:
            last = self.rows - count
            self.drawn[row : self.rows] = blank + self.drawn[row:last]
            self.fresh[row:] = bytes(count) + self.fresh[row:last]
        else:
            first = row + count
            self.drawn[row : self.rows] = self.drawn[first : self.rows] + blank
            self.fresh[row:] = self.fresh[first:] + bytes(count)

    def scroll(self, top):
        """Show the text from another line on."""
        by = self.top - top
        self.top = top
        if by:
            self._move(0, by)

    def margin(self, lines):
        """Return how many columns the line numbers take."""
        return max(4, len(str(lines))) + 1 if self.numbers else 0

    def update(self, buffer, line, column, status, prompt):
        """Draw what has changed in one write.

        column is that of the cursor in its line; status: texts of the last row, left and right.
        With a prompt that is in the last row instead, the cursor behind it. All of it bytes.
        """
        if self.rows + 1 != self.terminal.rows or self.columns != self.terminal.columns:
            self.redraw()
        margin = self.margin(buffer.lines)
        width = self.columns - margin
        self.scroll_to(line)
        self._shift(buffer, line, column, width)
        row = self.fresh.find(b"\0")
        while row >= 0:
            self._draw(row, self._text(buffer, self.top + row, width))
            self.fresh[row] = 1
            row = self.fresh.find(b"\0", row)
        row, column = line - self.top, margin + column - self.left
        if prompt is None:
            self._draw(self.rows, self._status(status))
        else:
            row, column = self.rows, self._prompt(prompt)
        cursor = b"\x1b[%d;%dH" % (row + 1, column + 1)
        if self.out or cursor != self.cursor:
            self.cursor = cursor
            self.out += cursor
            console.write(self.out)
            self.out[:] = b""

    def scroll_to(self, line):
        """Scroll so that a line is seen."""
        if line < self.top:
            far = self.top - line > self.rows
            self.scroll(max(0, line - self.rows // 2) if far else line)
        elif line >= self.top + self.rows:
            far = line >= self.top + 2 * self.rows
            self.scroll(line - (self.rows // 2 if far else self.rows - 1))

    def _shift(self, buffer, line, column, width):
        """Shift the line of the cursor so that it is seen."""
        left = self.left if line == self.line else 0
        if not _is_seen(buffer, line, column, left, width):
            left = 0
            if not _is_seen(buffer, line, column, 0, width):
                left = column - width // 2
        if left != self.left:
            self.stale(self.line, self.line + 1)
            self.stale(line, line + 1)
        self.line = line
        self.left = left

    def _text(self, buffer, line, width):
        """Return what the row of a line shows."""
        if line >= buffer.lines:
            return b"~"
        block, start, end = buffer.find(line)
        left = self.left if line == self.line else 0
        text = _upyos.shown(block, start, end, left, left + width)
        if self.numbers:
            number = b"%d " % (line + 1)
            text = b" " * (self.columns - width - len(number)) + number + text
        return text

    def _status(self, status):
        text, ruler = status
        width = self.columns - _RULER_COLUMNS - 1
        text = _upyos.shown(text, 0, len(text), 0, width)
        return text + b" " * (width - _upyos.cells(text, 0, len(text), _FAR)[1]) + ruler

    def _prompt(self, prompt):
        """Show the end of what is typed behind a prompt; return the column of the cursor."""
        columns = _upyos.cells(prompt, 0, len(prompt), _FAR)[1]
        left = max(0, columns - self.columns + 2)
        self._draw(self.rows, _upyos.shown(prompt, 0, len(prompt), left, left + self.columns - 1))
        return columns - left

    def _draw(self, row, text):
        """Send what is other in a row than before."""
        before = self.drawn[row]
        if text == before:
            return
        same = _same(before, text)
        column = _upyos.cells(text, 0, same, _FAR)[1]
        self.out += b"\x1b[%d;%dH" % (row + 1, column + 1)
        if same < len(before):
            self.out += b"\x1b[K"
        self.out += text[same:]
        self.drawn[row] = text


def _is_seen(buffer, line, column, left, width):
    """Tell whether a column of a line is seen when left columns are not."""
    if column < left + (left > 0):
        return False
    if column < left + width - 2:
        return True
    block, start, end = buffer.find(line)
    return column < left + width and _upyos.cells(block, start, end, left + width)[0] == end


def _same(before, text):
    """Return how many bytes at the beginning are the same, up to whole characters."""
    low, high = 0, min(len(before), len(text))
    if before[:high] == text[:high]:
        low = high
    while low < high:
        middle = (low + high + 1) // 2
        if before[:middle] == text[:middle]:
            low = middle
        else:
            high = middle - 1
    # what follows may go onto the last character
    while low and (before[low : low + 1] >= b"\x80" or text[low : low + 1] >= b"\x80"):
        low -= 1
    return low
