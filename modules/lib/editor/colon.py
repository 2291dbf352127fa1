# SPDX-License-Identifier: MIT
"""Commands behind a colon: [RANGE]NAME[!] [ARGUMENT]."""

from micropython import const
from upyos.lib import paths

from editor import characters, disk
from editor.session import Refused

_D = const(100)
_DIGITS = const(b"0123456789")


def run(s, command):
    """Do a command. Raises Refused, and OSError from files."""
    first, last, rest = _range(s, command.strip())
    if not rest:
        if last is not None:
            s.go(last, characters.indent(s.text(max(0, min(last, s.buffer.lines - 1)))))
        return
    if rest[:1] == b"s" and characters.kind(rest[1] if len(rest) > 1 else 47) == 1:
        from editor import search

        search.substitute(s, *_checked(s, first, last), rest[1:])
        return
    name = rest[: _span(rest, b"abcdefghijklmnopqrstuvwxyz")].decode()
    argument = rest[len(name) :]
    force = argument[:1] == b"!"
    argument = argument[force:].strip().decode()
    if name not in _NAMES:
        raise Refused("no such command: " + rest.decode())
    _FUNCTIONS[_NAMES.index(name)](s, name, argument, force, first, last)


def _span(text, members):
    at = 0
    while at < len(text) and members.find(text[at : at + 1]) >= 0:
        at += 1
    return at


def _range(s, text):
    """Return (first, last, rest): lines from 0, None if there is no range."""
    if text[:1] == b"%":
        return 0, s.buffer.lines - 1, text[1:].lstrip()
    first, text = _address(s, text)
    last = first
    if text[:1] == b",":
        last, text = _address(s, text[1:])
    return first, last, text.lstrip()


def _address(s, text):
    """Return (line, rest) of `12`, `.`, `$`, each with +N or -N behind it."""
    line = None
    digits = _span(text, _DIGITS)
    if digits:
        line = int(text[:digits]) - 1
        text = text[digits:]
    elif text[:1] == b"." or text[:1] == b"$":
        line = s.line if text[:1] == b"." else s.buffer.lines - 1
        text = text[1:]
    while text[:1] == b"+" or text[:1] == b"-":
        digits = _span(text[1:], _DIGITS) + 1
        step = int(text[1:digits] or 1)
        line = (s.line if line is None else line) + (step if text[:1] == b"+" else -step)
        text = text[digits:]
    return line, text


def _checked(s, first, last):
    """Return a range whose lines exist; without one it is the line of the cursor."""
    if first is None:
        return s.line, s.line
    first = max(0, first)
    if last is None or last < first or last >= s.buffer.lines:
        raise Refused("no such lines")
    return first, last


def _write(s, name, argument, force, first, last):
    path = paths.absolute(argument) if argument else s.path
    if not path:
        raise Refused("no file name (:w FILE)")
    if not force:
        _look(s, path)
    stamp = disk.save(s.buffer, path)
    s.path = s.path or path
    if path == s.path:
        s.stamp = stamp
        s.is_changed = False
    s.message = disk.about(path, s.buffer, stamp, " written")


def _look(s, path):
    """Refuse to write over what this editor has not read."""
    if paths.exists(path + ".tmp"):
        raise Refused("%s.tmp is in the way (:w! removes it)" % path)
    if path != s.path and paths.is_file(path):
        raise Refused("%s exists (:w! overwrites)" % path)
    if path == s.path and disk.stamp(path) != s.stamp:
        raise Refused("%s has changed on flash (:w! overwrites)" % path)


def _write_quit(s, name, argument, force, first, last):
    if name != "x" or s.is_changed or argument:
        _write(s, name, argument, force, first, last)
    s.is_done = True


def _quit(s, name, argument, force, first, last):
    _check_saved(s, force)
    s.is_done = True


def _check_saved(s, force):
    if s.is_changed and not force:
        raise Refused("no write since last change (! overrides)")


def _edit(s, name, argument, force, first, last):
    _check_saved(s, force)
    s.open(argument or s.path)


def _read(s, name, argument, force, first, last):
    path = paths.absolute(argument) if argument else s.path
    with open(path, "rb") as stream:
        pieces = list(disk.buffer.blocks_of(stream))
    if pieces:
        if pieces[-1][-1:] != b"\n":
            pieces[-1] += b"\n"
        eol = s.buffer.eol
        pieces = [bytes(p).replace(b"\r\n", b"\n").replace(b"\n", eol) for p in pieces]
        line = (s.line if last is None else last) + (not s.buffer.is_empty)
        lines = s.buffer.lines - s.buffer.is_empty
        s.change(max(0, min(line, lines)), 0, pieces)
        s.go(line, 0)
        s.message = b"%d lines read" % (s.buffer.lines - lines)


def _set(s, name, argument, force, first, last):
    if argument not in ("nu", "nonu", "number", "nonumber"):
        raise Refused("unknown: " + argument)
    s.screen.numbers = argument[:2] == "nu"
    s.screen.redraw()


def _delete(s, name, argument, force, first, last):
    from editor import operators

    s.line, last = _checked(s, first, last)
    operators.apply(s, _D, _D, last + 1 - s.line)


_NAMES = ("w", "wq", "x", "q", "e", "r", "set", "d")
_FUNCTIONS = (_write, _write_quit, _write_quit, _quit, _edit, _read, _set, _delete)
