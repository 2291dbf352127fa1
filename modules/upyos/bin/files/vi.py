# SPDX-License-Identifier: MIT
"""vi [FILE]

Edit FILE, or a text that is not a file yet, on all of the screen.

Commands: hjkl arrows w b e 0 ^ $ gg G move, i a I A o O type (Esc ends it), x dd dw cc cw yy p P
change, u undoes, J r ~ . as in every vi, /TEXT n N search, :w writes, :q leaves, ZZ does both, :N
goes to line N, :%s/A/B/g substitutes, :set nu shows line numbers.

Source: POSIX.1-2024 vi. Not provided: marks, named registers, maps, options but number.
"""

import editor
from micropython import const
from upyos.lib.command import fail, operands, options

_ENOTTY = const(25)
_EFBIG = const(27)


def __main__(args):
    _, names = options(args, "")
    operands(names, 0, 1)
    file = names[0] if names else ""
    try:
        return editor.edit(file)
    except OSError as e:
        if e.errno == _ENOTTY:
            return fail("standard input", "not a terminal")
        return fail(file, "too large" if e.errno == _EFBIG else e)
