# SPDX-License-Identifier: MIT
"""A block or a function that is a condition, in a script with `set -e`."""

from upyos import state
from upyos.grammar import script
from upyos.lib.codes import _ENTER


def run(what, args, stdin, flat):
    """Run a block or a function that is a condition: what fails in it does not end the script."""
    frame = state.frame
    frame.errexit = False
    if flat:
        frame.control = [_ENTER, what, args, stdin, [(_end, frame)]]
        return 0
    return _end(script.run(what, args, stdin), frame)


def _end(status, frame):
    frame.errexit = True
    return status
