# SPDX-License-Identifier: MIT
"""Run the steps that grammar.block makes of lines with statements.

A step is a list `[kind, line number, data, target, ...]`; target is the index that a false
condition, an ended loop or a jump goes on at. Blocks nest by their targets, not by calls; but one
that is a part of a pipeline, is redirected or in ( ) is a command of its own (grammar.functions).
"""

from micropython import const
from upyos import executor, lexer, state, variables
from upyos.grammar import compare, statements
from upyos.lib.codes import _ENTER, _INTERRUPTED

# Kinds of steps, as in block.
_RUN = const(0)
_TEST = const(1)
_JUMP = const(2)
_FOR = const(3)
_NEXT = const(4)
_DEFINE = const(6)


class Steps:
    """Steps of one block and of what stands on its lines, and how far they have run."""

    # Where lines come from that are parsed again.
    source = None
    # The word that the branches of a case are compared with.
    value = ""
    # The step that runs; where it goes on because a condition was false, or 0.
    at = 0
    target = 0

    def __init__(self, flat=False):
        self.items = []
        # (first step, step after the last, is it a loop) of each closed block.
        self.blocks = []
        # {step: iterator} of the loops that run.
        self.values = {}
        # Whether a step may run a script the flat way (executor.run).
        self.flat = flat

    def run(self, at, frame, source, proc):
        """Run steps from an index on; return the index of the next, -1 after Ctrl-C.

        Stops at the end, at a control word, and when the process is held or killed.
        """
        items = self.items
        at = self.target or at
        self.target = 0
        while at < len(items):
            item = items[at]
            kind = item[0]
            frame.line_no = item[1]
            self.at = at
            at += 1
            if kind == _TEST:
                if not compare.holds(item[2], self.flat):
                    at = item[3]
                elif frame.control is not None and frame.control[0] == _ENTER:
                    frame.control[4].append((self._decide, item[3]))
                if state.status == _INTERRUPTED and type(item[2]) is list:
                    return -1
            elif kind == _RUN:
                program = item[2]
                if type(program) is tuple:
                    program = (source or self.source).again(program)
                if executor.run(program, False, self.flat) == _INTERRUPTED:
                    return -1
            elif kind == _JUMP:
                at = item[3]
                continue
            else:
                at = self._other(at, kind, item)
            if frame.control is not None:
                break
            if proc is not None and proc.sts != "R":
                break
        return at

    def _begin(self, words, at):
        """Begin the loop whose turns begin at a step; return the status."""
        try:
            self.values[at] = iter(lexer.expand(words, variables.get))
            return 0
        except ValueError as e:
            executor.report(str(e))
            state.status = 1
            return 1

    def _decide(self, status, target):
        """Go on after a condition that was a script."""
        if status != _INTERRUPTED:
            self.target = target if status else 0
            status = state.status = 0
        return status

    def _other(self, at, kind, item):
        """Run one of the rarer steps; return the index of the next."""
        if kind == _FOR:
            if self.flat and statements.is_rich(item[2]):
                from upyos.grammar import substitution

                if substitution.enter(item[2], (self._begin, at)):
                    return at
            self._begin(item[2], at)
        elif kind == _NEXT:
            for value in self.values.get(at - 1, ()):
                variables.assign(item[2], value)
                return at
            self.values.pop(at - 1, None)
            return item[3]
        elif kind == _DEFINE:
            name, steps = item[2]
            # Another table: a script's own is forgotten at its end.
            state.functions = dict(state.functions or ())
            state.functions[name] = steps
            state.status = 0
        elif kind > _DEFINE:
            from upyos.grammar import case

            return case.run(self, at, item)
        return at
