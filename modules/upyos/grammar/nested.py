# SPDX-License-Identifier: MIT
"""Lines within a line: what limits their depth, and what a subshell gives back at its end.

Each takes about 2 KiB of C stack, as a script that a program runs does: they share the limit.
"""

import os

import sdata
from micropython import const
from upyos import executor, state, variables

# As in script: those that take C stack.
_NESTED = const(4)
# Those that do not, in one script or function.
_FLAT = const(16)


class Level:
    """One such line, from its beginning to leave()."""

    # Whether standard output went elsewhere, and where it is to go again.
    buffer = False
    previous = None

    def __init__(self, what, subshell=False, stdin=None, flat=False):
        """Raise ValueError if there are too many in each other. flat: it takes no C stack."""
        self.outer = frame = state.frame
        if frame is None:
            frame = state.frame = variables.Frame("", [])
        most = _FLAT if flat else _NESTED
        if (frame.inner if flat else frame.nested) >= most:
            raise ValueError("%s: nested too deep, at most %d" % (what, most))
        self.frame = frame
        self.flat = flat
        frame.inner += flat
        frame.nested += not flat
        frame.blocks += 1
        self.subshell = subshell
        self.stdin = frame.stdin
        if stdin is not None:
            frame.stdin = stdin
        if subshell:
            self.control = frame.control
            self.errexit = frame.errexit
            self.env = dict(sdata.sysconfig["env"])
            self.cwd = state.cwd
            self.functions = state.functions

    def leave(self):
        """End it."""
        frame = self.frame
        frame.inner -= self.flat
        frame.nested -= not self.flat
        frame.blocks -= 1
        frame.stdin = self.stdin
        if not frame.path and not frame.blocks:
            executor.found.clear()
        if self.outer is None and not frame.args and frame.zero == "":
            state.frame = None
        if self.subshell:
            frame.control = self.control
            frame.errexit = self.errexit
            state.functions = self.functions
            self._give_back()

    def _give_back(self):
        """Give back the directory, and the variables unless jobs might have set them."""
        if state.cwd != self.cwd:
            os.chdir(self.cwd)
            state.cwd = self.cwd
        env = sdata.sysconfig["env"]
        if state.key or env == self.env:
            return
        for name in list(env):
            if name not in self.env:
                del env[name]
        env.update(self.env)
