# SPDX-License-Identifier: MIT
"""A stream that shows on the terminal how far it is."""

from micropython import const
from upyos import console

_WIDTH = const(30)
_STEP_BYTES = const(8192)


class Shown:
    """What a Download gives, with a bar."""

    def __init__(self, source):
        self.source = source
        self.shown = None

    def readinto(self, block):
        """Fill block; return how many bytes, 0 at the end."""
        count = self.source.readinto(block)
        self._show(self.source.at, self.source.total, not count)
        return count

    def _show(self, at, total, ended):
        mark = at * 100 // total if total else at // _STEP_BYTES
        if ended:
            # what is printed next comes over it
            console.write("\r\x1b[K")
        elif mark != self.shown:
            self.shown = mark
            if total:
                full = "#" * (min(mark, 100) * _WIDTH // 100)
                console.write("\r%3d%% [%-30s] %d" % (mark, full, at))
            else:
                console.write("\r%d" % at)
