# SPDX-License-Identifier: MIT
"""clear

Clear the screen.
"""


def __main__(args):
    print("\x1b[2J\x1b[H", end="")
