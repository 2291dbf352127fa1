# SPDX-License-Identifier: MIT
"""Command mode: counts, what is not a motion and changes no text, and who does the rest."""

from micropython import const
from upyos.lib.reasons import reason

from editor import motions
from editor.session import Refused

_DOT = const(46)
_COLON = const(58)
_BIG_Q = const(81)
_BIG_Z = const(90)
_U = const(117)
_CTRL_D = const(4)
_CTRL_E = const(5)
# A special key is its command and a bit above.
_COMMAND = const(0xFF)


def run(s):
    """Obey keys until the editor is left.

    Waiting for a key is never deep in calls: jobs run on the same stack meanwhile.
    """
    while not s.is_done:
        key = s.key()
        s.message = b""
        kept = len(s.terminal.ahead)
        try:
            count, key = s.counted(key)
            key, count = _begun(s, key, count)
            if key == _COLON:
                _colon(s, s.ask(b":"))
            else:
                _dispatch(s, key, count)
            if s.typing:
                from editor import insert

                insert.insert(s, *s.typing)
            if s.undo.is_begun() and key != _COLON:
                s.repeat = bytes(s.terminal.taken or b"")
                s.repeat_count = count
        except Refused as exc:
            # what is left of the keys of a command that was to be repeated
            s.terminal.ahead[: max(0, len(s.terminal.ahead) - kept)] = b""
            s.message = str(exc).encode() or s.message
        except OSError as exc:
            s.message = reason(exc).encode()
        except MemoryError:
            s.run_out()
        except RuntimeError as exc:
            s.message = str(exc).encode()
        _end(s)


def _end(s):
    if s.undo.is_lost():
        s.message += b" (too much to undo)"
    s.terminal.taken = s.typing = None
    s.settle()
    # what is on the screen counts for the next key, even if there is no time to show it
    s.screen.scroll_to(s.line)


def _begun(s, key, count):
    """Begin a command; return (key, count), those of the last change for the dot."""
    if key == _DOT:
        if not s.repeat:
            raise Refused
        key, count = s.repeat[0], count or s.repeat_count
        s.terminal.ahead[:0] = s.repeat[1:]
    key &= _COMMAND
    s.undo.begin((s.line, s.at))
    s.terminal.taken = bytearray((key,))
    return key, count


def _dispatch(s, key, count):
    letter = chr(key)
    if letter in "dcy<>":
        from editor import operators

        operators.operate(s, key, count)
    elif letter in "xXDCsSYpPJr~iaIAoOR":
        from editor import edits

        edits.find(key)(s, key, count)
    elif letter in _KEYS:
        _FUNCTIONS[_KEYS.index(letter)](s, key, count)
    else:
        motion = motions.find(key)
        if motion:
            line, at, _ = motion(s, key, count)
            if letter in motions.VERTICAL:
                s.line, s.at = line, at
            else:
                s.go(line, at)


def _colon(s, line):
    from editor import colon

    if line is not None:
        colon.run(s, line)


def _leave(s, key, count):
    """ZZ saves and leaves, ZQ leaves."""
    second = s.key()
    if second != _BIG_Z and second != _BIG_Q:
        raise Refused
    _colon(s, b"x" if second == _BIG_Z else b"q!")


def _undo(s, key, count):
    back = s.undo.back if key == _U else s.undo.again
    for _ in range(count or 1):
        cursor = back(s.put)
        if cursor is None:
            raise Refused("nothing to undo" if key == _U else "nothing to do again")
        s.is_changed = True
        s.go(*cursor)


def _about(s, key, count):
    from editor import disk

    s.message = disk.title(s.path, s.is_changed) + b" %d lines" % s.buffer.lines


def _redraw(s, key, count):
    s.terminal.ask_size()
    s.screen.redraw()


# Views


def _half(s, key, count):
    """Ctrl-D and Ctrl-U: the cursor moves with the text."""
    step = count or s.screen.rows // 2
    step = step if key == _CTRL_D else -step
    if not 0 <= s.line + step < s.buffer.lines and s.line == (
        s.buffer.lines - 1 if step > 0 else 0
    ):
        raise Refused
    s.line = max(0, min(s.line + step, s.buffer.lines - 1))
    motions.show_from(s, s.screen.top + step)


def _one(s, key, count):
    """Ctrl-E and Ctrl-Y: the cursor stays, unless it would leave the screen."""
    step = count or 1
    motions.show_from(s, s.screen.top + (step if key == _CTRL_E else -step))


def _place(s, key, count):
    """zt, zz, zb: the line of the cursor at the top, in the middle, at the bottom."""
    row = "t\rz.b-".find(chr(s.key() & _COMMAND)) // 2
    if row < 0:
        raise Refused
    s.screen.scroll(max(0, s.line - (s.screen.rows - 1) * row // 2))


_KEYS = "Zu\x12\x07\x0c\x06\x02\x04\x15\x05\x19z"
_FUNCTIONS = (_leave, _undo, _undo, _about, _redraw) + (
    motions.page,
    motions.page,
    _half,
    _half,
    _one,
    _one,
    _place,
)
