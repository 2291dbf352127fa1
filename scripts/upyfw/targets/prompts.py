# SPDX-License-Identifier: MIT
"""What the prompts look like at the end of the firmware's output (modules/upyos/shell.py)."""

import re

# control sequences of a terminal
CONTROLS = rb"(?:\x1b\[[0-9;?]*[A-Za-z])*"
# what the shell's prompt ends with, behind the current directory
MARK = rb" \$: "
_FRESH = rb"(?:^|[\r\n])"

# the shell's own, behind any text
SHELL = re.compile(rb"(?:^|[\r\n]|[^ ])/[^\r\n]*" + MARK + rb"$")
# MicroPython's
BARE = re.compile(rb">>> $")
# the shell's on a line of its own, its continuation prompt, or MicroPython's two
ANY = re.compile(
    rb"(?:%s[^\r\n]*%s|%s%s(?:>|>>>|\.\.\.) )%s$" % (_FRESH, MARK, _FRESH, CONTROLS, CONTROLS)
)
