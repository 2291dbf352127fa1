# SPDX-License-Identifier: MIT
"""What prompts, and the echo of a typed line, look like in the output (modules/upyos/shell.py)."""

import re

# control sequences of a terminal
CONTROLS = rb"(?:\x1b\[[0-9;?]*[A-Za-z])*"
# what the shell's prompt ends with, behind the current directory
MARK = rb" \$: "
# what is before may have been read already, with the echo of a line
_FRESH = rb"(?:^|(?<=[\r\n]))"

# the shell's own, behind any text
SHELL = re.compile(rb"(?:^|(?<=[^ ]))/[^\r\n]*" + MARK + rb"$")
# MicroPython's
BARE = re.compile(rb">>> $")
# the shell's on a line of its own, its continuation prompt, or MicroPython's two
ANY = re.compile(
    rb"(?:%s[^\r\n]*%s|%s%s(?:>|>>>|\.\.\.) )%s$" % (_FRESH, MARK, _FRESH, CONTROLS, CONTROLS)
)
# how much of a line's end is looked for in its echo: less than any screen scrolls away
_ECHO_CHARS = 20
# a prompt, which may have been read already, or where what is not read yet begins
_BEFORE_ECHO = rb"(?:^|(?<=%s)|(?<=> )|(?<=\x1b\[K))" % MARK


def echo_end(line: str) -> re.Pattern[bytes]:
    """What the echo of a typed line ends with; the next line end for one with control keys.

    Jobs may speak while a line is typed: it is drawn anew below, behind a prompt.
    """
    if not line.isprintable():
        return re.compile(rb"\n")
    begin = b"" if len(line) > _ECHO_CHARS else _BEFORE_ECHO
    shown = (re.escape(character.encode()) for character in line[-_ECHO_CHARS:])
    return re.compile(begin + CONTROLS.join(shown) + CONTROLS + rb"\r?\n")
