# SPDX-License-Identifier: MIT
"""Blocks that are commands: in pipelines, redirected, in ( )."""

from upyos import executor, process, state
from upyos.grammar import nested, script, steps
from upyos.lib.codes import _ENTER


def run(data, stdin, flat=False):
    """Run the steps that block cut out, with their standard input; return the status.

    A control word stays in the frame where it leads out of the block, but not out of ( ).
    """
    if flat:
        state.frame.control = [_ENTER, ("{", data), (), stdin, []]
        return 0
    subshell = data[3]
    try:
        level = nested.Level("block", subshell, stdin)
    except ValueError as e:
        executor.report(str(e))
        return 1
    try:
        return _run(data, state.frame)
    except RuntimeError:
        # The C stack is used up.
        executor.report("blocks nested too deep")
        return 1
    finally:
        level.leave()


def _run(data, frame):
    """Run the steps; return the status."""
    part = script.Level(frame)
    part.code = steps.Steps()
    part.code.items, part.code.blocks, part.code.source = data[:3]
    part.shared = True
    part.line_no = frame.line_no
    part.proc = process.current()
    return script.interpret(part)
