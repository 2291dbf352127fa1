# SPDX-License-Identifier: MIT
"""printf FORMAT [ARG...]

Print FORMAT with its escapes (\\n) and ARGs in place of its fields: %s %d %x %c %-8s %05d %.2f %%.
It is used again while there are ARGs left; a missing one is empty or 0.

Source: POSIX.1-2024 printf.
"""

from micropython import const
from upyos.lib import command

_ESCAPES = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "e": "\x1b",
}
# The widest field.
_MOST = const(1000)


class _Stop(Exception):
    """The output ends here: \\c."""


def _escaped(text, at):
    """Return (character, index after it) of the escape at `at`."""
    c = text[at + 1 : at + 2]
    if c in _ESCAPES:
        return _ESCAPES[c], at + 2
    end = at + 1
    while end < len(text) and end < at + 4 and text[end] in "01234567":
        end += 1
    if end > at + 1:
        return chr(int(text[at + 1 : end], 8)), end
    if c == "x":
        end = at + 2
        while end < len(text) and end < at + 4 and text[end].lower() in "0123456789abcdef":
            end += 1
        if end > at + 2:
            return chr(int(text[at + 2 : end], 16)), end
    if c == "\\":
        return c, at + 2
    return "\\", at + 1


def _unescaped(text):
    """Return the text of an argument of %b. Raises _Stop with it for \\c."""
    out = ""
    at = 0
    while at < len(text):
        if text.startswith("\\c", at):
            raise _Stop(out)
        c, at = _escaped(text, at) if text[at] == "\\" else (text[at], at + 1)
        out += c
    return out


def _number(word, real):
    """Return the number that an argument is. Raises ValueError."""
    if not word:
        return 0
    if word[0] in "'\"" and len(word) > 1:
        return ord(word[1])
    if real:
        return float(word)
    return int(word, 16) if "x" in word.lower() else int(word)


def _field(text, at, args):
    """Return (what the % at `at` stands for, index after it); takes from args."""
    end = at + 1
    while end < len(text) and text[end] in "-+ #0123456789.*":
        end += 1
    flags = text[at + 1 : end]
    while "*" in flags:
        flags = flags.replace("*", str(int(args.pop(0))) if args else "0", 1)
    kind = text[end : end + 1]
    if kind not in tuple("sdiuxXocfeEgGb%") or any([int(n) > _MOST for n in _numbers(flags)]):
        raise command.UsageError
    if kind == "%":
        return "%", end + 1
    word = args.pop(0) if args else ""
    if kind in "scb":
        word = word[:1] if kind == "c" else _unescaped(word) if kind == "b" else word
        return ("%" + flags + "s") % word, end + 1
    real = kind in "feEgG"
    try:
        value = _number(word, real)
    except ValueError:
        command.fail(word, "no number")
        value = 0
    return ("%" + flags + ("d" if kind in "iu" else kind)) % value, end + 1


def _numbers(flags):
    """Return the width and the precision in the flags of a field."""
    return [part.lstrip("-+ #0") or "0" for part in flags.split(".")]


def _filled(text, args):
    """Return the format filled once; takes from args."""
    out = ""
    at = 0
    while at < len(text):
        c = text[at]
        if c == "%":
            c, at = _field(text, at, args)
        elif text.startswith("\\c", at):
            raise _Stop(out)
        elif c == "\\":
            c, at = _escaped(text, at)
        else:
            at += 1
        out += c
    return out


def __main__(args):
    if args and args[0] == "--":
        args = args[1:]
    elif args and args[0][:3] == "--h":
        command.options(args[:1], "")
    command.operands(args, 1)
    rest = list(args[1:])
    left = -1
    try:
        while left != len(rest) and (rest or left < 0):
            left = len(rest)
            command.write(_filled(args[0], rest))
    except _Stop as e:
        command.write(e.args[0])
    except ValueError:
        raise command.UsageError from None
    return 0
