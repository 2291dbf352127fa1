# SPDX-License-Identifier: MIT
"""What grammar.script does now and then: for blocks, and for scripts that are held."""

import time

from upyos import executor, state
from upyos.grammar import block
from upyos.lib.codes import _USAGE


def malformed(frame, e):
    """Report what is wrong with a block, of which nothing runs; return the status."""
    line_no = frame.line_no
    frame.line_no = e.args[1] or line_no
    executor.report(e.args[0])
    frame.line_no = line_no
    state.status = _USAGE
    executor.stops(_USAGE, False)
    return _USAGE


def compiled(frame, source, program):
    """Compile the block that begins with program; return None if nothing of it can run.

    An unclosed one ends the script.
    """
    opened = frame.line_no
    try:
        return block.compile(program, opened, source.logical, source)
    except block.Unclosed as e:
        frame.line_no = e.args[1]
        executor.report(e.args[0])
        frame.control = ("return", _USAGE)
    except block.Malformed as e:
        malformed(frame, e)
    return None


def led_out(level, code):
    """End a part of a script that a control word leads out of; return the status."""
    word, value = level.frame.control
    if word == "skip" and code is not None:
        # It counts from the line of the part.
        value = max(0, value + code.items[code.at][1] - level.line_no)
        level.frame.control = (word, value)
    return state.status


def goes_on(proc):
    """Wait while a script is held; return False when it is asked to stop."""
    while proc.sts == "H":
        # Others go on meanwhile: who holds the turn does not wait.
        if state.turn:
            state.turn.without(time.sleep_ms, 50)
        else:
            time.sleep_ms(50)
    return proc.sts != "S"
