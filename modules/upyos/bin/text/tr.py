# SPDX-License-Identifier: MIT
"""tr [-d] [-s] SET1 [SET2]

Copy standard input to standard output; characters of SET1 become those in the same place of SET2,
whose last one counts for all that follow.

-d  delete the characters of SET1 instead
-s  put out once what is repeated: of SET2 if it is there, else of SET1

A set is written as its characters; a-z is a range, [:lower:] and the like are classes of ASCII
characters, and \\n \\t \\r \\\\ are escapes. Input is UTF-8 if a set has characters that are not
ASCII, else any bytes.

Source: POSIX.1-2024 tr. Not provided: -c, -C, octal escapes.
"""

import _upyos
from micropython import const
from upyos.lib import streams
from upyos.lib.command import UsageError, fail, operands, options, write

# How many are read at a time.
_CHARACTERS = const(256)
_ASCII = const(128)
_CLASSES = const(
    (
        ("lower", "a-z"),
        ("upper", "A-Z"),
        ("alpha", "A-Za-z"),
        ("digit", "0-9"),
        ("xdigit", "0-9A-Fa-f"),
        ("alnum", "0-9A-Za-z"),
        ("blank", " \\t"),
        ("space", " \\t-\\r"),
        ("punct", "!-/:-@[-`{-~"),
    )
)

proc = None


def _character(text, at):
    """Return the character at a place of a set, and the place after it."""
    c = text[at]
    if c != "\\" or at + 1 == len(text):
        return c, at + 1
    c = text[at + 1]
    where = "ntr".find(c)
    return "\n\t\r"[where] if where >= 0 else c, at + 2


def _range(low, high):
    """Return the characters with the codes from low up to high."""
    if high <= _ASCII:
        return bytes(range(low, high)).decode()
    return "".join([chr(code) for code in range(low, high)])


def _characters(text):
    """Return all characters of a set."""
    for name, members in _CLASSES if "[:" in text else ():
        text = text.replace("[:%s:]" % name, members)
    if "[:" in text and ":]" in text:
        raise UsageError("no such class")
    found = ""
    at = 0
    while at < len(text):
        first, at = _character(text, at)
        last = first
        if text[at : at + 1] == "-" and at + 1 < len(text):
            last, at = _character(text, at + 1)
        if last < first:
            raise UsageError("bad range")
        found += _range(ord(first), ord(last) + 1)
    return found


def _by_byte(stream, before, after, squeezed):
    block = streams.new_block()
    last = -1
    while count := stream.readinto(block):
        count = _upyos.translate(block[:count], before, after, squeezed, last)
        if count:
            write(block[:count])
            last = block[count - 1]


def _by_character(before, after, squeezed):
    table = {}
    for i, c in enumerate(before):
        table[c] = after[i if i < len(after) else -1] if after else ""
    last = ""
    while text := proc.stdin.read(_CHARACTERS):
        out = []
        for c in text:
            c = table.get(c, c)
            if c and not (c == last and c in squeezed):
                out.append(c)
                last = c
        write("".join(out))


def _sets(found, texts):
    """Return (characters that change, what they become, which are squeezed)."""
    sets = [_characters(text) for text in texts]
    if not sets[-1]:
        raise UsageError("empty set")
    squeezed = sets[-1] if "s" in found else ""
    if "d" in found:
        return sets[0], "", squeezed
    return (sets[0], sets[1], squeezed) if len(sets) == 2 else ("", "", squeezed)


def __main__(args):
    found, rest = options(args, "ds")
    low = 2 if ("d" in found) == ("s" in found) else 1
    operands(rest, low, 1 if "d" in found and low == 1 else 2)
    before, after, squeezed = _sets(found, rest)
    every = before + after + squeezed
    narrow = len(every) == len(every.encode())

    def copy(stream, _):
        if narrow:
            _by_byte(stream, before, after, squeezed)
        else:
            _by_character(before, after, squeezed)

    try:
        return streams.each((), copy)
    except UnicodeError:
        return fail("-", "not UTF-8")
