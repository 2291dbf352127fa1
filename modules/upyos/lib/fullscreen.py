# SPDX-License-Identifier: MIT
"""The terminal of a program that uses all of the screen: its size, and keys as they come."""

import time

import _upyos
import sdata
from micropython import const
from upyos import console, process, state
from upyos.lib import keys

_ROWS = const(24)
_COLUMNS = const(80)
# How long a terminal may take to tell its size. A later answer counts too, when it comes.
_ANSWER_MS = const(250)
_FEWEST_ROWS = const(2)
_FEWEST_COLUMNS = const(20)
_MOST = const(999)
# Characters that come at once are handed on in such pieces.
_RUN_BYTES = const(64)
# No more is kept of what was typed, to type it again.
_TAKEN_BYTES = const(512)

_ESCAPE = const(27)
_BRACKET = const(91)
_LETTER_O = const(79)
_LF = const(10)
_CR = const(13)
# Ctrl-C is ESC without the wait for a sequence that might follow.
_INTERRUPT = const(3)


class Stopped(Exception):
    """The program is asked to stop (`kill`)."""


def is_ours():
    """Tell whether the calling program has the terminal: no job, input not redirected."""
    proc = process.current()
    return proc is None or not (proc.source or proc.isthr or proc.tid)


def _is_text(key):
    return 32 <= key and key != 127 or key == 9


class Terminal:
    """Keys and size of the terminal.

    rows and columns are those of $LINES and $COLUMNS, else 24 and 80, until the terminal has told.
    idle() is called whenever no key is there; special(text) returns what a special key stands for,
    0 if nothing. The text is what lib.keys.sequence gives.
    """

    def __init__(self, idle, special):
        self.idle = idle
        self.special = special
        self.rows = _ROWS
        self.columns = _COLUMNS
        env = sdata.sysconfig["env"]
        self._is_size("%s;%sR" % (env.get("LINES", _ROWS), env.get("COLUMNS", _COLUMNS)))
        # Typed ahead of its turn, or to be typed again.
        self.ahead = bytearray()
        # Typed behind that, see interrupted().
        self.meanwhile = bytearray()
        # Collects what is typed, if it is a bytearray; None again when that is too much.
        self.taken = None
        self._before = 0

    def ask_size(self):
        """Ask the terminal for its size; wait for the answer, but not long."""
        console.write("\x1b7\x1b[%d;%dH\x1b[6n\x1b8" % (_MOST, _MOST))
        end_ms = time.ticks_add(time.ticks_ms(), _ANSWER_MS)
        while True:
            key = _upyos.key(max(0, time.ticks_diff(end_ms, time.ticks_ms())))
            if key < 0:
                return
            self.ahead.append(key)
            at = self.ahead.rfind(b"\x1b[")
            if key == 82 and at >= 0 and self._is_size(self.ahead[at + 2 :].decode()):
                self.ahead[at:] = b""
                return

    def _is_size(self, found):
        """Take the size from an answer, as `24;80R`; return False if it is none."""
        rows, _, columns = found[:-1].partition(";")
        if found[-1:] != "R" or not (rows.isdigit() and columns.isdigit()):
            return False
        if int(rows) < _FEWEST_ROWS or int(columns) < _FEWEST_COLUMNS:
            return False
        self.rows = int(rows)
        self.columns = int(columns)
        return True

    def read(self, wait_ms):
        """Return the next byte, -1 if none came in that time."""
        if not self.ahead:
            if not self.meanwhile:
                return self._taken(_upyos.key(wait_ms))
            self.ahead, self.meanwhile = self.meanwhile, self.ahead
        key = self.ahead[0]
        self.ahead[:1] = b""
        return self._taken(key)

    def _taken(self, key):
        if key >= 0 and self.taken is not None:
            self.taken.append(key)
            if len(self.taken) > _TAKEN_BYTES:
                self.taken = None
        return key

    def interrupted(self):
        """Tell whether Ctrl-C was typed, for what goes on long without a key.

        It drops what was typed before; without it all of that waits for its turn.
        """
        while (key := _upyos.key(0)) >= 0:
            if key == _INTERRUPT:
                self.ahead[:] = self.meanwhile[:] = b""
                return True
            self.meanwhile.append(key)
        return False

    def put_back(self, key):
        """Let a byte be the next one again; -1 is none."""
        if key >= 0:
            # what nothing stands before is no rest of what is typed again
            place = self.ahead or self.meanwhile
            place[:0] = bytes((key,))
            if self.taken:
                self.taken[-1:] = b""

    def key(self):
        """Return the next key: a byte, or what special() gives. Ctrl-C is ESC.

        Raises Stopped. The size may be another one afterwards. Waits without further calls: jobs
        run on the same stack meanwhile.
        """
        while True:
            key = self.read(0)
            while key < 0:
                self.idle()
                # one of the jobs may have stopped this program and have ended, while it was busy
                proc = process.current()
                if proc is not None and proc.sts == "S":
                    raise Stopped
                # jobs go on meanwhile
                key = self._taken(state.key() if state.key else _upyos.key(-1))
            if key == _LF and self._before == _CR:
                key = 0
            self._before = key
            if key == _ESCAPE:
                key = self._escape()
            if key:
                return key if key != _INTERRUPT else _ESCAPE

    def _escape(self):
        """Return the key that began with ESC, 0 for what is none."""
        lead = self.read(keys.WAIT_MS)
        if lead == _BRACKET:
            found = keys.sequence(self.read)
            return 0 if self._is_size(found) else self.special(keys.plain(found))
        if lead == _LETTER_O:
            final = self.read(keys.WAIT_MS)
            if final >= 0 and chr(final) in "ABCDFH":
                return self.special(chr(final))
            self.put_back(final)
        self.put_back(lead)
        if self.taken:
            self.taken[-1] = _INTERRUPT
        return _ESCAPE

    def text(self, key):
        """Return the characters that begin with a key and wait behind it, bytes.

        A tab is one; b"" if the key begins no character.
        """
        data = bytearray()
        if not _is_text(key):
            # put back, it would come again for ever
            return data
        while _is_text(key) and len(data) < _RUN_BYTES:
            if key < 128:
                data.append(key)
            else:
                data += keys.character(key, self.read, self.put_back)
            key = self.read(0)
        self.put_back(key)
        return data
