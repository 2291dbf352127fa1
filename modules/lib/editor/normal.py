# SPDX-License-Identifier: MIT
"""Command mode: counts, what is not a motion and changes no text, and who does the rest."""

from micropython import const
from upyos.lib.command import reason

from editor import characters, motions
from editor.session import Refused

_MOST_COUNT = const(99999)
_DOT = const(46)
_COLON = const(58)


def run(s):
    """Obey keys until the editor is left.

    Waiting for a key is never deep in calls: jobs run on the same stack meanwhile.
    """
    while not s.is_done:
        key = s.key()
        s.message = b""
        kept = len(s.terminal.ahead)
        try:
            count, key = counted(s, key)
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


def counted(s, key):
    """Return (count, key) of what begins with this key; count 0 if none was typed."""
    count = 0
    while 49 <= key < 58 or count and key == 48:
        count = min(count * 10 + key - 48, _MOST_COUNT)
        key = s.key()
    return count, key


def _begun(s, key, count):
    """Begin a command; return (key, count), those of the last change for the dot."""
    if key == _DOT:
        if not s.repeat:
            raise Refused
        key, count = s.repeat[0], count or s.repeat_count
        s.terminal.ahead[:0] = s.repeat[1:]
    key &= 0xFF
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
    if second != 90 and second != 81:
        raise Refused
    _colon(s, b"x" if second == 90 else b"q!")


def _undo(s, key, count):
    back = s.undo.back if key == 117 else s.undo.again
    for _ in range(count or 1):
        cursor = back(s.put)
        if cursor is None:
            raise Refused("nothing to undo" if key == 117 else "nothing to do again")
        s.is_changed = True
        s.go(*cursor)


def _about(s, key, count):
    from editor import disk

    s.message = disk.title(s.path, s.is_changed) + b" %d lines" % s.buffer.lines


def _redraw(s, key, count):
    s.terminal.ask_size()
    s.screen.redraw()


# Views


def page(s, key, count):
    """Ctrl-F and Ctrl-B: show what is below or above, but for two rows."""
    s.screen.scroll_to(s.line)
    step = max(1, s.screen.rows - 2) * (count or 1)
    _show_from(s, s.screen.top + (step if key == 6 else -step))


def _half(s, key, count):
    """Ctrl-D and Ctrl-U: the cursor moves with the text."""
    step = count or s.screen.rows // 2
    step = step if key == 4 else -step
    if not 0 <= s.line + step < s.buffer.lines and s.line == (
        s.buffer.lines - 1 if step > 0 else 0
    ):
        raise Refused
    s.line = max(0, min(s.line + step, s.buffer.lines - 1))
    _show_from(s, s.screen.top + step)


def _one(s, key, count):
    """Ctrl-E and Ctrl-Y: the cursor stays, unless it would leave the screen."""
    step = count or 1
    _show_from(s, s.screen.top + (step if key == 5 else -step))


def _show_from(s, top):
    s.screen.scroll(max(0, min(top, s.buffer.lines - 1)))
    line = max(s.screen.top, min(s.line, s.screen.top + s.screen.rows - 1, s.buffer.lines - 1))
    s.go(line, characters.indent(s.text(line)))


def _place(s, key, count):
    """zt, zz, zb: the line of the cursor at the top, in the middle, at the bottom."""
    row = "t\rz.b-".find(chr(s.key() & 0xFF)) // 2
    if row < 0:
        raise Refused
    s.screen.scroll(max(0, s.line - (s.screen.rows - 1) * row // 2))


_KEYS = "Zu\x12\x07\x0c\x06\x02\x04\x15\x05\x19z"
_FUNCTIONS = (_leave, _undo, _undo, _about, _redraw) + (
    page,
    page,
    _half,
    _half,
    _one,
    _one,
    _place,
)
