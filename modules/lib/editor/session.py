# SPDX-License-Identifier: MIT
"""One file being edited: the text, the cursor, what is kept for later, what is shown."""

import gc

import _upyos
from micropython import const
from upyos.lib import fullscreen

from editor import characters, disk, screen, undo

ESCAPE = 27
# Added to a command: the key is a special one that stands for it.
SPECIAL = 256
# Further right than any line: the column that `$` aims at.
FAR = 1 << 29

_BACKSPACE = const(8)
_LF = const(10)
_CR = const(13)
_TO_START = const(21)
_RUB_OUT = const(127)
_ZERO = const(48)
_ONE = const(49)
_NINE = const(57)
_MOST_COUNT = const(99999)
# What special keys send, and the commands that they stand for: arrows, home and end, pages (Ctrl-B
# and Ctrl-F), Delete, Insert.
_SEQUENCES = const(("A", "B", "C", "D", "H", "F", "1~", "7~", "4~", "8~", "5~", "6~", "3~", "2~"))
_COMMANDS = const("kjlh0$00$$\x02\x06xi")
# Lines of jobs that are shown again at the end.
_MOST_HEARD = const(20)


class Refused(Exception):
    """A command that cannot be done; its text is shown."""


def _special(found):
    """Return SPECIAL + the command that a special key stands for, 0 if none."""
    if found not in _SEQUENCES:
        return 0
    return SPECIAL + ord(_COMMANDS[_SEQUENCES.index(found)])


class Session:
    """A text, its cursor (line from 0, offset in bytes), the registers, the screen."""

    def __init__(self, file):
        self.is_done = False
        self.terminal = fullscreen.Terminal(self.update, _special)
        self.key = self.terminal.key
        self.register = []
        self.register_is_lines = False
        # Pattern last searched for, the direction; key and character of f, F, t, T.
        self.pattern = b""
        self.forward = True
        self.found = None
        # Keys of the last change, and its count.
        self.repeat = b""
        self.repeat_count = 0
        # Not None: text is typed next, see insert.insert(s, *typing).
        self.typing = None
        # What the last row shows: text, mode; what is typed there.
        self.message = b""
        self.mode = b""
        self.prompt = None
        self.heard = []
        self.screen = None
        self.open(file)

    def open(self, file):
        """Have a file, or an empty text, in place of what there is. Raises OSError."""
        self.path, self.buffer, self.stamp = disk.load(file)
        gc.collect()
        self.undo = undo.Undo(self.buffer, _upyos.heap()[2] // 4)
        self.is_changed = False
        self.line = self.at = self.want = 0
        self.message = disk.about(self.path, self.buffer, self.stamp)
        if self.screen:
            self.screen.top = 0
            self.screen.redraw()

    def start(self):
        """Have the screen."""
        self.terminal.ask_size()
        self.screen = screen.Screen(self.terminal)

    def say(self, text):
        """Show a line of others, now and at the end. Called at any moment, from any thread."""
        if len(self.heard) < _MOST_HEARD:
            self.heard.append(text)
        self.message = text.encode()

    def run_out(self):
        """Say that there was no memory for a change, and make room for the next one."""
        self.undo.shrink()
        self.message = b"out of memory: not done, and older changes cannot be undone"

    # The text

    def text(self, line=None):
        """Return a line without its end."""
        return self.buffer.text(self.line if line is None else line)

    def splice(self, line, at, removed, data):
        """Put data, which may hold line ends, in place of bytes of a line."""
        new = 1 + data.count(b"\n")
        self._note(line, 1, new)
        try:
            self.buffer.splice(line, at, removed, data)
        except MemoryError:
            self.undo.void(1, new)
            raise
        self.screen.changed(line, 1, new)

    def change(self, first, count, pieces):
        """Put the lines of pieces in place of count lines."""
        if self.buffer.is_empty:
            first = count = 0
        new = 0
        for piece in pieces:
            new += piece.count(b"\n")
        self._note(first, count, new)
        try:
            self.put(first, count, pieces)
        except MemoryError:
            self.undo.void(count, new)
            raise

    def _note(self, first, count, new):
        self.is_changed = True
        self.undo.note(first, count, new)

    def put(self, first, count, pieces):
        """Do the same, and keep nothing to undo it; return how many lines are new."""
        lines = self.buffer.lines
        new = self.buffer.replace(first, count, pieces)
        self.screen.changed(first, count, count + self.buffer.lines - lines)
        return new

    # The cursor

    def column(self):
        """Return the column of the cursor; on a tab the last one, unless text is typed there."""
        block, start, end = self.buffer.find(self.line)
        at = start + self.at
        if at < end and block[at] == 9 and not self.mode:
            return _upyos.cells(block, start, at + 1, FAR)[1] - 1
        return _upyos.cells(block, start, at, FAR)[1]

    def at_column(self, line):
        """Return the offset in a line that is nearest to the column aimed at."""
        block, start, end = self.buffer.find(line)
        return _upyos.cells(block, start, end, self.want)[0] - start

    def go(self, line, at):
        """Put the cursor on a character."""
        self.line, self.at = line, at
        self.settle()
        self.want = self.column()

    def settle(self):
        """Keep the cursor on the text, and on a character while none is typed."""
        self.line = max(0, min(self.line, self.buffer.lines - 1))
        text = self.text()
        if self.at >= len(text):
            self.at = len(text) if self.mode else characters.last(text)

    # The terminal

    def counted(self, key):
        """Return (count, key) of what begins with this key; count 0 if none was typed."""
        count = 0
        while _ONE <= key <= _NINE or count and key == _ZERO:
            count = min(count * 10 + key - _ZERO, _MOST_COUNT)
            key = self.key()
        return count, key

    def character(self):
        """Return the next key as a character, bytes. Raises Refused if it is none."""
        key = self.key()
        if key == _CR or key == _LF:
            return self.buffer.eol
        if key >= SPECIAL or key == ESCAPE:
            raise Refused
        if key < 128:
            return bytes((key,))
        from upyos.lib import keys

        return bytes(keys.character(key, self.terminal.read, self.terminal.put_back))

    def update(self):
        """Bring the screen up to date; called whenever no key is there."""
        line, column = self.line + 1, self.column()
        ruler = b"%-13s%3d%%" % (b"%d,%d" % (line, column + 1), line * 100 // self.buffer.lines)
        text = self.mode + self.message or disk.title(self.path, self.is_changed)
        self.screen.update(self.buffer, self.line, column, (text, ruler), self.prompt)

    def ask(self, prompt):
        """Return what is typed in the last row, None after ESC or too many backspaces."""
        self.prompt = bytearray(prompt)
        try:
            while len(self.prompt) >= len(prompt):
                key = self.key()
                if key == _CR or key == _LF:
                    return bytes(self.prompt[len(prompt) :])
                if key == ESCAPE:
                    return None
                self._edit_prompt(key, len(prompt))
            return None
        finally:
            self.prompt = None

    def _edit_prompt(self, key, start):
        if key == _BACKSPACE or key == _RUB_OUT:
            self.prompt[characters.last(self.prompt) :] = b""
        elif key == _TO_START:
            self.prompt[start:] = b""
        elif key < SPECIAL:
            self.prompt += self.terminal.text(key)
