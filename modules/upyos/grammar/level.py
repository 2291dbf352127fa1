# SPDX-License-Identifier: MIT
"""What script.run() has of each script in each other."""

from upyos import process, state


class Level:
    """A script that runs, or a block outside scripts, and where it is."""

    source = None
    proc = None
    # Whether the process is this script's own.
    own = False
    # The frame before.
    outer = None
    # The block that runs, and the index of its next step.
    code = None
    pc = 0
    # What is left to do of the line that named another script.
    calls = None
    # What is to be as it was when it began: the functions known, or None.
    functions = ()
    # Whether it is a part of the script whose frame it has; called at the end, with the level.
    shared = False
    ended = None

    def __init__(self, frame):
        self.frame = frame

    def leave(self):
        """End the script, or what else this is."""
        if self.source is not None:
            self.source.file.close()
        state.frame = self.outer
        if self.functions != ():
            state.functions = self.functions
        if self.ended:
            self.ended(self)
        if self.own:
            process.leave(self.proc)
