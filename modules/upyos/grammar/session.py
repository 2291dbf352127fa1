# SPDX-License-Identifier: MIT
"""Blocks outside scripts: at the prompt, and in lines that programs run."""

from upyos import executor, state
from upyos.grammar import block, compiling, script
from upyos.lib.codes import _USAGE


def run(program, more=None):
    """Run a line that begins with a keyword, outside scripts; return the status.

    `more()` returns the next line of a block, or None; without it the block must be closed.
    """
    session = state.frame
    if session is None:
        state.frame = script.Frame("", [])
    frame = state.frame
    control = frame.control
    frame.control = None
    frame.blocks += 1
    try:
        level = script.Level(frame)
        level.code = block.compile(program, 0, more or (lambda: None))
        return script.interpret(level)
    except block.Unclosed as e:
        executor.report(e.args[0])
        state.status = _USAGE
        return _USAGE
    except block.Malformed as e:
        return compiling.malformed(frame, e)
    finally:
        frame.control = control
        frame.blocks -= 1
        if not frame.path:
            executor.found.clear()
        if session is None and not frame.args and frame.zero == "":
            state.frame = None
